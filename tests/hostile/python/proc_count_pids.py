# id: proc-count-pids
# class: pid
# does: counts processes that /proc hides, by signal 0
# promise: P5
# expect: OK
# unjailed: escape
there = 0
for pid in range(2, 33000):
    e = refusal(lambda: os.kill(pid, 0))
    there += pid != os.getpid() and not isinstance(e, ProcessLookupError)
if there > 1: escaped("%d others" % there)
blocked("%d others" % there)
