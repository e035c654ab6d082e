import os
os.write(1, b"HEAD")
for _ in range(64): os.write(1, b"o" * 16384)
os.write(1, b"TAIL")
