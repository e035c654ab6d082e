// Started ahead of its program, in the jail that is to be the program's alone: waits, as a preloaded module, for what
// is to run, puts it in its place, and leaves. Node.js then starts the program as it would have: by the name that this
// module gives it instead of the one that the command line had to have. What a program sees of it is this file in /app
// and an older process.
"use strict";
if (require("worker_threads").isMainThread) {
  const fs = require("fs");
  const path = require("path");
  const Module = require("module");
  const channel = Number(process.argv[2]);
  const placeholder = process.argv[1];

  const read = (count) => {
    const bytes = Buffer.allocUnsafeSlow(count);
    for (let at = 0; at < count;) {
      const got = fs.readSync(channel, bytes, at, count - at, null);
      if (got === 0) process.reallyExit(0);  // Nobody wants it any more.
      at += got;
    }
    return bytes;
  };

  // What most programs do first, so that their own first time is not the runtime's; but nothing with their own streams,
  // which a first use changes, and nothing that would be left to be done later.
  require("tty");
  require("util").format("%s", "", { a: [1, new Error().stack] });
  new Module("/warm.js", null)._compile("1", "/warm.js");
  // And files that it is likely to have: {content: module}. What a foreseen program exports is its start.
  const foreseen = new Map();
  for (const name of fs.readdirSync(__dirname)) {
    const file = path.join(__dirname, name);
    if (file === __filename) continue;
    require(file);
    foreseen.set(fs.readFileSync(file, "latin1"), require.cache[file]);
    delete require.cache[file];
  }
  fs.writeSync(channel, "R");
  const told = read(read(4).readUInt32BE(0));
  let at = 0;
  const number = () => told.readUInt32BE((at += 4) - 4);
  const next = () => {
    const length = number();
    return told.subarray(at, (at += length));
  };

  const program = Array.from({ length: number() }, () => next().toString());
  for (let left = number(); left > 0; --left) {
    const file = next().toString();
    if (file.includes("/")) fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o755 });
    const content = next();
    fs.writeFileSync(file, content, { mode: 0o644, flag: "wx" });
    const known = foreseen.size === 0 ? undefined : foreseen.get(content.toString("latin1"));
    if (known !== undefined) require.cache[path.resolve(file)] = known;
  }
  fs.closeSync(channel);

  process.argv = [process.argv[0], ...program];
  const own = process.execArgv.indexOf("--require");
  process.execArgv.splice(own, 2);
  delete require.cache[__filename];
  const main = require.cache[program[0]];
  if (main !== undefined) {
    process.mainModule = main;
    process.nextTick(main.exports);  // Node.js finds that it is loaded.
  }
  // Asked once for which kind of module it is, and again by the loader of the one kind.
  const findPath = Module._findPath;
  let asked = 0;
  Module._findPath = (request, ...more) => {
    if (request !== placeholder) return findPath(request, ...more);
    if (++asked === 2) Module._findPath = findPath;
    return findPath(program[0], ...more);
  };
}
