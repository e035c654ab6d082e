import errno, os, time
made = 0
try:
    while made < 300:
        if os.fork() == 0:
            time.sleep(10)
            os._exit(0)
        made += 1
except OSError as e:
    print("refused", errno.errorcode[e.errno], "after", made)
