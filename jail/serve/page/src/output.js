// What a program writes: text and nothing but text, whatever it looks like. Shown are the beginning and the end; what lies
// between is counted. Drawn once a frame, so that no flood holds up the page.
import * as figures from "./figures.js";

const MOST_CHARS = 128 * 1024;  // Of the beginning, and of the end.
const MOST_PIECES = 2000;       // Of each, a piece being what one stream wrote in one go.

// Control characters are shown as what they are (U+2400 to U+2421), so that no escape sequence hides.
const visible = (text) => text.replaceAll("\r\n", "\n").replace(/[\0-\x08\x0b-\x1f\x7f]/g,
  (c) => c === "\x7f" ? "\u2421" : String.fromCharCode(0x2400 + c.charCodeAt(0)));

const node = (tag, className, text) => {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
};

export class Output {
  #place;
  #head = document.createElement("span");
  #gap = node("span", "ours", "");
  #tail = document.createElement("span");
  #waiting = 0;  // The frame that will draw; 0: none.

  constructor(place) {
    this.#place = place;
    this.clear();
  }

  clear() {
    this.headPieces = [];
    this.headChars = 0;
    this.headDrawn = 0;
    this.tailPieces = [];
    this.tailChars = 0;
    this.leftOut = 0;
    this.total = 0;
    this.#head.replaceChildren();
    this.#gap.textContent = "";
    this.#tail.replaceChildren();
    this.#place.replaceChildren(this.#head, this.#gap, this.#tail);
  }

  append(stream, text) {
    this.total += text.length;
    const room = this.headPieces.length < MOST_PIECES && !this.tailChars && !this.leftOut ? MOST_CHARS - this.headChars : 0;
    const first = text.slice(0, room);
    if (first) {
      this.headPieces.push({stream, text: first});
      this.headChars += first.length;
    }
    if (text.length > room) this.#appendToTail(stream, text.slice(room));
    this.#waiting ||= requestAnimationFrame(() => this.#draw());
  }

  // So much of what was written is not known. What follows is the end.
  leaveOut(count) {
    this.leftOut += this.tailChars + count;
    this.tailPieces = [];
    this.tailChars = 0;
  }

  // A line of the page's own.
  note(text) {
    this.#draw();
    this.#place.append(node("span", "ours", text));
  }

  #appendToTail(stream, text) {
    const last = this.tailPieces.at(-1);
    if (last?.stream === stream && last.text.length < MOST_CHARS / 8) last.text += text;
    else this.tailPieces.push({stream, text});
    this.tailChars += text.length;
    while (this.tailChars > MOST_CHARS || this.tailPieces.length > MOST_PIECES) this.#shortenTail();
  }

  #shortenTail() {
    const oldest = this.tailPieces[0];
    const surplus = this.tailPieces.length > MOST_PIECES ? oldest.text.length : this.tailChars - MOST_CHARS;
    const gone = Math.min(surplus, oldest.text.length);
    oldest.text = oldest.text.slice(gone);
    if (!oldest.text) this.tailPieces.shift();
    this.tailChars -= gone;
    this.leftOut += gone;
  }

  #draw() {
    cancelAnimationFrame(this.#waiting);
    this.#waiting = 0;
    const place = this.#place;
    const atEnd = place.scrollHeight - place.scrollTop - place.clientHeight < 40;
    this.#head.append(...this.headPieces.slice(this.headDrawn).map(this.#piece));
    this.headDrawn = this.headPieces.length;
    if (this.leftOut) this.#gap.textContent = `\n… about ${figures.bytes(this.leftOut)} are not shown …\n`;
    this.#tail.replaceChildren(...this.tailPieces.map(this.#piece));
    if (atEnd) place.scrollTop = place.scrollHeight;
  }

  #piece = ({stream, text}) => node("span", stream, visible(text));
}
