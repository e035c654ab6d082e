# id: surface-fuzz-ctypes
# class: surface
# does: random calls from inside an interpreter, which has more memory, threads and descriptors to lose than a C program
# promise: P1 P8 P9 P12
# expect: OK|SYSCALL_DENIED|MEMORY_LIMIT|CPU_TIME_LIMIT within=8
# unjailed: escape
import ctypes, errno, mmap, os, random, signal, time

libc = ctypes.CDLL(None, use_errno=True)
CANARY = b"/var/tmp/jailrun-canary"
SKIP = {12, 13, 14, 15, 34, 37, 38, 56, 57, 58, 59, 60, 62, 129, 169, 200, 219, 231, 234, 297, 435} | set(range(335, 424))
# By number, for all batches: what was refused twice is not asked again, or the run ends for its denied calls.
refusals = mmap.mmap(-1, 512)
buffer = ctypes.create_string_buffer(1 << 16)
PATHS = [b"/", b"..", b"/tmp/x", b"/proc/self/mem", b"/proc/1/environ", b"/dev/zero", CANARY, b""]
WORDS = [0, 1, 2, 3, 16, 4096, 0x80000, 0x10000000, 0x7fffffff, 0x80000000, 1 << 32, (1 << 64) - 1, (1 << 64) - 100]


def gained():
    try:
        os.close(os.open(CANARY, os.O_RDONLY))
        return True
    except OSError: pass
    try: status = open("/proc/self/status").read()
    except OSError: return False
    return os.geteuid() == 0 or "CapEff:\t0000000000000000" not in status or "Seccomp:\t2" not in status


def argument(rng):
    pick = rng.randrange(5)
    if pick == 0: return ctypes.c_char_p(rng.choice(PATHS))
    if pick == 1: return ctypes.c_ulong(rng.choice(WORDS))
    if pick == 2: return ctypes.c_ulong(rng.randrange(24))
    if pick == 3: return ctypes.c_ulong(ctypes.addressof(buffer) + rng.randrange(60000))
    return ctypes.c_ulong(rng.getrandbits(64))


def batch(rng):
    null = os.open("/dev/null", os.O_RDWR)
    for fd in range(3): os.dup2(null, fd)
    signal.alarm(1)
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
        status = os.waitpid(pid, 0)[1]
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == 42: escaped(f"in batch {n}")
    print("INFO", n, "batches", flush=True)
    blocked("EPERM")


attack()
