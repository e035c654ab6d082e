# id: ipc-shared-memory
# class: ipc
# does: looks for the host's files in /dev/shm
# promise: P4
# after: isolate 2.6, /dev/shm shared among sandboxes
# expect: OK
# unjailed: escape
try:
    if open("/dev/shm/jailrun-canary").read().startswith("NONCE"): escaped("the host's shared memory")
except OSError as e:
    blocked(e)
blocked("another file")
