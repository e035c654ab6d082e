# id: artifact-links
# class: artifact
# does: replaces the result by a symbolic link to a host file, by a FIFO, by a folder of links
# promise: P26
# after: CVE-2024-28185, go-judge#176
# expect: OK within=6
# unjailed: any
# get: out.txt fifo folder/out.txt
os.symlink(CANARY + "/open", "out.txt")
refusal(lambda: os.mkfifo("fifo"))  # The policy may not allow it; then there is none to wait for.
os.symlink(CANARY, "folder")
os.symlink(CANARY + "/secret", "secret.txt")
blocked("the collector looks")
