# id: dev-nodes
# class: dev
# does: opens every device that is not one of null zero full random urandom
# promise: P3
# expect: OK
# unjailed: escape
import stat
last = "no device"
harmless = {"null", "zero", "full", "random", "urandom", "fd", "stdin", "stdout", "stderr", "shm"}
likely = ["mem", "kmsg", "kvm", "fuse", "net/tun", "vsock", "loop0", "loop-control", "sda", "vda", "console", "tty", "ptmx", "rtc0", "autofs", "hwrng"]
for node in set(likely + os.listdir("/dev")) - harmless:
    def look():
        fd = os.open("/dev/" + node, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
        mode = os.fstat(fd).st_mode
        os.close(fd)
        if stat.S_ISCHR(mode) or stat.S_ISBLK(mode): escaped("/dev/" + node)
    last = refusal(look) or last
blocked(last)
