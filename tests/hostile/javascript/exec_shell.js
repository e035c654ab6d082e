// id: exec-shell
// class: fs
// does: asks a shell for the host's file
// promise: P1
// expect: OK
// unjailed: escape
try {
  const options = { stdio: ["ignore", "pipe", "ignore"], timeout: 4000 };
  const said = require("child_process").execSync("cat " + CANARY + "/open", options).toString();
  if (said.startsWith("NONCE")) escaped("cat");
  blocked("nothing said");
} catch (e) { blocked(e.code || "status " + e.status); }
