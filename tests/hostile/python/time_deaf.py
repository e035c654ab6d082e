# id: time-deaf
# class: time
# does: ignores and blocks every signal there is, SIGXCPU and SIGTERM too, and spins
# promise: P16
# expect: CPU_TIME_LIMIT within=6
# unjailed: escape
for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP, signal.SIGALRM}:
    signal.signal(number, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals() - {signal.SIGALRM})
end = time.time() + 6
while time.time() < end: pass
escaped("spun for six seconds")
