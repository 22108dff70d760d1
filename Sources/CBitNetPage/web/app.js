// The page's parts, put together.

import { fetchHealth, fetchModel } from "./api.js";
import { Chat } from "./chat.js";
import { Composer } from "./composer.js";
import { showShortcuts, toast } from "./dialogs.js";
import { element } from "./dom.js";
import * as settings from "./settings.js";
import { SettingsPanel } from "./settings-panel.js";
import { Sidebar } from "./sidebar.js";
import { openStore } from "./store.js";
import { exportConversations, importConversations } from "./transfer.js";
import { Transcript } from "./transcript.js";
import { listenForKeys } from "./keys.js";
import { Drawer } from "./drawer.js";

const HEALTH_INTERVAL = 15_000;
const IMPATIENT_INTERVAL = 2000;
const SUGGESTIONS = [
  "In the beginning",
  "Explain ternary weights to a ten-year-old.",
  "Write a haiku about the number zero.",
];

const byId = (id) => document.getElementById(id);

async function start() {
  const store = await openStore();
  const chat = new Chat(store);
  const drawer = new Drawer();
  const transcript = new Transcript(chat);
  const composer = new Composer(chat, { editLast: () => transcript.editLast() });
  const panel = new SettingsPanel(chat, () => showModel(chat));
  const page = new Page(chat, composer, drawer);
  const sidebar = new Sidebar(chat, {
    open: (id) => page.open(id),
    exportOne: (id) => page.exportOne(id),
    removed: (id) => id === chat.id && page.newChat(),
  });
  page.listen(sidebar, panel);
  listenForKeys({ chat, page, panel, drawer, sidebar });
  suggest(composer);
  await page.openFromAddress();
  if (!store.isKept) toast("This browser keeps nothing for this page: conversations end with it.");
  watchServer(chat);
}

/// What the buttons around the conversation do.
class Page {
  constructor(chat, composer, drawer) {
    this.chat = chat;
    this.composer = composer;
    this.drawer = drawer;
  }

  listen(sidebar, panel) {
    const click = (id, action) => byId(id).addEventListener("click", action);
    click("new-chat", () => this.newChat());
    click("settings-button", () => panel.open());
    click("theme-button", () => toggleTheme());
    click("shortcuts-button", showShortcuts);
    click("close-shortcuts", () => byId("shortcuts").close());
    click("export", () => this.exportAll());
    click("import", () => byId("import-file").click());
    click("skip", (event) => {
      event.preventDefault();
      this.composer.focus();
    });
    byId("import-file").addEventListener("change", ({ target }) => this.importFile(target, sidebar));
    addEventListener("popstate", () => this.openFromAddress());
    for (const event of ["open", "list"]) this.chat.addEventListener(event, () => this.showTitle());
    this.chat.addEventListener("unkept", () =>
      toast("The browser could not keep this: its storage for the page may be full."));
    this.chat.store.onChangeElsewhere((id) => this.changedElsewhere(id, sidebar));
  }

  newChat() {
    history.pushState(null, "", location.pathname + location.search);
    this.chat.start(settings.defaultSystem());
    this.drawer.closeOnPhone();
    this.composer.focus();
  }

  async open(id) {
    history.pushState(null, "", `#c=${id}`);
    await this.openFromAddress();
    this.drawer.closeOnPhone();
    this.composer.focus();
  }

  async openFromAddress() {
    const id = new URLSearchParams(location.hash.slice(1)).get("c");
    if (id && await this.chat.open(id)) return;
    if (id) history.replaceState(null, "", location.pathname + location.search);
    this.chat.start(settings.defaultSystem());
  }

  showTitle() {
    const { chat } = this;
    const { title } = chat.thread.conversation;
    byId("title").textContent = title;
    document.title = chat.isStored ? `${title} · bitnet` : "bitnet";
    const address = `#c=${chat.id}`;
    if (chat.isStored && location.hash !== address) history.replaceState(null, "", address);
  }

  async changedElsewhere(id, sidebar) {
    await sidebar.refresh();
    if (id !== this.chat.id || !this.chat.isStored) return;
    if (!await this.chat.open(id)) {
      toast("This conversation was deleted in another tab.");
      this.newChat();
    }
  }

  async exportOne(id) {
    const conversation = await this.chat.store.conversation(id);
    await exportConversations(this.chat.store, [conversation], "bitnet-chat");
  }

  async exportAll() {
    const all = await this.chat.store.conversations();
    await exportConversations(this.chat.store, all, "bitnet-chats");
  }

  async importFile(input, sidebar) {
    try {
      const count = await importConversations(this.chat.store, await input.files[0].text());
      toast(count === 1 ? "1 conversation imported." : `${count} conversations imported.`);
    } catch (error) {
      toast(`Nothing was imported. ${error.message}`);
    }
    input.value = "";
    await sidebar.refresh();
  }
}

function toggleTheme() {
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
  const current = settings.theme() === "auto" ? (isDark ? "dark" : "light") : settings.theme();
  settings.setTheme(current === "dark" ? "light" : "dark");
}

function suggest(composer) {
  byId("suggestions").append(...SUGGESTIONS.map((text) => element("button", {
    type: "button", text, on: { click: () => composer.fill(text) },
  })));
}

async function showModel(chat) {
  try {
    const { id, meta } = await fetchModel(settings.apiKey());
    chat.model = id;
    settings.setServerDefaults(meta?.sampling);
    byId("model-name").textContent = chat.model;
    byId("welcome-model").textContent = chat.model;
    return true;
  } catch (error) {
    byId("model-name").textContent = error.status === 401 ? "needs a key" : "…";
    return false;
  }
}

// The dot beside the model's name; while the server is not ready the page looks more often.
async function watchServer(chat) {
  const state = await fetchHealth();
  const badge = byId("model");
  badge.dataset.state = state ?? "away";
  badge.title = { ready: "The server is ready", loading: "The server loads the model",
    draining: "The server is about to stop" }[state] ?? "The server does not answer";
  const isKnown = chat.model !== null || (state === "ready" && await showModel(chat));
  const isSettled = state === "ready" && isKnown;
  setTimeout(() => watchServer(chat), isSettled ? HEALTH_INTERVAL : IMPATIENT_INTERVAL);
}

start();
