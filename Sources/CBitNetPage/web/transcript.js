// The messages of the open conversation, and where the reader is in them.

import { announce } from "./dom.js";
import { MessageView } from "./message.js";

// Closer to the end than this counts as being there.
const END_MARGIN = 48;

export class Transcript {
  constructor(chat) {
    this.chat = chat;
    this.scroller = document.getElementById("scroller");
    this.list = document.getElementById("transcript");
    this.welcome = document.getElementById("welcome");
    this.toEnd = document.getElementById("to-end");
    this.views = new Map();
    this.isAtEnd = true;
    // Where the view was put when it last followed the text.
    this.followed = 0;
    this.actions = {
      edit: (message, text) => chat.edit(message, text),
      regenerate: (message) => chat.regenerate(message),
      retry: (message) => chat.regenerate(message),
      chooseVersion: (message, step) => this.chooseVersion(message, step),
    };
    this.listen();
  }

  listen() {
    this.chat.addEventListener("open", () => this.show());
    this.chat.addEventListener("progress", ({ detail }) => {
      this.views.get(detail.id)?.grow(() => this.follow());
    });
    this.chat.addEventListener("finish", ({ detail }) => this.finish(detail));
    this.scroller.addEventListener("scroll", () => this.noticePlace(), { passive: true });
    this.toEnd.addEventListener("click", () => this.scrollToEnd());
    new ResizeObserver(() => this.follow()).observe(this.list);
    new ResizeObserver(() => this.follow()).observe(this.scroller);
  }

  /// Shows the open conversation; views of messages that stay are kept.
  show() {
    const { thread } = this.chat;
    const isAnother = this.shown !== thread.conversation.id;
    this.shown = thread.conversation.id;
    const path = thread.path();
    const views = path.map((message) => this.view(message));
    this.views = new Map(views.map((view) => [view.message.id, view]));
    this.arrange(views);
    this.welcome.hidden = path.length > 0;
    this.list.hidden = path.length === 0;
    if (isAnother || path.at(-1)?.state === "streaming") this.scrollToEnd();
    this.noticePlace();
  }

  // Nodes that are already in their place are not touched: a field that has the focus keeps it.
  arrange(views) {
    views.forEach((view, place) => {
      const there = this.list.children[place];
      if (there !== view.root) this.list.insertBefore(view.root, there ?? null);
    });
    while (this.list.childElementCount > views.length) this.list.lastElementChild.remove();
  }

  view(message) {
    const view = this.views.get(message.id) ?? new MessageView(message, this.actions);
    view.update(message, this.chat.thread.versions(message), this.chat.isRunning(message));
    return view;
  }

  finish(message) {
    if (!this.views.has(message.id)) return;
    this.view(message);
    this.follow();
    announce(message.state === "failed" ? message.error : spoken(message));
  }

  async chooseVersion(message, step) {
    const place = this.chat.thread.versions(message).indexOf(message) + step;
    const next = this.chat.thread.versions(message)[place];
    await this.chat.chooseVersion(message, step);
    const group = this.views.get(next?.id)?.footer.querySelector(".versions");
    const [before, after] = group?.querySelectorAll("button") ?? [];
    (step < 0 ? [before, after] : [after, before]).find((button) => button && !button.disabled)?.focus();
  }

  /// Lets the user edit the last question.
  editLast() {
    const last = [...this.views.values()].findLast((view) => view.message.role === "user");
    last?.edit();
    return last !== undefined;
  }

  noticePlace() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    this.isAtEnd = scrollHeight - scrollTop - clientHeight < END_MARGIN;
    this.toEnd.hidden = this.isAtEnd;
  }

  // A reader who has just scrolled up may be ahead of the event that says so.
  follow() {
    if (this.scroller.scrollTop < this.followed - 1) this.isAtEnd = false;
    if (this.isAtEnd) this.scrollToEnd();
    else this.noticePlace();
  }

  scrollToEnd() {
    this.isAtEnd = true;
    this.toEnd.hidden = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.followed = this.scroller.scrollTop;
  }
}

function spoken({ state, content }) {
  return state === "stopped" ? "Stopped." : `Answer: ${content}`;
}
