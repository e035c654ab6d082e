#!/usr/bin/python3
"""The judge itself: each of the four questions must be able to say no."""
import os
import subprocess
import sys
import unittest
from unittest import mock

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import run_corpus
import soak
from judge import canaries, execute, host, payload, record, verdict

PROTO = record.read_proto(os.path.join(HERE, "../../proto/jail/v1/result.proto"))
NUMBERS = {name: number for number, name in PROTO[0].items()}
SECRET = "s3cr3t"
KEYCTL_UPDATE = 2


def varint(value):
    out = b""
    while value > 127: out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def record_bytes(name, exit_code=0):
    """A ResultRecord with a verdict and one phase."""
    _, messages = PROTO
    top, phase = messages["ResultRecord"], messages["PhaseResult"]
    inner = varint(phase["exit_code"] << 3) + varint(exit_code)
    return (varint(top["verdict"] << 3) + varint(NUMBERS[name]) +
            varint(top["phases"] << 3 | 2) + varint(len(inner)) + inner)


class FakePayload:
    id, within, verdicts, exit_code, compiles, unjailed, too_old = "attack", 5.0, {"OK"}, None, False, "escape", False


def judged(out=b"START attack\nBLOCKED EPERM\n", name="OK", exit_code=0, change=None, expect=FakePayload):
    """(passed, why) of one run that was fine but for what the arguments say."""
    outcome = execute.Outcome()
    outcome.out, outcome.bytes, outcome.wall, outcome.orphans = out, len(out), 1.0, []
    if change: change(outcome)
    finding = verdict.Finding()
    finding.note(expect, outcome, SECRET)
    finding.bound(expect, outcome)
    if name: finding.record = record.Record(record_bytes(name, exit_code), PROTO)
    return verdict.judge_jailed(expect, finding)


def setting(field, value):
    return lambda outcome: setattr(outcome, field, value)


class Judge(unittest.TestCase):
    def test_what_a_kernel_or_a_user_cannot_hold_must_still_do_no_harm(self):
        class Old(FakePayload):
            too_old, fields = True, {"kernel": "99.0 x", "rootless": "y"}
        escape, hung = b"START attack\nESCAPE\n", setting("hung", True)
        self.assertTrue(judged(escape, expect=Old)[0])
        self.assertFalse(judged(escape, expect=Old, change=hung)[0])
        self.assertFalse(judged(escape, expect=Old, name=None)[0])

    def test_a_contained_attack_passes(self):
        self.assertTrue(judged()[0])

    def test_evidence(self):
        for out in (b"", b"BLOCKED EPERM\n", b"START attack\n", b"START another\nBLOCKED\n"):
            self.assertFalse(judged(out=out)[0], out)

    def test_an_expected_limit_is_evidence(self):
        class Limited(FakePayload): verdicts = {"MEMORY_LIMIT"}
        self.assertTrue(judged(out=b"START attack\n", name="MEMORY_LIMIT", expect=Limited)[0])

    def test_safe(self):
        self.assertFalse(judged(out=b"START attack\nBLOCKED\nESCAPE root\n")[0])
        self.assertFalse(judged(out=b"START attack\nBLOCKED s3cr3t\n")[0])
        for field in ("nonblocking", "terminal_changed", "pipes_held", "hung"):
            self.assertFalse(judged(change=setting(field, True))[0], field)
        self.assertFalse(judged(change=setting("orphans", ["7 daemon"]))[0])
        self.assertFalse(judged(change=setting("record", b"s3cr3t"))[0])

    def test_bounded(self):
        self.assertFalse(judged(change=setting("wall", 5.5))[0])
        self.assertFalse(judged(change=setting("bytes", 5 << 20))[0])

    def test_honest(self):
        self.assertFalse(judged(name=None)[0])
        self.assertFalse(judged(name="SIGNALED")[0])

        class Seven(FakePayload): verdicts, exit_code = {"NONZERO_EXIT"}, 7
        self.assertTrue(judged(name="NONZERO_EXIT", exit_code=7, expect=Seven)[0])
        self.assertFalse(judged(name="NONZERO_EXIT", exit_code=1, expect=Seven)[0])

    def test_the_control_compares_with_the_header(self):
        finding = verdict.Finding()
        self.assertFalse(verdict.judge_unjailed(FakePayload, finding)[0])
        finding.escape = "ESCAPE root"
        self.assertTrue(verdict.judge_unjailed(FakePayload, finding)[0])


class KernelLog(unittest.TestCase):
    def test_only_its_own_faults_are_trouble(self):
        log = ("6,1,100,-;python3[7]: segfault at 0 ip 00 sp 00 error 4 in python3\n"
               "4,2,200,-;WARNING: CPU: 0 PID: 7 at fs/namespace.c:1 f+0x0/0x1\n CONTINUED=1\n"
               "1,3,300,-;BUG: kernel NULL pointer dereference\n4,4,400,-;memory: usage 1, limit BUG\n")
        self.assertEqual(canaries.kernel_trouble(log), ["WARNING: CPU: 0 PID: 7 at fs/namespace.c:1 f+0x0/0x1",
                                                        "BUG: kernel NULL pointer dereference"])

    def test_all_that_was_said_since_the_last_look_is_read(self):
        overwritten, nothing_more = BrokenPipeError(), BlockingIOError()
        read = mock.Mock(side_effect=[b"6,1,1,-;usb 1-1: new\n", overwritten, b"4,2,2,-;WARNING: CPU: 0\n", nothing_more,
                                      nothing_more, b"1,3,3,-;BUG: \xff\n", nothing_more])
        log = canaries.KernelLog(read)
        self.assertEqual(log.trouble(), ["WARNING: CPU: 0"])
        self.assertEqual(log.trouble(), [])
        self.assertEqual(log.trouble(), ["BUG: \ufffd"])


class Keys(unittest.TestCase):
    def setUp(self):
        try: self.key = canaries.KeyCanary(SECRET, b"jailrun-canary-test-%d" % os.getpid())
        except OSError as e: self.fail(e) if run_corpus.MUST_RUN else self.skipTest("this host lets us have no key: %s" % e)
        self.addCleanup(self.key.remove)

    def test_a_key_is_whole_until_somebody_changes_it(self):
        self.assertFalse(self.key.changed())
        self.assertEqual(host.LIBC.syscall(canaries.SYS_KEYCTL, KEYCTL_UPDATE, self.key.key, b"other", 5), 0)
        self.assertTrue(self.key.changed())

    def test_a_key_that_is_gone_has_changed(self):
        self.key.remove()
        self.assertTrue(self.key.changed())


class WhatCannotBeWatched(unittest.TestCase):
    def test_it_is_said(self):
        unwatched = []
        self.assertEqual(canaries.plant("a key", lambda: "the key", unwatched), "the key")
        self.assertEqual(unwatched, [])
        self.assertIsNone(canaries.plant("the log", lambda: os.open("/no/such/log", os.O_RDONLY), unwatched))
        self.assertEqual(unwatched, ["the log: No such file or directory"])

    def test_a_refused_key_is_no_key(self):
        with self.assertRaises(OSError): canaries.KeyCanary("", b"jailrun-canary-test")  # EINVAL: a key holds something.

    def test_ci_fails_for_it(self):
        self.assertEqual(run_corpus.failures([True, None], ["a key: refused"], must_run=False), 0)
        self.assertEqual(run_corpus.failures([True, False], [], must_run=True), 1)
        self.assertEqual(run_corpus.failures([True, False], ["a key: refused"], must_run=True), 2)


class Soak(unittest.TestCase):
    def test_what_has_grown_is_named(self):
        before = {"processes": 7, "zombies": 0, "open files": 1000, "slab KiB": 100_000}
        self.assertEqual(soak.grown(before, before), [])
        self.assertEqual(soak.grown(before, {"processes": 8, "zombies": 1, "open files": 1000, "slab KiB": 100_000}),
                         ["processes: 7 -> 8", "zombies: 0 -> 1"])

    def test_memory_and_open_files_may_waver(self):
        before = {"open files": 1000, "slab KiB": 100_000}
        self.assertEqual(soak.grown(before, {"open files": 1084, "slab KiB": 106_096}), [])
        self.assertEqual(soak.grown(before, {"open files": 1085, "slab KiB": 106_097}),
                         ["open files: 1000 -> 1085", "slab KiB: 100000 -> 106097"])

    def test_what_shrinks_has_not_grown(self):
        self.assertEqual(soak.grown({"processes": 7, "slab KiB": 9}, {"processes": 2, "slab KiB": 1}), [])

    def test_a_zombie_is_a_process_and_a_thread_of_the_kernel_is_none(self):
        child = subprocess.Popen(["/bin/true"])
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        found = soak.processes()
        child.wait()
        self.assertEqual(found[child.pid], "Z")
        self.assertIn(os.getpid(), found)
        with open("/proc/%d/comm" % soak.KTHREADD, encoding="ascii") as comm:
            if comm.read() == "kthreadd\n": self.assertNotIn(soak.KTHREADD, found)


class Records(unittest.TestCase):
    def test_cut_off_records_are_no_records(self):
        whole = record_bytes("OK")
        for size in range(len(whole)):
            with self.assertRaises((ValueError, IndexError)):
                cut = record.Record(whole[:size], PROTO)
                if cut.phases == 0: raise ValueError("no phase")

    def test_every_verdict_has_its_name(self):
        self.assertEqual(record.Record(record_bytes("SYSCALL_DENIED"), PROTO).verdict, "SYSCALL_DENIED")


class Execution(unittest.TestCase):
    def test_a_record_arrives_whatever_else_is_open(self):
        write = ["/usr/bin/python3", "-c", "import os; os.write(%d, b'record')" % execute.RECORD_FD]
        held = []
        for _ in range(4):
            outcome = execute.run(write, {}, "/", (), {os.getpid()}, 10.0)
            self.assertEqual((outcome.status, outcome.record), (0, b"record"))
            held += [os.open("/dev/null", os.O_RDONLY) for _ in range(8)]
        for fd in held: os.close(fd)


class Processes(unittest.TestCase):
    def test_a_name_that_is_no_text_hides_nobody(self):
        name_it = "import ctypes\nctypes.CDLL(None).prctl(15, b'\\xff) Z 1', 0, 0, 0)\nprint(flush=True)\ninput()"
        child = subprocess.Popen(["/usr/bin/python3", "-c", name_it], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        child.stdout.readline()
        self.assertIn(child.pid, host.descendants())
        child.communicate(b"\n")


class Payloads(unittest.TestCase):
    def setUp(self):
        self.all = payload.load(HERE, set(NUMBERS))

    def test_there_are_enough_of_every_language(self):
        self.assertGreaterEqual(len(self.all), 100)
        for language in payload.LANGUAGES: self.assertGreater(sum(p.language == language for p in self.all), 5, language)

    def test_every_payload_names_promises(self):
        for p in self.all: self.assertRegex(p.fields["promise"], r"^P\d+( P\d+)*$", p.id)

    def test_most_are_shown_to_work_unjailed(self):
        shown = [p for p in self.all if p.unjailed in ("escape", "host")]
        self.assertGreaterEqual(len(shown), 60)


if __name__ == "__main__":
    unittest.main()
