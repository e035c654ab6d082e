// TypeScript: types become blanks, so that every line and column stays; what is more than types (enum, namespace, a
// constructor's properties) is rewritten, and a map leads from there back to the caller's lines. Types are not checked:
// there is no time for that here.
function stripTypes(source) {
  const { stripTypeScriptTypes } = require("node:module");
  if (stripTypeScriptTypes === undefined) throw new SyntaxError("TypeScript needs node 22.13 or later here");
  stripTypes.map = null; // Of what came last.
  const code = withoutModuleTypes(source, stripTypeScriptTypes);
  try {
    return stripTypeScriptTypes(code);
  } catch (error) {
    if (error.code !== "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX") throw placed(error);
  }
  try {
    return withMap(stripTypeScriptTypes(code, { mode: "transform", sourceMap: true }));
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

// --- What only types are imported or exported by -------------------------------------------------

// Each as it may stand where a statement begins. A function: main runs before the lines here do.
function typesOnly() {
  const name = String.raw`type\s+(?!as\b)[\w$]+(?:\s+as\s+[\w$]+)?`;
  const names = String.raw`\{\s*${name}(?:\s*,\s*${name})*\s*,?\s*\}`;
  const from = String.raw`\s*from\s*(?:'[^'\n]*'|"[^"\n]*")(?:\s*with\s*\{[^{}]*\})?[ \t]*;?`;
  return [
    String.raw`import\s+type\s+(?:[\w$]+(?=\s)|\*\s*as\s+[\w$]+(?=\s)|\{[^{}]*\})${from}`,
    String.raw`import\s*${names}${from}`,
    String.raw`export\s+type\s*\*(?:\s*as\s+[\w$]+(?=\s))?${from}`,
    String.raw`export\s+type\s*\{[^{}]*\}(?:${from}|[ \t]*;?)`,
    String.raw`export\s*${names}(?:${from}|[ \t]*;?)`,
    String.raw`export\s*\{\s*\}(?!\s*from\b)[ \t]*;?`,
    String.raw`export\s+(?=(?:type|interface)\s+[\w$]|declare\b)`, // The rest is a type where it stands.
  ].map((statement) => new RegExp(statement, "y"));
}

// A function's body has no import and no export, and so the parser says where each is: in no string and no comment. Of
// those that are of types only nothing is left but a semicolon, that two statements beside them do not become one.
function withoutModuleTypes(source, strip) {
  if (!/\b(import|export)\b/.test(source)) return source;
  const [before, after] = source.startsWith("(async") ? ["", ""] : ["(async () => {", "\n})"];
  const patterns = typesOnly();
  for (let text = source; ; ) {
    const at = firstModuleStatement(before + text + after, strip) - before.length;
    const found = at >= 0 ? matchAt(patterns, text, at) : null;
    if (found === null) return text;
    text = `${text.slice(0, at)};${found.slice(1).replace(/[^\r\n\u2028\u2029]/g, " ")}${text.slice(at + found.length)}`;
  }
}

function matchAt(patterns, text, at) {
  for (const pattern of patterns) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) return match[0];
  }
  return null;
}

function firstModuleStatement(source, strip) {
  try {
    strip(source);
  } catch (error) {
    const place = placeIn(error);
    if (place === null || !error.message.includes("outside of module code")) return -1;
    const before = source.split("\n", place.line - 1).join("\n");
    return before.length + (place.line > 1 ? 1 : 0) + place.column;
  }
  return -1;
}

// --- Places --------------------------------------------------------------------------------------

// The line's number comes first, the line itself and an arrow below it later.
function placeIn(error) {
  const lines = error.stack.split("\n");
  const number = /:(\d+)$/.exec(lines[0]);
  const arrow = lines.findIndex((line) => /^ *\^+$/.test(line));
  if (number === null || arrow <= 0) return null;
  return { line: Number(number[1]), column: lines[arrow].indexOf("^"), lines: `${lines[arrow - 1]}\n${lines[arrow]}` };
}

// As if the engine had found it: our first line is not the code's.
function placed(error) {
  const found = new SyntaxError(error.message);
  const place = placeIn(error);
  if (place !== null) found.stack = `snippet.js:${place.line - 1}\n${place.lines}`;
  return found;
}

stripTypes(""); // The first time takes tens of milliseconds: ahead, where that can be.
module.exports = stripTypes;
