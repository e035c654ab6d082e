# id: time-many-hands
# class: time
# does: a row of children burns less than the limit each: only the sum shows it
# promise: P16
# expect: CPU_TIME_LIMIT within=7
# unjailed: escape
import resource
for _ in range(12):
    if os.fork() == 0:
        while time.process_time() < 0.25: pass
        os._exit(0)
    os.wait()
used = resource.getrusage(resource.RUSAGE_CHILDREN)
if used.ru_utime + used.ru_stime > 2.6: escaped("%.1f s of CPU time" % (used.ru_utime + used.ru_stime))
blocked("%.1f s" % (used.ru_utime + used.ru_stime))
