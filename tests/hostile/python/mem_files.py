# id: mem-files
# class: memory
# does: fills /dev/shm and memfds, which no process's own size shows
# promise: P14 P18
# expect: OK|MEMORY_LIMIT|DISK_LIMIT
# rootless: files of memory that nobody has mapped are in no process, and without a control group only those are counted
# unjailed: escape
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
block, mib = b"m" * (1 << 20), 0
def fill(fd):
    global mib
    for _ in range(64):
        if os.write(fd, block) < len(block): raise OSError(errno.ENOSPC, "short")
        mib += 1
last = None
for number in range(6):
    last = refusal(lambda: fill(os.memfd_create("m%d" % number)))
    last = refusal(lambda: fill(os.open("/dev/shm/fill%d" % number, os.O_CREAT | os.O_WRONLY))) or last
if mib >= 6 * 64: escaped("%d MiB in files of memory" % mib)
blocked(last or "%d MiB" % mib)
