# id: pids-fork-bomb
# class: pids
# does: forks children that stay, and they fork children that stay
# promise: P15
# expect: OK|WALL_TIME_LIMIT
# unjailed: escape
made, last = 0, None
while made < 250:
    try: pid = os.fork()
    except OSError as e: last = e; break
    if pid == 0:
        refusal(lambda: os.fork())
        time.sleep(3)
        os._exit(0)
    made += 1
if made >= 250: escaped("%d live children" % made)
say("BLOCKED %s after %d" % (name(last), made))
os._exit(0)
