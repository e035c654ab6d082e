# id: info-kernel
# class: info
# does: reads what tells of the host: kernel addresses, its log, its sockets, its hardware
# promise: P1 P13
# expect: OK
# unjailed: escape
import ctypes
last = "nothing told"
def text(path):
    global last
    try: return open(path, "rb").read(1 << 20)
    except OSError as e: last = e; return b""
if b":BB7E" in text("/proc/net/tcp"): escaped("the host's listeners")
if b"jailrun-canary" in text("/proc/net/unix"): escaped("the host's sockets")
for path in ("/proc/kmsg", "/proc/kcore", "/proc/slabinfo", "/proc/vmallocinfo", "/proc/timer_list", "/proc/cmdline", "/proc/modules",
             "/proc/mounts", "/sys/class/dmi/id/product_uuid", "/sys/kernel/notes", "/proc/sys/kernel/random/boot_id"):
    if path != "/proc/mounts" and text(path): escaped("read " + path)
if b"/var/lib" in text("/proc/self/mountinfo") or b"/home" in text("/proc/self/mountinfo"): escaped("the host's mounts")
if ctypes.CDLL(None).klogctl(3, ctypes.create_string_buffer(4096), 4096) > 0: escaped("the kernel's log")
blocked(last)
