# Forty processes that compute for ever; says when they are there.
import os

for _ in range(40):
    if os.fork() == 0:
        while True:
            pass
print("spinning", flush=True)
while True:
    pass
