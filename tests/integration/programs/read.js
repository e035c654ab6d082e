const fs = require("fs");
const file = fs.openSync("/usr/lib/gcc/x86_64-linux-gnu/12/lto1"), chunk = Buffer.alloc(256 << 10);
let total = 0;
while (total < 8 << 20) total += fs.readSync(file, chunk);
console.log("read", total);
