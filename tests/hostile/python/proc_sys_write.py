# id: proc-sys-write
# class: proc
# does: opens the kernel's switches for writing (and writes nothing): core_pattern, sysrq, modprobe
# promise: P2 P3
# after: CVE-2025-31133, CVE-2022-0492
# expect: OK
# unjailed: blocked
last = "none"
for path in ("/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/sys/kernel/modprobe", "/proc/sys/kernel/hostname",
             "/proc/sys/vm/drop_caches", "/proc/sys/fs/binfmt_misc/register", "/sys/kernel/uevent_helper", "/proc/1/oom_score_adj",
             "/proc/sys/user/max_user_namespaces", "/proc/self/uid_map", "/proc/kcore", "/sys/power/state", "/proc/irq/0/smp_affinity"):
    if path == "/proc/self/uid_map":  # Opening is anyone's right; a map is written once, and was.
        last = refusal(lambda: os.write(os.open(path, os.O_WRONLY), b"0 0 1")) or escaped(path)
    else:
        last = refusal(lambda: os.close(os.open(path, os.O_WRONLY))) or escaped(path)
blocked(last)
