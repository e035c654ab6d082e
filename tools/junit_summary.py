#!/usr/bin/python3
"""Counts ctest's JUnit file for a person and for CI: junit_summary.py JUNIT SKIPS

Last line: "tests: N passed, N failed, N skipped". A skipped test counts as failed when
JAIL_TESTS_MUST_RUN=1 and no line of SKIPS ("pattern  reason") matches its name. Exit status 1 when anything failed."""
import fnmatch
import os
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


def main():
    junit, skips_path = sys.argv[1:]
    must_run = os.environ.get("JAIL_TESTS_MUST_RUN") == "1"
    skips = allowed_skips(skips_path)
    passed, failed, skipped = [], [], []
    for case in xml.etree.ElementTree.parse(junit).getroot().iter("testcase"):
        name, status = case.get("name"), case.get("status")
        if status == "run":
            passed.append(name)
        elif status == "fail" or case.find("skipped") is None:
            failed.append(name)
        else:
            skipped.append(name)
    for name in skipped:
        reason = next((r for p, r in skips.items() if fnmatch.fnmatch(name, p)), None)
        print(f"skipped: {name}" + (f" ({reason})" if reason else ""))
        if must_run and reason is None:
            print(f"  not on the list in {skips_path}: a failure here")
            failed.append(name)
    skipped = [name for name in skipped if name not in failed]
    for name in failed:
        print(f"failed: {name}")
    print(f"tests: {len(passed)} passed, {len(failed)} failed, {len(skipped)} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
