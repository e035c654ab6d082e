# id: noexec-memfd
# class: noexec
# does: executes a file that lies in memory only, around every noexec mount
# promise: P30
# expect: OK
# kernel: 6.3 brought vm.memfd_noexec
# rootless: vm.memfd_noexec can only be set by root
# unjailed: escape
try:
    fd = os.memfd_create("x", 0)
except OSError as e:
    blocked(e)
os.write(fd, open("/usr/bin/true", "rb").read())
pid = os.fork()
if pid == 0:
    last = None
    for target in ("/proc/self/fd/%d" % fd, fd):
        try: os.execve(target, ["x"], {})
        except OSError as e: last = e
    os._exit(last.errno)
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
if code == 0: escaped("ran from memory")
blocked(OSError(code, ""))
