# id: cgroup-write
# class: cgroup
# does: looks for a control group file it can write: to leave, to raise its limits, to run a helper
# promise: P14 P15
# after: CVE-2022-0492
# expect: OK
# unjailed: any
last, seen = "no cgroup file", 0
for top in ("/sys/fs/cgroup", "/proc/self/root/sys/fs/cgroup", "/cgroup"):
    for folder, below, files in os.walk(top):
        seen += 1
        if seen > 500: break
        for file in files:
            if file.split(".")[-1] in ("procs", "tasks", "max", "limit_in_bytes", "release_agent", "kill", "subtree_control"):
                last = refusal(lambda: os.close(os.open(folder + "/" + file, os.O_WRONLY))) or escaped(folder + "/" + file)
blocked(last)
