# id: disk-sparse
# class: disk
# does: a sparse file of 8 TiB where results are collected
# promise: P18 P26
# expect: OK
# unjailed: any
# get: out.txt
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
fd = os.open("out.txt", os.O_CREAT | os.O_RDWR)
blocked(refusal(lambda: os.ftruncate(fd, 8 << 40)) or escaped("8 TiB"))
