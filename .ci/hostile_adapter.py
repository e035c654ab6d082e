#!/usr/bin/python3
"""Between the maintainers' hostile corpus and jailrun: hostile_adapter.py JAILRUN LANG FILE STATUS ARTEFACT.

Runs one payload as any caller would, standard streams and stray descriptors passed on as they come, and
writes {"status", "exit_code"} from the record in the corpus's own words."""
import json
import os
import subprocess
import sys

STATUS = {
    "OK": "OK",
    "NONZERO_EXIT": "RUNTIME_ERROR",
    "SIGNALED": "RUNTIME_ERROR",
    "COMPILE_ERROR": "COMPILE_ERROR",
    "CPU_TIME_LIMIT": "TIME_LIMIT",
    "WALL_TIME_LIMIT": "TIME_LIMIT",
    "MEMORY_LIMIT": "MEMORY_LIMIT",
    "OUTPUT_LIMIT": "OUTPUT_LIMIT",
    "DISK_LIMIT": "FILE_LIMIT",
    "SYSCALL_DENIED": "SECCOMP_KILL",
}
SIGNAL_STATUS = {31: "SECCOMP_KILL", 25: "FILE_LIMIT"}  # SIGSYS, SIGXFSZ


def status_of(record):
    """(the corpus's status, exit code as a shell would say it)"""
    verdict = record["verdict"].removeprefix("VERDICT_")
    phase = record["phases"][-1] if record.get("phases") else {}
    signal = phase.get("termSignal", phase.get("term_signal"))
    if verdict == "SIGNALED":
        return SIGNAL_STATUS.get(signal, "RUNTIME_ERROR"), 128 + signal
    return STATUS.get(verdict, verdict), phase.get("exitCode", phase.get("exit_code"))


# What the function payloads import: they are to get at the channel, not to fail for want of a module.
MODULES = {"python": "os sys signal errno socket stat struct gc inspect", "javascript": "fs os process"}


def is_function(path):
    with open(path, encoding="latin1") as file: return "kind=function" in file.read(2000)


def run_function(jailrun, language, path, status_path):
    """As `jailrun call`; what the payload wrote to its standard output is in the record."""
    record_path = status_path + ".record"
    argv = [jailrun, "call", "--lang", language, "--record", record_path, "--function", "api.request", "--host-command", "exec cat"]
    for module in MODULES[language].split(): argv += ["--allow-module", module]
    exit_status = subprocess.run([*argv, path], stdout=subprocess.DEVNULL, check=False).returncode
    shown = subprocess.run([jailrun, "explain", "--json", record_path], stdout=subprocess.PIPE, check=True).stdout
    record = json.loads(shown)
    phase = record["phases"][-1]
    sys.stdout.write(phase["stdout"].get("text", "") + phase["stdout"].get("tail_text", phase["stdout"].get("tailText", "")))
    return record, exit_status


def write_status(status_path, record):
    status, code = status_of(record)
    with open(status_path, "w", encoding="utf-8") as file:
        json.dump({"status": status, "exit_code": code}, file)


def main():
    jailrun, language, path, status_path, artefact = sys.argv[1:]
    record_path = status_path + ".record"
    if is_function(path):
        record, exit_status = run_function(jailrun, language, path, status_path)
        write_status(status_path, record)
        return exit_status
    argv = [jailrun, "--lang", language, "--json=" + record_path]
    if os.path.basename(artefact) != "artefact":  # The corpus's name for "this payload has none".
        argv += ["--get", os.path.basename(artefact)]
    argv.append(path)
    exit_status = subprocess.run(argv, close_fds=False, check=False).returncode
    with open(record_path, encoding="utf-8") as file:
        write_status(status_path, json.load(file))
    return exit_status if exit_status >= 0 else 128 - exit_status


if __name__ == "__main__":
    sys.exit(main())
