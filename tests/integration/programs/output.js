const fs = require("fs");
fs.writeSync(1, "HEAD");
for (let i = 0; i < 64; i++) fs.writeSync(1, "o".repeat(16384));
fs.writeSync(1, "TAIL");
