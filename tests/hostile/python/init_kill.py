# id: init-kill
# class: supervisor
# does: sends every signal to process 1 and to its parent, then goes on as if nothing were
# promise: P5 P23
# expect: OK
# unjailed: any
last = "ignored"
for pid in {1, os.getppid()} - {0, os.getpid()}:
    for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGSEGV, signal.SIGUSR1, signal.SIGKILL):
        # Un-jailed the parent is the runner's own child: the first signal is enough there.
        last = refusal(lambda: os.kill(pid, number)) or last
time.sleep(0.5)
blocked(last)
