#!/usr/bin/python3
"""Which test keeps which promise: promises.py prints the table, made from the names of the tests; promises.py
--check fails when a promise that SECURITY.md calls tested has no test, or a test names a promise that is not
there or that SECURITY.md still calls "later", or when a past escape of SECURITY.md names an attack or a test that is not there;
promises.py --self-test shows that it can fail.

A test keeps a promise by its name (TEST_F(KillTest, P20_...)), a payload by its header ("promise: P26 P3"), and
any file by being named in the promise's row."""
import glob
import os
import re
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
ROW = re.compile(r"^\| (P\d+) \| (.*) \| ([^|]*) \|$", re.M)
ANY_TEST = re.compile(r"TEST(?:_F|_P)?\((\w+),\s*(\w+)\)")
TEST = re.compile(r"TEST(?:_F|_P)?\((\w+),\s*((?:P\d+_)+\w*)\)")
HEADER = re.compile(r"^(?://|#) promise: (.*)$", re.M)
ESCAPE = re.compile(r"^\| [^|]+ \| [^|]+ \| [^|]+ \| ((?:`[\w.]+` ?)+) \| (`[^|]+) \|$", re.M)
NAMED = re.compile(r"`([\w/.]+\.(?:py|cc|sh))")


def read(path):
    return open(path, encoding="utf-8", errors="replace").read()


def promises(text):
    return {number: state for number, _, state in ROW.findall(text)}


def files(pattern):
    return sorted(glob.glob(os.path.join(ROOT, "tests", pattern), recursive=True))


def find_tests(sources, payloads):
    found = {}
    for path, text in sources:
        for suite, name in TEST.findall(text):
            for number in re.findall(r"P\d+(?=_)", name): found.setdefault(number, []).append(f"{suite}.{name}")
    for path, text in payloads:
        for numbers in HEADER.findall(text):
            for number in numbers.split(): found.setdefault(number, []).append(os.path.basename(path))
    return found


def named_in(state):
    """The files among the tests that a promise's row names."""
    return [name for name in NAMED.findall(state)
            if glob.glob(os.path.join(ROOT, "tests", "**", os.path.basename(name)), recursive=True)]


def check(states, found):
    errors = []
    for number, state in states.items():
        tests = found.get(number) or named_in(state)
        if not state.startswith(("tested", "part", "later")):
            errors.append(f"{number}: SECURITY.md does not say whether it is tested, part or later")
        if state.startswith(("tested", "part")) and not tests:
            errors.append(f"{number}: SECURITY.md says tested, and no test names it")
        if state.startswith("later") and found.get(number):
            errors.append(f"{number}: SECURITY.md says later, but {found[number][0]} names it")
    errors += [f"{number}: {tests[0]} names a promise that SECURITY.md does not make"
               for number, tests in found.items() if number not in states]
    return errors


def check_escapes(text, payloads, tests):
    """Each row of the past escapes has an attack and a test, and those are there."""
    section = text[text.find("## Past escapes"):].split("\n## ")[0]
    errors = [f"this past escape is no row of five: {line[:60]}" for line in section.splitlines()
              if line.startswith("| ") and not line.startswith("| case |") and not ESCAPE.match(line)]
    rows = ESCAPE.findall(section)
    for attacks, names in rows:
        errors += [f"no payload is called {name}" for name in re.findall(r"`([\w.]+)`", attacks) if name not in payloads]
        errors += [f"no test is called {name}" for name in re.findall(r"`(\w+\.\w+)`", names) if name not in tests]
    return errors + ([] if rows else ["there is no table of past escapes"])


def self_test():
    states = {"P1": "tested", "P2": "tested", "P3": "later", "P4": "tested (`tools/promises.py`)", "P5": "soon",
              "P6": "tested (`run_corpus.py`)", "P7": "part"}
    found = find_tests([("a_test.cc", "TEST_F(A, P1_P3_Holds) {}\nTEST(B, P9_Holds) {}")],
                       [("x.py", "# promise: P1")])
    assert found["P1"] == ["A.P1_P3_Holds", "x.py"], found
    errors = sorted(error.split(":")[0] for error in check(states, found))
    assert errors == ["P2", "P3", "P4", "P5", "P7", "P9"], errors
    row = "## Past escapes\n\n| a | b | c | `x.py` `y.c` | `A.Holds` `B.Fails`; `tools/z.py` |"
    errors = check_escapes(row, {"x.py"}, {"A.Holds"})
    assert errors == ["no payload is called y.c", "no test is called B.Fails"], errors
    assert check_escapes("", set(), set())
    assert len(check_escapes(row + "\n| a | b | c | none | none |", {"x.py", "y.c"}, {"A.Holds", "B.Fails"})) == 1
    print("promises: self-test passed")


def main():
    if sys.argv[1:] == ["--self-test"]: return self_test()
    states = promises(read(os.path.join(ROOT, "SECURITY.md")))
    found = find_tests([(path, read(path)) for path in files("**/*_test.cc")],
                       [(path, read(path)) for path in files("hostile/*/*") if os.path.isfile(path)])
    if sys.argv[1:] == ["--check"]:
        errors = check(states, found) if states else ["SECURITY.md has no table of promises"]
        errors += check_escapes(read(os.path.join(ROOT, "SECURITY.md")), {os.path.basename(path) for path in files("hostile/*/*")},
                                {f"{suite}.{name}" for path in files("**/*_test.cc") for suite, name in ANY_TEST.findall(read(path))})
        for error in errors: print(error)
        print(f"promises: {len(states)} promises, {sum(map(len, found.values()))} tests, {len(errors)} errors")
        return 1 if errors else 0
    for number, state in states.items():
        print(f"| {number} | {state.strip()} | {', '.join(found.get(number, []) + named_in(state)) or '-'} |")


if __name__ == "__main__":
    sys.exit(main())
