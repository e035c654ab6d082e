#!/usr/bin/python3
"""P40: after hours of attacks, four at a time for each processor, the host is as it was.

  soak.py --jailrun build/release/tools/jailrun/jailrun --seconds 3600

Runs the payloads of the corpus in random order, round by round. After each round, when nothing runs any more, it counts what a
leak would add to: processes, zombies, control groups, mounts, namespaces, keys, System V objects, open files, and the kernel's
own memory, caches dropped. The first round warms up. Then each count must be what it was, memory within 2 %.
Needs root, and a machine on which nothing else comes and goes."""
import argparse
import fcntl
import os
import random
import shutil
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from judge import host, payload, record
from run_corpus import LOCK, MUST_RUN, PROTO

STAGE = "/tmp/soak"
LIMITS = ["--wall", "4s", "--time", "1s", "--compile-time", "4s"]
HARD_WALL = 60
ROUNDS = 6             # Of the time that is given; the first one warms up.
KTHREADD = 2           # The parent of all threads of the kernel.
SETTLE_SECONDS = 30    # For what the kernel takes down later: namespaces, groups.
WITHIN = {"slab KiB": 0.02, "page tables KiB": 0.02, "kernel stacks KiB": 0.02, "open files": 0.02}
SLACK = {"slab KiB": 4096, "page tables KiB": 1024, "kernel stacks KiB": 256, "open files": 64}  # A quiet machine's own noise.


def meminfo(name):
    return next(int(line.split()[1]) for line in host.lines("/proc/meminfo") if line.startswith(name + ":"))


def namespaces():
    found = set()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        for kind in ("mnt", "net", "pid", "user", "ipc", "uts", "cgroup"):
            try: found.add(os.readlink("/proc/%s/ns/%s" % (pid, kind)))
            except OSError: pass
    return found


def counts():
    with open("/proc/sys/vm/drop_caches", "w", encoding="ascii") as file: file.write("3\n")
    states = processes()
    return {
        "processes": len(states),
        "zombies": list(states.values()).count("Z"),
        "control groups": len(host.groups()),
        "mounts": len(host.lines("/proc/self/mountinfo")),
        "namespaces": len(namespaces()),
        "keys": len(host.lines("/proc/keys")),
        "System V objects": sum(len(host.lines("/proc/sysvipc/" + kind)) for kind in ("shm", "sem", "msg")),
        "loop devices": len([name for name in os.listdir("/sys/block") if os.path.exists("/sys/block/%s/loop" % name)]),
        "open files": int(open("/proc/sys/fs/file-nr", encoding="ascii").read().split()[0]),
        "slab KiB": meminfo("SUnreclaim"),
        "page tables KiB": meminfo("PageTables"),
        "kernel stacks KiB": meminfo("KernelStack"),
    }


def processes():
    """{pid: state} of all but the kernel's own threads, which come and go as they like. A zombie is one of them: it has no
    command line left either, so that does not tell."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try: parent, state = host.stat(int(pid))
        except (OSError, ValueError): continue  # It has gone.
        if KTHREADD not in (int(pid), parent): found[int(pid)] = state
    return found


def grown(before, now):
    return ["%s: %d -> %d" % (name, before[name], now[name]) for name in before
            if now[name] > before[name] * (1 + WITHIN.get(name, 0)) + SLACK.get(name, 0)]


def settled(before):
    """What has grown when it no longer shrinks by itself."""
    end = time.monotonic() + SETTLE_SECONDS
    while True:
        now = counts()
        if not before or not grown(before, now) or time.monotonic() > end: return now
        time.sleep(1)


class Attackers:
    def __init__(self, options):
        self.payloads = payload.load(HERE, set(record.read_proto(PROTO)[0].values()))
        self.jailrun, self.at_once = os.path.abspath(options.jailrun), options.at_once
        self.random = random.Random(options.seed)
        self.lock = threading.Lock()
        self.runs = self.unfinished = 0

    def round(self, seconds):
        self.end = time.monotonic() + seconds
        threads = [threading.Thread(target=self._work, args=(number,)) for number in range(self.at_once)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()

    def _work(self, number):
        folder = "%s/%d" % (STAGE, number)
        while time.monotonic() < self.end:
            with self.lock: p = self.random.choice(self.payloads)
            shutil.rmtree(folder, ignore_errors=True)
            os.makedirs(folder)
            with open(os.path.join(folder, p.file_name()), "w", encoding="utf-8") as file: file.write(p.source())
            wanted = [word for glob in p.get for word in ("--get", glob)]
            try:
                subprocess.run([self.jailrun, "--cold", "--lang", p.language, *LIMITS, *wanted, p.file_name()], cwd=folder,
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=HARD_WALL, check=False)
            except subprocess.TimeoutExpired:
                with self.lock: self.unfinished += 1
            with self.lock: self.runs += 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jailrun", required=True)
    parser.add_argument("--seconds", type=int, default=3600)
    parser.add_argument("--at-once", type=int, default=4 * len(os.sched_getaffinity(0)))
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    if os.geteuid() != 0:
        print("SKIP: the soak needs root", flush=True)
        return 1 if MUST_RUN else 77
    lock = open(LOCK, "w", encoding="ascii")
    fcntl.flock(lock, fcntl.LOCK_EX)
    host.become_private()
    attackers = Attackers(options)
    before, worst = {}, []
    for number in range(ROUNDS):
        attackers.round(options.seconds / ROUNDS)
        host.kill_descendants()
        host.remove(STAGE)
        now = settled(before)
        print("after %d runs: %s" % (attackers.runs, ", ".join("%s %d" % item for item in now.items())), flush=True)
        worst = grown(before, now) if before else []
        before = before or now
    for line in worst: print("GROWN " + line)
    if attackers.unfinished: print("%d runs did not end within %d s" % (attackers.unfinished, HARD_WALL))
    print("soak: %s after %d runs, %d at once (seed %d)" % ("grown" if worst else "flat", attackers.runs, options.at_once, options.seed))
    return 1 if worst or attackers.unfinished else 0


if __name__ == "__main__":
    sys.exit(main())
