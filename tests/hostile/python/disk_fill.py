# id: disk-fill
# class: disk
# does: writes 384 MiB of real data into /tmp and its own folder
# promise: P18
# expect: OK|MEMORY_LIMIT|DISK_LIMIT
# unjailed: escape
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
block, mib, last = b"d" * (1 << 20), 0, None
for number in range(12):
    try:
        with open(("/tmp", ".")[number % 2] + "/jailrun-fill-%d" % number, "wb", buffering=0) as f:
            for _ in range(32):
                if f.write(block) < len(block): raise OSError(errno.ENOSPC, "short")
                mib += 1
    except OSError as e:
        last = e
if mib >= 384: escaped("%d MiB" % mib)
say("BLOCKED %s after %d MiB" % (name(last), mib))
os._exit(0)
