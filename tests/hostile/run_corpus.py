#!/usr/bin/python3
"""Runs the hostile corpus against jailrun and judges every payload from outside.

  run_corpus.py --jailrun build/tools/jailrun/jailrun      every payload must be contained
  run_corpus.py --self-check                               the same payloads un-jailed: each must show what its
                                                           header says, which proves that each check can fail
  run_corpus.py --jailrun ... --combine 50 --seed 1        fifty random combinations of mutated payloads instead
  run_corpus.py --jailrun ... --rootless                   by an ordinary user, without any privilege
  run_corpus.py --under bubblewrap                         the same payloads under another sandbox (judge/peers.py):
                                                           how many it contains

A payload passes if and only if
  evidence  it says that it started, and that it was stopped, or a limit ended it;
  safe      it got nothing: no escape, no canary touched, no secret in any output, nothing left behind;
  bounded   time and output stay within its header's bounds;
  honest    the binary record gives one of the verdicts its header expects.
Needs root (canaries of another user, private mounts). Exit status 0 when all passed."""
import argparse
import fcntl
import fnmatch
import os
import shutil
import sys
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from judge import combine, execute, host, payload, peers, record, unjailed, verdict
from judge.canaries import Canaries, FOLDER

PROTO = os.path.join(HERE, "../../proto/jail/v1/result.proto")
LOCK = "/tmp/jailrun-corpus.lock"
STAGE = "/tmp/corpus"
INSTALLED = "/tmp/installed"  # Where the tests' jailrun_for_others looks for its helper.
UID = 61247            # Whom payloads run as un-jailed, and whose process is a canary.
LIMITS = {"--wall": 4, "--time": 1, "--compile-time": 4}  # Seconds.
MUST_RUN = os.environ.get("JAIL_TESTS_MUST_RUN") == "1"  # CI: what cannot run here fails.
JAIL_PATIENCE = 6.0    # Other jails on this machine come and go within this.
ROOTLESS = ["--rootless", "--best-effort"]
HARD_WALL = {"jailed": 40.0, "unjailed": 8.0}
SEEN_ENOUGH = 4.0      # Of what un-jailed must only start, or be compiled.
JUDGES = {"jailed": verdict.judge_jailed, "unjailed": verdict.judge_unjailed, "peer": verdict.judge_peer,
          "combined": verdict.judge_combined, "rootless": verdict.judge_rootless}


def failures(results, unwatched, must_run):
    """How many: where everything must run, a canary that nobody watches is one, like any skip."""
    return results.count(False) + (len(unwatched) if must_run else 0)


class Corpus:
    def __init__(self, options):
        self.options = options
        self.proto = record.read_proto(PROTO)
        self.payloads = [p for p in payload.load(HERE, set(self.proto[0].values())) if self._selected(p)]
        if options.combine: self.payloads = [combine.Combination(self.payloads, options.seed + i) for i in range(options.combine)]
        self.mode = "unjailed" if options.self_check else "peer" if options.under else "jailed"

    def _selected(self, p):
        only, kinds = self.options.only, self.options.classes
        return (not only or any(fnmatch.fnmatch(p.id, g) for g in only)) and (not kinds or p.kind in kinds)

    def run(self):
        self.canaries = Canaries(UID)
        for what in self.canaries.unwatched: print("SKIP: not watched: " + what, flush=True)
        self.traces = host.Traces(without=(STAGE, FOLDER, "/dev/shm/jailrun-canary"))
        self.keep = {self.canaries.process.pid}
        results = []
        try:
            for p in self.payloads: results.append(self._one(p))
        finally:
            host.kill_descendants(self.keep)
            self.canaries.remove()
        failed = failures(results, self.canaries.unwatched, MUST_RUN)
        print("%d passed, %d failed" % (results.count(True), failed) +
              (", %d could not run there" % results.count(None) if self.mode == "peer" else ""), flush=True)
        return failed

    def _one(self, p):
        started = time.monotonic()
        finding = verdict.Finding()
        for _ in range(p.runs):
            folder = self._stage(p)
            outcome = (self._run_jailed if self.mode == "jailed" else self._run_other)(p, folder, finding)
            finding.note(p, outcome, self.canaries.secret)
            finding.harm += self.canaries.touched()
            self._look_at_results(folder, finding)
        patience = JAIL_PATIENCE if self.mode == "jailed" else 0.2
        host.kill_descendants(self.keep)
        left = self.traces.left(patience)
        # Un-jailed, files in /tmp are everyone's right; the next payload starts clean all the same.
        if not self.options.self_check: finding.harm += ["left behind: " + thing for thing in left[:3]]
        self._clean(left)
        passed, why = JUDGES["combined" if self.options.combine else "rootless" if self.options.rootless else self.mode](p, finding)
        print("%-4s %-20s %-16s %5.1fs %s" % ({True: "ok", False: "FAIL", None: "-"}[passed], p.id, p.kind, time.monotonic() - started,
                                              why.replace("\n", " ")[:150]), flush=True)
        if self.options.verbose or passed is False:
            print("     stdout: %r\n     stderr: %r" % (outcome.out[-600:], outcome.err[-600:]), flush=True)
        return passed

    def _stage(self, p):
        host.remove(STAGE)
        os.makedirs(STAGE)
        with open(os.path.join(STAGE, p.file_name()), "w", encoding="utf-8") as f: f.write(p.source())
        os.chmod(STAGE, 0o777)
        return STAGE

    def _environment(self):
        return {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8", "SECRET_TOKEN": self.canaries.nonce}

    def _limits(self, p):
        """On a slow machine most need more time to get anywhere, or less memory to fill; what attacks time needs no more."""
        slow = 1 if p.kind == "time" or p.compiles else self.options.slow
        flags = [word for flag, seconds in LIMITS.items() for word in (flag, "%ds" % (seconds * slow))]
        return flags + (["--memory", "64M"] if slow > 1 and p.kind == "memory" and p.language not in unjailed.NEEDS_ADDRESS_SPACE else [])

    def _run_jailed(self, p, folder, finding):
        argv = [self.options.jailrun, "--record", "fd:%d" % execute.RECORD_FD, "--lang", p.language, *self._limits(p)]
        for glob in p.get: argv += ["--get", glob]
        argv += (ROOTLESS if self.options.rootless else []) + self.options.extra + [p.file_name()]
        become = unjailed.become(UID) if self.options.rootless else None
        outcome = execute.run(argv, self._environment(), folder, p.needs, self.keep, HARD_WALL["jailed"] * self.options.slow, become)
        finding.bound(p, outcome, self.options.slow)
        try: finding.record = record.Record(outcome.record, self.proto)
        except (ValueError, IndexError): finding.record = None
        return outcome

    def _run_other(self, p, folder, finding):
        """Un-jailed, or under a peer: both bounded by what an ordinary user is bounded by."""
        _, wrap, user, afterwards = peers.PEERS.get(self.options.under, (None, lambda argv, _: argv, UID, peers.no_cleanup))
        source = os.path.join(folder, p.file_name())
        said = b""
        seen_enough = self.options.self_check and p.unjailed == "any"
        if p.language in unjailed.COMPILED:
            seconds = SEEN_ENOUGH if seen_enough and p.compiles else unjailed.COMPILE_SECONDS
            program, said = unjailed.compile_payload(p, source, folder, user, self._environment(), lambda argv: wrap(argv, folder), seconds)
            afterwards()
            argv = program or ["/bin/true"]
        else:
            argv = unjailed.command(p, source)
        patience = SEEN_ENOUGH if seen_enough else HARD_WALL["unjailed"]
        become = unjailed.bounds(user, 0 if p.language in unjailed.NEEDS_ADDRESS_SPACE or user == 0 else 3 << 30)
        outcome = execute.run(wrap(argv, folder), self._environment(), folder, p.needs, self.keep, patience, become)
        afterwards()
        outcome.err += said
        most = 2 * (verdict.OUTPUT_LIMIT + verdict.OUTPUT_ROOM)
        if outcome.bytes > most: finding.harm.append("%d bytes of output" % outcome.bytes)
        return outcome

    def _look_at_results(self, folder, finding):
        """What --get brought back must be regular files without the host's secret in them."""
        if self.mode == "unjailed": return
        for top, below, names in os.walk(folder):
            for name in below + names:
                path = os.path.join(top, name)
                if os.path.islink(path): finding.harm.append("a link came back: " + name)
                elif os.path.isfile(path) and self.canaries.secret.encode() in open(path, "rb").read(8 << 20):
                    finding.harm.append("a host file's text in " + name)

    def _clean(self, left):
        host.remove(*(path for kind, path in (thing.split(" ", 1) for thing in left) if kind == "file"))
        for kind in ("segment", "semaphore", "queue"):
            if any(thing.startswith(kind) for thing in left): self.traces.before = self.traces._look()


def install(jailrun, launcher):
    """Both where any user can reach them; in mounts of our own, so that nobody else sees them."""
    os.makedirs(INSTALLED)
    for path in (jailrun, launcher): shutil.copy(path, INSTALLED)
    return os.path.join(INSTALLED, os.path.basename(jailrun))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jailrun", help="the binary under test")
    parser.add_argument("--self-check", action="store_true", help="run them un-jailed and compare with `unjailed:`")
    parser.add_argument("--rootless", action="store_true", help="as an ordinary user: what is missing then, the record says")
    parser.add_argument("--slow", type=int, default=1, metavar="N", help="a machine on which all takes N times as long")
    parser.add_argument("--launcher", help="the helper of the tests' jailrun_for_others, to be put where that one looks for it")
    parser.add_argument("--under", choices=sorted(peers.PEERS), help="another sandbox, installed here")
    parser.add_argument("--only", action="append", help="glob on the id; may be repeated")
    parser.add_argument("--classes", action="append", help="a class; may be repeated")
    parser.add_argument("--extra", action="append", default=[], help="one more word for jailrun; may be repeated")
    parser.add_argument("--combine", type=int, default=0, metavar="N", help="N random combinations of the payloads")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of the first combination (default: the clock)")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("-v", "--verbose", action="store_true")
    options = parser.parse_args()
    corpus = Corpus(options)
    if options.list:
        for p in corpus.payloads: print("%-20s %-16s %-10s %-14s %s" % (p.id, p.kind, p.language, p.fields["promise"], p.fields["does"]))
        print(len(corpus.payloads), "payloads")
        return 0
    if bool(options.self_check) + bool(options.jailrun) + bool(options.under) != 1: parser.error("one of --jailrun, --self-check, --under")
    if options.combine and not options.jailrun: parser.error("--combine is for --jailrun: nothing bounds them elsewhere")
    if options.under and not os.path.exists(peers.PEERS[options.under][0]): parser.error(options.under + " is not installed")
    if options.jailrun: options.jailrun = os.path.abspath(options.jailrun)
    if os.geteuid() != 0:
        print("SKIP: the corpus needs root", flush=True)
        return 1 if MUST_RUN else 77
    lock = open(LOCK, "w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    host.become_private()
    if options.launcher: options.jailrun = install(options.jailrun, options.launcher)
    if not options.under: return 1 if corpus.run() else 0
    peers.name_the_user()
    try: corpus.run()
    finally: peers.forget_the_user()
    return 0  # A count, not a test.


if __name__ == "__main__":
    sys.exit(main())
