# Runs a function run's code and speaks for it on the channel, descriptor 5. Everything here belongs to the jailed program:
# what it forbids is a convenience for honest code, the jail is the boundary.
import builtins, os, resource, struct, sys
from json import dumps, loads

CHANNEL = 5
FILE = "snippet.py"
ONLY_AST, TOP_LEVEL_AWAIT, COROUTINE = 0x400, 0x2000, 0x80
# What a pure function may want; the rest by CallSpec.allowed_modules.
MODULES = frozenset("""abc array asyncio base64 binascii bisect calendar cmath collections contextlib copy csv dataclasses
datetime decimal difflib enum fractions functools hashlib heapq hmac html io itertools json keyword logging math numbers
operator pprint random re secrets statistics string struct textwrap time types typing unicodedata urllib.parse uuid warnings
zlib zoneinfo __future__""".split())


class HostError(Exception):
    """What a host function answered instead of a value."""


class InvalidOutput(Exception):
    pass


def read_exactly(size):
    parts = []
    while size > 0:
        part = os.read(CHANNEL, min(size, 1 << 20))
        if not part:
            os._exit(1)  # Nobody listens any more.
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def receive():
    return loads(read_exactly(struct.unpack(">I", read_exactly(4))[0]))


sent = 0


def send_bytes(frame):
    global sent
    sent += 1
    view = memoryview(struct.pack(">I", len(frame)) + frame)
    while view:
        view = view[os.write(CHANNEL, view):]


def send(message):
    send_bytes(dumps(message).encode())


def check_keys(value):
    """JSON has names, not keys: 1 and "1" would become the same."""
    todo, seen = [value], set()
    while todo:
        item = todo.pop()
        if isinstance(item, (dict, list, tuple)):
            if id(item) in seen:
                continue  # A cycle, if it is one, is json's to find.
            seen.add(id(item))
            if isinstance(item, dict):
                for key in item:
                    if not isinstance(key, str):
                        raise InvalidOutput(f"an object's key is {key!r}; JSON has strings only")
                item = item.values()
            todo.extend(item)


def to_json(value, what):
    try:
        check_keys(value)
        return dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()
    except RecursionError:
        raise InvalidOutput(f"{what} is nested too deeply") from None
    except (TypeError, ValueError) as error:
        raise InvalidOutput(f"{what}: {error}") from None


class Logs:
    def __init__(self, start):
        self.left, self.characters, self.dropped = start["max_logs"], start["log_characters"], 0

    def add(self, level, text):
        if self.left == 0:
            self.dropped += 1
            return
        self.left -= 1
        text = text[: self.characters + 1].encode("utf-8", "replace").decode()
        send({"type": "log", "level": level, "text": text})


class Stream:
    """sys.stdout and sys.stderr: a line is an entry."""

    encoding, errors, closed = "utf-8", "replace", False

    def __init__(self, logs, level):
        self.logs, self.level, self.rest = logs, level, ""

    def write(self, text):
        *lines, self.rest = (self.rest + text).split("\n")
        for line in lines:
            self.logs.add(self.level, line)
        return len(text)

    def flush(self):
        pass

    def isatty(self):
        return False

    def end(self):
        if self.rest:
            self.write("\n")


def shown(value):
    """Strings as they are, other values as JSON, else str()."""
    if isinstance(value, str):
        return value
    try:
        return dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError):
        return str(value)


def make_print(logs):
    def print(*values, sep=" ", end="\n", file=None, flush=False):
        text = (" " if sep is None else sep).join(map(shown, values))
        if file is not None:
            file.write(text + ("\n" if end is None else end))
        elif end in ("\n", None):
            logs.add("log", text)
        else:
            sys.stdout.write(text + end)

    return print


def make_import(logs, allowed):
    modules = MODULES | set(allowed)
    handled = []

    def capture_logging(logging):
        class Handler(logging.Handler):
            def emit(self, record):
                level = {"WARNING": "warn", "CRITICAL": "error"}.get(record.levelname, record.levelname.lower())
                logs.add(level if level in ("debug", "info", "warn", "error") else "info", self.format(record))

        logging.root.addHandler(Handler())
        logging.root.setLevel(logging.INFO)
        handled.append(True)

    def guarded(name, globals=None, locals=None, fromlist=(), level=0):
        # Only the snippet's own imports: a module's imports are its own affair.
        if globals is not None and globals.get("__file__") == FILE and level == 0:
            if "*" not in modules and name not in modules and name.partition(".")[0] not in modules:
                raise ImportError(f"the module {name!r} is not allowed here")
        module = builtins.__import__(name, globals, locals, fromlist, level)
        if name.partition(".")[0] == "logging" and not handled:
            capture_logging(sys.modules["logging"])
        return module

    return guarded


def guarded_open(file, *rest, **options):
    if not isinstance(file, (str, os.PathLike)) or not os.path.realpath(os.fspath(file)).startswith("/tmp/"):
        raise PermissionError("only files in /tmp can be opened here")
    return open(file, *rest, **options)


class Namespace:
    pass


def make_function(name):
    def function(*args, **named):
        function.calls += 1
        given = [*args, named] if named else list(args)
        call = {"type": "call", "id": function.calls, "name": name, "args": 0}
        head = dumps(call).encode()[:-2]  # Up to the value of "args".
        send_bytes(head + to_json(given, "an argument") + b"}")
        while True:
            reply = receive()
            if reply["id"] == function.calls:
                break
        if reply["ok"]:
            return reply["value"]
        raise HostError(reply["error"])

    function.calls = 0
    function.__name__ = function.__qualname__ = name.rpartition(".")[2]
    return function


HOST_CODE = make_function("").__code__


def add_functions(names, scope):
    for name in sorted(names):
        *path, last = name.split(".")
        target = None
        for part in path:
            known = scope.get(part) if target is None else getattr(target, part, None)
            if known is None:
                known = Namespace()
                if target is None:
                    scope[part] = known
                else:
                    setattr(target, part, known)
            target = known
        if target is None:
            scope[last] = make_function(name)
        else:
            setattr(target, last, make_function(name))


class Ready:
    """`await` of what is no awaitable gives it: a host function's value, for one."""

    def __init__(self, value):
        self.value = value

    def __await__(self):
        return self.value
        yield


def may_be_awaited(value):
    return value if hasattr(type(value), "__await__") else Ready(value)


def with_lenient_awaits(tree):
    import ast

    class Rewriter(ast.NodeTransformer):
        def visit_Await(self, node):
            self.generic_visit(node)
            name = ast.Name("__may_be_awaited__", ast.Load())
            node.value = ast.copy_location(ast.Call(ast.copy_location(name, node.value), [node.value], []), node.value)
            return node

    return Rewriter().visit(tree)


class Steps:
    """The snippet's lines as they are executed; for sys.settrace."""

    def __init__(self, most):
        self.most, self.lines, self.dropped = most, [], 0

    def __call__(self, frame, event, argument):
        return self.local if frame.f_code.co_filename == FILE else None

    def local(self, frame, event, argument):
        if event == "line":
            if len(self.lines) < self.most:
                self.lines.append(frame.f_lineno)
            else:
                self.dropped += 1
        return self.local


class Node:
    def __init__(self, name, parent):
        self.name, self.parent, self.children, self.ns = name, parent, {}, 0


class Profile:
    """Time by stack, each call noted; for sys.setprofile. What is past so many stacks counts for the caller."""

    def __init__(self, most=20000):
        from time import perf_counter_ns

        self.clock, self.left, self.lost = perf_counter_ns, most, 0
        self.top = self.root = Node("", None)
        self.since = self.clock()

    def __call__(self, frame, event, argument):
        self.top.ns += self.clock() - self.since
        name = self.name_of(frame, event, argument)
        if name is not None:
            self.enter(name) if event.endswith("call") else self.leave()
        self.since = self.clock()

    def name_of(self, frame, event, argument):
        code = frame.f_code
        if code is HOST_CODE:
            return None if event.startswith("c_") else frame.f_locals["name"] + " (host)"
        if code.co_filename == __file__ or (self.top is self.root and code.co_filename != FILE):
            return None
        if event.startswith("c_"):
            return getattr(argument, "__qualname__", "?") + " (C)"
        return f"{os.path.basename(code.co_filename)}:{code.co_name.strip('<>')}:{code.co_firstlineno}"

    def enter(self, name):
        node = self.top.children.get(name)
        if self.lost or (node is None and self.left == 0):
            self.lost += 1
            return
        if node is None:
            self.left -= 1
            node = self.top.children[name] = Node(name, self.top)
        self.top = node

    def leave(self):
        if self.lost:
            self.lost -= 1
        elif self.top is not self.root:
            self.top = self.top.parent

    def text(self):
        """Collapsed stacks: a line for each, with microseconds of its own."""
        lines, todo = [], [(node, "") for node in self.root.children.values()]
        while todo:
            node, before = todo.pop()
            stack = before + node.name.replace(";", ",").replace("\n", " ")
            if node.ns >= 1000:
                lines.append(f"{stack} {node.ns // 1000}")
            todo.extend((child, stack + ";") for child in node.children.values())
        return "\n".join(sorted(lines))


class Debug:
    def __init__(self, start):
        self.steps = Steps(start["steps"]) if start["steps"] else None
        self.profile = Profile() if start["profile"] else None
        self.most = start["profile_bytes"]

    def begin(self):
        if self.profile:
            sys.setprofile(self.profile)
        if self.steps:
            sys.settrace(self.steps)

    def end(self):
        """Once, before the answer."""
        sys.settrace(None)
        sys.setprofile(None)
        if self.steps is None and self.profile is None:
            return
        message = {"type": "debug", "steps": [], "dropped": 0, "profile": None}
        if self.steps:
            message.update(steps=self.steps.lines, dropped=self.steps.dropped)
        if self.profile:
            text = self.profile.text()
            if len(dumps(text)) <= self.most:
                message["profile"] = text
        self.steps = self.profile = None
        send(message)


class Program:
    def __init__(self, start, logs):
        self.start, self.loop = start, None
        safe = dict(vars(builtins), print=make_print(logs))
        if "*" not in start["modules"]:
            safe["open"] = guarded_open
        safe["__import__"] = make_import(logs, start["modules"])
        self.scope = {"__name__": "__main__", "__file__": FILE, "__builtins__": safe, "input": start["input"]}
        self.scope["__may_be_awaited__"] = may_be_awaited
        self.scope.update(start["globals"])
        add_functions(start["functions"], self.scope)
        self.parts = self.compile(start["code"])

    def compile(self, code):
        """What is executed, and at the end what is evaluated, if the code ends so."""
        flags = TOP_LEVEL_AWAIT
        tree = compile(code, FILE, "exec", ONLY_AST | flags, dont_inherit=True)
        if "await" in code:
            tree = with_lenient_awaits(tree)
        parts = []
        last = tree.body.pop() if tree.body and type(tree.body[-1]).__name__ == "Expr" else None
        parts.append((compile(tree, FILE, "exec", flags, dont_inherit=True), False))
        if last is not None:
            expression = type_of_ast("Expression")(last.value)
            parts.append((compile(expression, FILE, "eval", flags, dont_inherit=True), True))
        return parts

    def settle(self, value):
        if not hasattr(type(value), "__await__"):
            return value
        import asyncio

        if self.loop is None:
            self.loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self.loop)

        async def wait():
            return await value

        return self.loop.run_until_complete(wait())

    def run(self):
        value = None
        for code, is_value in self.parts:
            result = eval(code, self.scope)
            if code.co_flags & COROUTINE:
                result = self.settle(result)
            value = self.settle(result) if is_value else None
        entry = self.start["entry"]
        if entry:
            if not callable(self.scope.get(entry)):
                raise NameError(f"the code has no function {entry!r}")
            given = self.start["input"] if self.start["spread"] else [self.start["input"]]
            return self.settle(self.scope[entry](*given))
        return self.settle(self.scope["output"]) if "output" in self.scope else value


def type_of_ast(name):
    import _ast

    return getattr(_ast, name)


def place_of(error):
    """Line and column of the innermost frame in the snippet."""
    if isinstance(error, SyntaxError) and error.filename == FILE:
        return error.lineno or 0, error.offset or 0
    line = column = 0
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename == FILE:
            line, column = trace.tb_lineno, 0
            places = list(code.co_positions())
            if 0 <= trace.tb_lasti // 2 < len(places) and places[trace.tb_lasti // 2][2] is not None:
                column = places[trace.tb_lasti // 2][2] + 1
        trace = trace.tb_next
    return line, column


def stack_of(error):
    import traceback

    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == FILE]
    lines = traceback.format_list(frames) + traceback.format_exception_only(type(error), error)
    return "".join(lines)[:16000]


def end_streams():
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, Stream):
            stream.end()


def report(kind, error, start, logs, debug=None):
    if debug is not None:
        debug.end()
    end_streams()
    try:
        message = str(error.msg if isinstance(error, SyntaxError) else error)
    except Exception:
        message = ""
    line, column = place_of(error)
    name = type(error).__name__ if kind in ("THROWN", "SYNTAX") else kind
    fields = {"name": name, "message": message[:10000], "stack": stack_of(error) if start["stack"] else ""}
    fields = {key: text.encode("utf-8", "replace").decode() for key, text in fields.items()}
    send({"type": "error", "kind": kind, **fields, "line": max(line, 0), "column": max(column, 0), "dropped": logs.dropped})


def bound_memory(heap_bytes):
    with open("/proc/self/status", encoding="ascii") as status:
        data = next(int(line.split()[1]) << 10 for line in status if line.startswith("VmData:"))
    resource.setrlimit(resource.RLIMIT_DATA, (data + heap_bytes, data + heap_bytes))


def execute(start, logs, debug):
    try:
        program = Program(start, logs)
    except SyntaxError as error:
        return report("SYNTAX", error, start, logs)
    except ValueError as error:  # "source code cannot contain null bytes"
        return report("SYNTAX", error, start, logs)
    try:
        debug.begin()
        value = program.run()
        debug.end()
        end_streams()
        text = to_json(value, "the result")
        del value
        if len(text) > start["result_bytes"]:
            raise InvalidOutput(f"the result has {len(text)} bytes; at most {start['result_bytes']}")
    except InvalidOutput as error:
        return report("INVALID_OUTPUT", error, start, logs, debug)
    send_bytes(b'{"type":"result","dropped":%d,"value":%b}' % (logs.dropped, text))


def main():
    start = receive()
    nonce = start.pop("nonce")
    logs = Logs(start)
    sys.stdout, sys.stderr = Stream(logs, "log"), Stream(logs, "error")
    sys.argv = [FILE]
    bound_memory(start["heap_bytes"])
    if start["ready"]:
        send({"type": "ready"})  # Its clock starts here.
    debug = Debug(start)
    try:
        execute(start, logs, debug)
    except MemoryError as error:
        sys.settrace(None)
        sys.setprofile(None)
        error.__traceback__ = None
        report("OUT_OF_MEMORY", MemoryError(f"more than {start['heap_bytes'] >> 20} MiB"), start, logs)
    except BaseException as error:
        report("THROWN", error, start, logs, debug)
    send({"type": "end", "nonce": nonce, "frames": sent})
    os._exit(0)


if __name__ == "__main__":
    main()
