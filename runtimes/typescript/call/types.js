// TypeScript: types become blanks, so that every line and column stays; what is more than types (enum, namespace) is
// rewritten, and then places are those of the rewritten code. Types are not checked: there is no time for that here.
function stripTypes(source) {
  const { stripTypeScriptTypes } = require("node:module");
  if (stripTypeScriptTypes === undefined) throw new SyntaxError("TypeScript needs node 22.13 or later here");
  try {
    return stripTypeScriptTypes(source);
  } catch (error) {
    if (error.code !== "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX") throw placed(error);
    return stripTypeScriptTypes(source, { mode: "transform" });
  }
}

// As if the engine had found it: our first line is not the code's.
function placed(error) {
  const found = new SyntaxError(error.message);
  const lines = error.stack.split("\n");
  const number = /:(\d+)$/.exec(lines[0]);
  const arrow = lines.findIndex((line) => /^ *\^+$/.test(line));
  if (number !== null && arrow > 0) found.stack = `snippet.js:${number[1] - 1}\n${lines[arrow - 1]}\n${lines[arrow]}`;
  return found;
}
