// spawn() reports in its turn of the loop, so the count is taken after the last one.
const { spawn } = require("child_process");
let made = 0, refused = "";
for (let i = 0; i < 50; i++) {
  const child = spawn("/bin/sleep", ["10"], { stdio: "ignore" });
  child.on("error", (e) => { refused = e.code; });
  if (child.pid) made++;
}
setTimeout(() => { console.log("refused", refused, "after", made); process.exit(0); }, 100);
