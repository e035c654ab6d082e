"""A payload: one file with a header. To add a header field: a line in FIELDS and its meaning in README.md."""
import glob
import os
import pathlib
import re

LANGUAGES = {"python": "py", "javascript": "js", "typescript": "ts", "c": "c", "cpp": "cpp", "go": "go", "java": "java"}
KITS = {"python": "attack.py", "javascript": "attack.js", "typescript": "attack.ts", "c": "attack.h", "cpp": "attack.h", "go": "attack.go",
        "java": "attack.java"}
FIELDS = ("id", "class", "does", "promise", "after", "phase", "needs", "get", "runs", "expect", "unjailed", "rootless", "kernel")
REQUIRED = ("id", "class", "does", "promise", "expect", "unjailed")
CONTROLS = ("escape", "host", "blocked", "any")

# Seconds until the call has returned: the wall limit of the runs, what a compiler may take, and room
# for a loaded machine.
RUN_WITHIN, COMPILE_ALLOWANCE = 7.0, 12.0


class Payload:
    def __init__(self, path, verdicts):
        self.path = path
        self.language = os.path.basename(os.path.dirname(path))
        self.text = pathlib.Path(path).read_text(encoding="utf-8")
        self.fields = dict(re.findall(r"^(?:#|//) (%s): (.+)$" % "|".join(FIELDS), self.text, re.M))
        missing = [f for f in REQUIRED if f not in self.fields]
        if missing: raise ValueError("%s: no %s in its header" % (path, ", ".join(missing)))
        self.id = self.fields["id"]
        self.kind = self.fields["class"]
        self.compiles = self.fields.get("phase") == "compile"
        self.needs = self.fields.get("needs", "").split()
        self.get = self.fields.get("get", "").split()
        self.runs = int(self.fields.get("runs", 1))
        self.unjailed = self.fields["unjailed"]
        if self.unjailed not in CONTROLS: raise ValueError("%s: unjailed: %s" % (path, self.unjailed))
        self._read_expectation(verdicts)
        since = self.fields.get("kernel", "0.0").split()[0]
        self.too_old = tuple(map(int, os.uname().release.split("-")[0].split(".")[:2])) < tuple(map(int, since.split(".")))

    def _read_expectation(self, verdicts):
        words = self.fields["expect"].split()
        self.verdicts = set(words[0].split("|"))
        unknown = self.verdicts - verdicts
        if unknown: raise ValueError("%s: no verdict is called %s" % (self.path, ", ".join(unknown)))
        options = dict(word.split("=", 1) for word in words[1:])
        compiled = self.language in ("c", "cpp", "typescript", "go", "java")
        default = RUN_WITHIN + (COMPILE_ALLOWANCE if compiled else 0)
        within = float(options.get("within", default))
        self.within = within + (COMPILE_ALLOWANCE if compiled and not self.compiles and "within" in options else 0)
        self.exit_code = int(options["exit"]) if "exit" in options else None

    def source(self):
        """What is run: the kit, then the payload. Compile payloads stand alone."""
        if self.compiles: return self.text
        kit = os.path.join(os.path.dirname(self.path), "..", "kit", KITS[self.language])
        return pathlib.Path(kit).read_text(encoding="utf-8").replace("@ID@", self.id) + self.text

    def file_name(self):
        return os.path.basename(self.path)


def load(folder, verdicts):
    found = []
    for language, extension in LANGUAGES.items():
        for path in sorted(glob.glob("%s/%s/*.%s" % (folder, language, extension))): found.append(Payload(path, verdicts))
    ids = [p.id for p in found]
    twice = {i for i in ids if ids.count(i) > 1}
    if twice: raise ValueError("two payloads are called " + ", ".join(twice))
    return found
