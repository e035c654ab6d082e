#!/usr/bin/env node
// Runs a WASI command (preview 1): run.mjs MODULE [ARGS...]. What it may reach is the jail's: the work directory, /tmp and its
// own three streams. A trap ends it with status 1 and the place in the module on standard error.
import { readFileSync } from "node:fs";
import { WASI } from "node:wasi";

// The global `process`: importing node:process looks at process.stdout, which makes the pipe non-blocking, and then what a
// module writes fails once the pipe is full.
const [file, ...args] = process.argv.slice(2);

const fail = (...lines) => {
  for (const line of lines) console.error(line);
  process.exit(1);
};

// The first drafts of preview 1 had another name.
const versionOf = (module) =>
  WebAssembly.Module.imports(module).some((wanted) => wanted.module === "wasi_unstable") ? "unstable" : "preview1";

try {
  const module = new WebAssembly.Module(readFileSync(file));
  if (!WebAssembly.Module.exports(module).some((made) => made.name === "_start"))
    fail("the module exports no _start: it is no WASI command");
  const wasi = new WASI({
    version: versionOf(module),
    args: ["program.wasm", ...args],
    env: {},
    preopens: { ".": "/work", "/work": "/work", "/tmp": "/tmp" },
  });
  process.exit(wasi.start(new WebAssembly.Instance(module, wasi.getImportObject())));
} catch (error) {
  const places = (error.stack ?? "").split("\n").filter((line) => line.includes("wasm://"));
  fail(`${error.name}: ${error.message}`, ...places);
}
