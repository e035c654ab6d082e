// id: ts-read-host
// class: fs
// does: reads a host file by fs, by import(), whose error quotes the line, and as a source map of its own
// promise: P1
// expect: OK
// unjailed: escape
(async () => {
  let last: unknown = "none";
  try { if (fs.readFileSync(CANARY + "/open", "utf8").startsWith("NONCE")) escaped("readFileSync"); } catch (e) { last = e; }
  try { require(CANARY + "/open"); } catch (e: any) { if ((e.message + e.stack).includes("NONCE")) escaped("require"); last = e; }
  const path: string = CANARY + "/open";
  try { await import(path); } catch (e: any) { if ((e.message + e.stack).includes("NONCE")) escaped("import"); last = e; }
  blocked(last);
})();
