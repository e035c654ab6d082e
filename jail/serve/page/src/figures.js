// Amounts as people read them.

export const ms = (value) => value < 1000 ? `${trim(value)} ms` : `${trim(value / 1000)} s`;
export const bytes = (value) => value < 1024 ? `${value} B` : value < 1 << 20 ? `${trim(value / 1024)} KiB` : `${trim(value / (1 << 20))} MiB`;
export const count = (value) => String(value);

// Three digits that matter.
function trim(value) {
  return String(Number(value >= 100 ? value.toFixed(0) : value.toPrecision(3)));
}
