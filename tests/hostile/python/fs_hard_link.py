# id: fs-hard-link
# class: fs
# does: takes a hard link of a host file into its own folder, to be collected or changed from there
# promise: P2 P26
# after: CVE-2024-28189
# expect: OK
# unjailed: any
# get: out.txt
last = None
for source in (CANARY + "/open", "/etc/passwd", "/usr/bin/env"):
    last = refusal(lambda: os.link(source, "out.txt"))
    if last is None: escaped("linked " + source)
    last = refusal(lambda: os.rename(source, "out.txt")) or escaped("moved " + source)
blocked(last)
