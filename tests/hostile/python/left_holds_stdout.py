# id: left-holds-stdout
# class: leftover
# does: a grandchild keeps stdout open after the program has gone, so that a naive reader waits
# promise: P21
# expect: OK within=5
# unjailed: host
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0: signal.alarm(0); time.sleep(12)
    os._exit(0)
os.wait()
blocked("the host waits")
