# id: disk-inodes
# class: disk
# does: makes 20,000 empty files, a link to each, and folders
# promise: P18
# expect: OK|MEMORY_LIMIT|DISK_LIMIT
# unjailed: escape
os.makedirs("/tmp/jailrun-many", exist_ok=True)
made = 0
try:
    for made in range(20000):
        os.close(os.open("/tmp/jailrun-many/%d" % made, os.O_CREAT | os.O_WRONLY))
except OSError as e:
    say("BLOCKED %s after %d" % (name(e), made))
    os._exit(0)
escaped("%d files" % made)
