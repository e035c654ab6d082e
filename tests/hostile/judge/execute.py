"""Runs one command as a careful caller would and notes everything about how it went."""
import fcntl
import os
import pty
import select
import signal
import subprocess
import termios
import time

from judge import host
from judge.canaries import FOLDER

KEEP = 4 << 20
RECORD_FD = 100  # Above all that this process opens: dup2() onto it closes nobody's file.


class Outcome:
    out = err = record = b""
    bytes = 0
    wall = 0.0
    hung = pipes_held = nonblocking = terminal_changed = False
    status = None

    def text(self):
        return (self.out + b"\n" + self.err).decode("utf-8", "replace")


class Terminal:
    """A pseudo-terminal that the command gets as its controlling one."""

    def __init__(self):
        self.master, self.slave = pty.openpty()
        os.fchmod(self.slave, 0o666)
        self.before = termios.tcgetattr(self.slave)

    def changed(self):
        typed = select.select([self.slave], [], [], 0)[0]
        return termios.tcgetattr(self.slave) != self.before or bool(typed)

    def close(self):
        os.close(self.slave)
        os.close(self.master)


def open_descriptors():
    """What a careless caller leaves open: a folder, a secret, a pipe."""
    fds = [os.open(FOLDER, os.O_RDONLY | os.O_DIRECTORY), os.open(FOLDER + "/secret", os.O_RDONLY)]
    return fds + list(os.pipe())


def run(argv, env, cwd, needs, without, hard_wall, become=None):
    """`without`: pids that are none of this run's. `become`: called in the child before exec."""
    outcome = Outcome()
    terminal = Terminal() if "tty" in needs else None
    extra = open_descriptors() if "descriptors" in needs else []
    pipes = {name: os.pipe() for name in ("out", "err", "record")}
    # Here and not in the child: what `pass_fds` names must be open before the fork.
    os.dup2(pipes["record"][1], RECORD_FD)
    os.close(pipes["record"][1])

    def prepare():
        os.setsid()
        if terminal: fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        if become: become()
    started = time.monotonic()
    process = subprocess.Popen(argv, stdin=terminal.slave if terminal else subprocess.DEVNULL, stdout=pipes["out"][1],
                               stderr=pipes["err"][1], env=env, cwd=cwd, pass_fds=[*extra, RECORD_FD], preexec_fn=prepare)
    for fd in extra: os.close(fd)
    os.close(RECORD_FD)
    _pump(process, pipes, outcome, started + hard_wall)
    outcome.wall = time.monotonic() - started
    if process.poll() is None:
        outcome.hung = True
        process.send_signal(signal.SIGKILL)
        process.wait()
    outcome.status = process.returncode
    outcome.orphans = ["%d %s" % (pid, host.name_of(pid)) for pid in host.descendants(without)]
    for read, _ in pipes.values(): os.close(read)
    if terminal:
        outcome.terminal_changed = terminal.changed()
        terminal.close()
    return outcome


def _pump(process, pipes, outcome, deadline):
    """communicate(), bounded: until the process is gone and both pipes are at their end."""
    kept = {pipes[name][0]: [] for name in pipes}
    waiting = set(kept)
    ours_open = True
    while waiting or process.poll() is None:
        gone = process.poll() is not None
        if gone and ours_open:
            # Our copies of the write ends: what did the program do to their flags?
            for name in ("out", "err"):
                outcome.nonblocking |= bool(fcntl.fcntl(pipes[name][1], fcntl.F_GETFL) & os.O_NONBLOCK)
                os.close(pipes[name][1])
            ours_open = False
            deadline = min(deadline, time.monotonic() + 2.5)
        if time.monotonic() > deadline: break
        for fd in select.select(list(waiting), [], [], 0.02)[0]:
            data = os.read(fd, 1 << 16)
            if not data: waiting.discard(fd)
            if fd != pipes["record"][0]: outcome.bytes += len(data)
            if sum(map(len, kept[fd])) < KEEP: kept[fd].append(data)
    if ours_open:
        for name in ("out", "err"): os.close(pipes[name][1])
    outcome.pipes_held = bool(waiting) and process.poll() is not None
    outcome.out, outcome.err, outcome.record = (b"".join(kept[pipes[name][0]]) for name in ("out", "err", "record"))
