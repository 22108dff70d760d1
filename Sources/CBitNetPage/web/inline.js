// Inline Markdown: one line of text to a tree of plain objects.
//
// The tree has nodes {type: "text" | "code", text}, {type: "break"} and
// {type: "strong" | "emphasis" | "deleted" | "link", children, url}. Nothing here knows the page.
// Time is near linear in the length whatever the text: open markers are on a stack of bounded depth.

const SPECIAL = /[\\`*_~[\]!<\n]|https?:\/\//g;
const TARGET = /\(\s*(?:<([^<>\n]{0,2000})>|([^\s()<>]{0,2000}(?:\([^\s()<>]{0,2000}\)[^\s()<>]{0,2000}){0,8}))(?:\s{1,9}(?:"[^"\n]{0,500}"|'[^'\n]{0,500}'))?\s{0,9}\)/y;
const ADDRESS = /<((?:https?:\/\/|mailto:)[^\s<>]{1,2000})>/y;
const LINE_BREAK = /<br\s{0,9}\/?>/iy;
const BARE_ADDRESS = /https?:\/\/[^\s<>"`]{1,2000}/y;
const PUNCTUATION = /[!-/:-@[-`{-~]/;
const MAXIMUM_DEPTH = 32;
const TYPES = { "**": "strong", "__": "strong", "*": "emphasis", "_": "emphasis", "~~": "deleted" };

/// The tree of `text`.
export function parseInline(text) {
  return new InlineParser(text).run();
}

/// The address if a link may have it: absolute, and http, https or mailto; otherwise null.
export function safeAddress(text) {
  try {
    const url = new URL(text);
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

class InlineParser {
  constructor(text) {
    this.text = text;
    this.at = 0;
    // Frames of markers that wait for their end; the first is the line itself.
    this.stack = [{ marker: "", children: [] }];
    // Lengths of runs of backticks that are known to have no end.
    this.endless = new Set();
  }

  run() {
    while (this.at < this.text.length) {
      SPECIAL.lastIndex = this.at;
      const found = SPECIAL.exec(this.text);
      this.addText(this.text.slice(this.at, found ? found.index : undefined));
      if (!found) break;
      this.at = found.index;
      this.readSpecial(found[0]);
    }
    while (this.stack.length > 1) this.abandon();
    return this.stack[0].children;
  }

  readSpecial(special) {
    switch (special) {
      case "\\": return this.readEscape();
      case "`": return this.readCode();
      case "\n": return this.readBreak(1);
      case "[": return this.open("[", 1);
      case "!": return this.text[this.at + 1] === "[" ? this.open("![", 2) : this.literal(1);
      case "]": return this.closeLink();
      case "<": return this.readAngle();
      case "*": case "_": case "~": return this.readRun(special);
      default: return this.readBareAddress();
    }
  }

  add(node) {
    this.stack.at(-1).children.push(node);
  }

  addText(text) {
    if (!text) return;
    const last = this.stack.at(-1).children.at(-1);
    if (last?.type === "text") last.text += text;
    else this.add({ type: "text", text });
  }

  literal(length) {
    this.addText(this.text.slice(this.at, this.at + length));
    this.at += length;
  }

  readEscape() {
    const next = this.text[this.at + 1];
    if (next === "\n") return this.readBreak(2);
    if (next === undefined || !PUNCTUATION.test(next)) return this.literal(1);
    this.addText(next);
    this.at += 2;
  }

  // A new line is a line break, as people who type in a chat mean it.
  readBreak(length) {
    this.add({ type: "break" });
    this.at += length;
  }

  readCode() {
    const length = runLength(this.text, this.at, "`");
    const start = this.at + length;
    const end = this.endless.has(length) ? -1 : this.endOfCode(start, length);
    if (end < 0) {
      this.endless.add(length);
      return this.literal(length);
    }
    const code = this.text.slice(start, end).replaceAll("\n", " ");
    const padded = code.length > 2 && code.startsWith(" ") && code.endsWith(" ") && code.trim();
    this.add({ type: "code", text: padded ? code.slice(1, -1) : code });
    this.at = end + length;
  }

  endOfCode(start, length) {
    let at = this.text.indexOf("`", start);
    while (at >= 0) {
      const run = runLength(this.text, at, "`");
      if (run === length) return at;
      at = this.text.indexOf("`", at + run);
    }
    return -1;
  }

  readAngle() {
    const address = this.match(ADDRESS);
    if (address && this.addLink(address[1], address[1])) return;
    if (this.match(LINE_BREAK)) return this.readBreak(this.match(LINE_BREAK)[0].length);
    this.literal(1);
  }

  readBareAddress() {
    const found = this.match(BARE_ADDRESS);
    if (!found || this.hasOpenLink()) return this.literal(4);
    const address = trimmedAddress(found[0]);
    if (this.addLink(address, address, address.length)) return;
    this.literal(4);
  }

  addLink(address, label, length = address.length + 2) {
    const url = safeAddress(address);
    if (!url) return false;
    this.add({ type: "link", url, children: [{ type: "text", text: label }] });
    this.at += length;
    return true;
  }

  match(pattern) {
    pattern.lastIndex = this.at;
    return pattern.exec(this.text);
  }

  hasOpenLink() {
    return this.stack.some((frame) => frame.marker.endsWith("["));
  }

  open(marker, length) {
    if (this.stack.length > MAXIMUM_DEPTH) return this.literal(length);
    this.stack.push({ marker, children: [] });
    this.at += length;
  }

  // The innermost open marker was none: it and what follows are text.
  abandon() {
    const { marker, children } = this.stack.pop();
    this.addText(marker);
    for (const child of children) {
      if (child.type === "text") this.addText(child.text);
      else this.add(child);
    }
  }

  abandonDownTo(frame) {
    while (this.stack.at(-1) !== frame) this.abandon();
  }

  closeLink() {
    const frame = this.stack.findLast((frame) => frame.marker.endsWith("["));
    if (!frame) return this.literal(1);
    this.abandonDownTo(frame);
    this.at += 1;
    const target = this.match(TARGET);
    const address = target?.[1] ?? target?.[2];
    const url = address ? safeAddress(address) : null;
    if (!url || this.stack.slice(0, -1).some((outer) => outer.marker === "[")) {
      this.abandon();
      return this.addText("]");
    }
    this.stack.pop();
    const picture = frame.marker === "![";
    const children = frame.children.length ? frame.children : [{ type: "text", text: url }];
    this.add({ type: "link", url, children, picture });
    this.at += target[0].length;
  }

  readRun(character) {
    let left = runLength(this.text, this.at, character);
    const before = this.text[this.at - 1] ?? " ";
    const after = this.text[this.at + left] ?? " ";
    if (left > 3 || (character === "~" && left !== 2)) return this.literal(left);
    const { opens, closes } = flanks(character, before, after);
    while (closes && left > 0) {
      const closed = this.closeRun(character, left);
      if (!closed) break;
      left -= closed;
    }
    while (opens && left > 0 && this.stack.length <= MAXIMUM_DEPTH) {
      const length = left > 1 ? 2 : 1;
      this.open(character.repeat(length), length);
      left -= length;
    }
    this.literal(left);
  }

  closeRun(character, available) {
    const frame = this.stack.findLast((frame) => frame.marker.startsWith(character));
    if (!frame || frame.marker.length > available) return 0;
    this.abandonDownTo(frame);
    this.stack.pop();
    this.add({ type: TYPES[frame.marker], children: frame.children });
    this.at += frame.marker.length;
    return frame.marker.length;
  }
}

function runLength(text, start, character) {
  let end = start;
  while (text[end] === character) end += 1;
  return end - start;
}

// CommonMark's rule of flanks: emphasis opens before a word and closes after one.
function flanks(character, before, after) {
  const isSpace = (text) => /\s/.test(text);
  const left = !isSpace(after)
    && (!PUNCTUATION.test(after) || isSpace(before) || PUNCTUATION.test(before));
  const right = !isSpace(before)
    && (!PUNCTUATION.test(before) || isSpace(after) || PUNCTUATION.test(after));
  if (character !== "_") return { opens: left, closes: right };
  return {
    opens: left && (!right || PUNCTUATION.test(before)),
    closes: right && (!left || PUNCTUATION.test(after)),
  };
}

// A sentence's punctuation after an address is the sentence's; a bracket is if it was not opened.
function trimmedAddress(address) {
  let end = address.length;
  while (end > 0) {
    const last = address[end - 1];
    const unopened = last === ")" && !address.slice(0, end).includes("(");
    if (!unopened && !".,;:!?'*_~]".includes(last)) break;
    end -= 1;
  }
  return address.slice(0, end);
}
