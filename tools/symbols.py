#!/usr/bin/python3
"""Checks that the privileged helper cannot allocate, lock, throw or format, and that nothing we ship starts a shell:
symbols.py BUILD; symbols.py --self-test shows that it can fail.

Reads with nm(1) what the object files of jail-launch leave undefined, follows what others of ours define,
and compares the rest with tools/symbols.allow, which gives a reason for each group. BUILD must be a release
build: sanitizers add symbols of their own."""
import glob
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
# Of the whole product: a shell, or a search of $PATH, would let names and text of others decide what is run.
PRODUCT = ("jail/**/*.o", "runtimes/**/*.o", "tools/jailrun/**/*.o")
SHELLS = {"system", "popen", "wordexp", "execlp", "execvp", "execvpe", "posix_spawnp"}
HELPER = "jail/launch/CMakeFiles/jail-launch.dir/**/*.o"  # All that is linked, but musl itself.


def read_allowed(path):
    allowed, reason = {}, None
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        line = line.strip()
        if line.startswith("["):
            reason = line.strip("[]")
        elif line and not line.startswith("#"):
            if not reason:
                sys.exit(f"{path}:{number}: names outside a group with a reason")
            allowed.update(dict.fromkeys(line.split(), reason))
    return allowed


def symbols(path):
    """(defined, undefined) names of one object file."""
    defined, undefined = set(), set()
    for line in subprocess.run(["nm", "-P", path], capture_output=True, text=True, check=True).stdout.splitlines():
        name, kind = line.split()[:2]
        (undefined if kind in "Uwv" else defined).add(name)
    return defined, undefined


def readable(name):
    return subprocess.run(["c++filt", name], capture_output=True, text=True, check=True).stdout.strip()


def check(roots, others, allowed):
    """Walks from the helper's objects to everything of ours they pull in; returns (objects, errors)."""
    table = {path: symbols(path) for path in set(roots) | set(others)}
    where = {name: path for path, (defined, _) in table.items() for name in defined if path not in roots}
    inside = {name for path in roots for name in table[path][0]}
    todo, seen, errors = list(roots), set(), []
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        for name in sorted(table[path][1] - inside):
            if name in where:
                todo.append(where[name])
            elif name not in allowed:
                errors.append(f"{path}: calls {readable(name)}, which tools/symbols.allow does not have")
    return sorted(seen), errors


def check_shells(objects):
    return [f"{path}: calls {name}: no shell and no $PATH in the product" for path in objects for name in sorted(symbols(path)[1] & SHELLS)]


OFFENCES = {
    "new": "int* f() { return new int(1); }",
    "malloc": "#include <stdlib.h>\nvoid* f() { return malloc(3); }",
    "printf": '#include <stdio.h>\nvoid f() { puts("x"); }',
    "throw": "void f() { throw 1; }",
    "std": "#include <string>\nvoid f(std::string& s) { s.append(1000, 'x'); }",
    "pthread": "#include <pthread.h>\nvoid f(pthread_mutex_t* m) { pthread_mutex_lock(m); }",
    "static": "int g();\nint f() { static int once = g(); return once; }\nint g() { return 1; }",
    "far": "int* far();\nint* f() { return far(); }",  # Through another object of ours.
}
OTHERS = {"far": "int* far() { return new int(1); }"}
INNOCENT = {"ok": "#include <unistd.h>\nint f() { return close(3); }"}


def self_test(allowed):
    with tempfile.TemporaryDirectory() as folder:
        def compiled(name, text):
            source, path = os.path.join(folder, "x.cc"), os.path.join(folder, name + ".o")
            with open(source, "w", encoding="utf-8") as file:
                file.write(text + "\n")
            subprocess.run(["g++", "-std=c++20", "-O1", "-c", source, "-o", path], check=True)
            return path
        others = [compiled("other_" + name, text) for name, text in OTHERS.items()]
        missed = [name for name, text in OFFENCES.items() if not check([compiled(name, text)], others, allowed)[1]]
        if not check_shells([compiled("shell", '#include <stdlib.h>\nint f() { return system("x"); }')]): missed.append("shell")
        accused = [error for name, text in INNOCENT.items() for error in check([compiled(name, text)], others, allowed)[1]]
    for name in missed:
        print(f"self-test: the offence \"{name}\" was not found")
    for error in accused:
        print(f"self-test: wrongly accused: {error}")
    print(f"symbols self-test: {len(OFFENCES) + 1 - len(missed)} of {len(OFFENCES) + 1} offences found")
    return 1 if missed or accused else 0


def main():
    allowed = read_allowed(os.path.join(HERE, "symbols.allow"))
    if sys.argv[1:] == ["--self-test"]:
        return self_test(allowed)
    build = sys.argv[1]
    roots = glob.glob(os.path.join(build, HELPER), recursive=True)
    if not roots:
        sys.exit(f"{build}: no object files of jail/launch; build first")
    objects, errors = check(roots, [], allowed)
    product = [path for pattern in PRODUCT for path in glob.glob(os.path.join(build, pattern), recursive=True)]
    errors += check_shells(product)
    for error in errors:
        print(error)
    print(f"symbols: {len(objects)} object files, {len(allowed)} allowed names, {len(product)} of the product, {len(errors)} errors")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
