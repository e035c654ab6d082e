# id: fs-host-folders
# class: fs
# does: lists the folders that hold a host's secrets and looks for anything in them
# promise: P1
# expect: OK
# unjailed: escape
for folder in ("/root", "/home", "/var/lib", "/var/log", "/boot", "/srv", "/opt", "/etc/ssh", "/sys/kernel", "/run", "/mnt"):
    try:
        if os.listdir(folder): escaped("%s holds %s" % (folder, os.listdir(folder)[:3]))
    except OSError as e:
        last = e
for file in ("/etc/shadow", "/etc/gshadow", "/etc/machine-id", "/etc/fstab"):
    if not refusal(lambda: open(file).close()): escaped("opened " + file)
blocked(last)
