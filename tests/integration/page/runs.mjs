// Scenarios of running: what is typed runs, and what comes of it is shown.
import assert from "node:assert/strict";

export async function typed(browser) {
  const play = await browser.page();
  await play.choose("python", "import sys\nprint(6 * 7, flush=True)\nprint('careful', file=sys.stderr)\n");
  assert.equal(await play.run(), "OK");
  assert.match(await play.sentence(), /^Finished in /);
  assert.match(await play.output(), /42\n/);  // Two pipes: which comes first is nobody's promise.
  assert.equal(await play.page.textContent("#output .stderr"), "careful\n");
  assert.match(await play.used("Memory"), /MiB of 256 MiB$/);
  await play.shot("typed");
}

export async function given(browser) {
  const play = await browser.page();
  await play.choose("python", "import sys\nprint(sys.stdin.read().upper(), sys.argv[1:])");
  await play.page.fill("#stdin", "first\nzweite Zeile, ünicode\n");
  await play.page.fill("#args", "one 'two words' \"three\"");
  await play.page.fill("#memory", "64");
  await play.page.fill("#processes", "7");
  assert.equal(await play.run(), "OK");
  assert.equal(await play.output(), "FIRST\nZWEITE ZEILE, ÜNICODE\n ['one', 'two words', 'three']\n");
  assert.match(await play.used("Memory"), / of 64 MiB$/);
  assert.match(await play.used("Processes"), / of 7$/);
}

export async function refused(browser) {
  const play = await browser.page();
  await play.choose("python", "print(1)");
  await play.page.fill("#memory", "0.001");
  assert.equal(await play.run(), "Not run");
  assert.match(await play.sentence(), /memory/);
  await play.page.fill("#memory", "");
  assert.equal(await play.run(), "OK");
}

export async function fork_bomb(browser) {
  const play = await browser.page({hash: "#example=fork-bomb"});
  await play.page.fill("#wall", "1");
  assert.equal(await play.run(), "Time limit");
  assert.match(await play.sentence(), /limit 1 s/);
  assert.match(await play.output(), /^after 49 processes: .*Resource temporarily unavailable/);
  assert.equal(await play.used("Processes"), "50 of 50, reached");
  await play.shot("fork_bomb");
}

export async function compiled(browser) {
  const play = await browser.page({hash: "#example=types"});
  assert.equal(await play.run(), "Does not compile");
  assert.match(await play.output(), /not assignable to parameter of type/);
  assert.match(await play.page.textContent("#phases"), /compile/);
  await play.shot("compile_error");
  await play.choose("cpp", "#include <cstdio>\nint main() { puts(\"compiled\"); }");
  assert.equal(await play.run(), "OK");
  assert.match(await play.page.textContent("#phases"), /compile .*run /);
}

const SLEEPER = "import time\nprint('begun', flush=True)\ntime.sleep(60)";

export async function stopped(browser) {
  const play = await browser.page();
  await play.choose("python", SLEEPER);
  await play.page.fill("#wall", "60");
  await play.page.click("#run");
  await play.waitForOutput("begun");
  assert.equal(await play.word(), "Running …");
  await play.page.click("#stop");
  assert.equal(await play.ended(), "Stopped");
  assert.match(await play.used("Time"), / of 60 s$/);
  await play.choose("python", "print('another')");
  assert.equal(await play.run(), "OK");
  assert.equal(await play.output(), "another\n");
}

export async function two_tabs(browser) {
  const [left, right] = [await browser.page(), await browser.page()];
  await left.choose("python", SLEEPER);
  await left.page.fill("#wall", "60");
  await right.choose("python", "print('right')");
  await left.page.click("#run");
  await left.waitForOutput("begun");
  assert.equal(await right.run(), "OK");
  assert.equal(await right.output(), "right\n");
  assert.equal(await left.word(), "Running …");
  await left.page.keyboard.press("Escape");
  assert.equal(await left.ended(), "Stopped");
  assert.equal(await left.output(), "begun\n");
}

// Every picked language's first program, and every example.
export async function all_programs(browser) {
  const play = await browser.page();
  const languages = await play.page.$$eval("#language option", (options) => options.map((option) => option.value));
  assert.ok(languages.length > 5, languages.join());
  for (const language of languages) {
    await play.page.selectOption("#language", language);
    assert.equal(await play.run(), "OK", `${language}: ${await play.sentence()} ${await play.output()}`);
    assert.match(await play.output(), /Hello, world|rebeccapurple/, language);
  }
  const words = {"types": "Does not compile", "fork-bomb": "Time limit", "memory-hog": "Memory limit", "endless": /Time limit|CPU time limit/,
    "flood": /Time limit|CPU time limit/, "escape": "Failed"};
  for (const example of await play.page.$$eval("#example option", (options) => options.map((o) => o.value).filter(Boolean))) {
    await play.page.selectOption("#example", example);
    await play.page.waitForURL(`**/#example=${example}`);
    const limited = ["fork-bomb", "endless", "flood"].includes(example);
    await play.page.fill("#wall", limited ? "1" : "");
    assert.match(await play.run(), new RegExp(words[example] ?? /^OK$/), `${example}: ${await play.sentence()}`);
    await play.fitsItsWindow();
  }
}

// With tokens nothing runs without one, and what has one runs by events.
export async function token(browser) {
  const play = await browser.page();
  await play.choose("python", "print('let in')");
  assert.equal(await play.run(), "A token is needed");
  await play.page.fill("#token", "nonsense");
  assert.equal(await play.run(), "A token is needed");
  await play.page.fill("#token", "open sesame");
  assert.equal(await play.run(), "OK");
  assert.equal(await play.output(), "let in\n");
  await play.shot("token");
  await play.choose("python", SLEEPER);
  await play.page.click("#run");
  await play.waitForOutput("begun");
  await play.page.click("#stop");
  assert.equal(await play.ended(), "Stopped");
}

export async function link(browser) {
  const play = await browser.page();
  await play.choose("bash", "read line; echo \"$1 $line ä\"");
  await play.page.fill("#stdin", "<input>");
  await play.page.fill("#args", "arg");
  await play.page.fill("#processes", "9");
  await play.page.click("#share");
  await play.page.waitForURL(/#program=/);
  const other = await browser.page({hash: new URL(play.page.url()).hash});
  assert.equal(await other.word(), "Ready");  // Whose program it is, is not said: a person starts it.
  assert.equal(await other.page.inputValue("#processes"), "9");
  assert.equal(await other.run(), "OK");
  assert.equal(await other.output(), "arg <input> ä\n");
  for (const hash of ["#program=AAAA", "#program=%3Cscript%3E", "#example=__proto__", "#example=nothing"]) {
    const odd = await browser.page({hash});
    assert.equal(await odd.run(), "OK", hash);
    assert.equal(await odd.output(), "Hello, world\n", hash);
  }
}
