// The editor: CodeMirror in a shadow root, where its styles are sheets of script's making and need no exception from
// the page's Content-Security-Policy.
import {closeBrackets, closeBracketsKeymap} from "@codemirror/autocomplete";
import {indentWithTab} from "@codemirror/commands";
import {bracketMatching, foldGutter, foldKeymap, indentOnInput} from "@codemirror/language";
import {highlightSelectionMatches, searchKeymap} from "@codemirror/search";
import {Compartment} from "@codemirror/state";
import {highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers} from "@codemirror/view";
import {EditorView, minimalSetup} from "codemirror";
import {colours, highlighting} from "./highlight.js";

// What codemirror's basicSetup has, but completion and linting, for which nothing here has words: a twentieth of the page.
const tools = [
  minimalSetup, lineNumbers(), highlightActiveLineGutter(), highlightActiveLine(), foldGutter(), indentOnInput(), bracketMatching(),
  closeBrackets(), highlightSelectionMatches(), keymap.of([...closeBracketsKeymap, ...searchKeymap, ...foldKeymap, indentWithTab]),
];

const looks = EditorView.theme({
  "&": {height: "100%", backgroundColor: "var(--paper)", color: "var(--ink)", fontSize: "14px"},
  "&.cm-focused": {outline: "none"},  // The box around it has one.
  ".cm-scroller": {fontFamily: "var(--mono)", lineHeight: "1.5"},
  ".cm-content": {caretColor: "var(--ink)"},
  ".cm-cursor": {borderLeftColor: "var(--ink)"},
  ".cm-gutters": {backgroundColor: "var(--paper)", color: "var(--faint)", borderRight: "1px solid var(--line)"},
  ".cm-activeLine, .cm-activeLineGutter": {backgroundColor: "color-mix(in srgb, var(--mark) 40%, transparent)"},
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {backgroundColor: "var(--mark)"},
  "&.cm-focused .cm-matchingBracket": {backgroundColor: "var(--mark)", outline: "1px solid var(--accent)"},
  ".cm-panels, .cm-tooltip": {backgroundColor: "var(--ground)", color: "var(--ink)", border: "1px solid var(--line)"},
  ".cm-tooltip-autocomplete ul li[aria-selected]": {backgroundColor: "var(--accent)", color: "var(--on-accent)"},
  ".cm-textfield, .cm-button": {backgroundImage: "none", backgroundColor: "var(--paper)", color: "inherit", borderColor: "var(--line)"},
  ".cm-searchMatch": {backgroundColor: "var(--mark)"},
});

export class Editor {
  #language = new Compartment();
  #view;

  constructor(place, {label, describedBy}) {
    const root = place.attachShadow({mode: "open"});
    this.#view = new EditorView({
      parent: root,
      root,
      extensions: [
        tools, looks, colours, this.#language.of([]),
        EditorView.contentAttributes.of({"aria-label": label, "aria-description": describedBy}),
      ],
    });
  }

  get text() { return this.#view.state.doc.toString(); }
  // As an edit that can be undone.
  set text(text) { this.#view.dispatch({changes: {from: 0, to: this.#view.state.doc.length, insert: text}}); }

  set language(name) { this.#view.dispatch({effects: this.#language.reconfigure(highlighting(name))}); }

  focus() { this.#view.focus(); }
}
