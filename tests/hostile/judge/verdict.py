"""The four questions. A payload passes only if all are answered with yes."""
import re

OUTPUT_LIMIT = 1 << 20
OUTPUT_ROOM = 64 << 10  # Messages of our own.
ENDED_BY_US = {"CPU_TIME_LIMIT", "WALL_TIME_LIMIT", "MEMORY_LIMIT", "OUTPUT_LIMIT", "DISK_LIMIT", "SYSCALL_DENIED"}


class Finding:
    """What was seen, from outside, of one payload over all its runs."""

    def __init__(self):
        self.escape = self.block = self.record = None
        self.harm, self.started = [], False

    def note(self, payload, outcome, secret):
        text = outcome.text()
        self.started |= "START %s" % payload.id in text
        self.escape = self.escape or next(iter(re.findall(r"^ESCAPE.*", text, re.M)), None)
        self.block = self.block or next(iter(re.findall(r"^BLOCKED.*", text, re.M)), None)
        if secret.encode() in outcome.out + outcome.err + outcome.record: self.harm.append("a host file's text in the output")
        if outcome.nonblocking: self.harm.append("the caller's pipe was made non-blocking")
        if outcome.terminal_changed: self.harm.append("the caller's terminal was changed")
        if outcome.pipes_held: self.harm.append("pipes were held open after the end")
        if outcome.hung: self.harm.append("it did not end")
        self.harm += ["left running: " + o for o in outcome.orphans[:3]]

    def bound(self, payload, outcome, slow=1):
        within = payload.within * slow
        if outcome.wall > within: self.harm.append("took %.1f s, may take %.1f" % (outcome.wall, within))
        most = 2 * (OUTPUT_LIMIT + OUTPUT_ROOM)
        if outcome.bytes > most: self.harm.append("%d bytes of output, may be %d" % (outcome.bytes, most))


def judge_jailed(payload, finding):
    """(passed, why)"""
    if payload.too_old: return judge_not_held(finding, "Linux " + payload.fields["kernel"])
    record = finding.record
    if finding.escape: return False, finding.escape
    if finding.harm: return False, "; ".join(finding.harm[:3])
    if record is None: return False, "no record"
    honest = record.verdict in payload.verdicts
    if payload.exit_code is not None and record.exit_code != payload.exit_code: honest = False
    if not honest: return False, "the record says %s, exit %s: %s" % (record.verdict, record.exit_code, record.summary)
    ended = record.verdict in ENDED_BY_US
    tried = finding.started and (finding.block or ended or record.term_signal) or payload.compiles and record.phases > 0
    if not tried: return False, "no evidence that it was tried"
    return True, "%s %s" % (record.verdict, finding.block or "")


def judge_combined(payload, finding):
    """By the host's checks and the record alone: a part whose numbers were changed, or that takes a neighbour for a
    stranger, may well say ESCAPE."""
    finding.escape = None
    return judge_jailed(payload, finding)


def judge_not_held(finding, why):
    """What such a jail is known not to hold must do no other harm."""
    if finding.harm: return False, "; ".join(finding.harm[:3])
    return finding.record is not None, "not held: " + why


def judge_rootless(payload, finding):
    """As an ordinary user's."""
    return judge_not_held(finding, payload.fields["rootless"]) if "rootless" in payload.fields else judge_jailed(payload, finding)


def judge_peer(payload, finding):
    """(contained, why): only whether anything got through; there is no record to be honest. None: it was not tried."""
    if finding.escape or finding.harm: return False, finding.escape or "; ".join(finding.harm[:3])
    return (True if finding.started or payload.compiles else None), finding.block or ""


def judge_unjailed(payload, finding):
    """Does a plain run show what the header says a plain run shows?"""
    got = ("escape" if finding.escape else "host" if finding.harm else "blocked" if finding.block else
           "nothing" if not (finding.started or payload.compiles) else "ended")
    detail = finding.escape or "; ".join(finding.harm[:2]) or finding.block or ""
    wanted = {"escape": got == "escape", "host": got in ("host", "escape"), "blocked": got == "blocked", "any": got != "nothing"}
    return wanted[payload.unjailed], "%s (header: %s) %s" % (got, payload.unjailed, detail)
