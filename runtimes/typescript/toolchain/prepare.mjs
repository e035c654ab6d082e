// prepare.mjs: run once, by the installer, in the toolchain's folder. Makes globals.d.ts of the compiler's own
// declarations for ES2024 and of node.d.ts: one file without comments instead of 70 with, which takes a third off the
// time of a small compilation.
import { readFileSync, writeFileSync } from "node:fs";

const LIBRARY = "node_modules/@typescript/typescript-linux-x64/lib";
const ROOTS = ["es2024", "esnext.disposable"];

// Declarations hold no regular expressions, so a slash outside of a string begins a comment.
const TOKEN = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`|\/\*[^]*?\*\/|\/\/[^\n]*/g;
function withoutComments(text) {
  return text.replace(TOKEN, (token) => (token[0] === "/" ? "" : token)).replace(/^\s+/gm, "").replace(/[ \t]+$/gm, "");
}

const done = new Set();
let all = "";
function addLibrary(name) {
  if (done.has(name)) return;
  done.add(name);
  const text = readFileSync(`${LIBRARY}/lib.${name}.d.ts`, "utf8");
  for (const [, other] of text.matchAll(/^\/\/\/ <reference lib="([^"]+)" \/>/gm)) addLibrary(other);
  all += withoutComments(text);
}
for (const root of ROOTS) addLibrary(root);
writeFileSync("globals.d.ts", all + withoutComments(readFileSync("node.d.ts", "utf8")));
