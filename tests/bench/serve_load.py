#!/usr/bin/python3
"""How much jaild bears: executions per second, latency, memory, and how soon a client's end is its program's.
serve_load.py --jaild PATH --hello STATIC ... [--seconds N] [--executions N] [--json FILE]

Closed loops: each of N connections asks for the next execution when the last is answered. It shares the machine's CPUs
with what it measures, as a proxy in front of it would. Needs root, for full jails. --executions N: only memory, over so
many of Python's."""
import argparse
import asyncio
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

DISCONNECTS = 50
CONFIG = "pool_ready: {pool} runs: {runs} queue: 4096 usual {{ queue: 4096 }} connections: 4096 body_bytes: 8000000"


def quantile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] if values else float("nan")


def request(body, path="/api/execute", kind="application/json"):
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def answer(reader):
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(re.search(rb"(?i)content-length: (\d+)", head).group(1))
    return int(head[9:12]), await reader.readexactly(length)


async def loop(port, bytes_, until, took):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.monotonic() < until:
        began = time.monotonic()
        writer.write(bytes_)
        status, body = await answer(reader)
        if status != 200:
            sys.exit(f"answered {status}: {body.decode()}")
        took.append(time.monotonic() - began)
    writer.close()


async def measure(port, bytes_, connections, seconds):
    took = []
    await asyncio.gather(*(loop(port, bytes_, time.monotonic() + 2, []) for _ in range(connections)))  # Warm.
    began = time.monotonic()
    await asyncio.gather(*(loop(port, bytes_, began + seconds, took) for _ in range(connections)))
    spent = time.monotonic() - began
    return {"connections": connections, "per_second": len(took) / spent,
            **{name: 1000 * quantile(took, share) for name, share in (("p50_ms", .5), ("p99_ms", .99))}, "runs": len(took)}


def resident_kib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1))


def python_body():
    return request(json.dumps({"language": "python", "code": "print('hello')"}).encode())


def bodies(programs):
    """By name: JSON's program, and static ones as commands, which are protobuf's alone. Each request has all of its program."""
    found = {"python": python_body()}
    for path in programs:
        with open(path, "rb") as file:
            content = file.read()
        found[f"static hello, {len(content) / 1024:.0f} KiB"] = request(job_of(content), kind="application/x-protobuf")
    return found


def field(number, value):
    size, out = len(value), bytes([number << 3 | 2]) if number < 16 else bytes([(number << 3 | 2) & 127 | 128, number >> 4])
    while size > 127:
        out, size = out + bytes([size & 127 | 128]), size >> 7
    return out + bytes([size]) + value


def job_of(program):
    """A JobSpec: command "/app/hello", and the file; limits.source_bytes for its size."""
    file = field(1, b"hello") + field(2, program) + b"\x18\x01"
    limits = b"\x60\x80\x80\x80\x04"  # source_bytes: 8 MiB
    return field(3, file) + field(8, limits) + field(12, b"/app/hello")


def tasks_of(pid):
    try:
        return os.listdir(f"/proc/{pid}/task")
    except OSError:
        return []


def descendants(pid):
    """Of a process, with all that its threads have started."""
    found = []
    for task in tasks_of(pid):
        try:
            with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as file:
                children = file.read().split()
        except OSError:
            continue  # It has just ended.
        for child in map(int, children):
            found += [child, *descendants(child)]
    return found


def name_of(pid):
    with open(f"/proc/{pid}/comm", encoding="ascii") as file:
        return file.read().strip()


def disconnect(daemon):
    """Seconds from a client's close to the end of its program."""
    code = "import time\nprint('begun', flush=True)\ntime.sleep(60)"
    body = json.dumps({"language": "python", "code": code, "limits": {"wallTimeMs": 60000}}).encode()
    with socket.create_connection(("127.0.0.1", daemon.port)) as client:
        client.sendall(request(body).replace(b"\r\n", b"\r\nAccept: text/event-stream\r\n", 1))
        said = b""
        while b"begun" not in said:
            said += client.recv(4096)
        program, = (pid for pid in descendants(daemon.pid) if name_of(pid).startswith("python"))
        pidfd = os.pidfd_open(program)
        began = time.monotonic()
    select.select([pidfd], [], [])
    took = time.monotonic() - began
    os.close(pidfd)
    while descendants(daemon.pid):  # The next one's program must be the only one.
        time.sleep(0.001)
    return took


class Daemon:
    """jaild on a port of its own, as long as the block lasts."""

    def __init__(self, path, pool):
        self.config = tempfile.NamedTemporaryFile("w", suffix=".textproto")
        self.config.write(CONFIG.format(runs=2 * os.cpu_count(), pool=pool))
        self.config.flush()
        self.process = subprocess.Popen([path, "--listen", "127.0.0.1:0", "--config", self.config.name], stdout=subprocess.PIPE, text=True)
        self.pid = self.process.pid
        self.port = int(re.search(r"127\.0\.0\.1:(\d+)", self.process.stdout.readline()).group(1))
        # The log, which would fill its pipe.
        asyncio.new_event_loop().run_in_executor(None, self.process.stdout.read)
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/languages?details=1") as details:
            details.read()  # It asks for them at its start.

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait() != 0:
            sys.exit(f"jaild ended with {self.process.returncode}")
        self.config.close()


def measure_load(daemon, hello, seconds, results):
    before = None
    for name, bytes_ in bodies(hello).items():
        for connections in (1, 2 * os.cpu_count(), 64):
            row = asyncio.run(measure(daemon.port, bytes_, connections, seconds))
            before = before or resident_kib(daemon.pid)
            results.setdefault(name, []).append(row)
            print(f"{name:22} {connections:3} connections: {row['per_second']:6.0f}/s, p50 {row['p50_ms']:6.1f} ms, "
                  f"p99 {row['p99_ms']:6.1f} ms, {row['runs']} runs", flush=True)
    results["resident_kib"] = [before, resident_kib(daemon.pid)]
    print(f"resident memory: {before / 1024:.1f} MiB after the first thousands, {results['resident_kib'][1] / 1024:.1f} MiB at the end")


def measure_disconnects(daemon, results):
    disconnect(daemon)  # Warm.
    took = [1000 * disconnect(daemon) for _ in range(DISCONNECTS)]
    results["disconnect_ms"] = took
    print(f"from a client's end to its program's: p50 {quantile(took, .5):.1f} ms, at most {max(took):.1f} ms of {len(took)}")


async def execute(port, bytes_, count):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(count):
        writer.write(bytes_)
        status, body = await answer(reader)
        if status != 200:
            sys.exit(f"answered {status}: {body.decode()}")
    writer.close()


async def execute_all(port, bytes_, connections, count):
    await asyncio.gather(*(execute(port, bytes_, count // connections) for _ in range(connections)))


def measure_memory(daemon, executions, results):
    """Resident after each tenth."""
    python, connections = python_body(), 2 * os.cpu_count()
    rows = results["resident_kib_by_executions"] = []
    for tenth in range(1, 11):
        asyncio.run(execute_all(daemon.port, python, connections, executions // 10))
        rows.append([tenth * executions // 10, resident_kib(daemon.pid)])
        print(f"{rows[-1][0]:7} executions: {rows[-1][1] / 1024:.1f} MiB resident", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jaild", required=True)
    parser.add_argument("--hello", required=True, action="append")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--executions", type=int)
    parser.add_argument("--json")
    options = parser.parse_args()
    results = {}
    if options.executions:
        with Daemon(options.jaild, pool=4) as daemon:
            measure_memory(daemon, options.executions, results)
    else:
        with Daemon(options.jaild, pool=4) as daemon:
            measure_load(daemon, options.hello, options.seconds, results)
        with Daemon(options.jaild, pool=0) as daemon:
            measure_disconnects(daemon, results)
    if options.json:
        with open(options.json, "w", encoding="ascii") as file:
            json.dump(results, file, indent=1)


if __name__ == "__main__":
    main()
