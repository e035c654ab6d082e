# id: time-regex
# class: time
# does: an exponential regular expression inside C code that looks at no signal
# promise: P16
# expect: CPU_TIME_LIMIT within=6
# unjailed: any
import re
re.match(r"(a|a)*$", "a" * 40 + "b")
blocked("finished")
