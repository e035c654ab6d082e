#!/usr/bin/python3
"""Counts ctest's JUnit file for a person and for CI: junit_summary.py JUNIT SKIPS

Last line: "tests: N passed, N failed, N skipped". A test whose own last line is "N passed, N failed"
(the probes of the languages, the hostile corpus) counts as that many. A skipped test counts as failed when
JAIL_TESTS_MUST_RUN=1 and no line of SKIPS ("pattern  reason") matches its name. Exit status 1 when anything failed."""
import fnmatch
import os
import re
import sys
import xml.etree.ElementTree


def allowed_skips(path):
    """{pattern: reason}; a pattern without a reason is refused."""
    found = {}
    for number, line in enumerate(open(path), 1):
        if line.strip() and not line.startswith("#"):
            pattern, _, reason = line.strip().partition(" ")
            if not reason.strip():
                sys.exit(f"{path}:{number}: \"{pattern}\" gives no reason")
            found[pattern] = reason.strip()
    return found


def counts(case):
    """(passed, failed) of one entry that ran."""
    text = (case.findtext("system-out") or "").strip()
    own = re.fullmatch(r"(?:\S+: )?(\d+) passed, (\d+) failed.*", text[text.rfind("\n") + 1:])
    good, bad = map(int, own.groups()) if own else (1, 0)
    return (good, bad) if case.get("status") == "run" else (good if own else 0, max(bad, 1))


def reasons(case):
    """The lines of a failed entry that say why, with the two behind each."""
    lines = (case.findtext("system-out") or "").splitlines()
    told = [i for i, line in enumerate(lines) if re.match(r"FAIL|.*: Failure$", line)][:6]
    return [line[:300] for i in told for line in lines[i:i + 3]] or [line[:300] for line in lines[-3:]]


def main():
    junit, skips_path = sys.argv[1:]
    must_run = os.environ.get("JAIL_TESTS_MUST_RUN") == "1"
    skips = allowed_skips(skips_path)
    passed = failed = skipped = 0
    for case in xml.etree.ElementTree.parse(junit).getroot().iter("testcase"):
        name = case.get("name")
        if case.find("skipped") is None or case.get("status") == "fail":
            good, bad = counts(case)
            passed, failed = passed + good, failed + bad
            if bad:
                print(f"failed: {name}", *reasons(case), sep="\n    ")
            continue
        reason = next((r for p, r in skips.items() if fnmatch.fnmatch(name, p)), None)
        print(f"skipped: {name} ({reason or 'on no list'})")
        if must_run and reason is None:
            failed += 1
        else:
            skipped += 1
    print(f"tests: {passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
