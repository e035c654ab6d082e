// What the scenarios stand on: a headless Chromium with the page open, and what must be so in every one of them: no request
// leaves the origin, the Content-Security-Policy stops nothing, nothing is thrown, nothing is wider than its window.
import assert from "node:assert/strict";
import {createRequire} from "node:module";
import {join} from "node:path";

const CHROMIUM = "/usr/bin/chromium-headless-shell";
const PATIENCE_MS = 60_000;  // Of a machine that does other things beside.

export class Browser {
  static async open({url, shots, modules}) {
    const {chromium} = createRequire(join(modules, "/"))("playwright-core");
    const browser = new Browser();
    Object.assign(browser, {url, shots, complaints: [], pages: []});
    // Tests run as root, whom Chromium's own sandbox does not take; it opens nothing but jaild's page.
    browser.chromium = await chromium.launch({executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-dev-shm-usage"]});
    return browser;
  }

  async page({width = 1200, height = 850, dark = false, hash = ""} = {}) {
    const context = await this.chromium.newContext({viewport: {width, height}, colorScheme: dark ? "dark" : "light", reducedMotion: "reduce"});
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    const complain = (words) => this.complaints.push(words);
    page.on("pageerror", (error) => complain(`thrown: ${error.stack}`));
    page.on("console", (message) => {
      if (message.type() === "error" && !isTheBrowsersOwn(message)) complain(`console: ${message.text()}`);
    });
    const ask = (request) => { if (new URL(request.url()).host !== new URL(this.url).host) complain(`request: ${request.url()}`); };
    page.on("request", ask);
    page.on("websocket", ask);
    await page.goto(this.url + hash);
    await page.waitForFunction(() => document.querySelectorAll("#language option").length > 1);
    const play = new Play(page, this.shots);
    this.pages.push(play);
    return play;
  }

  // What must be so at the end of every scenario.
  async closePages() {
    for (const play of this.pages) await play.fitsItsWindow();
    // The details of the languages have come by then, however long jaild asked its compilers for them.
    for (const {page} of this.pages) await page.waitForFunction(() => document.getElementById("wall").placeholder);
    assert.deepEqual(this.complaints, []);
    for (const {page} of this.pages) await page.context().close();
    this.pages = [];
  }
}

// What Chromium says of itself: that a request was refused for want of a token, which the page says in words of its own; and
// that the policy refuses the style that Chromium's editing gives to what is written over a selection. That is of no script's
// line.
function isTheBrowsersOwn(message) {
  const {lineNumber, url} = message.location();
  return /\b401\b|HTTP Authentication failed/.test(message.text()) ||
    (/^Applying inline style/.test(message.text()) && lineNumber === 0 && !url.includes("page.js"));
}

// One tab, and what a person does in it.
class Play {
  constructor(page, shots) {
    Object.assign(this, {page, shots});
  }

  async write(code) {
    await this.page.click("#editor .cm-content");
    await this.page.keyboard.press("Control+A");
    await this.page.keyboard.insertText(code);
  }
  async choose(language, code) {
    await this.page.selectOption("#language", language);
    await this.write(code);
  }

  // Until it is over: the word of the verdict.
  async ended() {
    await this.page.waitForFunction(() => document.getElementById("verdict").dataset.kind !== "busy");
    return this.word();
  }
  async run() {
    await this.page.click("#run");
    return this.ended();
  }

  word() { return this.page.textContent("#verdict-word"); }
  sentence() { return this.page.textContent("#verdict-sentence"); }
  output() { return this.page.textContent("#output"); }
  waitForOutput(text) { return this.page.waitForFunction((t) => document.getElementById("output").textContent.includes(t), text); }
  // "50 of 50, reached"
  used(name) { return this.page.textContent(`#used tr:has(th:text-is("${name}")) td:last-child`); }
  // What has the keyboard: "#run", and within the editor "#editor".
  focused() { return this.page.evaluate(() => document.activeElement.id && `#${document.activeElement.id}`); }

  async fitsItsWindow() {
    const [content, window] = await this.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(content <= window, `the page is ${content} wide in a window of ${window}`);
  }
  shot(name) { return this.page.screenshot({path: join(this.shots, `${name}.png`), fullPage: true}); }
}
