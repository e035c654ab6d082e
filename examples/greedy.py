# Asks for more of everything than it may have, and meets each limit in turn:
#   jailrun --memory 64M --pids 10 --disk 1M -v examples/greedy.py
import os
import sys

children = 0
try:
    for _ in range(100):
        if os.fork() == 0:
            os.read(os.pipe()[0], 1)  # Waits for ever: the jail's end is this child's end too.
        children += 1
except OSError as error:
    print(f"processes: {children}, then {error.strerror}")

try:
    with open("/tmp/big", "wb") as file:
        while True:
            file.write(bytes(1 << 16))
except OSError as error:
    print(f"disk: {os.path.getsize('/tmp/big') >> 10} KiB, then {error.strerror}")

sys.stdout.flush()
hoard = []
while True:
    hoard.append(bytearray(1 << 20))
