// id: fs-require-host
// class: fs
// does: reads a host file by fs, by require(), whose error quotes the line, and by a worker
// promise: P1
// expect: OK
// unjailed: escape
let last = "none";
try { if (fs.readFileSync(CANARY + "/open", "utf8").startsWith("NONCE")) escaped("readFileSync"); } catch (e) { last = e; }
try { require(CANARY + "/open"); } catch (e) { if ((e.message + e.stack).includes("NONCE")) escaped("require"); last = e; }
blocked(last);
