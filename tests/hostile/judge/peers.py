"""The same payloads under other sandboxes, as their manuals show them, with what limits they have or timeout(1) and
prlimit(1) can add. Nothing is judged but safety: they write no record that could be judged."""
import json
import os
import shutil
import subprocess

USER = 61247
HOME, PASSWD = "/tmp/corpus-home", "/tmp/corpus-passwd"
WALL = 4
MEMORY = 256 << 20
BUNDLE = "/tmp/corpus-bundle"
CONTAINER = "jailrun-corpus"
SECCOMP = "/usr/share/containers/seccomp.json"
# What the kernel bounds for a user; memory by address space, which breaks node (it has no other).
RLIMITS = ["/usr/bin/timeout", "-s", "KILL", str(WALL), "/usr/bin/prlimit", "--cpu=1", "--nproc=50", "--fsize=67108864"]
USR = ["/bin", "/lib", "/lib64", "/sbin"]


def bubblewrap(argv, folder):
    links = [word for name in USR for word in ("--symlink", "usr" + name, name)]
    return RLIMITS + ["/usr/bin/bwrap", "--unshare-all", "--uid", "1000", "--gid", "1000", "--ro-bind", "/usr", "/usr", *links,
                      "--ro-bind", "/etc", "/etc", "--tmpfs", "/tmp", "--bind", folder, folder, "--chdir", folder, "--proc", "/proc",
                      "--dev", "/dev", "--die-with-parent", "--new-session", "--", *argv]


def firejail(argv, folder):
    return RLIMITS + ["/usr/bin/firejail", "--quiet", "--noprofile", "--net=none", "--ipc-namespace", "--private-dev", "--private",
                      "--nonewprivs", "--caps.drop=all", "--seccomp", "--read-only=/", "--read-write=/tmp", "--", *argv]


def runc(argv, folder):
    write_bundle(argv, folder)
    return ["/usr/bin/timeout", "-s", "TERM", "-k", "1", str(WALL), "/usr/bin/runc", "--root", BUNDLE + "/state", "run", "--bundle",
            BUNDLE, CONTAINER]


def name_the_user():
    """firejail serves only users that have a name and a home. In the runner's own mounts, so that the host's file stays."""
    with open("/etc/passwd", encoding="utf-8") as file: text = file.read()
    with open(PASSWD, "w", encoding="utf-8") as file: file.write(text + f"corpus:x:{USER}:{USER}::{HOME}:/bin/sh\n")
    os.makedirs(HOME, exist_ok=True)
    os.chown(HOME, USER, USER)
    subprocess.run(["/bin/mount", "--bind", PASSWD, "/etc/passwd"], check=True)


def forget_the_user():
    """The mount ends with the runner."""
    shutil.rmtree(HOME, ignore_errors=True)
    os.remove(PASSWD)


def no_cleanup(): pass


def remove_container():
    subprocess.run(["/usr/bin/runc", "--root", BUNDLE + "/state", "delete", "-f", CONTAINER], capture_output=True, check=False)
    shutil.rmtree(BUNDLE, ignore_errors=True)


# name: (program, wrap, as whom it is started, afterwards)
PEERS = {"bubblewrap": ("/usr/bin/bwrap", bubblewrap, USER, no_cleanup),
         "firejail": ("/usr/bin/firejail", firejail, USER, no_cleanup),
         "runc": ("/usr/bin/runc", runc, 0, remove_container)}


def docker_filter():
    """The containers' default profile, for x86_64 and a process without capabilities."""
    with open(SECCOMP, encoding="utf-8") as file: profile = json.load(file)
    rules = []
    for rule in profile["syscalls"]:
        needs = rule.get("includes", {})
        if needs.get("caps") or ("arches" in needs and not {"amd64", "x86_64"} & set(needs["arches"])): continue
        rules.append({key: rule[key] for key in ("names", "action", "args", "errnoRet") if rule.get(key)})
    return {"defaultAction": profile["defaultAction"], "defaultErrnoRet": profile.get("defaultErrnoRet", 1),
            "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"], "syscalls": rules}


def write_bundle(argv, folder):
    with open(make_root(BUNDLE, folder) + "/config.json", "w", encoding="utf-8") as file: json.dump(bundle_config(argv, folder), file)


def make_root(bundle, folder):
    for name in ("usr", "etc", "proc", "dev", "sys", "tmp", "var/tmp", folder.strip("/")): os.makedirs(f"{bundle}/rootfs/{name}", exist_ok=True)
    for name in USR:
        if not os.path.lexists(bundle + "/rootfs" + name): os.symlink("usr" + name, bundle + "/rootfs" + name)
    return bundle


def bundle_config(argv, folder):
    """What `docker run --user 1000 --memory 256m --pids-limit 50 --network none` asks its runtime for."""
    caps = ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID", "CAP_SETFCAP",
            "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL", "CAP_AUDIT_WRITE"]

    def bind(path, mode): return {"destination": path, "source": path, "type": "none", "options": ["rbind", mode]}

    def mount(path, kind, *options): return {"destination": path, "type": kind, "source": kind, "options": ["nosuid", *options]}
    return {
        "ociVersion": "1.0.2", "hostname": "box", "root": {"path": "rootfs", "readonly": True},
        "process": {"terminal": False, "cwd": folder, "args": argv, "user": {"uid": 1000, "gid": 1000}, "noNewPrivileges": False,
                    "env": ["PATH=/usr/bin:/bin", "HOME=/tmp", "LANG=C.UTF-8"], "capabilities": {"bounding": caps}},
        "mounts": [mount("/proc", "proc"), mount("/dev", "tmpfs", "mode=755", "size=65536k"), mount("/dev/pts", "devpts", "newinstance", "ptmxmode=0666"),
                   mount("/dev/shm", "tmpfs", "mode=1777", "size=65536k"), mount("/dev/mqueue", "mqueue"), mount("/sys", "sysfs", "ro"),
                   mount("/tmp", "tmpfs", "mode=1777"), bind("/usr", "ro"), bind("/etc", "ro"), bind(folder, "rw")],
        "linux": {"namespaces": [{"type": kind} for kind in ("pid", "network", "ipc", "uts", "mount", "cgroup")], "seccomp": docker_filter(),
                  "resources": {"memory": {"limit": MEMORY, "swap": MEMORY}, "pids": {"limit": 50}, "cpu": {"quota": 100000, "period": 100000}},
                  "maskedPaths": ["/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/sched_debug", "/sys/firmware"],
                  "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]}}
