# One of twenty: says who it is, leaves marks in every writable place and looks for others' marks.
import os, sys, time
me = sys.argv[1]
for place in ("/tmp", "/work", "/dev/shm"):
    for name in os.listdir(place):
        if name.startswith("mark-"): print("FOREIGN", place, name)
    open("%s/mark-%s" % (place, me), "w").write(me)
time.sleep(1.5)
for place in ("/tmp", "/work", "/dev/shm"):
    for name in os.listdir(place):
        if name.startswith("mark-") and name != "mark-" + me: print("FOREIGN", place, name)
seen = 0
for pid in range(2, 400):
    try:
        os.kill(pid, 0)
        seen += pid != os.getpid()
    except ProcessLookupError: pass
    except PermissionError: seen += 1
print("me", me, "others", seen)
