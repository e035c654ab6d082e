"""What a program does when it is asked to end (SIGTERM): asked.py WAY."""
import os
import signal
import sys
import time


def say(text):
    print(text, flush=True)


def goes(*_):
    say("asked")
    time.sleep(0.05)
    os._exit(3)


def wait_for_ever():
    while True:
        time.sleep(1)


def spin_for_ever():
    while True:
        pass


def die_by_default():
    wait_for_ever()


def go():
    signal.signal(signal.SIGTERM, goes)
    say("up")
    wait_for_ever()


def go_while_busy():
    signal.signal(signal.SIGTERM, goes)
    spin_for_ever()


def stay():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    say("up")
    wait_for_ever()


def stop():
    signal.signal(signal.SIGTERM, goes)
    say("up")
    os.kill(os.getpid(), signal.SIGSTOP)


def have_a_child():
    """The child has the program's process group; its word comes first."""
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGTERM, lambda *_: (say("child asked"), os._exit(0)))
        wait_for_ever()

    def end(*_):
        os.waitpid(child, 0)
        say("parent asked")
        os._exit(4)

    signal.signal(signal.SIGTERM, end)
    wait_for_ever()


def leave_orphans():
    """init gets children of whom it knows nothing; each leads a group of its own."""
    for _ in range(5):
        if os.fork() == 0:
            if os.fork() == 0:
                os.setsid()
                signal.signal(signal.SIGTERM, lambda *_: say("orphan asked"))
                wait_for_ever()
            os._exit(0)
        os.wait()
    go()


def fill_memory_then():
    def fill(*_):
        hoard = []
        while True:
            hoard.append(b"x" * (1 << 20))  # Written to: zeros would only be promised.

    signal.signal(signal.SIGTERM, fill)
    wait_for_ever()


WAYS = {way.__name__: way for way in (die_by_default, go, go_while_busy, stay, stop, have_a_child,
                                      leave_orphans, fill_memory_then)}
WAYS[sys.argv[1]]()
