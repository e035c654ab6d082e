# Started ahead of its program, in the jail that is to be the program's alone: waits for what it is to run, and
# becomes that. What a program sees of it is one frame below its own, this file in /app, an older process, and modules
# that are loaded already.
import ast, bisect, collections, dataclasses, datetime, functools, heapq, itertools, json, math, random, re, string, time, typing
import atexit
import gc
import os
import sys


def _ahead(path):
    """A program that this is likely to be: all but its main()."""
    with open(path, "rb") as file:
        source = file.read()
    program = type(sys)("__ahead__")
    program.__file__ = path
    exec(compile(source, path, "exec", dont_inherit=True), program.__dict__)
    return source, program


# What is beside this file in /app is foreseen. And what the first compilation sets up, and what no collection of garbage
# need look at again.
_app = os.path.dirname(__file__)
_foreseen = dict(_ahead(os.path.join(_app, _name)) for _name in os.listdir(_app) if _name != os.path.basename(__file__))
exec(compile("", "", "exec"))


def _leave(loaded=dict(sys.modules), now=sys.modules, own=("__main__", "builtins", "sys")):
    """Last of all: takes out of sight what the interpreter would take apart, with half of all that an end costs."""
    for name, module in loaded.items():
        if name not in own and now.get(name) is module:
            del now[name]


_leave.itself = _leave  # Nothing frees it, and so none of them.
atexit.register(_leave)
gc.collect()
gc.freeze()

# A zygote: each of its jails has a process that goes on from here.
if os.environ.pop("LD_PRELOAD", None):
    os.fork()
_channel = int(sys.argv[-1])
os.write(_channel, b"R")


def _bytes(count):
    parts = []
    while count:
        part = os.read(_channel, min(count, 1 << 20))
        if not part:
            os._exit(0)  # Nobody wants it any more.
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


_told = memoryview(_bytes(int.from_bytes(_bytes(4), "big")))
_at = 0


def _number():
    global _at
    _at += 4
    return int.from_bytes(_told[_at - 4:_at], "big")


def _text():
    global _at
    length = _number()
    _at += length
    return bytes(_told[_at - length:_at])


sys.argv = [os.fsdecode(_text()) for _ in range(_number())]
_own_modules = False
for _ in range(_number()):
    _path, _content = _text(), _text()
    _own_modules |= os.fsdecode(_path).split("/")[0].removesuffix(".py") in sys.modules
    if b"/" in _path:
        os.makedirs(os.path.dirname(_path), 0o755, exist_ok=True)
    with open(_path, "xb", buffering=0) as _file:
        os.fchmod(_file.fileno(), 0o644)
        while _content:
            _content = _content[_file.write(_content):]
os.close(_channel)

_entry = sys.argv[0]
sys.orig_argv = [sys.orig_argv[0], *sys.argv]
sys.path[0] = os.path.dirname(_entry)
# As a script's own: what is in this one stays here.
_main = type(sys)("__main__")
_main.__annotations__ = {}
_main.__builtins__ = __builtins__
_main.__file__ = _entry
_main.__cached__ = None
_main.__loader__ = type(__loader__)("__main__", _entry)
sys.modules["__main__"] = _main
_told = None
if _own_modules:
    os.execv(sys.executable, sys.orig_argv)  # One of these modules is the program's own.
try:
    with open(_entry, "rb") as _file:
        _content = _file.read()
    if _content in _foreseen:
        sys.modules["__main__"] = _main = _foreseen[_content]
        _main.__name__ = "__main__"
        _content = "main()"
    _code = compile(_content, _entry, "exec", dont_inherit=True)
except (SyntaxError, ValueError, OSError):
    os.execv(sys.executable, sys.orig_argv)  # It says best itself what is wrong.
_content = None
try:
    exec(_code, _main.__dict__)
except SystemExit:
    raise
except BaseException as _error:
    # Told as if the program had been at the bottom of the stack.
    _own = sys.excepthook, __file__

    def _tell(kind, error, trace, own=_own):
        while trace is not None and trace.tb_frame.f_code.co_filename == own[1]:
            trace = trace.tb_next
        own[0](kind, error.with_traceback(trace), trace)

    sys.excepthook = _tell
    raise
