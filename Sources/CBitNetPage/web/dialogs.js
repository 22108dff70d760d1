// Short questions and messages to the user.

import { element } from "./dom.js";

const TOAST_TIME = 5000;

/// Shows a dialog; a click beside it closes it, as Esc does.
export function show(dialog) {
  if (dialog.open) return;
  dialog.onclick = (event) => {
    if (event.target === dialog) dialog.close();
  };
  dialog.showModal();
}

/// Asks a question; returns whether the answer was `yes`.
export function ask(text, yes) {
  const dialog = document.getElementById("question");
  const yesButton = document.getElementById("question-yes");
  document.getElementById("question-text").textContent = text;
  yesButton.textContent = yes;
  show(dialog);
  return new Promise((resolve) => {
    let answer = false;
    yesButton.onclick = () => {
      answer = true;
      dialog.close();
    };
    document.getElementById("question-no").onclick = () => dialog.close();
    dialog.onclose = () => resolve(answer);
  });
}

let timer = null;

/// Says something for a few seconds.
export function toast(text) {
  const node = document.getElementById("toast");
  node.hidden = false;
  node.textContent = text;
  clearTimeout(timer);
  timer = setTimeout(() => { node.hidden = true; }, TOAST_TIME);
}

const COMMAND = navigator.platform.startsWith("Mac") ? "⌘" : "Ctrl";

const SHORTCUTS = [
  ["Send", "Enter"],
  ["New line", "Shift", "Enter"],
  ["Stop the answer", "Esc"],
  ["Edit the last message", "↑"],
  ["New chat", COMMAND, "Shift", "O"],
  ["Search conversations", COMMAND, "K"],
  ["Show or hide conversations", COMMAND, "B"],
  ["Settings", COMMAND, ","],
  ["This list", COMMAND, "/"],
];

/// Shows the keyboard's shortcuts.
export function showShortcuts() {
  const rows = SHORTCUTS.flatMap(([name, ...keys]) => [
    element("dt", { text: name }),
    element("dd", {}, keys.map((key) => element("kbd", { text: key }))),
  ]);
  document.getElementById("shortcut-list").replaceChildren(...rows);
  show(document.getElementById("shortcuts"));
}
