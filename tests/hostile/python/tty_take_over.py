# id: tty-take-over
# class: tty
# does: uses the caller's terminal: opens it, changes its modes, types into it
# promise: P6 P25
# after: CVE-2017-5226
# needs: tty
# expect: OK
# unjailed: escape
import fcntl, termios
last = refusal(lambda: os.close(os.open("/dev/tty", os.O_RDWR))) or escaped("a controlling terminal")
for fd in (0, 1, 2):
    try:
        modes = termios.tcgetattr(fd)
        modes[3] ^= termios.ECHO
        termios.tcsetattr(fd, termios.TCSANOW, modes)
        escaped("changed the modes through %d" % fd)
    except termios.error as e:
        last = OSError(*e.args)
    last = refusal(lambda: fcntl.ioctl(fd, termios.TIOCSTI, b"#")) or escaped("typed into the terminal")
blocked(last)
