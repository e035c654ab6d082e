import time
anonymous = bytearray(60 << 20)
with open("/tmp/file", "wb") as file:
    for _ in range(30):
        file.write(b"x" * (1 << 20))
time.sleep(0.2)
