# A few processes and threads that stay, so that the host can look at every one of them.
import os, threading, time
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        time.sleep(20)
        os._exit(0)
for _ in range(2): threading.Thread(target=time.sleep, args=(20,), daemon=True).start()
time.sleep(0.1)
print("READY", flush=True)
time.sleep(20)
