# One of two hostile neighbours that would talk: each leaves its word wherever a jail might share something with
# another, listens there for two seconds, and says every channel on which the other's word came.
import ctypes, fcntl, os, signal, socket, sys, threading, time

me, other = sys.argv[1], sys.argv[2]
libc = ctypes.CDLL(None, use_errno=True)
heard = set()
END = time.monotonic() + 2


def each_moment(listen):
    def loop():
        while time.monotonic() < END:
            try:
                if listen(): return
            except OSError: pass
            time.sleep(0.02)
    return loop


def files(place):
    with open(f"{place}/word-{me}", "w") as file: file.write(me)
    def listen():
        if f"word-{other}" in os.listdir(place): heard.add(place)
    return listen


def stream(family, address_of):
    mine = socket.socket(family, socket.SOCK_STREAM)
    mine.bind(address_of(me))
    mine.listen()
    def listen(open_until_the_end=mine):
        s = socket.socket(family, socket.SOCK_STREAM)
        s.settimeout(0.1)
        s.connect(address_of(other))
        heard.add(f"a socket at {address_of(other)}")
    return listen


def system_v():
    key = 0x6a610000
    for call in (29, 64, 68):  # shmget, semget, msgget
        libc.syscall(call, key + int(me), 4096, 0o1666)
        if libc.syscall(call, key + int(other), 0, 0) >= 0: heard.add(f"System V, call {call}")


def keyring():
    libc.syscall(248, b"user", b"word-" + me.encode(), me.encode(), 1, -4)
    if libc.syscall(249, b"user", b"word-" + other.encode(), None, -4) >= 0: heard.add("a key")


# Would come from the other: no process of ours sends it.
def signals():
    signal.signal(signal.SIGUSR1, lambda *_: heard.add("a signal"))
    own = set()
    def listen():
        own.update(int(thread) for thread in os.listdir("/proc/self/task"))
        for pid in range(2, 300):
            if pid not in own:
                try: os.kill(pid, signal.SIGUSR1)
                except OSError: pass
    return listen


# The host's files are the same for both: nothing of one may be written to, or be told of, the other.
def same_files():
    for path in ("/usr/bin/env", "/usr/lib/os-release"):
        fd = os.open(path, os.O_RDONLY)
        for change in (lambda: os.setxattr(path, "user.word", me.encode()), lambda: os.utime(path), lambda: os.chmod(path, 0o755),
                       lambda: fcntl.fcntl(fd, fcntl.F_NOTIFY, fcntl.DN_ACCESS), lambda: fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_RDLCK)):
            try:
                change()
                heard.add(f"a change of {path}")
            except OSError: pass
        if libc.inotify_init() >= 0: heard.add("inotify")


def numbers():  # The other's processes would make holes in ours.
    first = os.fork()
    if first == 0: os._exit(0)
    os.waitpid(first, 0)
    if first > 50: heard.add(f"process number {first}")
    if os.path.exists("/proc/loadavg"): heard.add("/proc/loadavg")


def port(name): return ("127.0.0.1", 20000 + int(name))


sockets = [lambda: stream(socket.AF_UNIX, lambda name: f"\0word-{name}"), lambda: stream(socket.AF_INET, port)]
makers = sockets + [lambda: files("/tmp"), lambda: files("/work"), lambda: files("/dev/shm"),
                    lambda: stream(socket.AF_UNIX, lambda name: f"/tmp/socket-{name}"), signals]
once = [system_v, keyring, same_files, numbers]
if sys.argv[3:] == ["sockets"]: makers, once = sockets, []  # All that may be tried without a jail.
loops = [threading.Thread(target=each_moment(make())) for make in makers]
for loop in loops: loop.start()
for attempt in once: attempt()
for loop in loops: loop.join()
for channel in sorted(heard): print("HEARD", channel)
print("listened on", len(makers) + len(once))
