// What a run used, from its record: where the time went, each resource beside its limit, and the curves of its samples.
// The record's JSON is proto3's: 64-bit numbers are strings, and what is zero or empty is not there.
import uPlot from "uplot";
import * as figures from "./figures.js";

const ROWS = [
  {name: "Time", limit: "RESOURCE_WALL_TIME_MS", used: (phase) => number(phase.usage?.wall_time_us) / 1000, text: figures.ms},
  {name: "CPU time", limit: "RESOURCE_CPU_TIME_MS", used: (phase) => number(phase.usage?.cpu_time_us) / 1000, text: figures.ms},
  {name: "Memory", limit: "RESOURCE_MEMORY_BYTES", used: (phase) => number(phase.usage?.memory_peak_bytes), text: figures.bytes},
  {name: "Processes", limit: "RESOURCE_PROCESSES", used: (phase) => number(phase.usage?.processes_peak), text: figures.count},
  {name: "Output", limit: "RESOURCE_STDOUT_BYTES", used: (phase) => number(phase.stdout?.total_bytes), text: figures.bytes},
  {name: "Disk", limit: "RESOURCE_DISK_BYTES", used: (phase) => number(phase.usage?.disk_bytes), text: figures.bytes},
];
const CHARTS = [
  {id: "cpu", label: "CPU", unit: "%", values: cpuShares},
  {id: "memory-chart", label: "Memory", unit: "MiB", values: (samples) => samples.map((s) => number(s.memory_bytes) / (1 << 20))},
];
const CHART_HEIGHT = 120;

const number = (value) => Number(value ?? 0);
const at = (id) => document.getElementById(id);

function element(tag, className = "", ...children) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...children);
  return made;
}

export class Picture {
  #plots = [];
  #record = null;

  constructor() {
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#drawCharts());
    const resized = new ResizeObserver(() => this.#plots.forEach(({plot, place}) => plot.setSize({width: place.clientWidth, height: CHART_HEIGHT})));
    CHARTS.forEach(({id}) => resized.observe(at(id)));
    this.show(null);
  }

  // Of no run yet: null.
  show(record) {
    this.#record = record;
    drawPhases(record);
    drawUsed(record?.phases?.at(-1));
    this.#drawCharts();
  }

  #drawCharts() {
    this.#plots.forEach(({plot}) => plot.destroy());
    const samples = this.#record?.timeline?.samples ?? [];
    this.#plots = CHARTS.map((chart) => drawChart(chart, samples, this.#record !== null)).filter(Boolean);
  }
}

// --- Where the time went ---

function partsOf(record) {
  const phase = (kind) => record.phases?.filter((p) => p.kind === kind && !p.cached).reduce((sum, p) => sum + number(p.usage?.wall_time_us), 0) ?? 0;
  const compile = phase("KIND_COMPILE"), run = phase("KIND_RUN");
  const jail = Math.max(0, number(record.timeline?.total_us) - compile - run);
  return [["setup", "jail", jail], ["compile", "compile", compile], ["running", "run", run]].filter(([, , us]) => us > 0);
}

function drawPhases(record) {
  const parts = record ? partsOf(record) : [];
  const bar = element("div", "bar");
  bar.ariaHidden = "true";
  bar.append(...parts.map(([className, , us]) => {
    const piece = element("i", className);
    piece.style.flexGrow = us;
    return piece;
  }));
  const words = parts.map(([className, name, us]) => element("li", className, `${name} ${figures.ms(us / 1000)}`));
  at("phases").replaceChildren(bar, parts.length ? element("ul", "", ...words) : element("p", "nothing", "What a run took and used is shown here."));
}

// --- Each resource beside its limit ---

function drawUsed(phase) {
  at("used").replaceChildren(...ROWS.map((row) => usedRow(row, phase)));
}

function usedRow({name, limit, used, text}, phase) {
  const most = number(phase?.limits?.find((l) => l.resource === limit)?.effective);
  const reached = phase?.limit_hits?.some((hit) => hit.resource === limit) ?? false;
  const share = most ? Math.min(1, used(phase) / most) : 0;
  const fill = element("i");
  fill.style.width = `${100 * share}%`;
  const title = element("th", "", name);
  title.scope = "row";
  const meter = element("td", "meter", element("span", "gauge", fill));
  meter.ariaHidden = "true";
  const words = phase ? `${text(used(phase))}${most ? ` of ${text(most)}` : ""}` : "–";
  return element("tr", reached ? "reached" : "", title, meter, element("td", "", words, element("span", "hidden", reached ? ", reached" : "")));
}

// --- Curves ---

// In percent of one processor, over a fiftieth of the run or 40 ms each: what is shorter is the scheduler's turns.
function cpuShares(samples) {
  const window = Math.max(40_000, number(samples.at(-1).at_us) / 50);
  const none = {};
  let before = -1;
  return samples.map((sample) => {
    while (number(sample.at_us) - number(samples[before + 1].at_us) >= window) ++before;
    const since = samples[before] ?? none;
    const us = number(sample.at_us) - number(since.at_us);
    return us > 0 ? 100 * (number(sample.cpu_time_us) - number(since.cpu_time_us)) / us : 0;
  });
}

function drawChart({id, label, unit, values}, samples, ran) {
  const place = at(id);
  if (samples.length < 2) {
    place.replaceChildren(element("p", "nothing", ran ? "Too short a run for a curve." : ""));
    place.removeAttribute("role");
    return null;
  }
  const heights = values(samples);
  place.role = "img";
  place.ariaLabel = `${label} over ${figures.ms(number(samples.at(-1).at_us) / 1000)}, at most ${Math.round(Math.max(...heights))} ${unit}`;
  place.replaceChildren();
  return {place, plot: new uPlot(optionsOf(place, unit), [samples.map((s) => number(s.at_us) / 1e6), heights], place)};
}

function optionsOf(place, unit) {
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const axis = {stroke: colour("--faint"), grid: {stroke: colour("--line"), width: 1}, ticks: {show: false}, font: "11px system-ui"};
  const range = (_, __, most) => [0, Math.max(unit === "%" ? 100 : 1, most * 1.05)];
  return {
    width: place.clientWidth, height: CHART_HEIGHT, legend: {show: false}, cursor: {show: false}, padding: [8, 8, 0, 0],
    scales: {x: {time: false, range: (_, __, last) => [0, last]}, y: {range}},
    axes: [{...axis, size: 24, values: (_, splits) => splits.map((s) => figures.ms(s * 1000))}, {...axis, size: 42}],
    series: [{}, {stroke: colour("--bar"), fill: `color-mix(in srgb, ${colour("--bar")} 25%, transparent)`, width: 1.5, points: {show: false}}],
  };
}
