// The list of conversations.

import { element, iconButton } from "./dom.js";
import { ask } from "./dialogs.js";

const DAY = 86_400_000;

export class Sidebar {
  /// `actions` has open(id), exportOne(id) and removed(id).
  constructor(chat, actions) {
    this.chat = chat;
    this.actions = actions;
    this.list = document.getElementById("conversations");
    this.search = document.getElementById("search");
    this.search.addEventListener("input", () => this.refresh());
    for (const event of ["open", "list"]) chat.addEventListener(event, () => this.refresh());
  }

  /// Shows what is stored, or what of it is searched for.
  async refresh() {
    // Only the newest of several refreshes shows its result.
    const turn = this.turn = (this.turn ?? 0) + 1;
    const words = this.search.value.trim().toLowerCase();
    const all = await this.chat.store.conversations();
    const found = words ? await this.matching(all, words) : all;
    if (turn !== this.turn || this.list.querySelector("input")) return;
    this.render(found, words);
  }

  async matching(conversations, words) {
    const inText = new Set();
    for (const { conversation, content } of await this.chat.store.allMessages()) {
      if (content.toLowerCase().includes(words)) inText.add(conversation);
    }
    return conversations.filter(({ id, title }) =>
      inText.has(id) || title.toLowerCase().includes(words));
  }

  render(conversations, words) {
    const focused = document.activeElement?.closest?.("#conversations li")?.dataset.id;
    const groups = Map.groupBy(conversations, ({ updated }) => ageName(updated));
    const sections = [...groups].map(([name, members]) => element("section", {},
      element("h2", { text: name }),
      element("ul", {}, members.map((conversation) => this.item(conversation)))));
    const nothing = words ? "Nothing found." : "No conversations yet.";
    this.list.replaceChildren(...(sections.length ? sections : [element("p", { text: nothing })]));
    if (focused) this.list.querySelector(`li[data-id="${CSS.escape(focused)}"] a`)?.focus();
  }

  item({ id, title }) {
    const isOpen = id === this.chat.id;
    const isRunning = [...this.chat.runs.values()].some((run) => run.message.conversation === id);
    const link = element("a", {
      href: `#c=${id}`, title, ...(isOpen && { ariaCurrent: "page" }),
      on: { click: (event) => this.follow(event, id) },
    }, element("span", { text: title }), isRunning && element("i", {
      class: "dot", attributes: { role: "img", "aria-label": "being answered" },
    }));
    return element("li", { data: { id } }, link, element("span", { class: "item-actions" },
      iconButton("edit", `Rename ${title}`, () => this.rename(id, title)),
      iconButton("save", `Export ${title}`, () => this.actions.exportOne(id)),
      iconButton("remove", `Delete ${title}`, () => this.remove(id, title))));
  }

  follow(event, id) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.actions.open(id);
  }

  rename(id, title) {
    const item = this.list.querySelector(`li[data-id="${CSS.escape(id)}"]`);
    const finish = async (isKept) => {
      if (!field.isConnected || isDone) return;
      isDone = true;
      const name = field.value.trim();
      field.remove();
      if (isKept && name && name !== title) await this.chat.rename(id, name);
      await this.refresh();
      this.list.querySelector(`li[data-id="${CSS.escape(id)}"] a`)?.focus();
    };
    let isDone = false;
    const field = element("input", {
      type: "text", value: title, maxLength: 200, attributes: { "aria-label": "Title" },
      on: {
        blur: () => finish(true),
        keydown: (event) => {
          if (event.key === "Escape") event.stopPropagation();
          if (event.key === "Enter" || event.key === "Escape") finish(event.key === "Enter");
        },
      },
    });
    item.replaceChildren(field);
    field.select();
  }

  async remove(id, title) {
    if (!await ask(`Delete “${title}”? Its messages can't be brought back.`, "Delete")) return;
    await this.chat.remove(id);
    this.actions.removed(id);
  }
}

function ageName(time) {
  const midnight = new Date().setHours(0, 0, 0, 0);
  if (time >= midnight) return "Today";
  if (time >= midnight - DAY) return "Yesterday";
  if (time >= midnight - 7 * DAY) return "Last 7 days";
  return "Earlier";
}
