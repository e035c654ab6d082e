"""The results of a bench run as one HTML file that needs nothing else: pictures in SVG, light or dark as the reader has it."""
import html
import math

WIDTH, LEFT, RIGHT, ROW = 860, 130, 180, 26
STYLE = """
:root { color-scheme: light dark; --ink: #1a1d21; --soft: #66707a; --line: #d9dee3; --page: #ffffff; --ours: #0b6bcb; --theirs: #8a949e; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8eaed; --soft: #9aa4ae; --line: #343a40; --page: #16181b; --ours: #5eb0ff; --theirs: #7d8791; } }
body { background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; max-width: 900px; margin: 2em auto; padding: 0 1em; }
h1 { font-size: 1.4em } h2 { font-size: 1.05em; margin: 2em 0 .3em } p, td, th { color: var(--soft) }
svg { width: 100%; height: auto; display: block } svg text { fill: var(--ink); font: 13px system-ui, sans-serif }
svg .soft { fill: var(--soft); font-size: 11px } svg .axis { stroke: var(--line) }
.ours { fill: var(--ours); stroke: var(--ours) } .theirs { fill: var(--theirs); stroke: var(--theirs) }
td, th { text-align: left; padding: 0 1em 0 0; vertical-align: top }
"""


def text(x, y, words, more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{html.escape(words)}</text>'


def side(name):
    return "ours" if name.startswith("jailrun") else "theirs"


def svg(label, height, parts):
    return (f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{html.escape(label)}">' + "".join(parts) + "</svg>")


def times_chart(label, rows):
    """A line from the least to the 99th percentile, a dot at the median; logarithmic."""
    low = 10 ** math.floor(math.log10(min(row["min_ms"] for row in rows)))
    high = max(row["p99_ms"] for row in rows) * 1.1

    def x(ms):
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log(ms / low) / math.log(high / low)

    height = ROW * len(rows) + 24
    parts = []
    for power in range(-2, 5):
        for digit in (1, 2, 5):
            ms = digit * 10.0 ** power
            if low <= ms <= high:
                parts.append(f'<line class="axis" x1="{x(ms):.1f}" x2="{x(ms):.1f}" y1="0" y2="{height - 20}"/>')
                parts.append(text(x(ms), height - 6, f"{ms:g} ms", 'class="soft" text-anchor="middle"'))
    for i, row in enumerate(rows):
        y = ROW * i + ROW / 2
        parts.append(text(LEFT - 10, y + 4, row["contender"], 'text-anchor="end"'))
        parts.append(f'<line class="{side(row["contender"])}" stroke-width="4" stroke-linecap="round" opacity=".45" '
                     f'x1="{x(row["min_ms"]):.1f}" x2="{x(row["p99_ms"]):.1f}" y1="{y}" y2="{y}"/>')
        parts.append(f'<circle class="{side(row["contender"])}" cx="{x(row["median_ms"]):.1f}" cy="{y}" r="5"/>')
        parts.append(text(WIDTH - RIGHT + 12, y + 4, f'{row["median_ms"]:.2f} ms, {row["median_to_bare"]:.1f} x bare'))
    return svg(label, height, parts)


def rates_chart(label, rows):
    most = max(row["runs_per_s"] for row in rows)
    parts = []
    for i, row in enumerate(rows):
        y = ROW * i
        length = (WIDTH - LEFT - RIGHT) * row["runs_per_s"] / most
        parts.append(text(LEFT - 10, y + 17, row["label"], 'text-anchor="end"'))
        parts.append(f'<rect class="{side(row["contender"])}" x="{LEFT}" y="{y + 6}" width="{max(length, 1):.1f}" height="{ROW - 12}" rx="2"/>')
        parts.append(text(LEFT + length + 8, y + 17, f'{row["runs_per_s"]:.0f}/s, {row["cpu_ms_per_run"]:.2f} ms CPU'))
    return svg(label, ROW * len(rows) + 4, parts)


SETTINGS = {"hot": "one after the other", "idle": "each after 100 ms of idleness"}


def page(results):
    parts = ["<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>",
             f"<title>jailrun: what a jail costs</title><style>{STYLE}</style><h1>What a jail costs</h1>",
             f"<p>{html.escape(results['machine'])}. All in one run, one after the other in each round. Line: least to 99th percentile; "
             "dot: median. From the start of the command to its end.</p>"]
    for program in ("hello", "python"):
        for setting, how in SETTINGS.items():
            rows = [row for row in results["times"] if (row["program"], row["setting"]) == (program, setting)]
            title = f"{'A static program' if program == 'hello' else 'Python'}, {how}"
            parts.append(f"<h2>{title}</h2>" + times_chart(title, rows))
        rows = [{**row, "label": row["contender"]} for row in results["rates"] if (row["program"], row["at_once"]) == (program, 8)]
        title = f"{'A static program' if program == 'hello' else 'Python'}, eight at a time, without bare"
        parts.append(f"<h2>{title}</h2>" + rates_chart(title, [row for row in rows if row["contender"] != "bare"]))
    rows = [{**row, "label": f"{row['contender']}, {row['at_once']}"} for row in results["rates"]
            if row["program"] == "hello" and row["contender"].startswith("jailrun")]
    parts.append("<h2>Callers at a time</h2>" + rates_chart("Callers at a time", rows))
    parts.append("<h2>What the others lack here</h2><table>")
    parts += [f"<tr><th>{html.escape(name)}<td>{html.escape(lack)}" for name, lack in results["lacks"].items()]
    return "".join(parts) + "</table></html>\n"
