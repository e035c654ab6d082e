const fs = require("fs");
let made = 0;
try {
  for (; made < 6000; made++) fs.closeSync(fs.openSync("/tmp/f" + made, "w"));
} catch (e) { console.log("refused", e.code, "after", made); }
