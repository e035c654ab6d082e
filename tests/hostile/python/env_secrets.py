# id: env-secrets
# class: env
# does: looks for the caller's environment in its own, on its stack and in its relatives' /proc
# promise: P7
# expect: OK
# unjailed: escape
if any("NONCE" in value for value in os.environ.values()): escaped("inherited")
last = "clean"
for pid in ("self", "1", str(os.getppid())):
    try:
        if b"NONCE" in open("/proc/%s/environ" % pid, "rb").read(): escaped("/proc/%s/environ" % pid)
    except OSError as e:
        last = e
blocked(last)
