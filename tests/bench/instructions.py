#!/usr/bin/python3
"""Counts the instructions of a cold run and holds them to budgets.txt: a guard that noise does not move.

  instructions.py --jailrun JAILRUN --steps JAIL_STEPS --hello PROGRAM      as root
  instructions.py --self-test                                               shows that it can fail

jailrun itself is counted by valgrind's callgrind. The helper cannot run there: its children are born into other
namespaces and execute the program from there, so its processes are counted by jail_steps, one instruction after the other."""
import argparse
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
TRIES = 3  # The least counts: a process that is slow to be counted looks at some things once more.
GENERATIONS = {0: "helper", 1: "init", 2: "before_exec"}
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}


def read_budgets(path):
    with open(path, encoding="utf-8") as file:
        lines = [line.split() for line in file if line.strip() and not line.startswith("#")]
    return {name: int(count) for name, count in lines}


def output(command):
    done = subprocess.run(command, env=ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 0 or "hello\n" not in done.stdout:
        raise SystemExit(f"instructions.py: {' '.join(command)} ended with {done.returncode}: {done.stdout} {done.stderr}")
    return done.stdout, done.stderr


def count_jailrun(run):
    errors = output(["/usr/bin/valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *run])[1]
    return {"jailrun": int(re.search(r"Collected : (\d+)", errors).group(1))}


def count_helper(steps, run):
    counts = dict(re.findall(r"^(\d+) (\d+)$", output([steps, "jail-launch", *run])[0], re.MULTILINE))
    if set(map(int, counts)) != set(GENERATIONS):
        raise SystemExit(f"instructions.py: counted {counts}, not the helper, its init and the program's process")
    return {GENERATIONS[int(generation)]: int(count) for generation, count in counts.items()}


def is_over(counts, budgets): return any(counts[name] > budgets[name] for name in counts)


def least(count, budgets):
    """Counted once; while that is too much, again."""
    found = count()
    for _ in range(TRIES - 1):
        if is_over(found, budgets):
            found = {name: min(number, found[name]) for name, number in count().items()}
    return found


def verdict(counts, budgets):
    if set(counts) != set(budgets):
        print(f"instructions.py: counted {sorted(counts)}, budgets are for {sorted(budgets)}")
        return 1
    for name, budget in budgets.items():
        remark = "OVER BUDGET" if counts[name] > budget else "could be lower" if counts[name] < 0.7 * budget else ""
        print(f"{name:12} {counts[name]:9,} of {budget:9,} instructions {remark}".rstrip())
    return 1 if is_over(counts, budgets) else 0


def self_test():
    budgets = {"jailrun": 100, "init": 10}
    for counts, expected in (({"jailrun": 100, "init": 10}, 0), ({"jailrun": 101, "init": 1}, 1), ({"jailrun": 1}, 1)):
        assert verdict(counts, budgets) == expected, counts
    tries = iter([{"init": 12}, {"init": 11}, {"init": 9}, {"init": 1}])
    assert least(lambda: next(tries), budgets) == {"init": 9}
    assert set(read_budgets(os.path.join(HERE, "budgets.txt"))) == {"jailrun", *GENERATIONS.values()}
    return 0


def main():
    parser = argparse.ArgumentParser()
    for name in ("--jailrun", "--steps", "--hello"):
        parser.add_argument(name)
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        return self_test()
    budgets = read_budgets(os.path.join(HERE, "budgets.txt"))
    hello = f"/usr/local/lib/jailrun-counted-{os.getpid()}"  # Where the jail sees it.
    shutil.copy(options.hello, hello)
    try:
        run = [os.path.realpath(options.jailrun), "exec", "--cold", "--rootfs", "host", "--", hello]
        counts = least(lambda: count_jailrun(run), budgets)
        counts.update(least(lambda: count_helper(os.path.realpath(options.steps), run), budgets))
    finally:
        os.remove(hello)
    return verdict(counts, budgets)


if __name__ == "__main__":
    sys.exit(main())
