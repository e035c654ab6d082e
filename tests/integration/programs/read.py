total = 0
with open("/usr/lib/gcc/x86_64-linux-gnu/12/lto1", "rb", buffering=0) as file:
    while total < 8 << 20:
        total += len(file.read(256 << 10))
print("read", total)
