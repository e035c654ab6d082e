"""Who is measured beside jailrun: a row each. A peer runs at the isolation it has that is closest to ours: all namespaces,
a read-only system, no capability, a filter of system calls, limits where it can set them.

"{id}" in a command is another word at each start."""
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import namedtuple

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, "../hostile"))
from judge import peers  # noqa: E402  pylint: disable=wrong-import-position

# needs: the program that must be there. command: (stage, what is run: "hello" or "python") -> words. opened: (stage) -> a
# file that each start gets as descriptor 10. at_once: of the hello; of python 8. smoke: part of what CI runs.
Contender = namedtuple("Contender", "name needs command opened at_once smoke")


class Stage:
    """What the contenders need: the programs, below /usr where all see them, the OCI bundles, a filter; gone at the end."""

    def __init__(self, jailrun, bench):
        self.jailrun = os.path.realpath(jailrun)
        self.folder = f"/usr/local/lib/jailrun-bench-{os.getpid()}"
        self.scratch = f"/tmp/jailrun-bench-{os.getpid()}"
        self.filter, self.socket = self.scratch + "/filter.bpf", self.scratch + "/pool.sock"
        self.prefix = []  # What everything is measured under.
        for path in (self.folder, self.scratch):
            os.mkdir(path, 0o755)
        for program in ("hello", "least"):
            shutil.copy(os.path.join(os.path.dirname(bench), "bench_" + program), f"{self.folder}/{program}")
        with open(self.folder + "/hello.py", "w", encoding="utf-8") as file:
            file.write("print('hello')\n")
        self.argv = {"hello": [self.folder + "/hello"], "python": ["/usr/bin/python3", self.folder + "/hello.py"]}
        subprocess.run([bench, "--write-filter", self.filter], check=True)
        self.pool = subprocess.Popen([self.jailrun, "pool", "--pool", self.socket, "--ready", "8"], stdin=subprocess.DEVNULL)

    def pool_status(self):
        """{what: how many}"""
        done = subprocess.run([self.jailrun, "pool", "status", "--pool", self.socket], capture_output=True, text=True, check=False)
        return {what.lower(): int(count) for what, count in re.findall(r"([A-Z][a-z ]+|asked for[a-z ]+): (\d+)", done.stdout)}

    def await_pool(self):
        """Until it answers; then a run of each shape, and until it has jails of them again."""
        self.await_status(lambda status: status, "does not answer")
        for program in self.argv:
            subprocess.run(pooled(self, program), stdout=subprocess.DEVNULL, check=True)
        self.await_status(lambda status: status.get("ready", 0) > 0, "has no jail ready")

    def await_status(self, wanted, otherwise):
        end = time.monotonic() + 20
        while not wanted(self.pool_status()):
            if time.monotonic() > end or self.pool.poll() is not None:
                raise SystemExit(f"contenders.py: the pool {otherwise}")
            time.sleep(0.05)

    def close(self):
        self.pool.terminate()
        self.pool.wait()
        for path in (self.folder, self.scratch):
            shutil.rmtree(path, ignore_errors=True)

    def bundle(self, program):
        """docker run's, and closer to ours: a user namespace, no capability at all, no new privileges."""
        bundle = peers.make_root(f"{self.scratch}/{program}", self.folder)
        config = peers.bundle_config(self.argv[program], self.folder)
        config["process"].update(noNewPrivileges=True, capabilities={})
        ids = [{"containerID": 0, "hostID": 100000, "size": 65536}]
        config["linux"].update(uidMappings=ids, gidMappings=ids)
        config["linux"]["namespaces"].append({"type": "user"})
        with open(bundle + "/config.json", "w", encoding="utf-8") as file:
            json.dump(config, file)
        return bundle


def bare(stage, program):
    return stage.argv[program]


def least(stage, program):
    return [stage.folder + "/least", *stage.argv[program]]


def cold(stage, program):
    return jailrun(stage, program, "--cold")


def jailrun(stage, program, *options):
    if program == "python":
        return [stage.jailrun, *options, "--lang", "python", stage.argv["python"][1]]
    return [stage.jailrun, *options, "exec", "--rootfs", "host", "--", *stage.argv[program]]


def pooled(stage, program):
    return jailrun(stage, program, "--pool", stage.socket)


def bubblewrap(stage, program):
    binds = [word for path in ("/usr", "/lib", "/bin", "/lib64", "/etc") for word in ("--ro-bind", path, path)]
    return ["/usr/bin/bwrap", "--unshare-all", "--uid", "1000", "--gid", "1000", *binds, "--tmpfs", "/tmp", "--proc", "/proc",
            "--dev", "/dev", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--seccomp", "10", "--", *stage.argv[program]]


def firejail(stage, program):
    return ["/usr/bin/firejail", "--quiet", "--noprofile", "--net=none", "--ipc-namespace", "--private-dev", "--private-tmp",
            "--nonewprivs", "--caps.drop=all", "--seccomp", "--read-only=/", "--rlimit-nproc=64", "--", *stage.argv[program]]


def crun(stage, program):
    return ["/usr/bin/crun", "--root", stage.scratch + "/crun", "--cgroup-manager=cgroupfs", "run", "--bundle",
            stage.bundle(program), "{id}"]


def runc(stage, program):
    return ["/usr/sbin/runc", "--root", stage.scratch + "/runc", "run", "--bundle", stage.bundle(program), "{id}"]


def no_file(_): return "-"
def our_filter(stage): return stage.filter


CONTENDERS = [
    Contender("bare", None, bare, no_file, "1,8", True),
    Contender("least", None, least, our_filter, "1,8", True),
    Contender("jailrun", None, cold, no_file, "1,2,8,32", True),
    Contender("jailrun pooled", None, pooled, no_file, "1,2,8,32", True),
    Contender("bubblewrap", "/usr/bin/bwrap", bubblewrap, our_filter, "8", True),
    Contender("firejail", "/usr/bin/firejail", firejail, no_file, "8", False),
    Contender("crun", "/usr/bin/crun", crun, no_file, "8", False),
    Contender("runc", "/usr/sbin/runc", runc, no_file, "8", False),
]
# What a contender lacks of what jailrun does, for the reader of its figures.
LACKS = {
    "least": "no jail: seven namespaces, a read-only root and the filter, the least that the kernel takes for them",
    "bubblewrap": "no limits; our filter, but nobody hears of what it refuses",
    "firejail": "root inside, started by root; its own filter; no limits but rlimits",
    "crun": "docker's filter; limits of memory, processes and CPU rate",
    "runc": "docker's filter; limits of memory, processes and CPU rate",
}
# crun refuses hosts with both versions of cgroups: then all are measured in mounts of their own without version 2.
WITHOUT_V2 = ["/usr/bin/unshare", "--mount", "--propagation", "private", "/bin/sh", "-c", 'umount /sys/fs/cgroup/unified && exec "$@"', "sh"]


def settle_crun(stage):
    """Whether it works, in the end."""
    words = [word.replace("{id}", f"jailrun-bench-{os.getpid()}") for word in crun(stage, "hello")]
    for prefix in ([], WITHOUT_V2):
        stage.prefix = prefix
        if subprocess.run(prefix + words, capture_output=True, check=False).returncode == 0:
            return True
    stage.prefix = []
    return False


def is_there(stage, contender):
    if contender.name == "crun" and os.path.exists(contender.needs):
        return settle_crun(stage)
    return contender.needs is None or os.path.exists(contender.needs)


def write_rows(stage, chosen, path):
    with open(path, "w", encoding="utf-8") as file:
        for program in ("hello", "python"):
            for one in chosen:
                at_once = one.at_once if program == "hello" else "8"
                server = stage.pool.pid if one.command is pooled else 0
                words = [program, one.name, at_once, one.opened(stage), str(server), *one.command(stage, program)]
                print("\t".join(words), file=file)
