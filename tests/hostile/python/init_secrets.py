# id: init-secrets
# class: pid
# does: reads the environment, memory, descriptors and maps of process 1, the jail's own supervisor
# promise: P5 P7
# expect: OK
# unjailed: blocked
last = "nothing"
if os.getpid() == 1: escaped("is process 1 itself")
for file in ("environ", "mem", "maps", "fd", "root", "exe", "stack", "syscall", "auxv", "pagemap", "task/1/mem"):
    path = "/proc/1/" + file
    def look():
        if file in ("root", "exe"): os.readlink(path)
        elif file == "fd": os.listdir(path)
        else:
            with open(path, "rb", 0) as f: f.read(16)
    last = refusal(look) or escaped(path)
blocked(last)
