// id: pids-workers
// class: pids
// does: starts 60 worker threads, each with a heap and helpers of its own
// promise: P15
// expect: OK|MEMORY_LIMIT|WALL_TIME_LIMIT|CPU_TIME_LIMIT|SIGNALED|NONZERO_EXIT
// unjailed: any
const { Worker } = require("worker_threads");
let up = 0, last = null;
for (let i = 0; i < 60; i++) {
  try {
    const worker = new Worker("setInterval(() => {}, 1000); require('worker_threads').parentPort.postMessage(1)", { eval: true });
    worker.on("message", () => { if (++up === 60) escaped("60 workers"); });
    worker.on("error", (e) => { last = e; });
  } catch (e) { last = e; }
}
setTimeout(() => blocked(last || up + " of 60"), 2500);
