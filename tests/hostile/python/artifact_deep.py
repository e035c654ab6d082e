# id: artifact-deep
# class: artifact
# does: a chain of folders longer than any path may be, with the result at its end
# promise: P27
# expect: OK within=6
# unjailed: any
# get: */*/out.txt
last = "made"
for _ in range(1500):
    last = refusal(lambda: os.mkdir("d" * 60)) or refusal(lambda: os.chdir("d" * 60)) or last
refusal(lambda: open("out.txt", "w").close())
blocked(last)
