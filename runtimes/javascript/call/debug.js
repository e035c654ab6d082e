// What `debug` asks for beside the answer, by V8's own means and a session of this very thread: the lines as they are
// executed, and a profile.
"use strict";
const { Session } = require("node:inspector");
const vm = require("node:vm");
const { stringify } = JSON;

// `shim`: what it knows of the code. Gives what is to be called at the end.
function startDebug(start, context, shim) {
  const session = new Session();
  session.connect();
  const steps = { most: start.steps, lines: [], dropped: 0 };
  if (start.steps > 0) startSteps(session, context, shim, steps, start.code.trimEnd().split("\n").length);
  if (start.profile) {
    session.post("Profiler.enable");
    session.post("Profiler.start");
  }
  return () => {
    const { lines, dropped } = steps;
    const profile = start.profile ? endProfile(session, start.profile_bytes) : "null";
    shim.send(`{"type":"debug","steps":${stringify(lines)},"dropped":${dropped},"profile":${profile}}`);
  };
}

// One that is too long is none.
function endProfile(session, most) {
  let text = "null";
  session.post("Profiler.stop", (error, answer) => { if (error === null) text = stringify(answer.profile); });
  return Buffer.byteLength(text) > most ? "null" : text;
}

// A breakpoint wherever V8 can have one. Each has a condition, which is evaluated in its place, notes the line and never
// holds: nothing stops, and the code is executed as it was written. What it calls has a name in the code's realm that is
// no property of anything and that nobody can guess.
function startSteps(session, context, { FILE, original }, steps, lines) {
  const name = `step_${[0, 0].map(() => Math.random().toString(36).slice(2)).join("")}`;
  let last = 0;
  vm.runInContext(`let ${name}; (record) => { ${name} = record; }`, context)((line) => {
    if (line === last) return; // It goes on.
    last = line;
    if (steps.lines.length < steps.most) steps.lines.push(line);
    else steps.dropped++;
  });
  const stepAt = ({ scriptId, lineNumber, columnNumber, type }) => {
    const [line] = original(lineNumber + 1, columnNumber + 1);
    if (type === "return" || line > lines) return; // Its statement has one already; ours is behind the code.
    session.post("Debugger.setBreakpoint", { location: { scriptId, lineNumber, columnNumber }, condition: `${name}(${line})` });
  };
  session.on("Debugger.scriptParsed", ({ params: { url, scriptId } }) => { // Before anything of it is executed.
    if (url !== FILE) return;
    session.removeAllListeners("Debugger.scriptParsed");
    const start = { scriptId, lineNumber: 0, columnNumber: 0 };
    session.post("Debugger.getPossibleBreakpoints", { start }, (error, found) => {
      if (error !== null) process.reallyExit(1); // No steps, then no answer that looks as if there had been none.
      found.locations.forEach(stepAt);
    });
  });
  session.post("Debugger.enable");
}

module.exports = startDebug;
