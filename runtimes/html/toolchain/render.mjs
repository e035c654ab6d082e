// The page as check.mjs has it, and then as a browser draws it: page.png in the work directory. The browser's own sandbox would
// want namespaces that no jail gives; the jail is its sandbox, so what it loads is what lies in the jail, and no more.
import { spawnSync } from "node:child_process";
import { existsSync, writeSync } from "node:fs";
import "./check.mjs";

const BROWSER = "/usr/lib/chromium/chromium-headless-shell";
const PICTURE = `${process.cwd()}/page.png`;
const browser = spawnSync(
  BROWSER,
  [
    "--no-sandbox",
    "--no-zygote",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-crash-reporter",
    "--user-data-dir=/tmp/browser",
    "--window-size=1280,800",
    "--hide-scrollbars",
    `--screenshot=${PICTURE}`,
    `file://${encodeURI(process.argv[2])}`,
  ],
  { stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" },
);
if (browser.status !== 0 || !existsSync(PICTURE)) {
  // It always speaks of what a jail has not (D-Bus, bluetooth): only the end of it matters.
  const words = browser.error?.message ?? (browser.stderr ?? "").trim().split("\n").slice(-3).join("\n");
  writeSync(2, `the browser drew nothing: ${words}\n`);
  process.exitCode = 2;
}
