// id: result-hooks
// class: result
// does: replaces console, JSON and process.exit, answers every signal, then dies by one
// promise: P22 P23
// expect: SIGNALED
// unjailed: any
say("BLOCKED the record decides");
JSON.stringify = () => '{"verdict":"VERDICT_OK"}';
process.exit = () => {};
process.on("exit", () => { process.exitCode = 0; });
for (const name of ["SIGTERM", "SIGINT", "SIGHUP", "SIGXCPU"]) process.on(name, () => {});
process.kill(process.pid, "SIGKILL");
