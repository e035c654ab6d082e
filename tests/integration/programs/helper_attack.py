# What a caller may do to the set-uid helper that he has started: PID. One line for each thing that worked.
import ctypes
import os
import resource
import sys

pid = int(sys.argv[1])
libc = ctypes.CDLL(None, use_errno=True)


def attempt(name, act):
    try:
        act()
    except OSError as error:
        if error.errno == 3: print("GONE", name)  # ESRCH: there was nothing to attack.
        return
    print("DID", name)


def traced():
    if libc.ptrace(16, pid, 0, 0) != 0: raise OSError(ctypes.get_errno(), "")  # PTRACE_ATTACH


def seized():
    if libc.ptrace(0x4206, pid, 0, 0) != 0: raise OSError(ctypes.get_errno(), "")


def read_by_call():
    class Piece(ctypes.Structure):
        _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]

    here = ctypes.create_string_buffer(8)
    own, theirs = Piece(ctypes.addressof(here), 8), Piece(0x400000, 8)
    if libc.process_vm_readv(pid, ctypes.byref(own), 1, ctypes.byref(theirs), 1, 0) < 0:
        raise OSError(ctypes.get_errno(), "")


def write_score():
    with open(f"/proc/{pid}/oom_score_adj", "w") as file: file.write("1000")


attempt("ptrace", traced)
attempt("seize", seized)
attempt("process_vm_readv", read_by_call)
for name in ("mem", "environ", "maps", "auxv", "stack", "syscall", "pagemap"):
    attempt(name, lambda: open(f"/proc/{pid}/{name}", "rb").read(1))
for name in ("exe", "cwd", "root", "fd/3", "ns/mnt"):
    attempt(name, lambda: os.readlink(f"/proc/{pid}/{name}"))
attempt("descriptors", lambda: os.listdir(f"/proc/{pid}/fd"))
attempt("rlimits", lambda: resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, 0)))
attempt("affinity", lambda: os.sched_setaffinity(pid, {0}))
attempt("priority", lambda: os.setpriority(os.PRIO_PROCESS, pid, 19))
attempt("oom_score_adj", write_score)
attempt("stop", lambda: os.kill(pid, 19))
attempt("terminate", lambda: os.kill(pid, 15))
print("attacked")
