# id: time-deaf
# class: time
# does: ignores and blocks every signal there is, SIGXCPU and SIGTERM too, and spins
# promise: P16
# expect: CPU_TIME_LIMIT within=5
# unjailed: escape
for number in set(range(1, 65)) - {signal.SIGKILL, signal.SIGSTOP, signal.SIGALRM, 32, 33}:
    signal.signal(number, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, set(range(1, 65)) - {signal.SIGALRM})
end = time.time() + 6
while time.time() < end: pass
escaped("spun for six seconds")
