import errno, os
opened = 0
try:
    while opened < 5000: os.open("/dev/null", os.O_RDONLY); opened += 1
except OSError as e:
    print("refused", errno.errorcode[e.errno], "after", opened)
