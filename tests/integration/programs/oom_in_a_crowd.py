# One of several processes asks for too much memory: with it all of them have to go.
import os, time
for _ in range(2):
    if os.fork() == 0:
        time.sleep(20)
        os._exit(0)
if os.fork() == 0:
    held = [b"x" * (1 << 20) for _ in range(400)]
    os._exit(0)
os.wait()
print("survived")
