# id: fs-work-outside-root
# class: fs
# does: looks whether the working directory lies outside the root, so that ".." leads to the host
# promise: P1
# after: CVE-2024-21626
# expect: OK
# unjailed: escape
try: here = os.readlink("/proc/self/cwd")
except OSError: here = ""
if "(unreachable)" in here or "(deleted)" in here: escaped("working in " + here)
for up in range(1, 30):
    if refusal(lambda: os.close(os.open("../" * up + "var/tmp/jailrun-canary", os.O_RDONLY))) is None: escaped("%d up" % up)
blocked("inside")
