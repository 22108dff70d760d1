// One message on the page.

import { copyButton, element, iconButton } from "./dom.js";
import { MarkdownView } from "./markdown.js";

// A frame should leave most of its time to the reader: rendering takes at most a quarter of it.
const RENDER_SHARE = 4;

/// The view of a message. `actions` has edit, regenerate, retry and chooseVersion.
export class MessageView {
  constructor(message, actions) {
    this.message = message;
    this.actions = actions;
    this.body = element("div", { class: "body" });
    this.notice = element("div", { class: "notice", hidden: true });
    this.footer = element("div", { class: "message-foot" });
    const isAnswer = message.role === "assistant";
    this.markdown = isAnswer ? new MarkdownView(this.body) : null;
    this.root = element("article", {
      class: `message ${message.role}`, data: { id: message.id },
      attributes: { "aria-label": isAnswer ? "Answer" : "You" },
    }, this.body, this.notice, this.footer);
  }

  /// Shows the message as it is now; `versions` are all versions of it.
  update(message, versions, isRunning) {
    this.message = message;
    this.isRunning = isRunning;
    clearTimeout(this.timer);
    this.timer = null;
    this.root.classList.toggle("running", isRunning);
    this.root.setAttribute("aria-busy", String(isRunning));
    if (!this.editor) this.renderBody();
    this.renderNotice();
    this.renderFooter(versions);
  }

  /// Shows what has arrived, not more often than rendering it is cheap.
  grow(rendered) {
    if (this.timer) return;
    const delay = Math.max(16, (this.cost ?? 0) * RENDER_SHARE);
    this.timer = setTimeout(() => {
      this.timer = null;
      this.renderBody();
      this.renderNotice();
      this.statistics?.replaceChildren(...statisticsText(this.message));
      rendered();
    }, delay);
  }

  renderBody() {
    const { content, role } = this.message;
    const start = performance.now();
    if (role === "user") this.body.textContent = content;
    else if (this.isRunning && content === "") this.body.replaceChildren(waitingMark());
    else this.markdown.update(content, !this.isRunning);
    this.cost = performance.now() - start;
  }

  renderNotice() {
    const { message } = this;
    const text = noticeText(message, this.isRunning);
    this.notice.hidden = text === null;
    this.notice.classList.toggle("error", message.state === "failed");
    if (text === null) return;
    const again = message.state === "failed" && !this.isRunning && element("button", {
      type: "button", class: "plain-button", text: "Try again",
      on: { click: () => this.actions.retry(message) },
    });
    this.notice.replaceChildren(element("p", { text }), ...(again ? [again] : []));
  }

  renderFooter(versions) {
    const { message, isRunning, actions } = this;
    const isAnswer = message.role === "assistant";
    this.statistics = isAnswer
      ? element("span", { class: "statistics" }, statisticsText(message)) : null;
    const buttons = isRunning ? [] : [
      copyButton("Copy message", () => message.content),
      isAnswer
        ? iconButton("again", "Answer again", () => actions.regenerate(message))
        : iconButton("edit", "Edit message", () => this.edit()),
    ];
    this.footer.replaceChildren(
      ...versionSwitcher(message, versions, actions),
      element("span", { class: "actions" }, buttons),
      ...(this.statistics ? [this.statistics] : []));
  }

  /// Lets the user change a question; asking again makes another version.
  edit() {
    if (this.editor) return;
    const area = element("textarea", {
      value: this.message.content, attributes: { "aria-label": "Edit message" },
      on: { keydown: (event) => this.editorKey(event, area) },
    });
    const button = (name, className, action) => element("button", {
      type: "button", class: className, text: name, on: { click: action },
    });
    this.editor = element("div", { class: "editor" }, area, element("div", { class: "buttons" },
      button("Cancel", "plain-button", () => this.endEdit()),
      button("Ask again", "main-button", () => this.submit(area.value))));
    this.body.replaceChildren(this.editor);
    this.root.classList.add("editing");
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
  }

  editorKey(event, area) {
    if (event.isComposing) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      this.endEdit();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.submit(area.value);
    }
  }

  submit(text) {
    const isNew = text.trim() !== "" && text !== this.message.content;
    this.endEdit();
    if (isNew) this.actions.edit(this.message, text.trim());
  }

  endEdit() {
    this.editor = null;
    this.root.classList.remove("editing");
    this.renderBody();
    this.footer.querySelector(".actions button:last-child")?.focus();
  }
}

function waitingMark() {
  return element("span", { class: "waiting", attributes: { role: "img", "aria-label": "Thinking" } },
    element("i"), element("i"), element("i"));
}

function noticeText(message, isRunning) {
  if (isRunning) {
    const { waiting } = message;
    return waiting ? `${waiting.reason} Trying again in ${waiting.seconds} s.` : null;
  }
  switch (message.state) {
    case "failed": return message.error;
    case "stopped": return message.content ? "Stopped." : "Stopped before the first word.";
    case "streaming": return "This answer is being written in another tab, or was cut off.";
    default:
      if (message.finish === "length") return "The answer reached the most tokens it may have.";
      return message.content === "" ? "The model answered nothing." : null;
  }
}

function versionSwitcher(message, versions, actions) {
  if (versions.length < 2) return [];
  const place = versions.indexOf(message);
  const step = (name, label, by) => iconButton(name, label,
    () => actions.chooseVersion(message, by), { disabled: !versions[place + by] });
  return [element("span", {
    class: "versions", attributes: { role: "group", "aria-label": "Versions" },
  }, step("previous", "Version before", -1),
  element("span", { text: `${place + 1}/${versions.length}` }),
  step("next", "Version after", 1))];
}

function statisticsText({ statistics }) {
  if (!statistics || statistics.firstSeconds === null) return [];
  const { tokens, promptTokens, firstSeconds, rate } = statistics;
  const parts = [
    rate && [`${format(rate)} tokens/s`, "Speed of writing, without the wait for the first token"],
    [`${tokens} ${tokens === 1 ? "token" : "tokens"}`, "Length of the answer"],
    promptTokens && [`${promptTokens} read`, "Tokens of the conversation that the model has read"],
    [`first after ${formatSeconds(firstSeconds)}`, "Time to the first token"],
  ];
  return parts.filter(Boolean).map(([text, title]) => element("span", { text, title }));
}

const format = (rate) => rate >= 100 ? rate.toFixed(0) : rate.toFixed(1);

const formatSeconds = (seconds) =>
  seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`;
