// Markdown to elements. All text goes in through `textContent`; no markup of a model is ever parsed
// by the browser, no picture is loaded, and links lead only to http, https and mailto.

import { parseBlocks } from "./blocks.js";
import { codeBlock } from "./code.js";
import { element } from "./dom.js";
import { parseInline } from "./inline.js";

/// Renders a text that grows, at the cost of what is new.
///
/// A block is final as soon as another one has begun below it, on a line that is complete. Final
/// blocks are never looked at again, so a long answer costs the same for each of its words.
export class MarkdownView {
  constructor(container) {
    this.container = container;
    this.reset();
  }

  reset() {
    this.container.replaceChildren();
    this.finalLength = 0;
    this.finalCount = 0;
    this.text = "";
  }

  /// Shows `text`; `complete` is false while more may come.
  update(text, complete = true) {
    if (!text.startsWith(this.text)) this.reset();
    this.text = text;
    const lines = text.slice(this.finalLength).replaceAll("\r\n", "\n").split("\n");
    const blocks = parseBlocks(lines);
    const open = blocks.map((block) => renderBlock(block, complete));
    this.replaceOpenBlocks(open);
    if (!complete) this.settle(lines, blocks);
  }

  replaceOpenBlocks(nodes) {
    while (this.container.childElementCount > this.finalCount) this.container.lastElementChild.remove();
    this.container.append(...nodes);
  }

  settle(lines, blocks) {
    const last = blocks.findLastIndex((block) => block.start < lines.length - 1);
    if (last <= 0 || this.text.includes("\r")) return;
    const passed = lines.slice(0, blocks[last].start);
    this.finalLength += passed.reduce((length, line) => length + line.length + 1, 0);
    this.finalCount += last;
  }
}

function renderBlock(block, complete) {
  switch (block.type) {
    case "heading": return element(`h${Math.min(block.level + 2, 6)}`,
      { class: `level-${block.level}` }, renderText(block.text));
    case "rule": return element("hr");
    case "code": return codeBlock(block.language, block.text, complete || block.closed);
    case "quote": return element("blockquote", {}, renderBlocks(block.blocks, complete));
    case "list": return renderList(block, complete);
    case "table": return renderTable(block);
    default: return element("p", {}, renderText(block.text));
  }
}

function renderBlocks(blocks, complete) {
  return blocks.map((block) => renderBlock(block, complete));
}

function renderList({ ordered, first, loose, items }, complete) {
  const rendered = items.map((item) => renderItem(item, loose, complete));
  return ordered ? element("ol", { start: first }, rendered) : element("ul", {}, rendered);
}

function renderItem({ checked, blocks }, loose, complete) {
  const children = blocks.flatMap((block) =>
    block.type === "paragraph" && !loose ? renderText(block.text) : [renderBlock(block, complete)]);
  if (checked === null) return element("li", {}, children);
  const label = checked ? "done" : "to do";
  const box = element("input", {
    type: "checkbox", checked, disabled: true, attributes: { "aria-label": label },
  });
  return element("li", { class: "task" }, box, children);
}

function renderTable({ alignments, header, rows }) {
  const cell = (name) => (text, column) =>
    element(name, { class: `align-${alignments[column]}` }, renderText(text));
  const head = element("thead", {}, element("tr", {}, header.map(cell("th"))));
  const body = element("tbody", {}, rows.map((row) => element("tr", {}, row.map(cell("td")))));
  return element("div", {
    class: "table", tabIndex: 0, attributes: { role: "region", "aria-label": "Table" },
  }, element("table", {}, head, body));
}

function renderText(text) {
  return parseInline(text).map(renderInline);
}

function renderInline(node) {
  switch (node.type) {
    case "text": return document.createTextNode(node.text);
    case "code": return element("code", { text: node.text });
    case "break": return element("br");
    case "link": return renderLink(node);
    default: return element({ strong: "strong", emphasis: "em", deleted: "del" }[node.type], {},
      node.children.map(renderInline));
  }
}

function renderLink({ url, children, picture }) {
  const note = picture ? [document.createTextNode("Picture: ")] : [];
  return element("a", { href: url, title: url, target: "_blank", rel: "noopener noreferrer nofollow" },
    note, children.map(renderInline));
}
