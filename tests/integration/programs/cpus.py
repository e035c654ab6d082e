import os
print("cpus", len(os.sched_getaffinity(0)))
