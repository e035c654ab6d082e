#!/usr/bin/python3
"""Writes the seeds of fuzz_plan_view: sealed plans as jail/plan/layout.h lays them out, good and bad.
Run it again when the layout changes: make_plan_seeds.py tests/fuzz/corpus/fuzz_plan_view"""
import os
import struct
import sys

HEADER_SIZE, FILE_SIZE, VERSION = 456, 40, 3


def strings(items):
    return b"".join(item + b"\0" for item in items)


def plan(argv=(b"/usr/bin/python3", b"/work/main.py"), env=(b"PATH=/usr/bin", b"HOME=/tmp"),
         files=((b"main.py", b"print(1)\n", 0), (b"a/b", b"", 1)), magic=0x4E414C50, flags=0, root=b"host", image=b"",
         argv_size=None, total=None):
    body, offset = b"", HEADER_SIZE

    def add(chunk):
        nonlocal body
        start = offset + len(body)
        body += chunk
        return start, len(chunk)

    argv_span, env_span = add(strings(argv)), add(strings(env))
    if argv_size is not None:
        argv_span = (argv_span[0], argv_size)
    entries = b""
    for path, content, place in files:
        path_start, _ = add(path + b"\0")
        content_span = add(content)
        entries += struct.pack("<QQQQII", path_start, len(path), *content_span, place, 0)
    add(b"\0" * (-(offset + len(body)) % 8))
    file_span = add(entries)
    limits = struct.pack("<7q6i2q", 5_000_000, 5_000_000, 256 << 20, 64 << 20, 64 << 20, 64 << 20, 4096, 50, 256, 0, 0, 0, 0,
                         0, 0) + bytes(128)  # No set of CPUs.
    size = offset + len(body) if total is None else total
    header = (struct.pack("<IIQII", magic, VERSION, size, flags, 0) + limits +
              struct.pack("<32s32s32s", root, b"default", b"jail") + struct.pack("<QQQQ", *argv_span, *env_span) +
              struct.pack("<II", len(argv), len(env)) + struct.pack("<QQ", *file_span) +
              struct.pack("<II48s", len(files), 0, image))
    assert len(header) == HEADER_SIZE and (not entries or len(entries) % FILE_SIZE == 0)
    return header + body


SEEDS = {
    "good": plan(),
    "good_size_zero": plan(total=0),
    "good_no_files": plan(files=()),
    "good_all_flags": plan(flags=7),
    "bad_magic": plan(magic=1),
    "bad_dotdot": plan(files=((b"../x", b"", 0),)),
    "bad_absolute": plan(files=((b"/etc/x", b"", 0),)),
    "bad_inner_dotdot": plan(files=((b"a/../x", b"", 0),)),
    "bad_empty_part": plan(files=((b"a//x", b"", 0),)),
    "bad_argv_overflow": plan(argv_size=(1 << 64) - 1),
    "bad_argv_short": plan(argv_size=3),
    "bad_root_name": plan(root=b"../root"),
    "good_image": plan(image=b"small-0123456789abcdef"),
    "bad_image": plan(image=b"../small"),
    "bad_image_without_end": plan(image=b"a" * 48),
    "bad_short": plan()[:100],
}

for name, content in SEEDS.items():
    with open(os.path.join(sys.argv[1], name), "wb") as file:
        file.write(content)
