// id: ts-rewrite-itself
// class: fs
// does: changes what was compiled and is run: the file, a file beside it, its folder's name
// promise: P29
// expect: OK
// unjailed: escape
let last: unknown = "none";
const attempts: [string, () => void][] = [
  ["written", () => fs.appendFileSync(__filename, "\n")],
  ["beside", () => fs.writeFileSync(__dirname + "/other.js", "")],
  ["renamed", () => fs.renameSync(__filename, __filename + ".old")],
  ["mode", () => fs.chmodSync(__filename, 0o777)],
];
for (const [name, attempt] of attempts) {
  try { attempt(); } catch (e) { last = e; continue; }
  escaped(name);
}
blocked(last);
