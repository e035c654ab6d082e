// node play.mjs SCENARIO URL FOLDER_OF_SCREENSHOTS NODE_MODULES: plays one scenario; fails when anything is not as it must be.
import {mkdirSync} from "node:fs";
import {Browser} from "./browser.mjs";
import * as looks from "./looks.mjs";
import * as runs from "./runs.mjs";

const [name, url, shots, modules] = process.argv.slice(2);
const scenario = {...runs, ...looks}[name];
if (!scenario) throw new Error(`there is no scenario ${name}`);
mkdirSync(shots, {recursive: true});
const browser = await Browser.open({url, shots, modules});
try {
  await scenario(browser);
} catch (error) {
  for (const [i, play] of browser.pages.entries()) await play.shot(`failed_${name}_${i}`);
  await browser.chromium.close();
  throw error;
}
await browser.close();
