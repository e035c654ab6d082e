// id: mem-buffers
// class: memory
// does: holds 768 MiB in buffers outside the engine's heap
// promise: P14
// expect: MEMORY_LIMIT|SIGNALED|NONZERO_EXIT|OK
// unjailed: escape
const held = [];
try {
  for (let i = 0; i < 48; i++) held.push(Buffer.alloc(16 << 20, 1));
} catch (e) { blocked(e); }
escaped(held.length * 16 + " MiB");
