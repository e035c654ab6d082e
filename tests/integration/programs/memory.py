held = []
for _ in range(64): held.append(b"x" * (16 << 20))
print("held", sum(map(len, held)))
