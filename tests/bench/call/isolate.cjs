// A function run in a fresh isolate (isolated-vm) of this very process: what jailrun's are compared with.
//   node --no-node-snapshot isolate.cjs FOLDER CODE INPUT_JSON [serve]
// FOLDER has the node_modules. serve: one for each line of standard input, and a line "MS fresh JSON" for it; else one,
// and its JSON.
"use strict";
const { createRequire } = require("node:module");
const { createInterface } = require("node:readline");

const [folder, code, inputJson, serve] = process.argv.slice(2);
const ivm = createRequire(folder + "/")("isolated-vm");

// With jailrun's usual limits.
function run() {
  const isolate = new ivm.Isolate({ memoryLimit: 32 });
  try {
    const context = isolate.createContextSync();
    context.global.setSync("input", new ivm.ExternalCopy(JSON.parse(inputJson)).copyInto());
    return JSON.stringify(context.evalSync(code, { timeout: 30000, copy: true }));
  } finally {
    isolate.dispose();
  }
}

if (serve) {
  createInterface({ input: process.stdin }).on("line", () => {
    const begun = performance.now();
    const said = run();
    process.stdout.write(`${(performance.now() - begun).toFixed(3)} fresh ${said}\n`);
  });
} else {
  process.stdout.write(run() + "\n");
}
