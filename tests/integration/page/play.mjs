// node play.mjs SCENARIO,SCENARIO... URL FOLDER_OF_SCREENSHOTS NODE_MODULES: plays them one after the other, each in tabs of its
// own; fails when anything is not as it must be.
import {mkdirSync} from "node:fs";
import {Browser} from "./browser.mjs";
import * as looks from "./looks.mjs";
import * as runs from "./runs.mjs";

const [names, url, shots, modules] = process.argv.slice(2);
mkdirSync(shots, {recursive: true});
const browser = await Browser.open({url, shots, modules});
for (const name of names.split(",")) {
  try {
    await {...runs, ...looks}[name](browser);
    await browser.closePages();
  } catch (error) {
    for (const [i, play] of browser.pages.entries()) await play.shot(`failed_${name}_${i}`);
    await browser.chromium.close();
    throw new Error(`scenario ${name}`, {cause: error});
  }
}
await browser.chromium.close();
