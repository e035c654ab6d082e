# Leaves something in every place that could outlive a run; complains about what it finds there.
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
places = ("/tmp", "/work", "/dev/shm", "/var/tmp", "/run", "/home", "/dev/mqueue", os.path.expanduser("~"))
found = [place for place in places if os.path.exists(place + "/mark")]
for place in places:
    try: open(place + "/mark", "w").close()
    except OSError: pass
segment = libc.shmget(0x4d41524b, 4096, 0o666)
if segment != -1: found.append("sysv segment")
libc.shmget(0x4d41524b, 4096, 0o1666)
print("found", *found) if found else print("clean")
