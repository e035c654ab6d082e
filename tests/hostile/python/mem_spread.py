# id: mem-spread
# class: memory
# does: six children hold 128 MiB each: more than the limit together, none of them alone
# promise: P14
# expect: MEMORY_LIMIT
# unjailed: escape
children = []
for _ in range(6):
    pid = os.fork()
    if pid == 0:
        held = b"x" * (128 << 20)
        time.sleep(1.5)
        os._exit(0 if len(held) else 1)
    children.append(pid)
alive = sum(os.waitpid(pid, 0)[1] == 0 for pid in children)
if alive == 6: escaped("768 MiB at once")
blocked("%d of 6 lived" % alive)
