"""Where this program may run, and whether it or a child can change that."""
import os
import sys
import threading

print("mine", sorted(os.sched_getaffinity(0)))
for cpus in (range(1024), [0], [0, 1]):
    try:
        os.sched_setaffinity(0, cpus)
        print("changed")
    except OSError as error:
        print("refused", error.errno)
sys.stdout.flush()
if os.fork() == 0:
    print("child's", sorted(os.sched_getaffinity(0)), flush=True)
    os._exit(0)
os.wait()
thread = threading.Thread(target=lambda: print("thread's", sorted(os.sched_getaffinity(threading.get_native_id()))))
thread.start()
thread.join()
