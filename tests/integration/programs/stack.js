// V8 guards its own stack well below the limit: what a script sees is its RangeError.
const dive = (n) => dive(n + 1) + 1;
try { dive(0); } catch (e) { console.log("stack", e.name); }
