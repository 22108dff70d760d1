// Elements are made here and nowhere else: text goes in as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";

/// An element with properties, attributes, listeners and children.
///
/// `options` may hold `class`, `text`, `on: {event: listener}`, `data: {}`, `attributes: {}`; any
/// other key is a property of the element. Children that are null or false are left out.
export function element(name, options = {}, ...children) {
  const node = document.createElement(name);
  const { class: className, text, on = {}, data = {}, attributes = {}, ...properties } = options;
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  Object.assign(node, properties);
  Object.assign(node.dataset, data);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  for (const [event, listener] of Object.entries(on)) node.addEventListener(event, listener);
  node.append(...children.flat().filter((child) => child !== null && child !== false));
  return node;
}

// Outlines on a grid of 24, drawn with a stroke.
const ICONS = {
  copy: ["M9 9h10a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H9a1 1 0 0 1-1-1V10a1 1 0 0 1 1-1z",
    "M5 15H4a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1h10a1 1 0 0 1 1 1v1"],
  check: ["M5 12.5l4.5 4.5L19 7.5"],
  edit: ["M4 20h4L19 9a2.1 2.1 0 0 0-3-3L5 17v3z", "M14 8l3 3"],
  again: ["M20 12a8 8 0 1 1-2.6-5.9", "M20 3v5h-5"],
  previous: ["M14.5 6l-6 6 6 6"],
  next: ["M9.5 6l6 6-6 6"],
  remove: ["M4 7h16", "M9.5 7V4.5h5V7", "M6.5 7l1 13h9l1-13"],
  save: ["M12 4v11", "M7.5 10.5L12 15l4.5-4.5", "M5 20h14"],
  close: ["M6 6l12 12", "M18 6L6 18"],
};

/// A drawing that says nothing to screen readers; its button does.
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  for (const outline of ICONS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", outline);
    svg.append(path);
  }
  return svg;
}

/// A small button with a drawing and a name.
export function iconButton(name, label, onClick, options = {}) {
  return element(
    "button",
    { type: "button", class: "icon-button", title: label, ...options,
      attributes: { "aria-label": label, ...options.attributes }, on: { click: onClick } },
    icon(name));
}

/// Puts text on the clipboard; the second way serves pages without TLS, which have no clipboard.
export async function copyText(text) {
  if (navigator.clipboard && window.isSecureContext) {
    try {
      return await navigator.clipboard.writeText(text);
    } catch { /* refused: the other way may be allowed */ }
  }
  const focused = document.activeElement;
  const area = element("textarea", { class: "off-screen", value: text });
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
  focused?.focus();
}

/// A button that copies what `text()` returns and shows a tick for a moment.
export function copyButton(label, text) {
  const button = iconButton("copy", label, async () => {
    await copyText(text());
    announce("Copied");
    button.replaceChildren(icon("check"));
    setTimeout(() => button.replaceChildren(icon("copy")), 1500);
  });
  return button;
}

/// Says `text` to screen readers when they have finished what they are saying.
export function announce(text) {
  document.getElementById("announcer").textContent = text;
}
