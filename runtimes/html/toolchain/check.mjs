// check.mjs FILE: writes the page to standard output as it is, and what is wrong with it to standard error, one finding
// a line: "FILE:LINE:COLUMN: error: ...". Exit status 1 when there is an error, 0 with warnings or none.
//
// The parser is the one that the HTML standard describes. It corrects what it reads, as browsers do, and tells little of
// it; so we look over its shoulder: at the end tags that it meets, and at the tree for elements that none has closed.
import { readFileSync, writeSync } from "node:fs";
import { basename } from "node:path";
import { Parser, html } from "parse5";

// --- What the standard says of elements ----------------------------------------------------------

const words = (text) => new Set(text.trim().split(/\s+/));
const ELEMENTS = words(`
  a abbr address area article aside audio b base bdi bdo blockquote body br button canvas caption cite code col colgroup
  data datalist dd del details dfn dialog div dl dt em embed fencedframe fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6
  head header hgroup hr html i iframe img input ins kbd label legend li link main map mark menu meta meter nav noscript
  object ol optgroup option output p param picture pre progress q rp rt ruby s samp script search section select
  selectedcontent slot small source span strong style sub summary sup table tbody td template textarea tfoot th thead time title
  tr track u ul var video wbr`);
const OBSOLETE = words(`
  acronym applet basefont bgsound big blink center dir font frame frameset image isindex keygen listing marquee menuitem
  multicol nextid nobr noembed noframes param plaintext rb rtc spacer strike tt xmp`);
const VOID = words("area base br col embed hr img input link meta source track wbr");
// Their end tags may be left out.
const END_OPTIONAL = words(`
  html head body li dt dd p rt rp optgroup option colgroup caption thead tbody tfoot tr td th`);
// What the parser calls an error and a page can live with.
const WARNINGS = words(`
  missing-doctype non-conforming-doctype non-void-html-element-start-tag-with-trailing-slash`);

// --- Findings ------------------------------------------------------------------------------------

const findings = [];
const seen = new Set();
function report(severity, location, text) {
  const finding = { severity, line: location.startLine, column: location.startCol, text };
  const key = `${finding.line}:${finding.column}:${text}`;
  if (!seen.has(key)) findings.push(finding);
  seen.add(key);
}

const readable = (code) => code.replaceAll("-", " ");

class Checker extends Parser {
  misnested = []; // An end tag that went past an open element: {tag, inner}.

  onEndTag(token) {
    this.checkEndTag(token);
    super.onEndTag(token);
  }

  // From the innermost open element outwards, as the standard looks for the one that the tag closes.
  checkEndTag(token) {
    const { items, stackTop } = this.openElements;
    const name = token.tagName;
    let open = stackTop;
    while (open >= 0 && items[open].tagName.toLowerCase() !== name) --open;
    if (open < 0) {
      if (name === "body" || name === "html" || name === "head") return; // Implied, so it may have been closed already.
      const why = VOID.has(name) ? `<${name}> has no end tag` : "no such element is open";
      report("error", token.location, `</${name}> closes nothing: ${why}`);
      return;
    }
    for (let i = stackTop; i > open; --i) {
      if (!END_OPTIONAL.has(items[i].tagName)) this.misnested.push({ token, inner: items[i] });
    }
  }
}

// The parser makes several elements of one tag where formatting is misnested: one that is closed will do for all.
function checkTree(document, misnested) {
  const unclosed = new Map();
  const closed = new Set();
  const ids = new Map();
  const pending = [document];
  while (pending.length > 0) {
    const node = pending.pop();
    for (const child of [...(node.childNodes ?? []), ...(node.content ? [node.content] : [])]) pending.push(child);
    const location = node.sourceCodeLocation;
    if (!node.tagName || !location) continue;
    const ours = node.namespaceURI === html.NS.HTML;
    if (ours) checkName(node, location);
    checkId(node, location, ids);
    const start = (location.startTag ?? location).startOffset;
    const needsEnd = ours ? !VOID.has(node.tagName) && !END_OPTIONAL.has(node.tagName) : !location.selfClosing;
    if (location.endTag || !needsEnd) closed.add(start);
    else unclosed.set(start, { node, location });
  }
  for (const [start, { node, location }] of unclosed) {
    if (closed.has(start) || isSelfClosed(node, location)) continue;
    report("error", location, `<${node.tagName}> is not closed`);
  }
  for (const { token, inner } of misnested) {
    const location = inner.sourceCodeLocation;
    const start = location && (location.startTag ?? location).startOffset;
    if (start === undefined || (unclosed.has(start) && !closed.has(start))) continue; // Said already.
    report("error", token.location, `</${token.tagName}> while <${inner.tagName}> is open, since ${location.startLine}:${location.startCol}`);
  }
}

// <path/> of SVG: its location ends with its start tag.
function isSelfClosed(node, location) {
  return node.namespaceURI !== html.NS.HTML && text.slice(location.startOffset, location.endOffset).endsWith("/>");
}

function checkName(node, location) {
  const name = node.tagName;
  if (OBSOLETE.has(name)) report("warning", location, `<${name}> is obsolete`);
  else if (!ELEMENTS.has(name) && !name.includes("-")) report("error", location, `there is no element <${name}>`);
}

function checkId(node, location, ids) {
  const id = node.attrs.find((attribute) => attribute.name === "id")?.value;
  if (id === undefined) return;
  const at = location.attrs?.id ?? location;
  const other = ids.get(id);
  ids.set(id, at);
  if (other === undefined) return;
  const [first, second] = [other, at].sort((a, b) => a.startOffset - b.startOffset);
  ids.set(id, first);
  report("error", second, `the id "${id}" is taken, since ${first.startLine}:${first.startCol}`);
}

// --- The page ------------------------------------------------------------------------------------

const file = process.argv[2];
const bytes = readFileSync(file);
for (let done = 0; done < bytes.length; ) done += writeSync(1, bytes, done);

let text = "";
try {
  text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
} catch {
  text = bytes.toString("utf8");
  report("error", { startLine: 1, startCol: 1 }, "the page is not UTF-8");
}
const checker = new Checker({
  sourceCodeLocationInfo: true,
  onParseError: (error) => report(WARNINGS.has(error.code) ? "warning" : "error", error, readable(error.code)),
});
checker.tokenizer.write(text, true);
checkTree(checker.document, checker.misnested);

findings.sort((a, b) => a.line - b.line || a.column - b.column);
for (const { severity, line, column, text: what } of findings) {
  writeSync(2, `${basename(file)}:${line}:${column}: ${severity}: ${what}\n`);
}
if (findings.some((finding) => finding.severity === "error")) process.exitCode = 1;
