// id: time-atomics
// class: time
// does: waits in one system call that no timer of its own can interrupt
// promise: P16
// expect: WALL_TIME_LIMIT within=6
// unjailed: escape
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 6000);
escaped("waited six seconds");
