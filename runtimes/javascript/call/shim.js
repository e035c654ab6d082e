// Runs a function run's code and speaks for it on the channel, descriptor 5. Everything here belongs to the jailed program:
// what it leaves out of the code's reach is a convenience for honest code, the jail is the boundary.
"use strict";
const fs = require("node:fs");
const { createRequire } = require("node:module");
const vm = require("node:vm");

const CHANNEL = 5;
const FILE = "snippet.js";
const exit = process.reallyExit.bind(process);
const { stringify } = JSON;

function readExactly(size) {
  const bytes = Buffer.allocUnsafe(size);
  for (let at = 0; at < size; ) {
    const count = fs.readSync(CHANNEL, bytes, at, size - at);
    if (count === 0) exit(1); // Nobody listens any more.
    at += count;
  }
  return bytes;
}

// As text: the code's own realm parses what the code gets to see.
const receive = () => readExactly(readExactly(4).readUInt32BE(0)).toString("utf8");

let sent = 0;

function send(text) {
  sent++;
  const body = Buffer.from(text, "utf8");
  const bytes = Buffer.allocUnsafe(4 + body.length);
  bytes.writeUInt32BE(body.length, 0);
  body.copy(bytes, 4);
  for (let at = 0; at < bytes.length; ) at += fs.writeSync(CHANNEL, bytes, at, bytes.length - at);
}

// --- JSON without loss ---------------------------------------------------------------------------

class InvalidOutput extends Error {}
const tagOf = (value) => Object.prototype.toString.call(value).slice(8, -1);
const WITHOUT_JSON = new Set(["Map", "Set", "WeakMap", "WeakSet", "WeakRef", "Promise", "RegExp", "Error", "ArrayBuffer",
  "SharedArrayBuffer", "DataView", "Generator", "AsyncGenerator"]);

// What an iterator, a URLSearchParams or an Intl.Collator holds is in none of its properties: JSON would have an empty object.
const hasMoreToSay = (value) =>
  !Array.isArray(value) && value[Symbol.toStringTag] !== undefined && Object.keys(value).length === 0;

function whyNoJson(value, before, holder, key) {
  switch (typeof value) {
    case "undefined": return Array.isArray(holder) ? "is undefined in an array" : null;
    case "function": return "is a function";
    case "symbol": return "is a symbol";
    case "bigint": return "is a BigInt";
    case "number": return Number.isFinite(value) ? null : `is ${value}`;
    case "string": return value.isWellFormed() ? null : "has half a character in it";
  }
  if (value === null) return before !== null && tagOf(before) === "Date" ? "is an invalid Date" : null;
  if (ArrayBuffer.isView(value) || WITHOUT_JSON.has(tagOf(value))) return `is a ${value.constructor?.name ?? tagOf(value)}`;
  if (hasMoreToSay(value)) return `is a ${tagOf(value)}`;
  if (Object.getOwnPropertySymbols(value).length > 0) return "has symbols for names";
  return String(key).isWellFormed() ? null : "has half a character in its name";
}

function toJson(value, what) {
  let why = null;
  let text;
  try {
    text = stringify(value, function check(key, item) {
      const reason = whyNoJson(item, this[key], this, key);
      if (reason !== null) {
        why = `${what}${key === "" ? "" : ` (at ${stringify(key)})`} ${reason}`;
        throw new InvalidOutput(why);
      }
      return item;
    });
  } catch (error) {
    throw new InvalidOutput(why ?? `${what}: ${firstLine(messageOf(error))}`);
  }
  return text ?? "null"; // A function that returns nothing.
}

// --- What is said of errors ----------------------------------------------------------------------

const firstLine = (text) => text.split("\n", 1)[0];

function textOf(read, otherwise) {
  try {
    const value = read();
    return typeof value === "string" ? value.slice(0, 10000).toWellFormed() : otherwise;
  } catch {
    return otherwise;
  }
}
const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";
const messageOf = (error) => (isObject(error) ? textOf(() => error.message, null) : null) ?? textOf(() => String(error), "");
const nameOf = (error) => (isObject(error) ? textOf(() => error.name, "Error") : "Error");
const stackOf = (error) => (isObject(error) ? textOf(() => error.stack, "") : "");

// Node puts "snippet.js:3", the line and an arrow below it in front of a syntax error's own stack.
function placeOfSyntaxError(stack) {
  const match = /^snippet\.js:(-?\d+)\n(.*)\n( *)\^/.exec(stack);
  return match === null ? [0, 0] : original(Number(match[1]), match[3].length + 1);
}

let stripTypes = null; // TypeScript's, when the code is that.

// Where TypeScript was rewritten, a place in the code as it was given. Its first line is ours in both.
function original(line, column) {
  const entry = stripTypes?.map?.findEntry(line, column - 1);
  return entry?.originalLine === undefined ? [line, column] : [entry.originalLine, entry.originalColumn + 1];
}

function placeOf(error) {
  const stack = stackOf(error);
  const match = /snippet\.js:(\d+):(\d+)/.exec(stack);
  return match === null ? placeOfSyntaxError(stack) : original(Number(match[1]), Number(match[2]));
}

const ownFrames = (stack) =>
  stack.split("\n").filter((line) => !/^\s+at /.test(line) || line.includes(FILE)).join("\n")
    .replace(/(snippet\.js):(\d+):(\d+)/g, (_, file, line, column) => `${file}:${original(Number(line), Number(column)).join(":")}`);

// --- The code ------------------------------------------------------------------------------------

const KEYWORDS = /^(const|let|var|for|while|if|try|switch|return|throw|class|function)\b/;
const FUNCTION = /^async\b\s*(\(|function\b|[\w$]+\s*=>)/;
const skipComments = (code) => code.replace(/^(\s+|\/\/.*|\/\*[^]*?\*\/)+/, "");

// `export default` and `var $default =` are equally long: columns stay.
const withoutExports = (code) =>
  code.replace(/^export default\b/m, "var $default =")
    .replace(/^export (?=(async|function|const|let|var|class|abstract|enum|namespace)\b)/gm, "       ");

function candidates(code, entry) {
  const body = { source: `(async () => {\n${code}\n})`, call: true };
  if (entry !== "") return [{ source: `(async () => {\n${withoutExports(code)}\n;return ${entry};\n})`, call: true, entry: true }];
  if (/^export default\b/m.test(code))
    return [{ source: `(async () => {\n${withoutExports(code)}\n;return $default;\n})`, call: true, entry: true }];
  const start = skipComments(code);
  if (KEYWORDS.test(start)) return [body];
  const expression = { source: `(async () => (\n${code.replace(/[\s;]+$/, "")}\n))`, call: true, entry: FUNCTION.test(start) };
  return [expression, { source: `\n${code}`, call: false }, body];
}

// The first that is grammatical. The code begins in the second line of each.
function compile(start, filename = FILE) {
  const strip = stripTypes ?? ((source) => source);
  let failure = null;
  for (const candidate of candidates(start.code, start.entry)) {
    try {
      candidate.script = new vm.Script(strip(candidate.source), { filename, lineOffset: -1 });
      return candidate;
    } catch (error) {
      failure = error;
    }
  }
  // An error at the brace that we have added says little: what would be wrong without it? If nothing is, it is the code's own.
  if (/'[})]'/.test(messageOf(failure)) && start.entry === "") {
    try {
      new vm.Script(strip(`async function code() {\n${start.code}`), { filename, lineOffset: -1 });
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

// --- What the code sees --------------------------------------------------------------------------

const BORROWED = ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "setImmediate", "clearImmediate", "queueMicrotask",
  "structuredClone", "URL", "URLSearchParams", "TextEncoder", "TextDecoder", "atob", "btoa", "AbortController", "AbortSignal"];

function shown(value) {
  if (typeof value === "string") return value;
  if (typeof value === "number" || tagOf(value) === "Error") return String(value);
  try {
    return stringify(value) ?? String(value);
  } catch {
    return textOf(() => String(value), "[object]");
  }
}

function makeConsole(start, logs) {
  const write = (level) => (...values) => {
    if (logs.left === 0) {
      logs.dropped++;
      return;
    }
    logs.left--;
    const text = [...values.map(shown).join(" ").slice(0, 4 * start.log_characters).toWellFormed()].slice(0, start.log_characters + 1);
    send(`{"type":"log","level":"${level}","text":${stringify(text.join(""))}}`);
  };
  const console = {};
  for (const level of ["log", "info", "warn", "error", "debug"]) console[level] = write(level);
  Object.assign(console, { trace: write("debug"), dir: write("log"), table: write("log") });
  console.assert = (holds, ...values) => { if (!holds) console.error("Assertion failed", ...values); };
  for (const name of ["group", "groupEnd", "time", "timeEnd", "timeLog", "count"]) console[name] = () => {};
  return console;
}

function makeFunction(name, realm) {
  let calls = 0;
  return (...args) => {
    const id = ++calls;
    let text;
    try {
      text = toJson(args, "an argument");
    } catch (error) {
      throw new realm.TypeError(error.message);
    }
    send(`{"type":"call","id":${id},"name":${stringify(name)},"args":${text}}`);
    let reply;
    do reply = realm.parse(receive());
    while (reply.id !== id);
    if (!reply.ok) throw new realm.Error(reply.error);
    return reply.value;
  };
}

function addFunctions(names, global, realm) {
  for (const name of [...names].sort()) {
    const parts = name.split(".");
    const last = parts.pop();
    let target = global;
    for (const part of parts) target = target[part] ??= {};
    target[last] = makeFunction(name, realm);
  }
}

// All that does not depend on the code: it may be made long before that comes.
const context = vm.createContext({});
const realm = vm.runInContext("({parse: JSON.parse, Error, TypeError})", context);
for (const name of BORROWED) context[name] = globalThis[name];

function furnishContext(start, logs, ownRequire) {
  context.console = makeConsole(start, logs);
  context.input = realm.parse(stringify(start.input));
  context.output = undefined;
  for (const [name, value] of Object.entries(start.globals)) context[name] = realm.parse(stringify(value));
  const allows = (name) => start.modules.includes("*") || start.modules.includes(name);
  if (start.modules.length > 0) {
    context.require = (name) => {
      if (allows(String(name).replace(/^node:/, ""))) return ownRequire(name);
      throw new realm.Error(`the module ${stringify(String(name))} is not allowed here`);
    };
  }
  if (allows("process")) context.process = process;
  addFunctions(start.functions, context, realm);
}

// --- The run -------------------------------------------------------------------------------------

function main() {
  const start = JSON.parse(receive());
  const logs = { left: start.max_logs, dropped: 0 };
  const { nonce } = start;
  delete start.nonce;
  if (start.ready) send('{"type":"ready"}'); // Its clock starts here.
  let ended = false;
  let endDebug = null;
  const end = (text) => {
    if (!ended) {
      ended = true;
      endDebug?.();
      send(text);
      send(stringify({ type: "end", nonce, frames: sent }));
    }
    exit(0);
  };
  const fail = (kind, name, error) => {
    const lines = start.code.trimEnd().split("\n");
    let [line, column] = placeOf(error);
    // At what we have put behind it, or for want of more: at its end.
    if (line > lines.length || (kind === "SYNTAX" && line < 1)) [line, column] = [lines.length, lines.at(-1).length + 1];
    const fields = { type: "error", kind, name, message: messageOf(error), stack: start.stack ? ownFrames(stackOf(error)) : "" };
    end(stringify({ ...fields, line: Math.max(line, 0), column: Math.max(column, 0), dropped: logs.dropped }));
  };
  const threw = (error) => fail("THROWN", nameOf(error), error);
  process.on("uncaughtException", threw);
  process.on("unhandledRejection", threw);
  process.on("beforeExit", () => fail("NO_RESULT", "NO_RESULT", new Error("the code waits for what will never come")));

  const ownRequire = createRequire(process.argv[1]);
  let program;
  try {
    if (start.types !== "") stripTypes = ownRequire(start.types);
    program = compile(start);
  } catch (error) {
    return fail("SYNTAX", nameOf(error), error);
  }
  furnishContext(start, logs, ownRequire);
  if (start.debug !== "") endDebug = ownRequire(start.debug)(start, context, { FILE, original, send });
  const run = async () => {
    let value = program.script.runInContext(context);
    if (program.call) value = await value();
    else value = await value;
    if (program.entry && typeof value === "function") value = await (start.spread ? value(...context.input) : value(context.input));
    return context.output === undefined ? value : await context.output;
  };
  run().then((value) => {
    let text;
    try {
      text = toJson(value, "the result");
      const size = Buffer.byteLength(text);
      if (size > start.result_bytes) throw new InvalidOutput(`the result has ${size} bytes; at most ${start.result_bytes}`);
    } catch (error) {
      return fail("INVALID_OUTPUT", "INVALID_OUTPUT", error);
    }
    end(`{"type":"result","dropped":${logs.dropped},"value":${text}}`);
  }, threw);
}

// What is done the first time takes the engine longest: ahead, with code that leaves nothing behind.
function rehearse() {
  const start = { code: "1", entry: "", globals: {}, functions: [], modules: [], input: null, log_characters: 1 };
  const program = compile(start, "rehearsal.js");
  furnishContext(start, { left: 0, dropped: 0 }, createRequire(__filename));
  program.script.runInContext(context)();
  const bytes = Buffer.from(toJson([""], "it"), "utf8");
  bytes.copy(Buffer.allocUnsafe(bytes.length));
  JSON.parse(bytes.toString("utf8"));
}

if (require.main === module) {
  main();
} else {
  rehearse();
  module.exports = main; // For who has loaded this ahead.
}
