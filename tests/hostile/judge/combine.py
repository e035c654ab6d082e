"""Attacks that nobody wrote: several of the corpus at once in one jail, started together, their numbers changed. What one
clears away, fills or kills is what another counts on; only the host's checks and the record judge, and any honest verdict will do."""
import random
import re

from judge.payload import RUN_WITHIN

INTERPRETERS = {"python": "/usr/bin/python3", "javascript": "/usr/bin/node"}
MOST_PARTS = 4
# How a run may end; never by an error of the jail's own.
VERDICTS = {"OK", "NONZERO_EXIT", "SIGNALED", "CPU_TIME_LIMIT", "WALL_TIME_LIMIT", "IDLE_TIME_LIMIT", "MEMORY_LIMIT", "OUTPUT_LIMIT",
            "DISK_LIMIT", "SYSCALL_DENIED"}
NUMBER = re.compile(r"(?<![\w.])(?:0x[0-9a-fA-F]+|\d+)(?![\w.])")

DRIVER = """# START %(id)s is said once; each part is a program of its own in a process of its own.
import os, sys, time
print("START %(id)s", flush=True)
pids = []
for number, (interpreter, delay, source) in enumerate(%(parts)r):
    path = "/work/part-%%d" %% number + (".js" if "node" in interpreter else ".py")
    with open(path, "w") as file: file.write(source)
    pid = os.fork()
    if pid == 0:
        time.sleep(delay)
        os.execv(interpreter, [interpreter, path])
    pids.append(pid)
for pid in pids:
    try: os.waitpid(pid, 0)
    except OSError: pass
print("BLOCKED combined", flush=True)
"""


class Combination:
    """Looks like a payload.Payload to the runner and the judge."""
    kind, language, unjailed, compiles, exit_code, runs, get, too_old = "combined", "python", "any", False, None, 1, [], False
    within, verdicts = RUN_WITHIN, VERDICTS

    def __init__(self, payloads, seed):
        rng = random.Random(seed)
        usable = [p for p in payloads if p.language in INTERPRETERS and not (p.compiles or p.needs or p.runs > 1)]
        self.parts = rng.sample(usable, rng.randint(2, MOST_PARTS))
        self.id = "combined-%d" % seed
        self.needs = []
        self.fields = {"promise": "P19", "does": " + ".join(p.id for p in self.parts)}
        self.text = DRIVER % {"id": self.id, "parts": [(INTERPRETERS[p.language], rng.choice((0, 0, 0.05, 0.3)), mutate(p.source(), rng))
                                                       for p in self.parts]}

    def source(self): return self.text

    def file_name(self): return "combined.py"


def mutate(source, rng):
    """One number in twelve becomes another; not those of the kit, which bound the payload."""
    kit, mark, attack = source.rpartition("START")

    def change(match):
        if rng.randrange(12): return match.group()
        value = int(match.group(), 16 if match.group().startswith("0x") else 10)
        return str(rng.choice((value + 1, max(value - 1, 0), value * 2, 0, 1 << rng.randrange(33), 65535)))
    return kit + mark + NUMBER.sub(change, attack)
