const fs = require("fs");
let opened = 0;
try {
  for (; opened < 5000; opened++) fs.openSync("/dev/null", "r");
} catch (e) { console.log("refused", e.code, "after", opened); }
