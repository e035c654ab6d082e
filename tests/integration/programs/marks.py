# Leaves something in every place that could outlive a run; complains about what it finds there.
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
found = []
for place in ("/tmp", "/work", "/dev/shm", "/var/tmp", "/run", "/home", "/dev/mqueue", os.path.expanduser("~")):
    if os.path.exists(place + "/mark"): found.append(place)
    try: open(place + "/mark", "w").close()
    except OSError: pass
segment = libc.shmget(0x4d41524b, 4096, 0o666)
if segment != -1: found.append("sysv segment")
libc.shmget(0x4d41524b, 4096, 0o1666)
print("found", *found) if found else print("clean")
