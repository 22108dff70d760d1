// Block Markdown: lines of text to a list of plain objects.
//
// Every block has `type` and `start`, the number of its first line. The types are heading (level,
// text), rule, code (language, text, closed), quote (blocks), list (ordered, first, loose, items of
// {blocks, checked}), table (alignments, header, rows) and paragraph (text).
// HTML has no meaning here: it is text. Nothing here knows the page.

const FENCE = /^ {0,3}(`{3,}|~{3,})[ \t]*([^`]*)$/;
const HEADING = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/;
const RULE = /^ {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$/;
const QUOTE = /^ {0,3}> ?/;
const MARKER = /^( *)([-*+]|\d{1,9}[.)])(?:([ \t]+)(.*))?$/;
const MAXIMUM_DEPTH = 12;

/// The blocks of `lines`.
export function parseBlocks(lines, depth = 0) {
  const blocks = [];
  let at = 0;
  while (at < lines.length) {
    if (isBlank(lines[at])) {
      at += 1;
      continue;
    }
    const { block, end } = readBlock(lines, at, depth);
    blocks.push({ ...block, start: at });
    at = end;
  }
  return blocks;
}

function readBlock(lines, at, depth) {
  const line = lines[at];
  const fence = FENCE.exec(line);
  if (fence) return readCode(lines, at, fence);
  const heading = HEADING.exec(line);
  if (heading) return readHeading(heading, at);
  if (RULE.test(line)) return { block: { type: "rule" }, end: at + 1 };
  if (depth < MAXIMUM_DEPTH) {
    if (QUOTE.test(line)) return readQuote(lines, at, depth);
    const marker = listMarker(line);
    if (marker && marker.indent < 4) return readList(lines, at, depth, marker);
  }
  if (isTableStart(lines, at)) return readTable(lines, at);
  return readParagraph(lines, at);
}

function readHeading([, marks, text = ""], at) {
  const trimmed = text.trim().replace(/(^|[ \t])#+$/, "");
  return { block: { type: "heading", level: marks.length, text: trimmed.trim() }, end: at + 1 };
}

// A fence that is never closed holds the rest: so it is while the text arrives.
function readCode(lines, at, [opening, fence, info]) {
  const indent = opening.indexOf(fence);
  const isEnd = (line) => {
    const text = line.trim();
    return text.length >= fence.length && text === fence[0].repeat(text.length);
  };
  let end = at + 1;
  while (end < lines.length && !isEnd(lines[end])) end += 1;
  const text = lines.slice(at + 1, end).map((line) => dedent(line, indent)).join("\n");
  const language = info.trim().split(/\s/)[0];
  return { block: { type: "code", language, text, closed: end < lines.length }, end: end + 1 };
}

function readQuote(lines, at, depth) {
  let end = at;
  while (end < lines.length && QUOTE.test(lines[end])) end += 1;
  const inner = lines.slice(at, end).map((line) => line.replace(QUOTE, ""));
  return { block: { type: "quote", blocks: parseBlocks(inner, depth + 1) }, end };
}

function listMarker(line) {
  const found = MARKER.exec(line);
  if (!found || RULE.test(line)) return null;
  const [, spaces, marker, gap = " ", text = ""] = found;
  const ordered = marker.length > 1;
  const width = spaces.length + marker.length + Math.min(gap.length, 4);
  return { indent: spaces.length, width, ordered, text, number: parseInt(marker, 10) };
}

function readList(lines, at, depth, first) {
  const items = [];
  let loose = false;
  let end = at;
  while (end < lines.length) {
    const marker = listMarker(lines[end]);
    if (!marker || marker.indent > first.indent + 1 || marker.ordered !== first.ordered) break;
    const item = readItem(lines, end, marker);
    items.push(listItem(item.lines, depth));
    const next = skipBlank(lines, item.end);
    const continues = next < lines.length && listMarker(lines[next]) !== null;
    loose ||= item.hasGap || (continues && next > item.end);
    end = continues ? next : item.end;
  }
  const { ordered, number } = first;
  return { block: { type: "list", ordered, first: number, loose, items }, end };
}

// The lines of an item: what follows its marker, and everything that is indented below.
function readItem(lines, at, marker) {
  const inner = [marker.text];
  let hasGap = false;
  let end = at + 1;
  while (end < lines.length) {
    const next = skipBlank(lines, end);
    if (next === lines.length || !belongs(lines[next], next > end, marker)) break;
    hasGap ||= next > end && !listMarker(lines[next]);
    while (end < next) {
      inner.push("");
      end += 1;
    }
    inner.push(dedent(lines[end], marker.width));
    end += 1;
  }
  return { lines: inner, end, hasGap };
}

function belongs(line, afterBlank, marker) {
  const indent = line.length - line.trimStart().length;
  const inner = listMarker(line);
  if (inner) return inner.indent > marker.indent + 1;
  if (indent > marker.indent) return true;
  return !afterBlank && !startsBlock(line);
}

function listItem(lines, depth) {
  const box = /^\[([ xX])\][ \t]+/.exec(lines[0]);
  const rest = box ? [lines[0].slice(box[0].length), ...lines.slice(1)] : lines;
  return { checked: box ? box[1] !== " " : null, blocks: parseBlocks(rest, depth + 1) };
}

function isTableStart(lines, at) {
  if (!lines[at].includes("|") || at + 1 >= lines.length) return false;
  const cells = splitRow(lines[at + 1]);
  return lines[at + 1].includes("-") && cells.length === splitRow(lines[at]).length
    && cells.every((cell) => /^:?-+:?$/.test(cell));
}

function readTable(lines, at) {
  let end = at + 2;
  while (end < lines.length && !isBlank(lines[end]) && lines[end].includes("|")) end += 1;
  const alignments = splitRow(lines[at + 1]).map((cell) => {
    if (cell.endsWith(":")) return cell.startsWith(":") ? "center" : "right";
    return "left";
  });
  const header = splitRow(lines[at]);
  const rows = lines.slice(at + 2, end).map((line) => {
    const cells = splitRow(line).slice(0, header.length);
    return [...cells, ...Array(header.length - cells.length).fill("")];
  });
  return { block: { type: "table", alignments, header, rows }, end };
}

function splitRow(line) {
  const row = line.trim().replace(/^\|/, "").replace(/(^|[^\\])\|$/, "$1");
  return row.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

function readParagraph(lines, at) {
  let end = at + 1;
  while (end < lines.length && !isBlank(lines[end]) && !startsBlock(lines[end])
    && !isTableStart(lines, end)) end += 1;
  const text = lines.slice(at, end).map((line) => line.trim()).join("\n");
  return { block: { type: "paragraph", text }, end };
}

// Whether a line ends the paragraph above it. A number does so only as the first of a list: a line
// may well begin with a year.
function startsBlock(line) {
  if (FENCE.test(line) || HEADING.test(line) || RULE.test(line) || QUOTE.test(line)) return true;
  const marker = listMarker(line);
  return marker !== null && marker.text !== "" && (!marker.ordered || marker.number === 1);
}

function isBlank(line) {
  return line.trim() === "";
}

function skipBlank(lines, at) {
  let next = at;
  while (next < lines.length && isBlank(lines[next])) next += 1;
  return next;
}

function dedent(line, width) {
  let count = 0;
  while (count < width && line[count] === " ") count += 1;
  return line.slice(count);
}
