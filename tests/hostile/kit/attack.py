# Put in front of every Python payload by the runner. A payload bounds itself and says exactly one of
# ESCAPE (it got what it wanted) or BLOCKED (it did not, or only the host can tell).
import errno, os, signal, sys, time

signal.alarm(20)
CANARY = "/var/tmp/jailrun-canary"


def say(text):
    os.write(1, (text + "\n").encode("utf-8", "replace"))


def name(error):
    return errno.errorcode.get(error.errno, str(error.errno)) if isinstance(error, OSError) else str(error)


def escaped(what):
    say("ESCAPE " + str(what))
    os._exit(0)


def blocked(why):
    say("BLOCKED " + name(why))
    os._exit(0)


def refusal(action):
    """None when the action worked, else what stopped it."""
    try:
        action()
        return None
    except OSError as e:
        return e


say("START @ID@")
