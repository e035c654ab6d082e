// Started ahead of its program, in the jail that is to be the program's alone: waits for what is to run, puts it in its
// place and imports it as the main module. What a program sees of it is this file in /app and an older process.
import { closeSync, mkdirSync, readSync, writeFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";

const channel = Number(process.argv[2]);

function read(count) {
  const bytes = Buffer.allocUnsafeSlow(count);
  for (let at = 0; at < count;) {
    const got = readSync(channel, bytes, at, count - at, null);
    if (got === 0) process.reallyExit(0);  // Nobody wants it any more.
    at += got;
  }
  return bytes;
}

// What Bun looks for before it runs anything: its settings, more of the environment, packages. And a main module whose
// default export has a `fetch` is a server, which Bun starts behind it.
const SETTINGS = /(^|\/)(\.env[^/]*|bunfig\.toml|[jt]sconfig[^/]*\.json|package\.json)$|(^|\/)node_modules\//;
const isForTheStart = (file, content) => SETTINGS.test(file) || content.includes("fetch");

writeSync(channel, "R");
const told = read(read(4).readUInt32BE(0));
let at = 0;
const number = () => told.readUInt32BE((at += 4) - 4);
const next = () => {
  const length = number();
  return told.subarray(at, (at += length));
};

const program = Array.from({ length: number() }, () => next().toString());
let starts = true;
for (let left = number(); left > 0; --left) {
  const file = next().toString();
  const content = next();
  starts &&= !isForTheStart(file, content);
  if (file.includes("/")) mkdirSync(dirname(file), { recursive: true, mode: 0o755 });
  writeFileSync(file, content, { mode: 0o644, flag: "wx" });
}
closeSync(channel);
const argv = [process.argv[0], ...program];
if (!starts) process.execve(process.execPath, [process.argv0, ...process.execArgv, ...program], process.env);
process.argv = argv;
Bun.argv.splice(0, Bun.argv.length, ...argv);
Bun.main = program[0];
await import(program[0]);
