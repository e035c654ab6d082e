const fs = require("fs");
const fd = fs.openSync("/tmp/big", "w"), block = Buffer.alloc(256 << 10, 1);
let written = 0;
process.on("SIGXFSZ", () => {});
try {
  for (; written < 64; written++) fs.writeSync(fd, block);
} catch (e) { console.log("refused", e.code, "after", written); process.exit(0); }
