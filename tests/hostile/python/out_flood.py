# id: out-flood
# class: output
# does: writes 48 MiB without a newline to stdout and stderr in turns
# promise: P17
# expect: OUTPUT_LIMIT|WALL_TIME_LIMIT
# unjailed: host
say("BLOCKED the host counts")
block = b"\0" * 65536
for _ in range(384): os.write(1, block); os.write(2, block)
