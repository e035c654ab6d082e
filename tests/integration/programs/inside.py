# What a program can see and do inside: one fact a line, "name<TAB>value". The test judges.
import ctypes, errno, fcntl, os, resource, socket, stat, subprocess, termios

libc = ctypes.CDLL(None, use_errno=True)


def fact(name, *values):
    print(name, *values, sep="\t", flush=True)


def outcome(action):
    """"ok", or the errno's name: what came of it."""
    try:
        action()
        return "ok"
    except OSError as e:
        return errno.errorcode.get(e.errno, str(e.errno))


def identity():
    fact("uids", *os.getresuid())
    fact("gids", *os.getresgid())
    fact("groups", *os.getgroups())
    for line in open("/proc/self/status"):
        name, value = line.split(":", 1)
        if name.startswith(("Cap", "NoNewPrivs", "Seccomp")): fact(name, value.strip())
    fact("name", __import__("pwd").getpwuid(os.getuid()).pw_name)
    fact("setuid root", outcome(lambda: os.setuid(0)))
    fact("setgroups", outcome(lambda: os.setgroups([0])))
    su = next((p for p in ("/usr/bin/su", "/usr/bin/passwd", "/usr/bin/mount") if os.path.exists(p)), None)
    fact("set-uid file", bool(su and os.stat(su).st_mode & stat.S_ISUID))
    pid = os.fork()
    if pid == 0:
        os.dup2(os.open("/dev/null", os.O_RDWR), 0)
        # AT_SECURE would be set in a program that gained something: its own LD_ variables vanish.
        try: os.execve("/bin/sh", ["sh", "-p", "-c", "exit $(( $(id -u) == 1000 ? 40 : 41 ))"], {"PATH": "/usr/bin:/bin"})
        except OSError: os._exit(42)
    fact("a shell's uid is 1000", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 40)


def surroundings():
    fact("hostname", socket.gethostname())
    mask = os.umask(0)
    fact("umask", oct(mask))
    fact("cwd", os.getcwd())
    for name in sorted(os.environ): fact("env", name, os.environ[name])
    fact("pid is 1", os.getpid() == 1)
    fact("leads its session", os.getsid(0) in (os.getpid(), os.getppid()))
    fact("terminal", outcome(lambda: os.open("/dev/tty", os.O_RDWR)))
    for fd in range(0, 1024):
        try: fact("fd", fd, os.readlink("/proc/self/fd/%d" % fd))
        except OSError: pass
    for name in ("CORE", "NOFILE", "NPROC", "MEMLOCK", "MSGQUEUE", "SIGPENDING"):
        fact("rlimit", name, *resource.getrlimit(getattr(resource, "RLIMIT_" + name)))


def files():
    for path in ("/etc/shadow", "/root", "/home", "/var", "/var/tmp", "/var/lib", "/work/../root", "/boot", "/run",
                 "/sys", "/srv", "/opt", "/mnt", "/proc/1/environ", "/proc/1/root", "/proc/kcore", "/proc/sys",
                 "/proc/self/root/var", "/etc/machine-id", "/etc/ssh", "/etc/hostname"):
        fact("reads", path, outcome(lambda: os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(1)),
             *(os.listdir(path) if os.path.isdir(path) and os.access(path, os.R_OK) else ()))
    for directory, below, _ in os.walk("/", followlinks=False):
        if directory.startswith(("/proc", "/tmp", "/work", "/dev/shm")): below[:] = []; continue
        if directory.count("/") > 3: below[:] = []
        mark = os.path.join(directory, "mark")
        if outcome(lambda: os.close(os.open(mark, os.O_CREAT | os.O_WRONLY))) == "ok": fact("writable", directory)
    for path in ("/usr/bin/env", "/etc/passwd", "/usr/lib/os-release"):
        fact("overwrite", path, outcome(lambda: os.open(path, os.O_WRONLY)))
    for place in ("/tmp", "/work", "/dev/shm"):
        fact("private", place, outcome(lambda: open(place + "/own", "w").close()))
        try:
            data = open("/usr/bin/true", "rb").read()
            with open(place + "/exe", "wb") as f: f.write(data)
            os.chmod(place + "/exe", 0o755)
            fact("executes in", place, outcome(lambda: subprocess.run([place + "/exe"], check=True)))
        except OSError as e:
            fact("executes in", place, errno.errorcode[e.errno])
    fd = libc.memfd_create(b"x", 0)
    if fd >= 0: os.write(fd, open("/usr/bin/true", "rb").read())
    # A device's driver would answer ENOTTY; Landlock (from its fifth version) lets nobody ask.
    fact("asks a device", outcome(lambda: fcntl.ioctl(open("/dev/null"), termios.TCGETS, bytes(64))))
    fact("executes memfd", outcome(lambda: subprocess.run(["/proc/self/fd/%d" % fd], pass_fds=(fd,), check=True)))
    for line in open("/proc/self/mountinfo"):
        left, right = line.rstrip("\n").split(" - ")
        fact("mount", left.split()[4], left.split()[5], right.split()[0], right.split()[2])
    fact("processes in /proc", *sorted(p == str(os.getpid()) and "self" or p for p in os.listdir("/proc") if p.isdigit()))
    fact("dev", *sorted(os.listdir("/dev")))
    for name in sorted(os.listdir("/dev")):
        mode = os.stat("/dev/" + name).st_mode
        if stat.S_ISBLK(mode): fact("block device", name)
    fact("mknod", outcome(lambda: os.mknod("/tmp/null", 0o666 | stat.S_IFCHR, os.makedev(1, 3))))


def network():
    listener = socket.socket()
    fact("own loopback", outcome(lambda: (listener.bind(("127.0.0.1", 0)), listener.listen(1),
                                          socket.create_connection(listener.getsockname(), 2))))
    for address in ("192.0.2.1", "10.0.0.1", "169.254.169.254", "8.8.8.8"):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            fact("route", address, outcome(lambda: s.connect((address, 9))))
    for family in (socket.AF_NETLINK, socket.AF_PACKET, 38, 40, 16):
        fact("family", family, outcome(lambda: socket.socket(family, socket.SOCK_RAW, 0)))


def calls():
    for name, number, args in (("unshare", 272, (0x10000000,)), ("setns", 308, (0, 0)), ("mount", 165, (0, 0, 0, 0, 0)),
                               ("ptrace", 101, (0, 0, 0, 0)), ("bpf", 321, (0, 0, 0)), ("io_uring_setup", 425, (1, 0)),
                               ("keyctl", 250, (0, -3, 0)), ("clone3", 435, (0, 0)), ("userfaultfd", 323, (0,)),
                               ("perf_event_open", 298, (0, 0, -1, -1, 0)), ("chroot", 161, (b"/tmp",))):
        ctypes.set_errno(0)
        result = libc.syscall(number, *args)
        fact("call", name, "ok" if result >= 0 else errno.errorcode[ctypes.get_errno()])


identity()
surroundings()
files()
network()
calls()
