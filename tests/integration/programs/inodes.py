import errno
made = 0
try:
    while made < 6000: open("/tmp/f%d" % made, "w").close(); made += 1
except OSError as e:
    print("refused", errno.errorcode[e.errno], "after", made)
