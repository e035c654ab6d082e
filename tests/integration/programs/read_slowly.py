"""Reads the first MiB given of a file: read_slowly.py FILE MIB; says how many milliseconds that took."""
import os
import sys
import time

with open(sys.argv[1], "rb", buffering=0) as file:
    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_RANDOM)  # No reading ahead beyond what is asked.
    start = time.monotonic()
    left = int(sys.argv[2]) << 20
    while left > 0:
        left -= len(file.read(min(left, 256 << 10)))
    print(round((time.monotonic() - start) * 1000))
