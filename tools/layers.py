#!/usr/bin/python3
"""Checks who includes whom: layers.py [ROOT]; layers.py --self-test shows that it can fail.

The table LAYERS is the rule of ARCHITECTURE.md: a layer is a set of files, and a file may include only
what its layer names. The first layer whose pattern matches a file or an include is its layer.
To add a layer: a row in LAYERS, and its name in the rows of those above it.
Also checked: the privileged helper stays free of heap, threads and exceptions in the standard headers
it and the headers below it use, and jail/launch stays below its budget of lines."""
import fnmatch
import os
import re
import subprocess
import sys
import tempfile
from collections import namedtuple

# name: the layer. files: patterns of its own files. ours: layers it may include besides itself.
# libraries: patterns of third-party headers it may include.
Layer = namedtuple("Layer", "name files ours libraries")
ABSL = "absl/*"
PROTOBUF = "google/protobuf/*"
CORE_LIBRARIES = [ABSL, PROTOBUF, "sodium.h"]
ABOVE_CORE = ["api", "fd", "base", "proto"]
LAYERS = [
    Layer("proto", ["jail/v1/*.pb.h"], [], [PROTOBUF]),
    Layer("fd", ["jail/base/fd.h", "jail/base/errno_name.*", "jail/base/signals.h"], [], []),
    Layer("sys", ["jail/base/sys.*", "jail/base/mounts.*", "jail/base/cpus.*", "jail/base/landlock.*", "jail/base/rights.*",
                  "jail/base/denied_calls.*", "jail/base/ids.*"], ["fd"], []),
    Layer("builtin", ["jail/plan/builtin.h"], [], []),
    Layer("pod", ["jail/plan/layout.h", "jail/plan/raw_report.h", "jail/plan/step_order.h",
                  "jail/plan/steps.h", "jail/plan/view.*",
                  "jail/plan/ceilings.*", "jail/plan/memfds.*", "jail/plan/missing.*",
                  "jail/plan/zygote_match.*"], ["fd", "sys", "builtin"], []),
    Layer("cgroup", ["jail/cgroup/*"], ["fd", "sys", "builtin", "pod"], []),
    Layer("root", ["jail/root/*"], ["fd", "sys", "builtin", "pod"], []),
    # The bytes of the zygote's library, and what it and the helper say to each other.
    Layer("zygote", ["jail/zygote/*"], ["fd", "sys", "builtin", "pod", "cgroup", "launch"], []),
    Layer("helper", ["jail/helper/*"], ["fd", "sys", "builtin", "pod", "cgroup", "launch", "zygote"], []),
    Layer("launch", ["jail/launch/*"], ["fd", "sys", "builtin", "pod", "cgroup", "root"], []),
    Layer("textproto", ["jail/base/textproto.*"], ["fd", "base"], [ABSL, PROTOBUF]),
    Layer("base", ["jail/base/*"], ["fd"], [ABSL, "sodium.h"]),
    Layer("plan", ["jail/plan/*"], ["fd", "base", "sys", "builtin", "pod", "proto"], CORE_LIBRARIES),
    Layer("api", ["jail/jail.h"], ["fd", "base", "proto"], [ABSL]),
    Layer("runtimes", ["runtimes/*"], ["proto"], [ABSL, PROTOBUF]),
    Layer("resolve", ["jail/resolve/*"], ["fd", "base", "builtin", "pod", "plan", "proto", "runtimes", "textproto"],
          CORE_LIBRARIES),
    Layer("watch", ["jail/watch/*"], ["fd", "sys", "base", "builtin", "pod", "plan", "proto"], CORE_LIBRARIES),
    Layer("cache", ["jail/cache/*"], ["fd", "base", "proto"], CORE_LIBRARIES),
    Layer("image", ["jail/image/*"], ["fd", "base", "pod", "proto", "textproto"], CORE_LIBRARIES),
    Layer("jail", ["jail/jail.cc", "jail/parking.cc", "jail/launcher_path.*"],
          ABOVE_CORE + ["builtin", "pod", "plan", "resolve", "watch", "cache", "image", "runtimes", "textproto"], CORE_LIBRARIES),
    Layer("pool", ["jail/pool/*"], ABOVE_CORE, [ABSL, PROTOBUF]),
    Layer("call", ["jail/call/*"], ABOVE_CORE + ["pool"], CORE_LIBRARIES + ["nlohmann/*"]),
    Layer("exam", ["jail/exam/*"], ABOVE_CORE + ["pool", "call"], CORE_LIBRARIES + ["nlohmann/*", "re2/*"]),
    Layer("serve", ["jail/serve/*"], ABOVE_CORE + ["textproto", "pool", "call", "exam"],
          CORE_LIBRARIES + ["nlohmann/*", "prometheus/*"]),
    Layer("build tools", ["tools/build/*"], ["fd", "base", "builtin", "pod", "proto", "textproto", "resolve"],
          CORE_LIBRARIES + ["seccomp.h"]),
    Layer("policy command", ["tools/jailrun/policy/*"], ["fd", "base", "proto", "build tools", "tools"], [ABSL, PROTOBUF]),
    # Boost.Beast costs a minute to compile and is hard to read around: one .cc knows it.
    Layer("http server", ["tools/jaild/http/*"], ABOVE_CORE + ["serve"], [ABSL, "boost/*"]),
    Layer("jaild", ["tools/jaild/*"], ABOVE_CORE + ["pool", "call", "exam", "serve", "http server", "tools"],
          [ABSL, PROTOBUF, "CLI/*"]),
    Layer("tools", ["tools/*"], ABOVE_CORE + ["sys", "builtin", "policy command", "pool", "call", "exam", "serve"], [ABSL, PROTOBUF, "CLI/*"]),
    Layer("examples", ["examples/*"], ABOVE_CORE + ["call"], [ABSL]),
    Layer("tests", ["tests/*"], ["*"], ["*"]),
]

# Headers that the helper's layers may use: the C library, the kernel's, and C++ ones that hold only
# types and templates. Anything else could allocate, lock, throw or format.
HELPER_LAYERS = {"fd", "sys", "builtin", "pod", "cgroup", "root", "launch", "zygote", "helper"}
HELPER_HEADERS = re.compile(
    r"^((linux|sys|asm|netinet|net|arpa)/[\w./-]+|[a-z_0-9]+\.h"
    r"|c(assert|ctype|errno|inttypes|limits|signal|stddef|stdint|string|time)|array|algorithm|atomic|bit|compare|concepts"
    r"|initializer_list|iterator|limits|optional|span|string_view|tuple|type_traits|utility)$")
HELPER_FORBIDDEN = {"stdio.h", "pthread.h", "threads.h", "malloc.h"}

LINE_BUDGETS = {"jail/launch": 2000}  # Fewer than this, comments included.

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')
OUR_FOLDERS = {"jail", "tests", "tools", "runtimes", "policy", "rootfs"}
SYSTEM_FOLDERS = {"sys", "linux", "asm", "netinet", "net", "arpa"}
THIRD_PARTY = {"sodium.h", "seccomp.h"}  # Third-party headers without a folder of their own.


def layer_of(path):
    return next((l for l in LAYERS if any(fnmatch.fnmatch(path, p) for p in l.files)), None)


def lines_of(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        return file.readlines()


def objection_to_ours(layer, quote, include):
    target = layer_of(include)
    if quote != '"':
        return "our own headers are included with quotes"
    if target is None:
        return "belongs to no layer of tools/layers.py"
    if target is layer or target.name in layer.ours or "*" in layer.ours:
        return None
    return f'layer "{layer.name}" may not include layer "{target.name}", only {", ".join(layer.ours) or "itself"}'


def objection(layer, quote, include):
    """Why this layer may not include this; None when it may."""
    folder, _, rest = include.rpartition("/")
    if ".." in include.split("/"):
        return "name a file from the root of the repository, never by '..'"
    if include.split("/")[0] in OUR_FOLDERS:
        return objection_to_ours(layer, quote, include)
    if include.split("/")[0] in SYSTEM_FOLDERS or (not folder and rest not in THIRD_PARTY):
        if layer.name in HELPER_LAYERS and (include in HELPER_FORBIDDEN or not HELPER_HEADERS.match(include)):
            return f'layer "{layer.name}" is part of the privileged helper; this can allocate, lock, throw or format'
        return None
    if any(fnmatch.fnmatch(include, p) for p in layer.libraries):
        return None
    return f'layer "{layer.name}" may not use this library, only {", ".join(layer.libraries) or "none"}'


def check_includes(root, path):
    layer = layer_of(path)
    if layer is None:
        return [f"{path}:1: belongs to no layer of tools/layers.py"]
    errors = []
    for number, line in enumerate(lines_of(root, path), 1):
        match = INCLUDE.match(line)
        reason = match and objection(layer, *match.groups())
        if reason:
            errors.append(f"{path}:{number}: includes {match.group(2)}: {reason}")
    return errors


def check_budgets(root, paths):
    errors = []
    for folder, budget in LINE_BUDGETS.items():
        lines = sum(len(lines_of(root, p)) for p in paths if p.startswith(folder + "/"))
        print(f"{folder}: {lines} lines (must be fewer than {budget})")
        if lines >= budget:
            errors.append(f"{folder}:1: {lines} lines are over its budget of {budget}")
    return errors


def check(root, paths):
    return [error for path in paths for error in check_includes(root, path)] + check_budgets(root, paths)


# One offence each: the check must find every one of them, and nothing in the innocent files.
OFFENCES = {
    "jail/launch/absl.cc": '#include "absl/strings/str_cat.h"\n',
    "jail/launch/heap.cc": "#include <vector>\n",
    "jail/launch/upwards.cc": '#include "jail/resolve/resolve.h"\n',
    "jail/launch/proto.cc": '#include "jail/v1/job.pb.h"\n',
    "jail/launch/locks.cc": "#include <mutex>\n",
    "jail/launch/formats.cc": "#include <stdio.h>\n",
    "jail/launch/long.cc": "//\n" * 2000,
    "jail/base/upwards.h": '#include "jail/jail.h"\n',
    "jail/base/fd.h": '#include "absl/status/status.h"\n',
    "jail/plan/view.cc": '#include "absl/status/status.h"\n',
    "jail/watch/sideways.cc": '#include "jail/launch/steps.h"\n',
    "jail/watch/dots.cc": '#include "../base/fd.h"\n',
    "jail/resolve/sideways.cc": '#include "jail/watch/watch.h"\n',
    "jail/serve/below_api.cc": '#include "jail/plan/layout.h"\n',
    "tools/jailrun/below_api.cc": '#include "jail/plan/layout.h"\n',
    "tools/jailrun/brackets.cc": "#include <jail/jail.h>\n",
    "tools/jailrun/library.cc": "#include <seccomp.h>\n",
    "elsewhere/homeless.cc": "\n",
}
INNOCENT = {
    "jail/launch/ok.cc": '#include <sys/mount.h>\n#include <cstdint>\n#include "jail/base/fd.h"\n',
    "tools/jailrun/ok.cc": '#include <vector>\n#include "CLI/CLI.hpp"\n#include "jail/jail.h"\n',
}


def self_test():
    with tempfile.TemporaryDirectory() as root:
        for path, text in {**OFFENCES, **INNOCENT}.items():
            os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text)
        missed = [path for path in OFFENCES if not check(root, [path])]
        accused = check(root, list(INNOCENT))
    for path in missed:
        print(f"self-test: {path}: the offence was not found")
    for error in accused:
        print(f"self-test: wrongly accused: {error}")
    print(f"layers self-test: {len(OFFENCES) - len(missed)} of {len(OFFENCES)} offences found")
    return 1 if missed or accused else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    root = sys.argv[1] if sys.argv[1:] else os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    listed = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard", "*.cc", "*.h"],
                            capture_output=True, text=True, check=True).stdout.split()
    paths = [path for path in listed if os.path.exists(os.path.join(root, path))]
    errors = check(root, paths)
    for error in errors:
        print(error)
    print(f"layers: {len(paths)} files, {len(errors)} errors")
    return 1 if errors or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
