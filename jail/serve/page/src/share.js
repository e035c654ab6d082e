// A program in the page's address, behind the #, where no server sees it: #example=KEY, or #program= with the program as
// JSON, deflated, in base64url. Whoever opens such a link sees the program; nothing runs by itself.
import {EXAMPLES} from "./examples.js";

const MOST_BYTES = 1 << 20;  // Unpacked: a link is a stranger's.

export async function link(program) {
  const packed = await through(new CompressionStream("deflate-raw"), new TextEncoder().encode(JSON.stringify(program)));
  const text = Array.from(packed, (byte) => String.fromCharCode(byte)).join("");
  return `#program=${btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}

// Of an address; null: it names none.
export async function programOf(hash) {
  const [, kind, value] = /^#(example|program)=(.*)$/.exec(hash) ?? [];
  if (kind === "example") return Object.hasOwn(EXAMPLES, value) ? EXAMPLES[value] : null;
  return kind === "program" ? unpack(value) : null;
}

async function unpack(text) {
  try {
    const packed = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    const program = JSON.parse(new TextDecoder().decode(await through(new DecompressionStream("deflate-raw"), packed)));
    return typeof program === "object" ? program : null;
  } catch {
    return null;
  }
}

async function through(stream, bytes) {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const parts = [];
  let size = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.length;
    if (size > MOST_BYTES) throw new Error("too much");
    parts.push(next.value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
