"""For rootfs/build: lists a tree, sys.argv[1], as jail/image/image.cc searches it: a line for each path, sorted by bytes,
"/PATH<tab>x" for a file that can be executed, "/PATH<tab>lTARGET" for a link, "/PATH<tab>-" for anything else."""
import os
import stat
import sys


def mark(path):
    mode = os.lstat(path).st_mode
    if stat.S_ISLNK(mode):
        return b"l" + os.readlink(path)
    return b"x" if stat.S_ISREG(mode) and mode & 0o111 else b"-"


tree = os.fsencode(sys.argv[1])
lines = []
for folder, folders, files in os.walk(tree):
    for name in folders + files:
        line = os.path.join(folder, name)[len(tree):] + b"\t" + mark(os.path.join(folder, name))
        if b"\n" not in line:
            lines.append(line + b"\n")
sys.stdout.buffer.writelines(sorted(lines))
