import errno, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
written = 0
try:
    with open("/tmp/big", "wb", buffering=0) as f:
        while written < 64: f.write(b"f" * (256 << 10)); written += 1
except OSError as e:
    print("refused", errno.errorcode[e.errno], "after", written)
