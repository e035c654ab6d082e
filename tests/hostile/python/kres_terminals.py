# id: kres-terminals
# class: kernel-resources
# does: takes pseudo-terminals, of which all of the host share 4,096
# promise: P15
# expect: OK
# unjailed: escape
terminals = []
try:
    while len(terminals) < 100: terminals.append(os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY))
except OSError as e:
    blocked(e)
escaped("100 terminals")
