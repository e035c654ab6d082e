// The page: puts its parts together. What goes on is in `running`, and nothing else is kept.
import "uplot/dist/uPlot.min.css";
import "./page.css";
import {Editor} from "./editor.js";
import {EXAMPLES, HELLO} from "./examples.js";
import * as figures from "./figures.js";
import * as form from "./form.js";
import {Output} from "./output.js";
import {Picture} from "./picture.js";
import * as service from "./service.js";
import * as share from "./share.js";
import * as verdict from "./verdict.js";

const MOST_OF_AN_END = 1 << 16;
const at = (id) => document.getElementById(id);
const help = at("editor-help").textContent.replace(/\s+/g, " ");
const editor = new Editor(at("editor"), {label: "Program", describedBy: help});
const output = new Output(at("output"));
const picture = new Picture();
const known = new Map();  // Languages by name.
let running = null;       // {stop}
let ticking = 0;
let untouched = "";       // What we put into the editor ourselves: that may be replaced.

// --- A run ---

function start() {
  if (running || !known.size) return;
  const request = {language: at("language").value, code: editor.text, record: true, ...form.read(known.get(at("language").value)?.limits)};
  output.clear();
  picture.show(null);
  show(verdict.RUNNING);
  if (at("verdict").getBoundingClientRect().bottom > innerHeight) at("verdict").scrollIntoView();  // On a narrow screen.
  startClock();
  running = service.run(request, at("token").value, {piece: (stream, text) => output.append(stream, text), result, error, stopped});
  showButtons();
}

function stop() {
  running?.stop();
}

function result(answer) {
  const {record} = answer;
  if (!output.total) {  // Nothing came while it ran: what a compiler said, at the latest.
    output.append("stdout", answer.stdout);
    output.append("stderr", answer.stderr);
  }
  showEnds(record);
  end(verdict.ofRecord(record));
  if (!output.total) output.note("It wrote nothing.");
  picture.show(record);
}

// Output is live up to its limit; of what came after that, the record has the end.
function showEnds(record) {
  const ends = ["stdout", "stderr"].map((stream) => ({stream, ...endOf(record.phases.at(-1), stream)})).filter(({unseen}) => unseen > 0);
  for (const {unseen, text} of ends) output.leaveOut(Math.max(0, unseen - text.length));
  for (const {stream, text} of ends) output.append(stream, text);
}

function endOf(phase, stream) {
  const limit = phase.limits?.find(({resource}) => resource === `RESOURCE_${stream.toUpperCase()}_BYTES`)?.effective;
  const unseen = phase[stream]?.truncated ? Number(phase[stream].total_bytes) - Number(limit) : 0;
  return {unseen, text: unseen > 0 ? phase[stream].tail_text.slice(-Math.min(unseen, MOST_OF_AN_END)) : ""};
}

function error(answer) {
  if (answer.code === "unauthorized") at("token-row").hidden = false;
  end(verdict.ofError(answer));
}

function stopped() {
  end(verdict.STOPPED);
}

function end(what) {
  running = null;
  clearInterval(ticking);
  at("clock").textContent = "";
  output.draw();  // Whoever reads the verdict has all that was written before it.
  show(what);
  showButtons();
}

// --- What is shown ---

function show({word, kind, sentence}) {
  at("verdict").dataset.kind = kind;
  at("verdict-word").textContent = word;
  at("verdict-sentence").textContent = sentence;
}

// Not disabled: a button that is would lose the focus.
function showButtons() {
  at("run").ariaDisabled = String(running !== null);
  at("stop").ariaDisabled = String(running === null);
}

function startClock() {
  const began = performance.now();
  const tick = () => { at("clock").textContent = figures.ms(Math.round((performance.now() - began) / 100) * 100); };
  clearInterval(ticking);
  ticking = setInterval(tick, 100);
  tick();
}

// --- The program ---

function load({language, code, ...rest}) {
  if (known.has(language)) at("language").value = language;
  put(typeof code === "string" ? code : "");
  form.restore(rest);
  showLanguage();
}

function put(code) {
  editor.text = code;
  untouched = code;
}

function showLanguage() {
  const language = at("language").value;
  editor.language = language;
  form.showUsual(known.get(language)?.limits);
}

function changeLanguage() {
  if (editor.text === untouched) put(HELLO[at("language").value] ?? "");
  showLanguage();
}

async function followAddress() {
  const program = await share.programOf(location.hash);
  if (!program) return false;
  load(program);
  const example = location.hash.replace("#example=", "");
  at("example").value = Object.hasOwn(EXAMPLES, example) ? example : "";
  return true;
}

async function makeLink() {
  history.replaceState(null, "", await share.link({language: at("language").value, code: editor.text, ...form.state()}));
  // Only pages of this machine or by TLS may write there.
  const copied = await navigator.clipboard?.writeText(location.href).then(() => true, () => false);
  show({word: copied ? "Link copied" : "Link", kind: "idle", sentence: "The address of this page has the program in it."});
}

// --- Its parts ---

function listLanguages(names) {
  for (const name of names) known.set(name, {});
  at("language").replaceChildren(...names.map((name) => new Option(name, name)));
  at("language").value = known.has("python") ? "python" : names[0];
  at("language").disabled = false;
  const examples = Object.entries(EXAMPLES).filter(([, example]) => known.has(example.language));
  at("example").append(...examples.map(([key, {title}]) => new Option(title, key)));
}

function describeLanguages(details) {
  for (const option of at("language").options) {
    const language = details.find(({name}) => name === option.value);
    if (!language) continue;
    known.set(language.name, language);
    option.textContent = language.displayName;
    option.title = language.version;
  }
  showLanguage();
}

function listen() {
  at("run").onclick = start;
  at("stop").onclick = stop;
  at("share").onclick = () => { if (!running) makeLink(); };
  at("language").onchange = changeLanguage;
  at("example").onchange = () => { if (at("example").value) location.hash = `example=${at("example").value}`; };
  window.onhashchange = followAddress;
  // Before the editor sees them, which has uses of its own for both.
  addEventListener("keydown", (event) => {
    const runs = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (runs) {
      event.preventDefault();
      event.stopPropagation();
      start();
    }
    if (event.key === "Escape") stop();
  }, {capture: true});
}

async function open() {
  show(verdict.IDLE);
  showButtons();
  listen();
  try {
    listLanguages(await service.languageNames());
    if (!await followAddress()) changeLanguage();
    editor.focus();
    describeLanguages(await service.languageDetails());
  } catch (problem) {
    show({word: "Not ready", kind: "bad", sentence: problem.message});
  }
}

open();
