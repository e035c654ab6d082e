# id: out-grandchild
# class: output
# does: a grandchild in a session of its own floods stdout after its parents have left
# promise: P17 P21
# expect: OK|OUTPUT_LIMIT within=5
# unjailed: host
say("BLOCKED the host counts")
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for _ in range(768): os.write(1, b"G" * 65536)
    os._exit(0)
os.wait()
