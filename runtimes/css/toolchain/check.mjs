// check.mjs FILE: writes the style sheet to standard output as it is, and what is wrong with it to standard error, one
// finding a line: "FILE:LINE:COLUMN: error: ...". Exit status 1 when there is an error, 0 with warnings or none.
//
// Errors are what a browser would not read or would drop: brackets, syntax, unknown properties, values that a property
// does not take. An unknown at-rule is a warning: they are younger than any list.
import { readFileSync, writeSync } from "node:fs";
import { basename } from "node:path";
import * as css from "css-tree/dist/csstree.esm"; // One file: half the time of its hundred modules.

const findings = [];
function report(severity, at, text) {
  findings.push({ severity, line: at.line, column: at.column, text });
}

// --- Brackets, strings and comments: the parser takes an end of file for all that is missing -----

const { LeftCurlyBracket, RightCurlyBracket, LeftSquareBracket, RightSquareBracket, LeftParenthesis, RightParenthesis, Function,
  BadString, BadUrl, Comment } = css.tokenTypes;
const CLOSES = new Map([
  [LeftCurlyBracket, RightCurlyBracket], [LeftSquareBracket, RightSquareBracket],
  [LeftParenthesis, RightParenthesis], [Function, RightParenthesis],
]);
const CLOSING = new Set(CLOSES.values());

function checkTokens(text, place) {
  const open = [];
  css.tokenize(text, (type, start, end) => {
    if (CLOSES.has(type)) open.push({ type, start, end });
    if (CLOSING.has(type)) {
      if (open.length > 0 && CLOSES.get(open.at(-1).type) === type) open.pop();
      else report("error", place(start), `"${text[start]}" closes nothing that is open`);
    }
    if (type === BadString) report("error", place(start), "the string is not closed on its line");
    if (type === BadUrl) report("error", place(start), "this is no URL");
    if (type === Comment && !text.slice(start, end).endsWith("*/")) report("error", place(start), "the comment is not closed");
  });
  for (const { start, end } of open) report("error", place(start), `"${text.slice(start, end)}" is not closed`);
}

// --- Declarations and rules ----------------------------------------------------------------------

function checkDeclaration(node, inDescriptors) {
  if (inDescriptors) return; // @font-face and the like have names of their own.
  const error = css.lexer.matchDeclaration(node).error;
  if (!error) return;
  if (error.name === "SyntaxReferenceError") {
    // -webkit-anything may exist somewhere.
    if (!css.property(node.property).vendor) report("error", node.loc.start, `there is no property "${node.property}"`);
  } else if (error.name === "SyntaxMatchError") {
    const at = error.line ? error : node.value.loc.start;
    const syntax = error.syntax && error.syntax.length <= 80 ? ` (${error.syntax})` : "";
    report("error", at, `"${node.property}" does not take this value${syntax}`);
  } // Otherwise var() or the like: known only when it is used.
}

const DESCRIPTORS = new Set(["font-face", "counter-style", "property", "font-feature-values", "font-palette-values",
  "view-transition", "page", "color-profile"]);

function checkTree(tree) {
  css.walk(tree, {
    enter(node) {
      if (node.type === "Atrule") {
        const error = css.lexer.checkAtruleName(node.name);
        if (error) report("warning", node.loc.start, `the at-rule "@${node.name}" is not known`);
      } else if (node.type === "Declaration") {
        checkDeclaration(node, this.atrule !== null && DESCRIPTORS.has(css.keyword(this.atrule.name).basename));
      }
    },
  });
}

// --- The style sheet -----------------------------------------------------------------------------

const file = process.argv[2];
const bytes = readFileSync(file);
for (let done = 0; done < bytes.length; ) done += writeSync(1, bytes, done);

let text = "";
try {
  text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
} catch {
  text = bytes.toString("utf8");
  report("error", { line: 1, column: 1 }, "the style sheet is not UTF-8");
}
const lineStarts = [0];
for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) lineStarts.push(i + 1);
function place(offset) {
  let line = lineStarts.findIndex((start) => start > offset);
  if (line < 0) line = lineStarts.length;
  return { line, column: offset - lineStarts[line - 1] + 1 };
}

checkTokens(text, place);
if (findings.length === 0) {
  // Where a bracket is missing, what follows is misread and would only add to the noise.
  checkTree(css.parse(text, { positions: true, onParseError: (error) => report("error", error, error.rawMessage ?? error.message) }));
}
findings.sort((a, b) => a.line - b.line || a.column - b.column);
for (const { severity, line, column, text: what } of findings) {
  writeSync(2, `${basename(file)}:${line}:${column}: ${severity}: ${what}\n`);
}
if (findings.some((finding) => finding.severity === "error")) process.exitCode = 1;
