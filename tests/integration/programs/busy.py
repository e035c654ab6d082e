# Something to kill at a bad moment: children, threads, files, output.
import os, threading, time
open("/tmp/file", "w").write("x" * 100000)
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        while True: time.sleep(0.01)
threading.Thread(target=time.sleep, args=(20,), daemon=True).start()
while True: os.write(1, b"alive\n"); time.sleep(0.01)
