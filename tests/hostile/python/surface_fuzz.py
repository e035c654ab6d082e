# id: surface-fuzz-ctypes
# class: surface
# does: random calls from inside an interpreter, which has more memory, threads and descriptors to lose than a C program
# promise: P1 P8 P9 P12
# expect: OK|SYSCALL_DENIED|MEMORY_LIMIT|CPU_TIME_LIMIT within=8
# unjailed: escape
import ctypes, errno, mmap, os, random, select, signal, time

libc = ctypes.CDLL(None, use_errno=True)
CANARY = b"/var/tmp/jailrun-canary"
SKIP = {12, 13, 14, 15, 34, 37, 38, 56, 57, 58, 59, 60, 62, 129, 169, 200, 219, 231, 234, 297, 435} | set(range(335, 425))
# By number, for all batches: what was refused twice is not asked again, or the run ends for its denied calls.
refusals = mmap.mmap(-1, 512)
# All that a call may write lies before a page that nothing may: what it writes past its end must not become what
# `gained` looks at.
BUFFER, GUARD = 1 << 16, 1 << 20
libc.mmap.restype = ctypes.c_void_p
buffer = libc.mmap(None, ctypes.c_size_t(BUFFER + GUARD), 3, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, ctypes.c_long(0))
libc.mprotect(ctypes.c_void_p(buffer + BUFFER), ctypes.c_size_t(GUARD), 0)
PATHS = [b"/", b"..", b"/tmp/x", b"/proc/self/mem", b"/proc/1/environ", b"/dev/zero", CANARY, b""]
WORDS = [0, 1, 2, 3, 16, 4096, 0x80000, 0x10000000, 0x7fffffff, 0x80000000, 1 << 32, (1 << 64) - 1, (1 << 64) - 100]


def gained():
    try:
        os.close(os.open(CANARY + b"/open", os.O_RDONLY))  # Not its folder: a call may have made that.
        return True
    except OSError: pass
    try: status = open("/proc/self/status").read()
    except OSError: return False
    return os.geteuid() == 0 or "CapEff:\t0000000000000000" not in status or "Seccomp:\t2" not in status


def argument(rng):
    pick = rng.randrange(5)
    if pick == 0:
        path = rng.choice(PATHS) + b"\0"
        copy = buffer + rng.randrange(BUFFER - 64)  # getcwd() and read() write where they are told.
        ctypes.memmove(copy, path, len(path))
        return ctypes.c_ulong(copy)
    if pick == 1: return ctypes.c_ulong(rng.choice(WORDS))
    if pick == 2: return ctypes.c_ulong(rng.randrange(24))
    if pick == 3: return ctypes.c_ulong(buffer + rng.randrange(BUFFER))
    return ctypes.c_ulong(rng.getrandbits(64))


def batch(rng):
    null = os.open("/dev/null", os.O_RDWR)
    for fd in range(3): os.dup2(null, fd)
    for _ in range(100):
        number = rng.randrange(470)
        if number in SKIP or refusals[number] > 1: continue
        refusals[number] += 1
        result = libc.syscall(ctypes.c_long(number), *[argument(rng) for _ in range(6)])
        if result >= 0 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS): refusals[number] = 0
    os._exit(42 if gained() else 0)


def attack():
    if gained(): escaped("before the first call")
    seed = int.from_bytes(os.urandom(4), "big")
    print("INFO seed", seed, flush=True)
    rng, start = random.Random(seed), time.monotonic()
    n = 0
    while time.monotonic() - start < 2:
        n += 1
        rng.random()
        pid = os.fork()
        if pid == 0: batch(rng)
        pidfd, ended = os.pidfd_open(pid), select.poll()
        ended.register(pidfd, select.POLLIN)
        if not ended.poll(200): os.kill(pid, signal.SIGKILL)  # In a call that waits.
        os.close(pidfd)
        status = os.waitpid(pid, 0)[1]
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == 42: escaped(f"in batch {n}")
    print("INFO", n, "batches", flush=True)
    blocked("EPERM")


attack()
