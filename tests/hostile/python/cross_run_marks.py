# id: cross-run-marks
# class: cross-run
# does: leaves a mark wherever it may and looks for the one of the run before
# promise: P4
# runs: 2
# expect: OK
# unjailed: escape
places = ["/tmp", "/var/tmp", "/dev/shm", os.getcwd(), os.path.expanduser("~"), "/run", "/run/lock", "/home", "/dev/mqueue"]
found = [p for p in places if os.path.exists(p + "/jailrun-mark")]
for place in places: last = refusal(lambda: open(place + "/jailrun-mark", "w").close())
if found: escaped("marks in " + ", ".join(found))
blocked(last or "marked")
