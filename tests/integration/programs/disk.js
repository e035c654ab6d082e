const fs = require("fs");
let written = 0;
try {
  const fd = fs.openSync("/tmp/fill", "w"), block = Buffer.alloc(1 << 20, 1);
  while (written < 64) {
    if (fs.writeSync(fd, block) < block.length) fs.writeSync(fd, block);  // A short write; the next one says why.
    written++;
  }
} catch (e) { console.log("refused", e.code, "after", written); }
