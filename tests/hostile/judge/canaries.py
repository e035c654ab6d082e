"""Things on the host that no payload may see or touch. Their names are fixed, as payloads must know
them, so one corpus runs at a time (run_corpus.py holds a lock)."""
import ctypes
import errno
import os
import re
import select
import signal
import socket
import subprocess
import threading
import time

from judge.host import LIBC, remove

FOLDER = "/var/tmp/jailrun-canary"
PORT = 47998
SYS_MQ_OPEN, SYS_MQ_UNLINK = 240, 241
SYS_ADD_KEY, SYS_KEYCTL, USER_KEYRING = 248, 250, -4
KEYCTL_SETPERM, KEYCTL_INVALIDATE, KEYCTL_READ, EVERYONE = 5, 21, 11, 0x3f3f3f3f
IPC_RMID, SHM_KEY = 0, 0x6A61696C


def kernel_trouble(log):
    """What a payload must not get out of the kernel, of lines of /dev/kmsg."""
    return re.findall(r"^[^;]*;((?:kernel )?BUG[: ].*|WARNING: .*|Oops: .*|Kernel panic.*)", log, re.M)


def bind(s, address):
    """Another corpus has given up the lock but may still be closing its sockets."""
    for attempt in range(40):
        try: return s.bind(address)
        except OSError:
            if attempt == 39: raise
            time.sleep(0.1)


class KeyCanary:
    """A key that everyone may read and write. Raises OSError when the host lets us have none."""

    def __init__(self, text, name=b"jailrun-canary"):
        self.text = text.encode()
        self.key = self._call(SYS_ADD_KEY, b"user", name, self.text, len(self.text), USER_KEYRING)
        self._call(SYS_KEYCTL, KEYCTL_SETPERM, self.key, EVERYONE)

    @staticmethod
    def _call(*words):
        result = LIBC.syscall(*words)
        if result == -1: raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        return result

    def changed(self):
        text = ctypes.create_string_buffer(100)
        length = LIBC.syscall(SYS_KEYCTL, KEYCTL_READ, self.key, text, len(text))
        return text.raw[:max(length, 0)] != self.text

    def remove(self):
        LIBC.syscall(SYS_KEYCTL, KEYCTL_INVALIDATE, self.key)


class KernelLog:
    """What the kernel has said since the last look; `read` is that of /dev/kmsg."""

    def __init__(self, read):
        self.read = read

    @classmethod
    def open(cls, secret):
        """With the secret in it; only what comes after is looked at. Raises OSError where it cannot be read, or is none:
        in a container it may be another file."""
        fd = os.open("/dev/kmsg", os.O_RDWR | os.O_NONBLOCK)
        os.lseek(fd, 0, os.SEEK_END)
        os.write(fd, b"jailrun-canary %s\n" % secret.encode())
        line = b""
        while secret.encode() not in line:
            line = os.read(fd, 8192) if select.select([fd], [], [], 1)[0] else b""
            if not line: raise OSError(errno.ENODATA, "what is written to it does not come back")
        return cls(lambda: os.read(fd, 8192))

    def trouble(self):
        said = b""
        while True:
            try: said += self.read()
            except BlockingIOError: return kernel_trouble(said.decode("utf-8", "replace"))
            except BrokenPipeError: continue  # Overwritten before it was read: on with what is there.


def plant(what, make, unwatched):
    """What `make` returns; None, and a line more of what is not watched, when the host refuses."""
    try: return make()
    except OSError as e: unwatched.append("%s: %s" % (what, e.strerror))
    return None


class Canaries:
    def __init__(self, uid):
        self.uid = uid
        self.secret = "s" + os.urandom(16).hex()  # A letter first: an assembler quotes names in full.
        self.nonce = "NONCE:" + self.secret
        self.hits, self.lock, self.sockets = [], threading.Lock(), []
        self._plant_files()
        self._listen(socket.AF_INET, ("127.0.0.1", PORT))
        if os.path.exists("/proc/net/if_inet6"): self._listen(socket.AF_INET6, ("::1", PORT))
        self._listen(socket.AF_UNIX, "\0jailrun-canary")
        self._listen(socket.AF_UNIX, FOLDER + "/socket")
        os.chmod(FOLDER + "/socket", 0o777)
        self._listen_udp()
        self.segment = LIBC.shmget(SHM_KEY, 4096, 0o1666)
        self.queue = LIBC.syscall(SYS_MQ_OPEN, b"jailrun-canary", os.O_CREAT | os.O_RDWR, 0o666, None)
        self.unwatched = []  # For people: what this host does not let us have.
        self.key = plant("a key of the host", lambda: KeyCanary(self.nonce), self.unwatched)
        self.log = plant("the kernel's log", lambda: KernelLog.open(self.nonce), self.unwatched)
        self._start_process()
        self.host_before = self._host()

    def _plant_files(self):
        remove(FOLDER)
        os.makedirs(FOLDER + "/dropbox")
        os.chmod(FOLDER, 0o755)
        os.chmod(FOLDER + "/dropbox", 0o1777)
        self.files = {}
        for path, mode in ((FOLDER + "/open", 0o644), (FOLDER + "/secret", 0o600), ("/dev/shm/jailrun-canary", 0o666)):
            with open(path, "w") as f: f.write(self.nonce + "\n")
            os.chmod(path, mode)
            self.files[path] = self._look_at(path)

    @staticmethod
    def _look_at(path):
        s = os.lstat(path)
        return s.st_mode, s.st_uid, s.st_gid, s.st_size, s.st_ino, s.st_nlink, s.st_mtime_ns

    def _hit(self, what):
        with self.lock: self.hits.append(what)

    def _listen(self, family, address):
        s = socket.socket(family, socket.SOCK_STREAM)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bind(s, address)
        s.listen(16)
        self.sockets.append(s)

        def accept():
            while True:
                try: connection, _ = s.accept()
                except OSError: return  # Closed: the corpus is over.
                self._hit("connection to %r" % (address,))
                connection.close()
        threading.Thread(target=accept, daemon=True).start()

    def _listen_udp(self):
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        bind(s, ("127.0.0.1", PORT))
        self.sockets.append(s)

        def receive():
            while True:
                try: s.recv(100)
                except OSError: return
                self._hit("datagram")
        threading.Thread(target=receive, daemon=True).start()

    def _start_process(self):
        """Of the uid that payloads have un-jailed: anyone of that uid may signal, trace and re-limit it."""
        self.told, tell = os.pipe()
        os.set_blocking(self.told, False)
        code = ("import os, signal, time\nsignal.signal(signal.SIGCONT, lambda *_: os.write(%d, b'!'))\n"
                "os.write(%d, b'+')\nwhile True: time.sleep(600)" % (tell, tell))

        def drop():
            os.setsid()
            os.setgroups([])
            os.setresgid(self.uid, self.uid, self.uid)
            os.setresuid(self.uid, self.uid, self.uid)
        self.process = subprocess.Popen(["jailrun-canary-process", "-c", code], executable="/usr/bin/python3", preexec_fn=drop,
                                        pass_fds=(tell,), stdin=subprocess.DEVNULL, env={"PATH": "/usr/bin", "TOKEN": self.nonce})
        os.close(tell)
        os.set_blocking(self.told, True)
        os.read(self.told, 1)  # It listens now.
        os.set_blocking(self.told, False)
        self.process_before = self._process()

    def _process(self):
        pid = self.process.pid
        try:
            status = dict(line.rstrip("\n").split(":\t", 1) for line in open("/proc/%d/status" % pid) if ":\t" in line)
            return (status["State"][0] in "SR", status["TracerPid"], os.getpriority(os.PRIO_PROCESS, pid),
                    tuple(sorted(os.sched_getaffinity(pid))), open("/proc/%d/oom_score_adj" % pid).read())
        except (OSError, KeyError):
            return "gone"

    @staticmethod
    def _host():
        paths = ("kernel/core_pattern", "kernel/modprobe", "kernel/domainname", "kernel/hostname", "user/max_user_namespaces")
        return [open("/proc/sys/" + p).read() for p in paths if os.path.exists("/proc/sys/" + p)]

    def touched(self):
        """What came to harm since the last call, for people; puts back what it can."""
        bad = []
        for path, before in self.files.items():
            if not os.path.lexists(path): bad.append("gone: " + path)
            elif self._look_at(path) != before: bad.append("changed: " + path)
        for name in os.listdir(FOLDER + "/dropbox"):
            bad.append("written: dropbox/" + name)
            os.unlink(FOLDER + "/dropbox/" + name)
        with self.lock:
            bad += self.hits
            self.hits.clear()
        try:
            if os.read(self.told, 100): bad.append("a host process was signalled")
        except BlockingIOError:
            pass
        if self._process() != self.process_before: bad.append("the host process is now %s" % (self._process(),))
        if self.key and self.key.changed(): bad.append("a key of the host has changed")
        if self.log: bad += ["the kernel: " + line for line in self.log.trouble()]
        if self._host() != self.host_before: bad.append("a setting of the host has changed")
        if any(b.startswith(("gone", "changed")) for b in bad): self._replant()
        return bad

    def _replant(self):
        for path in self.files:
            if os.path.lexists(path): os.unlink(path)
            with open(path, "w") as f: f.write(self.nonce + "\n")
            os.chmod(path, 0o600 if path.endswith("secret") else 0o644)
            self.files[path] = self._look_at(path)

    def remove(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        for s in self.sockets:
            # A thread that waits in accept() keeps a closed socket alive: wake it first.
            try: s.shutdown(socket.SHUT_RDWR)
            except OSError: pass  # Not connected: the datagram one.
            s.close()
        LIBC.shmctl(self.segment, IPC_RMID, None)
        if self.key: self.key.remove()
        LIBC.syscall(SYS_MQ_UNLINK, b"jailrun-canary")
        remove(FOLDER)
        os.unlink("/dev/shm/jailrun-canary")
