// Scenarios of what the page is like: by keyboard, on a small screen, in the dark, and under what a hostile program writes.
import assert from "node:assert/strict";

const NOW = ["#language", "#example", "#run", "#stop", "#share", "#editor", "#stdin", "#args", "#wall", "#memory", "#processes", "#output"];

// The whole of it without a mouse: every part can be reached, shows that it was, and can be left.
export async function keyboard(browser) {
  const play = await browser.page();
  const {keyboard} = play.page;
  assert.equal(await play.focused(), "#editor");  // One can type at once.
  await keyboard.press("Control+A");
  await keyboard.type("while True:\npass");
  await keyboard.press("Control+Enter");
  await play.page.waitForFunction(() => document.getElementById("verdict").dataset.kind === "busy");
  await keyboard.press("Escape");
  assert.equal(await play.ended(), "Stopped");
  assert.equal(await play.focused(), "#editor");
  await keyboard.press("Tab");
  assert.equal(await play.focused(), "#stdin");  // Escape and then Tab leaves it.
  await play.page.evaluate(() => { document.activeElement.blur(); scrollTo(0, 0); });
  const reached = [];
  for (let i = 0; i < 20 && reached.length < NOW.length; ++i) {
    await keyboard.press("Tab");
    const focused = await play.focused();
    if (!focused) continue;  // The end of the page: what comes next is its beginning.
    if (focused === reached.at(-1)) {  // The editor takes the Tab for itself.
      await keyboard.press("Escape");
      continue;
    }
    reached.push(focused);
    const outline = await play.page.$eval(focused, (element) => getComputedStyle(element).outlineStyle);
    assert.equal(outline, "solid", `${focused} does not show that it has the keyboard`);
  }
  assert.deepEqual([...reached].sort(), [...NOW].sort());
  await play.page.focus("#language");
  await keyboard.type("Bash");
  assert.equal(await play.page.inputValue("#language"), "bash");
  await play.shot("keyboard");
}

export async function names(browser) {
  const play = await browser.page();
  const nameless = await play.page.$$eval("button, select, input, textarea", (fields) =>
    fields.filter((field) => !(field.labels?.length || field.textContent.trim() || field.ariaLabel)).map((field) => field.id));
  assert.deepEqual(nameless, []);
  assert.equal(await play.page.getByRole("textbox", {name: "Program"}).count(), 1);
  assert.equal(await play.page.getByRole("region", {name: "Output"}).count(), 1);
  assert.equal(await play.page.getByRole("status").count(), 1);
}

export async function narrow(browser) {
  const play = await browser.page({width: 360, height: 740, hash: "#example=steps"});
  await play.shot("narrow_before");
  await play.fitsItsWindow();
  assert.equal(await play.run(), "OK");
  assert.ok(await play.page.locator("#verdict").evaluate((v) => v.getBoundingClientRect().bottom <= innerHeight && v.getBoundingClientRect().top >= 0), "the verdict is not in sight");
  await play.shot("narrow_light");
  await play.choose("python", `print('x' * 3000)\nraise Exception('${"unbroken".repeat(30)}')`);
  assert.equal(await play.run(), "Failed");
  await play.fitsItsWindow();
  const dark = await browser.page({width: 360, height: 740, dark: true, hash: "#example=fork-bomb"});
  await dark.page.fill("#wall", "0.5");
  assert.equal(await dark.run(), "Time limit");
  await dark.shot("narrow_dark");
}

// WCAG's contrast of text to what is behind it, 4.5 at least, in both schemes.
export async function schemes(browser) {
  for (const dark of [false, true]) {
    const play = await browser.page({dark, hash: "#example=steps"});
    assert.equal(await play.run(), "OK");
    await play.shot(dark ? "dark" : "light");
    const ground = await play.page.$eval("body", (body) => getComputedStyle(body).backgroundColor);
    assert.equal(brightness(rgb(ground)) < 0.2, dark, ground);
    const shown = await play.page.$$eval("#verdict-word, #verdict-sentence, #output span, #used td, .help, .key .stderr, label span, #run, #stop, .cm-line span",
      textsAndGrounds);
    assert.ok(shown.length > 20);
    for (const {text, colour, ground} of shown) {
      const ratio = contrast(rgb(colour), rgb(ground));
      assert.ok(ratio >= 4.5, `"${text}": ${colour} on ${ground} has a contrast of ${ratio.toFixed(2)} (${dark ? "dark" : "light"})`);
    }
  }
}

function textsAndGrounds(elements) {  // In the page.
  const groundOf = (element) => {
    for (let at = element; at; at = at.parentElement ?? at.getRootNode().host) {
      const colour = getComputedStyle(at).backgroundColor;
      if (/^rgb\(/.test(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  return elements.filter((element) => element.textContent.trim()).map((element) =>
    ({text: element.textContent.slice(0, 40), colour: getComputedStyle(element).color, ground: groundOf(element)}));
}

const rgb = (colour) => colour.match(/[\d.]+/g).slice(0, 3).map(Number);
function brightness(channels) {
  const [r, g, b] = channels.map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(one, other) {
  const [dark, bright] = [brightness(one), brightness(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
}

// Nothing moves while a run comes and goes, and the curves are there.
export async function still(browser) {
  const play = await browser.page({hash: "#example=steps"});
  await play.page.evaluate(() => {
    window.shifts = [];
    new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map((entry) => entry.value))).observe({type: "layout-shift"});
  });
  const places = () => play.page.$$eval("#editor, #stdin, #verdict, #output, #picture, figure", (all) => all.map((e) => JSON.stringify(e.getBoundingClientRect())));
  const before = await places();
  await play.page.keyboard.press("Control+Enter");
  await play.waitForOutput("step 2");
  assert.deepEqual(await places(), before);
  assert.equal(await play.ended(), "OK");
  assert.deepEqual(await places(), before);
  assert.deepEqual(await play.page.evaluate(() => window.shifts), []);
  assert.match(await play.page.getAttribute("#memory-chart", "aria-label"), /^Memory over .*, at most 9\d MiB$/);
  assert.equal(await play.page.locator("figure canvas").count(), 2);
}

export async function hostile_output(browser) {
  const play = await browser.page();
  const html = "<img src=x onerror='document.title=1'><script>document.title=2</script><a href=javascript:1>x</a>";
  await play.choose("python", `print("""${html}""")\nprint('\\x1b[31mred\\x1b]0;title\\x07 \\x9b \\u202e\\0 end')`);
  assert.equal(await play.run(), "OK");
  const text = await play.output();
  assert.ok(text.startsWith(`${html}\n`), text);
  assert.ok(text.includes("^[[31mred^[]0;title^G <9b> <202e>^@ end\n"), text);
  const tags = () => play.page.$eval("#output", (output) => [...new Set([...output.querySelectorAll("*")].map((e) => e.tagName))]);
  assert.deepEqual(await tags(), ["DIV", "SPAN"]);
  assert.equal(await play.page.title(), "jailrun");
  await play.shot("hostile_output");

  await play.choose("python", "print('begin' + 'x' * 5_000_000 + 'end')");
  assert.equal(await play.run(), "Output limit");
  const [length, nodes] = await size(play);
  assert.ok(length < 300_000 && nodes < 5000, `${length} characters in ${nodes} nodes`);
  assert.ok((await play.output()).endsWith("xend\n"), "the end is not shown");
  assert.match((await play.output()).replace(/x+/g, "x"), /^beginx… about 4\.\d+ MiB are not shown …xend\n$/);
  await play.shot("five_megabytes");

  await play.page.fill("#wall", "60");
  // Two streams that take turns make the most pieces; and who stops them is heard.
  await play.choose("python", "import sys\nwhile True:\n    print('o', flush=True)\n    print('e', file=sys.stderr, flush=True)");
  await play.page.click("#run");
  await play.waitForOutput("are not shown");
  await play.page.click("#stop");
  assert.equal(await play.ended(), "Stopped");
  assert.ok((await size(play))[1] < 5000);
}

const size = (play) => play.page.$eval("#output", (output) => [output.textContent.length, output.querySelectorAll("*").length]);
