# id: supervisor-stop
# class: supervisor
# does: stops itself, its group and its session, in the hope that whoever waits will wait for ever
# promise: P16 P19
# expect: WALL_TIME_LIMIT within=6
# unjailed: host
if os.fork() == 0:
    time.sleep(0.1)
    os.kill(0, signal.SIGSTOP)
os.kill(0, signal.SIGSTOP)
time.sleep(30)
blocked("continued")
