// id: inspector
// class: pid
// does: opens the debugger of every process of its kind that it can find
// promise: P5
// expect: OK
// unjailed: any
let last = "none";
for (const pid of fs.readdirSync("/proc").filter((p) => /^\d+$/.test(p) && +p !== process.pid)) {
  try {
    if (fs.readFileSync("/proc/" + pid + "/comm", "utf8").trim() === "node") { process.kill(+pid, 0); escaped("process " + pid); }
  } catch (e) { last = e; }
}
blocked(last);
