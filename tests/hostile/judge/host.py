"""The small host that the corpus attacks: private mounts and IPC, so that every stray file, mount and
segment found afterwards was left by a payload; and what there is to find."""
import ctypes
import os
import signal
import subprocess
import time

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNS, CLONE_NEWIPC = 0x00020000, 0x08000000
MS_NOSUID, MS_NODEV, MS_REC, MS_PRIVATE, MS_SHARED = 2, 4, 0x4000, 1 << 18, 1 << 20
PR_SET_CHILD_SUBREAPER = 36
# What anyone may write in; a minimal root has no /run/lock.
PLACES = [place for place in ("/tmp", "/var/tmp", "/dev/shm", "/run/lock") if os.path.isdir(place)]


def _check(result, what):
    if result != 0: raise OSError(ctypes.get_errno(), what)


def become_private():
    """Mounts stay shared among themselves, as on a systemd machine: a jail whose mounts leak shows."""
    _check(LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "subreaper")
    _check(LIBC.unshare(CLONE_NEWNS | CLONE_NEWIPC), "unshare")
    _check(LIBC.mount(None, b"/", None, MS_REC | MS_PRIVATE, None), "private mounts")
    _check(LIBC.mount(None, b"/", None, MS_REC | MS_SHARED, None), "shared mounts")
    for place in PLACES:
        _check(LIBC.mount(b"corpus", place.encode(), b"tmpfs", MS_NOSUID | MS_NODEV, b"mode=1777,size=3g"), place)


def stat(pid):
    """(parent, state). The name between them is the process's own choice, and need not be text."""
    with open("/proc/%d/stat" % pid, encoding="latin1") as f: text = f.read()
    rest = text[text.rindex(")") + 2:].split()
    return int(rest[1]), rest[0]


def descendants(without=()):
    """Live processes that descend from this one."""
    children = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit(): continue
        try:
            parent, state = stat(int(entry))
            children.setdefault(parent, []).append((int(entry), state))
        except (OSError, ValueError):
            pass  # It has gone.
    found, todo = [], [os.getpid()]
    while todo:
        for pid, state in children.get(todo.pop(), []):
            if pid in without: continue
            if state != "Z": found.append(pid)
            todo.append(pid)
    return found


def reap(without=()):
    """Orphans that have come to us; never a child somebody still waits for."""
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or int(entry) in without: continue
        try:
            if stat(int(entry)) == (os.getpid(), "Z"): os.waitpid(int(entry), os.WNOHANG)
        except (OSError, ValueError):
            pass


def kill_descendants(without=()):
    """A chain that forks and dies hides between two looks: several empty ones in a row are needed."""
    clean, end = 0, time.monotonic() + 20
    while clean < 5 and time.monotonic() < end:
        left = descendants(without)
        clean = 0 if left else clean + 1
        for pid in left:
            try: os.kill(pid, signal.SIGKILL)
            except OSError: pass
        reap(without)
        time.sleep(0.01)


def name_of(pid):
    try: return open("/proc/%d/cmdline" % pid, "rb").read().replace(b"\0", b" ").decode("latin1")[:60]
    except OSError: return "?"


def groups():
    """Control groups of ours, by path; in version 1 they lie beneath the launcher's own group."""
    found = set()
    for top, below, _ in os.walk("/sys/fs/cgroup"):
        found |= {os.path.join(top, d) for d in below if "jailrun" in d}
        if top.count("/") > 7: below[:] = []
    return found


def files(without):
    found = set()
    for place in PLACES:
        for top, below, names in os.walk(place):
            below[:] = [b for b in below if not os.path.join(top, b).startswith(without)]
            found |= {os.path.join(top, f) for f in below + names if not os.path.join(top, f).startswith(without)}
            if top.count("/") > 6: below[:] = []  # A payload's tree may be deeper than Python's stack.
    return found


def remove(*paths):
    """rm knows trees of any depth; as many paths at a time as a command line holds."""
    for first in range(0, len(paths), 1000):
        subprocess.run(["/bin/rm", "-rf", "--", *paths[first:first + 1000]], check=True)


def lines(path):
    try: return set(open(path).read().splitlines())
    except OSError: return set()


class Traces:
    """What was there before a run; `left` says what a run added."""

    def __init__(self, without):
        self.without = without
        self.before = self._look()

    def _look(self):
        return {"group": groups(), "file": files(self.without),
                "mount": {" ".join(line.split()[3:5]) for line in lines("/proc/self/mountinfo")},
                "segment": lines("/proc/sysvipc/shm"), "semaphore": lines("/proc/sysvipc/sem"),
                "queue": lines("/proc/sysvipc/msg"),
                "keys of": {line.split(":")[0].strip() for line in lines("/proc/key-users")}}

    def left(self, patience):
        """Other jails may live on this machine: only what is new at once and stays counts."""
        now = self._look()
        suspects = {(kind, thing) for kind in now for thing in now[kind] - self.before[kind]}
        end = time.monotonic() + patience
        while suspects and time.monotonic() < end:
            time.sleep(0.05)
            now = self._look()
            suspects = {(kind, thing) for kind, thing in suspects if thing in now[kind]}
        return sorted("%s %s" % s for s in suspects)
