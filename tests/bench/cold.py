#!/usr/bin/python3
"""What a cold jail costs beside bare fork+exec and other sandboxes: one interleaved run, as root.

  cold.py --jailrun JAILRUN --bench JAIL_BENCH [--rounds N] [--smoke] [--json FILE] [--html FILE]

A table, and the same as JSON and as a picture. Who takes part is in contenders.py, who measures is jail_bench.
--smoke: two rounds of those that CI has; fails when a command fails, never for being slow."""
import argparse
import json
import os
import platform
import signal
import subprocess
import sys

import contenders
import picture


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return f"{len(models)} processors ({models[0] if models else '?'}), Linux {platform.release()}"


def choose(stage, smoke):
    chosen = []
    for one in contenders.CONTENDERS:
        if smoke and not one.smoke:
            continue
        if contenders.is_there(stage, one):
            chosen.append(one)
        else:
            print(f"cold.py: {one.name} is not measured: {one.needs} is not there or does not work here", file=sys.stderr)
            if smoke:
                raise SystemExit(1)
    return chosen


def measure(stage, options):
    chosen = choose(stage, options.smoke)
    rows, found = stage.scratch + "/rows", stage.scratch + "/results.json"
    contenders.write_rows(stage, chosen, rows)
    stage.await_pool()
    command = [options.bench, "--contenders", rows, "--json", found, "--rounds", str(options.rounds)]
    subprocess.run(stage.prefix + command + ["--smoke"] * options.smoke, stdin=subprocess.DEVNULL, check=True)
    with open(found, encoding="utf-8") as file:
        results = json.load(file)
    lacks = {one.name: contenders.LACKS[one.name] for one in chosen if one.name in contenders.LACKS}
    pool = stage.pool_status()
    print("the pool:", ", ".join(f"{what} {count}" for what, count in pool.items()))
    return {"machine": machine(), "lacks": lacks, "pool": pool, **results}


def write(path, content):
    if path:
        with open(path, "w", encoding="utf-8") as file:
            file.write(content)


def end(*_):
    """By way of main's end, so that the stage is taken down; once, as timeout(1) tells twice."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(143)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--jailrun", required=True)
    parser.add_argument("--bench", required=True)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--json")
    parser.add_argument("--html")
    options = parser.parse_args()
    if os.geteuid() != 0:
        raise SystemExit("cold.py: needs root, to put its programs below /usr/local/lib while it runs")
    signal.signal(signal.SIGTERM, end)
    stage = contenders.Stage(options.jailrun, os.path.realpath(options.bench))
    try:
        results = measure(stage, options)
    except subprocess.CalledProcessError as failure:
        raise SystemExit(failure.returncode) from None
    finally:
        stage.close()
    write(options.json, json.dumps(results, indent=1) + "\n")
    write(options.html, picture.page(results))


if __name__ == "__main__":
    main()
