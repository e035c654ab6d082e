# What a stranger's program sees from inside; `make demo` runs it.
import getpass
import os
import socket


def attempt(what, action):
    try:
        print(f"{what}: done, {action()!r}")
    except OSError as error:
        print(f"{what}: {error.strerror}")


print(f"Hello from {getpass.getuser()}@{socket.gethostname()}, uid {os.getuid()}, process {os.getpid()}")
print("Here:", os.getcwd(), sorted(os.listdir(".")))
print("The root has:", *sorted(os.listdir("/")))
attempt("Write a file here", lambda: open("note.txt", "w").write("mine"))
attempt("Write into /usr", lambda: open("/usr/note.txt", "w").write("mine"))
attempt("Read /etc/shadow", lambda: open("/etc/shadow").read())
attempt("List /root", lambda: os.listdir("/root"))
attempt("Call 192.0.2.1", lambda: socket.create_connection(("192.0.2.1", 80), timeout=1))
attempt("Become root", lambda: os.setuid(0))
