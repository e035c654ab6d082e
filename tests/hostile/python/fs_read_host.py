# id: fs-read-host
# class: fs
# does: reads a file of the host by every spelling of its path
# promise: P1
# expect: OK
# unjailed: escape
up = "../" * 40
last = "not there"
for path in (CANARY + "/open", "/proc/self/root" + CANARY + "/open", up + CANARY[1:] + "/open",
             "//" + CANARY + "/./open", "/proc/self/cwd/" + up + CANARY[1:] + "/open",
             "/proc/thread-self/root" + CANARY + "/open", "/dev/fd/../../../.." + CANARY + "/open"):
    try:
        if open(path).read().startswith("NONCE"): escaped("read by " + path)
    except OSError as e:
        last = e
blocked(last)
