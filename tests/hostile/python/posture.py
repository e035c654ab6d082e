# id: posture
# class: posture
# does: reads its own credentials: uid or gid 0, groups, a capability, no_new_privs or seccomp off
# promise: P8
# expect: OK
# unjailed: escape
status = dict(line.rstrip("\n").split(":\t", 1) for line in open("/proc/self/status") if ":\t" in line)
wrong = [k for k in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb") if int(status[k], 16)]
wrong += ["uid or gid 0"] if 0 in os.getresuid() + os.getresgid() else []
wrong += ["groups %s" % os.getgroups()] if set(os.getgroups()) - {os.getgid()} else []
wrong += [k for k, good in (("NoNewPrivs", "1"), ("Seccomp", "2")) if status[k].strip() != good]
if wrong: escaped(", ".join(wrong))
blocked("all as promised")
