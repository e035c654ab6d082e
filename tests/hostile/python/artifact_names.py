# id: artifact-names
# class: artifact
# does: leaves files whose names are options, commands, newlines, broken UTF-8, 255 bytes long
# promise: P27
# expect: OK within=6
# unjailed: any
# get: *
last = "made"
for strange in (b"-rf", b"--help", b"a\nb", b"\xff\xfe", b"$(id)", b"`id`", b"'; id;'", b"..\xc0\xaf", b" ", b"x" * 255, b"*", b"~", b"\x1b[2J", b"nul\x01"):
    last = refusal(lambda: os.close(os.open(strange, os.O_CREAT | os.O_WRONLY, 0o600))) or last
blocked(last)
