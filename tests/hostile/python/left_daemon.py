# id: left-daemon
# class: leftover
# does: a daemon in a session of its own, without descriptors, deaf, meant to stay
# promise: P19 P21
# expect: OK within=5
# unjailed: host
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        import ctypes
        ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)  # PR_SET_PDEATHSIG off
        os.closerange(0, 256)
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT): signal.signal(number, signal.SIG_IGN)
        signal.alarm(0)
        time.sleep(15)
    os._exit(0)
os.wait()
blocked("the host looks")
