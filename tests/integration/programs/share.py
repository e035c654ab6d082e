# Computes for half a second of CPU time; how long did that take on the clock, in thousandths of it?
import time

clock, cpu = time.perf_counter(), time.process_time()
while time.process_time() - cpu < 0.5:
    pass
print(round(1000 * (time.perf_counter() - clock) / (time.process_time() - cpu)))
