# id: parser-bomb
# class: compile
# does: source that blows up the parser and the constant folder
# promise: P14 P16
# expect: OK|NONZERO_EXIT|SIGNALED|MEMORY_LIMIT|CPU_TIME_LIMIT|WALL_TIME_LIMIT within=6
# unjailed: any
last = "parsed"
for source in ("-" * 100000 + "1", "(" * 90 + "1" + ")" * 90, "x = " + "[" * 80 + "]" * 80, "1" + "+1" * 50000):
    try: compile(source, "x", "eval")
    except (MemoryError, RecursionError, SyntaxError, OverflowError) as e: last = type(e).__name__
blocked(last)
