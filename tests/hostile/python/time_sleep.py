# id: time-sleep
# class: time
# does: sleeps past the wall limit without using the CPU
# promise: P16
# expect: WALL_TIME_LIMIT within=6
# unjailed: escape
time.sleep(6)
escaped("slept six seconds")
