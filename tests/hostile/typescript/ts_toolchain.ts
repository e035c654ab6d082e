// id: ts-toolchain
// class: fs
// does: changes the compiler, its declarations and the interpreter that the next program of anybody will meet
// promise: P2
// expect: OK
// unjailed: blocked
const PLACE = "/usr/local/lib/jailrun";
let last: unknown = "none";
let seen = 0;
const pending: string[] = [PLACE];
while (pending.length > 0 && seen < 2000) {
  const path = pending.pop() as string;
  ++seen;
  const directory = fs.statSync(path).isDirectory();
  const attempts = directory ? [() => fs.writeFileSync(path + "/planted", "x"), () => fs.renameSync(path, path + ".old")]
                             : [() => fs.closeSync(fs.openSync(path, "r+")), () => fs.unlinkSync(path), () => fs.chmodSync(path, 0o777)];
  for (const attempt of attempts) {
    try { attempt(); } catch (e) { last = e; continue; }
    escaped(path);
  }
  if (directory) for (const name of fs.readdirSync(path)) pending.push(path + "/" + name);
}
if (seen < 20) escaped("nothing was there to attack");
blocked(last);
