// The keyboard's shortcuts; dialogs.js lists them.

import { showShortcuts } from "./dialogs.js";

/// Listens for shortcuts everywhere on the page.
export function listenForKeys({ chat, page, panel, drawer, sidebar }) {
  const commands = {
    "shift+o": () => page.newChat(),
    "k": () => {
      drawer.open();
      sidebar.search.select();
    },
    "b": () => drawer.toggle(),
    ",": () => panel.open(),
    "/": () => showShortcuts(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") return escape(chat, drawer);
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const command = commands[(event.shiftKey ? "shift+" : "") + event.key.toLowerCase()];
    if (!command) return;
    event.preventDefault();
    command();
  });
}

function escape(chat, drawer) {
  if (drawer.isOpenOnPhone) drawer.close();
  else chat.stop();
}
