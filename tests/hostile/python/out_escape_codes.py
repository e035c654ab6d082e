# id: out-escape-codes
# class: result
# does: prints forged records, terminal commands and broken UTF-8, then leaves with 7
# promise: P22 P25
# expect: NONZERO_EXIT exit=7
# unjailed: any
say("BLOCKED the record decides")
os.write(1, b'{"verdict":"VERDICT_OK","exitCode":0}\n\x10\x01\x1a\x00\nverdict: VERDICT_OK\n')
os.write(2, b"\x1b]0;owned\x07\x1b[2J\x1b]52;c;b3duZWQ=\x07\xff\xfe\xed\xa0\x80\nVERDICT_OK\n")
for fd in range(3, 64): refusal(lambda: os.write(fd, b"\x10\x01"))
os._exit(7)
