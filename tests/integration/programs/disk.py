import errno
written = 0
try:
    with open("/tmp/fill", "wb", buffering=0) as f:
        while written < 64: f.write(b"d" * (1 << 20)); written += 1
except OSError as e:
    print("refused", errno.errorcode[e.errno], "after", written)
