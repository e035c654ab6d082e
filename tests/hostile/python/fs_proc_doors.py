# id: fs-proc-doors
# class: fs
# does: leaves through /proc/PID/root, cwd and fd of every process there is
# promise: P1 P5
# expect: OK
# unjailed: escape
last = "no door"
for pid in [p for p in os.listdir("/proc") if p.isdigit()] + ["self", "thread-self", "1", str(os.getppid())]:
    for door in ("root", "cwd"):
        for path in ("/proc/%s/%s%s/open" % (pid, door, CANARY), "/proc/%s/%s%s%s/open" % (pid, door, "/.." * 30, CANARY)):
            try:
                if open(path).read().startswith("NONCE"): escaped(path)
            except OSError as e:
                last = e
    try:
        for fd in os.listdir("/proc/%s/fd" % pid):
            if "jailrun-canary" in os.readlink("/proc/%s/fd/%s" % (pid, fd)): escaped("descriptor %s of %s" % (fd, pid))
    except OSError as e:
        last = e
blocked(last)
