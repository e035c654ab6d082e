// What a program writes: text and nothing but text, whatever it looks like. Shown are the beginning and the end; what lies
// between is counted. However much it is, the page goes on.
import * as figures from "./figures.js";

// Of the beginning, and of the end. In characters: what is laid out costs that much, and a line or a piece as much as 32 more.
const MOST = 96 * 1024;
const A_LINE = 32;
const costOf = (text) => text.length + A_LINE * (1 + text.split("\n").length);
// Of whole characters, small beside MOST whatever is in them.
const slicesOf = (text) => text.match(/[^]{1,1024}/gu) ?? [];

// What would not be seen is written out, so that no escape sequence hides and no text runs backwards: ^[ as cat -v does, <202e>.
const INVISIBLE = /[\0-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const visible = (text) => text.replaceAll("\r\n", "\n").replace(INVISIBLE, (c) => {
  const code = c.charCodeAt(0);
  return code < 0x80 ? `^${String.fromCharCode(code ^ 0x40)}` : `<${code.toString(16)}>`;
});

const node = (tag, className, text) => {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
};

export class Output {
  #place;
  #head = node("div", "", "");
  #gap = node("span", "ours", "");
  #tail = node("div", "", "");
  #timer = 0;
  #pause = 0;  // Until what has come is drawn: a draw takes a fifth of the time at most.

  constructor(place) {
    this.#place = place;
    this.clear();
  }

  clear() {
    this.headCost = 0;
    this.undrawn = [];  // Of the beginning: {stream, text, cost}.
    this.tailPieces = [];
    this.tailCost = 0;
    this.leftOut = 0;
    this.total = 0;
    this.#head.replaceChildren();
    this.#gap.textContent = "";
    this.#tail.replaceChildren();
    this.#place.replaceChildren(this.#head, this.#gap, this.#tail);
  }

  append(stream, text) {
    this.total += text.length;
    for (const slice of slicesOf(text)) this.#add({stream, text: slice, cost: costOf(slice)});
    this.#timer ||= setTimeout(() => this.draw(), this.#pause);
  }

  // So much of what was written is not known. What follows is the end.
  leaveOut(count) {
    this.leftOut += count + this.tailPieces.reduce((sum, {text}) => sum + text.length, 0);
    this.tailPieces = [];
    this.tailCost = 0;
  }

  // A line of the page's own.
  note(text) {
    this.draw();
    this.#place.append(node("span", "ours", text));
  }

  #add(piece) {
    if (!this.tailPieces.length && !this.leftOut && this.headCost + piece.cost <= MOST) {
      this.headCost += piece.cost;
      this.undrawn.push(piece);
      return;
    }
    this.tailPieces.push(piece);
    this.tailCost += piece.cost;
    while (this.tailCost > MOST) {
      const {text, cost} = this.tailPieces.shift();
      this.tailCost -= cost;
      this.leftOut += text.length;
    }
  }

  draw() {
    const began = performance.now();
    clearTimeout(this.#timer);
    this.#timer = 0;
    const place = this.#place;
    const atEnd = place.scrollHeight - place.scrollTop - place.clientHeight < 40;
    this.#head.append(...this.undrawn.splice(0).map(this.#piece));
    if (this.leftOut) this.#gap.textContent = `… about ${figures.bytes(this.leftOut)} are not shown …`;
    this.#tail.replaceChildren(...this.tailPieces.map(this.#piece));
    if (atEnd) place.scrollTop = place.scrollHeight;
    this.#pause = 4 * (performance.now() - began);
  }

  #piece = ({stream, text}) => node("span", stream, visible(text));
}
