// The field for the next message.

import { draft, setDraft } from "./settings.js";

// A phone's keyboard has no Shift+Enter: there Enter makes a new line and the button sends.
const TOUCH = matchMedia("(hover: none) and (pointer: coarse)");

export class Composer {
  constructor(chat, { editLast }) {
    this.chat = chat;
    this.editLast = editLast;
    this.field = document.getElementById("prompt");
    this.sendButton = document.getElementById("send");
    this.stopButton = document.getElementById("stop");
    this.sendButton.addEventListener("click", () => this.send());
    this.stopButton.addEventListener("click", () => this.stop());
    this.field.addEventListener("input", () => this.changed());
    this.field.addEventListener("keydown", (event) => this.key(event));
    if (TOUCH.matches) this.field.enterKeyHint = "enter";
    for (const event of ["open", "finish", "list"]) chat.addEventListener(event, () => this.update());
    chat.addEventListener("open", () => this.showDraft());
    this.showDraft();
  }

  /// Puts `text` in the field, for the user to send or change.
  fill(text) {
    this.field.value = text;
    this.changed();
    this.focus();
  }

  focus() {
    this.field.focus({ preventScroll: true });
  }

  showDraft() {
    const name = this.chat.isStored ? this.chat.id : "new";
    if (name === this.draftName) return;
    this.draftName = name;
    this.field.value = draft(name);
    this.update();
  }

  changed() {
    setDraft(this.draftName, this.field.value);
    this.update();
  }

  update() {
    const isRunning = this.chat.running !== undefined;
    const hadFocus = [this.sendButton, this.stopButton].includes(document.activeElement);
    this.sendButton.hidden = isRunning;
    this.stopButton.hidden = !isRunning;
    this.sendButton.disabled = this.field.value.trim() === "";
    if (hadFocus) this.focus();
  }

  key(event) {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey && !TOUCH.matches) {
      event.preventDefault();
      this.send();
    } else if (event.key === "ArrowUp" && this.field.value === "") {
      if (this.editLast()) event.preventDefault();
    }
  }

  send() {
    const text = this.field.value.trim();
    if (text === "" || this.chat.running) return;
    this.field.value = "";
    this.changed();
    this.chat.send(text);
  }

  stop() {
    this.chat.stop();
    this.focus();
  }
}
