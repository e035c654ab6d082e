#!/usr/bin/python3
"""Promise P35: no order of steps but the right one compiles. P35_WrongOrdersDoNotCompile

step_order.py SOURCE ORDER COMPILER [FLAGS...]: SOURCE has the table of the child's steps, ORDER its rules. As it stands it must
compile; with the two steps of any rule the other way round, or with a step of a rule missing or moved behind the last one, it
must not, and the compiler must say that it is for the order."""
import concurrent.futures
import re
import subprocess
import sys

ROW = re.compile(r"^    \{StepId::(k\w+), \w+, \w+\},\n", re.M)
RULE = re.compile(r"^    \{StepId::(k\w+), StepId::(k\w+)\},$", re.M)
COMPLAINT = "static assertion failed: promise P35"
CLANG_COMPLAINT = "static_assert failed"


def table_of(source):
    """The text before the table, its rows by name in order, the text after it."""
    rows = list(ROW.finditer(source))
    return source[: rows[0].start()], {row[1]: source[row.start():row.end()] for row in rows}, source[rows[-1].end():]


def swapped(rows, one, other):
    names = list(rows)
    i, j = names.index(one), names.index(other)
    names[i], names[j] = names[j], names[i]
    return names


def broken_orders(rows, rules):
    names = list(rows)
    for first, then in rules:
        yield f"{then} before {first}", swapped(rows, first, then)
    for step in sorted({step for rule in rules for step in rule}):
        yield f"no {step}", [name for name in names if name != step]
    yield f"{names[0]} after the last", names[1:] + names[:1]


def compiles(text, command):
    run = subprocess.run(command + ["-fsyntax-only", "-x", "c++", "-"], input=text, capture_output=True, text=True)
    return run.returncode == 0, run.stderr


def main(source_path, order_path, *command):
    before, rows, after = table_of(open(source_path, encoding="utf-8").read())
    rules = RULE.findall(open(order_path, encoding="utf-8").read())
    assert len(rules) > 20 and all(step in rows for rule in rules for step in rule), "the rules were not understood"
    fine, said = compiles(before + "".join(rows.values()) + after, list(command))
    failures = [] if fine else [f"as it stands: {said}"]

    def attempt(order):
        what, names = order
        fine, said = compiles(before + "".join(rows[name] for name in names) + after, list(command))
        if fine: return f"{what}: compiles"
        return None if COMPLAINT in said or CLANG_COMPLAINT in said else f"{what}: {said}"

    orders = list(broken_orders(rows, rules))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        failures += [failure for failure in pool.map(attempt, orders) if failure]
    print("\n".join(failures) or f"{len(orders)} wrong orders do not compile")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
