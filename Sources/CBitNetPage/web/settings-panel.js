// The panel of settings.

import { show } from "./dialogs.js";
import { element } from "./dom.js";
import * as settings from "./settings.js";

export class SettingsPanel {
  /// `changed` is called when the API key or the theme has changed.
  constructor(chat, changed) {
    this.chat = chat;
    this.changed = changed;
    this.dialog = document.getElementById("settings");
    this.system = document.getElementById("system");
    this.systemDefault = document.getElementById("system-default");
    this.key = document.getElementById("key");
    this.listen();
    this.makeControls();
  }

  open() {
    this.system.value = this.chat.thread.conversation.system;
    this.systemDefault.checked =
      this.system.value !== "" && this.system.value === settings.defaultSystem();
    this.key.value = settings.apiKey();
    this.showTheme();
    this.makeControls();
    show(this.dialog);
  }

  listen() {
    document.getElementById("close-settings").addEventListener("click", () => this.dialog.close());
    document.getElementById("reset-sampling").addEventListener("click", () => {
      settings.resetSampling();
      this.makeControls();
    });
    this.system.addEventListener("input", () => this.systemChanged());
    this.systemDefault.addEventListener("change", () => this.systemChanged());
    this.key.addEventListener("change", () => {
      settings.setAPIKey(this.key.value.trim());
      this.changed();
    });
    document.getElementById("themes").addEventListener("change", (event) => {
      settings.setTheme(event.target.value);
    });
  }

  systemChanged() {
    const text = this.system.value;
    const wasDefault = settings.defaultSystem() === this.chat.thread.conversation.system;
    if (this.systemDefault.checked) settings.setDefaultSystem(text);
    else if (wasDefault) settings.setDefaultSystem("");
    this.chat.setSystem(text);
  }

  showTheme() {
    const current = settings.theme();
    for (const radio of document.getElementsByName("theme")) radio.checked = radio.value === current;
  }

  makeControls() {
    const values = settings.sampling();
    const rows = settings.CONTROLS.map((control) => makeControl(control, values[control.field]));
    document.getElementById("controls").replaceChildren(...rows);
  }
}

function makeControl(control, value) {
  const { field, name, hint, minimum, maximum, step } = control;
  const range = { min: minimum, max: maximum, step };
  const number = element("input", {
    ...range, type: "number", id: `control-${field}`, value: value ?? "", inputMode: "decimal",
    placeholder: field === "seed" ? "random" : "server’s",
    attributes: { "aria-describedby": `hint-${field}` },
  });
  // A slider of a million steps helps nobody.
  const slider = control.value === null ? null : element("input", {
    ...range, type: "range", value, tabIndex: -1, attributes: { "aria-hidden": "true" },
  });
  number.addEventListener("input", () => take(control, number, slider));
  slider?.addEventListener("input", () => {
    number.value = slider.value;
    take(control, number, null);
  });
  return element("div", { class: "control" },
    element("label", { htmlFor: number.id, text: name }), number, slider,
    element("p", { class: "note", id: `hint-${field}`, text: hint }));
}

function take(control, number, slider) {
  const isEmpty = number.value === "";
  const isGood = isEmpty
    ? !number.validity.badInput : settings.isAllowed(control, number.valueAsNumber);
  number.setCustomValidity(isGood ? "" : `from ${control.minimum} to ${control.maximum}`);
  number.setAttribute("aria-invalid", String(!isGood));
  if (!isGood) return;
  settings.setSampling(control.field, isEmpty ? null : number.valueAsNumber);
  if (slider && !isEmpty) slider.value = number.value;
}
