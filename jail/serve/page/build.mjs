// Bundles src/ into the files that jaild serves: node build.mjs OUT, beside src/ and node_modules/ (tools/page does it).
// The same sources and lock file give the same bytes.
import {build} from "esbuild";
import {cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync} from "node:fs";
import {basename, join} from "node:path";

const out = process.argv[2];

// The old editor's modes come by the dozen in one file, made by calls that no bundler dares to leave out. They do nothing else.
const unusedModes = {
  name: "unused-modes",
  setup: ({onLoad}) => onLoad({filter: /legacy-modes\/mode\/\w+\.js$/}, ({path}) => ({
    contents: readFileSync(path, "utf8").replace(/(?<!function )\b(sql|clike|set|words)\(/g, "/* @__PURE__ */ $1("),
  })),
};

async function bundle() {
  return build({
    entryPoints: {page: "src/main.js"}, outdir: out, bundle: true, minify: true, format: "esm", target: "es2022", charset: "utf8",
    legalComments: "none", logLevel: "warning", write: false, metafile: true, plugins: [unusedModes],
  });
}

// Of every package that went into the bundle: their terms ask to be passed on.
function licenses({inputs}) {
  const packages = new Set(Object.keys(inputs).map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]).filter(Boolean));
  return [...packages].sort().map((name) => {
    const folder = join("node_modules", name);
    const {version, license} = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (!file) throw new Error(`${name} has no license file`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
  }).join(`\n${"-".repeat(80)}\n\n`);
}

const {outputFiles, metafile} = await bundle();
mkdirSync(out, {recursive: true});
for (const {path, contents} of outputFiles) writeFileSync(join(out, basename(path)), contents);
for (const file of ["index.html", "icon.svg"]) cpSync(join("src", file), join(out, file));
writeFileSync(join(out, "licenses.txt"), licenses(metafile));
