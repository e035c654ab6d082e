# id: fs-write-outside
# class: fs
# does: makes a file in every folder that is not the run's own
# promise: P2 P3
# expect: OK
# unjailed: escape
own = ("/tmp", "/work", "/dev/shm", "/proc", os.getcwd())
tried = 0
last = "nothing to try"
for folder, below, _ in os.walk("/"):
    if folder.startswith(own) or os.path.realpath(folder).startswith(own): below[:] = []; continue
    below[:] = below[:40] if folder.count("/") < 3 else []
    mark = folder + "/jailrun-was-here"
    last = refusal(lambda: os.close(os.open(mark, os.O_CREAT | os.O_WRONLY, 0o600))) or last
    tried += 1
    if os.path.exists(mark):
        os.unlink(mark)
        escaped("wrote in " + folder)
if refusal(lambda: os.close(os.open(CANARY + "/dropbox/x", os.O_CREAT | os.O_WRONLY))) is None: escaped("wrote in the drop-box")
blocked(last)
