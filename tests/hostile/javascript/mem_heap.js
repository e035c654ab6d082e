// id: mem-heap
// class: memory
// does: fills the engine's own heap with small objects
// promise: P14 P23
// expect: MEMORY_LIMIT|SIGNALED|CPU_TIME_LIMIT|WALL_TIME_LIMIT
// unjailed: any
say("BLOCKED the engine or the kernel");
const held = [];
for (let i = 0; i < 2e7; i++) held.push({ i, text: "object " + i });
escaped(held.length + " objects");
