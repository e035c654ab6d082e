"""A thousand bytes every 10 ms, 40 times, and every tenth time something on stderr."""
import sys
import time

for i in range(40):
    print("x" * 999, flush=True)
    if i % 10 == 0:
        print("y" * 99, file=sys.stderr, flush=True)
    time.sleep(0.01)
