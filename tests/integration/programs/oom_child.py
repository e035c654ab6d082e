# A child dies for memory, the parent shrugs and leaves with 0: the record must not say OK.
import os
if os.fork() == 0:
    held = [b"x" * (1 << 20) for _ in range(400)]
    os._exit(0)
os.wait()
print("nothing happened")
