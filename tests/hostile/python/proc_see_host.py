# id: proc-see-host
# class: pid
# does: looks for the host's processes and their environments in /proc
# promise: P5 P7
# expect: OK
# unjailed: escape
last = "alone"
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        if b"jailrun-canary-process" in open("/proc/%s/cmdline" % pid, "rb").read(): escaped("process " + pid)
        if int(pid) != os.getpid() and b"NONCE" in open("/proc/%s/environ" % pid, "rb").read(): escaped("environment of " + pid)
    except OSError as e:
        last = e
blocked(last)
