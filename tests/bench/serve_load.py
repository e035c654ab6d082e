#!/usr/bin/python3
"""How much jaild bears: executions per second, latency, memory. serve_load.py --jaild PATH --hello STATIC [--seconds N] [--json FILE]

Closed loops: each of N connections asks for the next execution when the last is answered. It shares the machine's CPUs
with what it measures, as a proxy in front of it would. Needs root, for full jails."""
import argparse
import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

CONFIG = "runs: {runs} queue: 4096 usual {{ queue: 4096 }} connections: 4096 body_bytes: 8000000"


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


def bodies(hello):
    """By name: JSON's programs, and a static program as a command, which is protobuf's alone."""
    with open(hello, "rb") as file:
        content = file.read()
    python = json.dumps({"language": "python", "code": "print('hello')"}).encode()
    return {"python": request(python), "static hello": request(job_of(content), kind="application/x-protobuf")}


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


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jaild", required=True)
    parser.add_argument("--hello", required=True)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--json")
    options = parser.parse_args()
    results = {}
    with tempfile.NamedTemporaryFile("w", suffix=".textproto") as config:
        config.write(CONFIG.format(runs=2 * os.cpu_count()))
        config.flush()
        daemon = subprocess.Popen([options.jaild, "--listen", "127.0.0.1:0", "--config", config.name], stdout=subprocess.PIPE, text=True)
        try:
            port = int(re.search(r"127\.0\.0\.1:(\d+)", daemon.stdout.readline()).group(1))
            drain = asyncio.new_event_loop()
            drain.run_in_executor(None, daemon.stdout.read)  # The log, which would fill its pipe.
            before = None
            for name, bytes_ in bodies(options.hello).items():
                for connections in (1, 2 * os.cpu_count(), 64):
                    row = asyncio.run(measure(port, bytes_, connections, options.seconds))
                    before = before or resident_kib(daemon.pid)
                    results.setdefault(name, []).append(row)
                    print(f"{name:13} {connections:3} connections: {row['per_second']:6.0f}/s, p50 {row['p50_ms']:6.1f} ms, "
                          f"p99 {row['p99_ms']:6.1f} ms, {row['runs']} runs", flush=True)
            results["resident_kib"] = [before, resident_kib(daemon.pid)]
            print(f"resident memory: {before / 1024:.1f} MiB after the first thousands, {results['resident_kib'][1] / 1024:.1f} MiB at the end")
        finally:
            daemon.send_signal(signal.SIGTERM)
            status = daemon.wait()
    if options.json:
        with open(options.json, "w", encoding="ascii") as file:
            json.dump(results, file, indent=1)
    return status


if __name__ == "__main__":
    sys.exit(main())
