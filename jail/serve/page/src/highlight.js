// How each language is coloured, by the service's name of it. A language without a row is plain text.
// Grammars are large (C++'s alone is as big as all the line-by-line modes together), so only languages without a good mode, and
// those that indent by grammar, have one: the page must stay small (tests/integration/page).
import {css} from "@codemirror/lang-css";
import {html} from "@codemirror/lang-html";
import {javascript} from "@codemirror/lang-javascript";
import {python} from "@codemirror/lang-python";
import {wast} from "@codemirror/lang-wast";
import {HighlightStyle, StreamLanguage, indentUnit, syntaxHighlighting} from "@codemirror/language";
import {c, clike, cpp, csharp, java, scala} from "@codemirror/legacy-modes/mode/clike";
import {erlang} from "@codemirror/legacy-modes/mode/erlang";
import {fortran} from "@codemirror/legacy-modes/mode/fortran";
import {gas} from "@codemirror/legacy-modes/mode/gas";
import {go} from "@codemirror/legacy-modes/mode/go";
import {haskell} from "@codemirror/legacy-modes/mode/haskell";
import {lua} from "@codemirror/legacy-modes/mode/lua";
import {oCaml} from "@codemirror/legacy-modes/mode/mllike";
import {octave} from "@codemirror/legacy-modes/mode/octave";
import {pascal} from "@codemirror/legacy-modes/mode/pascal";
import {perl} from "@codemirror/legacy-modes/mode/perl";
import {r} from "@codemirror/legacy-modes/mode/r";
import {ruby} from "@codemirror/legacy-modes/mode/ruby";
import {rust} from "@codemirror/legacy-modes/mode/rust";
import {shell} from "@codemirror/legacy-modes/mode/shell";
import {sqlite} from "@codemirror/legacy-modes/mode/sql";
import {tags} from "@lezer/highlight";

const stream = (mode) => () => StreamLanguage.define(mode);
const words = (text) => Object.fromEntries(text.split(" ").map((word) => [word, true]));

// There is only a grammar of it, which would be a tenth of the page.
const php = clike({
  name: "php",
  keywords: words("abstract and as break case catch class clone const continue declare default do echo else elseif empty enddeclare " +
    "endfor endforeach endif endswitch endwhile enum extends final finally fn for foreach function global goto if implements include " +
    "include_once instanceof insteadof interface isset list match namespace new or print private protected public readonly require " +
    "require_once return static switch throw trait try unset use var while xor yield"),
  blockKeywords: words("catch do else elseif for foreach if switch try while finally match"),
  atoms: words("true false null TRUE FALSE NULL __CLASS__ __DIR__ __FILE__ __FUNCTION__ __LINE__ __METHOD__ __NAMESPACE__"),
  multiLineStrings: true,
  hooks: {
    $: (text) => (text.eatWhile(/\w/), "variableName.special"),
    "#": (text) => text.eat("[") ? "meta" : (text.skipToEnd(), "comment"),
    "<": (text) => text.match(/^\?(php|=)?/) && "meta",
  },
});

const LANGUAGES = {
  assembly: stream(gas),
  bash: stream(shell),
  bun: () => javascript({typescript: true}),
  c: stream(c),
  cpp: stream(cpp),
  csharp: stream(csharp),
  css,
  erlang: stream(erlang),
  fortran: stream(fortran),
  go: () => [StreamLanguage.define(go), indentUnit.of("\t")],
  haskell: stream(haskell),
  html,
  java: stream(java),
  javascript,
  lua: stream(lua),
  ocaml: stream(oCaml),
  octave: stream(octave),
  pascal: stream(pascal),
  perl: stream(perl),
  php: stream(php),
  python: () => [python(), indentUnit.of("    ")],
  r: stream(r),
  ruby: stream(ruby),
  rust: stream(rust),
  scala: stream(scala),
  sqlite: stream(sqlite),
  typescript: () => javascript({typescript: true}),
  wasm: wast,
};

export const highlighting = (language) => LANGUAGES[language]?.() ?? [];

export const colours = syntaxHighlighting(HighlightStyle.define([
  {tag: [tags.keyword, tags.modifier, tags.operatorKeyword, tags.tagName], color: "var(--keyword)"},
  {tag: [tags.string, tags.special(tags.string), tags.regexp, tags.attributeValue], color: "var(--string)"},
  {tag: [tags.number, tags.bool, tags.null, tags.atom, tags.literal], color: "var(--number)"},
  {tag: [tags.comment, tags.meta], color: "var(--comment)"},
  {tag: [tags.function(tags.variableName), tags.function(tags.propertyName), tags.attributeName, tags.standard(tags.name)], color: "var(--name)"},
  {tag: [tags.typeName, tags.className, tags.namespace], color: "var(--type)"},
  {tag: tags.invalid, color: "var(--bad)"},
]));
