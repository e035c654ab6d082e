# id: proc-oom-score
# class: proc
# does: makes the kernel kill someone else first when memory is short
# promise: P32
# expect: OK
# unjailed: blocked
def lower():
    with open("/proc/self/oom_score_adj", "w") as f: f.write("-1000")
blocked(refusal(lower) or escaped("oom_score_adj -1000"))
