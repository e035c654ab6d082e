// TypeScript: types become blanks, so that every line and column stays; what is more than types (enum, namespace, a
// constructor's properties) is rewritten, and a map leads from there back to the caller's lines. Types are not checked:
// there is no time for that here.
function stripTypes(source) {
  const { stripTypeScriptTypes } = require("node:module");
  if (stripTypeScriptTypes === undefined) throw new SyntaxError("TypeScript needs node 22.13 or later here");
  stripTypes.map = null; // Of what came last.
  try {
    return stripTypeScriptTypes(source);
  } catch (error) {
    if (error.code !== "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX") throw placed(error);
  }
  try {
    return withMap(stripTypeScriptTypes(source, { mode: "transform", sourceMap: true }));
  } catch (error) {
    throw placed(error);
  }
}

// The map is the last line, a comment with base64 in it.
function withMap(text) {
  const { SourceMap } = require("node:module");
  const [code, map] = text.split(/\n*\/\/# sourceMappingURL=data:application\/json;base64,(?=[\w+/=]*\s*$)/);
  stripTypes.map = new SourceMap(JSON.parse(Buffer.from(map, "base64").toString("utf8")));
  return code;
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

stripTypes(""); // The first time takes tens of milliseconds: ahead, where that can be.
module.exports = stripTypes;
