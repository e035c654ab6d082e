// What is asked for beside the program: its input, arguments and limits. An empty limit is the language's own.

const at = (id) => document.getElementById(id);
const MIB = 1 << 20;
// field: of Limits. scale: of what the form shows.
const LIMITS = [
  {id: "wall", field: "wallTimeMs", scale: 1000},
  {id: "memory", field: "memoryBytes", scale: MIB},
  {id: "processes", field: "processes", scale: 1},
];

export function showUsual(limits) {
  for (const {id, field, scale} of LIMITS) at(id).placeholder = limits?.[field] ? String(limits[field] / scale) : "";
}

export function read(usual) {
  const limits = {};
  for (const {id, field, scale} of LIMITS) {
    if (at(id).value) limits[field] = Math.round(Number(at(id).value) * scale);
  }
  // Who wants to wait longer wants it to compute longer, too.
  if (limits.wallTimeMs > (usual?.cpuTimeMs ?? Infinity)) limits.cpuTimeMs = limits.wallTimeMs;
  return {input: at("stdin").value, args: words(at("args").value), limits};
}

// "one 'two words'" is two.
export function words(text) {
  return Array.from(text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g), ([, double, single, bare]) => double ?? single ?? bare);
}

// As strings of the form: what a link keeps.
export function state() {
  const kept = {input: at("stdin").value, args: at("args").value};
  for (const {id} of LIMITS) kept[id] = at(id).value;
  return kept;
}

export function restore(kept) {
  at("stdin").value = textOf(kept.input);
  at("args").value = textOf(kept.args);
  for (const {id} of LIMITS) at(id).value = textOf(kept[id]);
}

const textOf = (value) => typeof value === "string" ? value : "";
