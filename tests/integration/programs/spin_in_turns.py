# No single process uses much: only a clock over all of them sees it.
import os, time
for _ in range(40):
    if os.fork() == 0:
        while time.process_time() < 0.1: pass
        os._exit(0)
    os.wait()
