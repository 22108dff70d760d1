// A conversation as a tree: a message that was edited or answered again has versions beside it, and
// the conversation remembers which one is shown.
//
// A conversation has id, title, named (by the user), created, updated (milliseconds), system (its
// system prompt) and choices {parent or "root": child}. A message has id, conversation, parent (null
// at the root), role, content, created and, for answers, state ("streaming", "done", "stopped" or
// "failed"), error, finish and statistics.

const TITLE_LENGTH = 60;

export function newConversation(system) {
  const now = Date.now();
  return {
    id: crypto.randomUUID?.() ?? fallbackIdentifier(), title: "New chat", named: false,
    created: now, updated: now, system, choices: {},
  };
}

export function newMessage(conversation, parent, role, content) {
  return {
    id: crypto.randomUUID?.() ?? fallbackIdentifier(), conversation, parent, role, content,
    created: Date.now(), state: role === "assistant" ? "streaming" : "done",
  };
}

// `randomUUID` exists on secure pages only; a page over plain HTTP on a local network is none.
function fallbackIdentifier() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/// The beginning of a text, on one line.
export function titleFor(text) {
  const line = text.trim().replace(/\s+/g, " ");
  if (line.length <= TITLE_LENGTH) return line || "New chat";
  const cut = line.slice(0, TITLE_LENGTH);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(" "), 20))}…`;
}

export class Thread {
  constructor(conversation, messages = []) {
    this.conversation = conversation;
    this.byIdentifier = new Map();
    this.childrenOf = new Map();
    const ordered = [...messages].sort((one, other) => one.created - other.created);
    for (const message of ordered) this.add(message);
  }

  /// Adds a message below its parent, or replaces the one with its identifier.
  add(message) {
    const siblings = this.versions(message);
    const place = siblings.findIndex((sibling) => sibling.id === message.id);
    if (place < 0) siblings.push(message);
    else siblings[place] = message;
    this.childrenOf.set(message.parent ?? "root", siblings);
    this.byIdentifier.set(message.id, message);
  }

  /// Takes over what another tab has changed; what is shown here stays shown.
  merge({ title, named, updated, system }, messages) {
    Object.assign(this.conversation, { title, named, updated, system });
    for (const message of messages) this.add(message);
  }

  /// Shows `message` rather than another version; returns the change to be stored.
  choose(message) {
    const choice = { [message.parent ?? "root"]: message.id };
    Object.assign(this.conversation.choices, choice);
    return choice;
  }

  /// All versions of a message, the oldest first.
  versions(message) {
    return this.childrenOf.get(message.parent ?? "root") ?? [];
  }

  /// The messages that are shown, from the first to the last.
  path() {
    const path = [];
    let next = this.chosenChild("root");
    while (next) {
      path.push(next);
      next = this.chosenChild(next.id);
    }
    return path;
  }

  chosenChild(parent) {
    const children = this.childrenOf.get(parent) ?? [];
    const chosen = this.conversation.choices[parent];
    return children.find((child) => child.id === chosen) ?? children.at(-1);
  }

  /// What the server gets to read in order to answer `message`.
  ///
  /// Answers without a word are left out, and what the user said around them becomes one message:
  /// chat templates want turns that alternate.
  context(message) {
    const turns = [];
    for (let at = message; at; at = this.byIdentifier.get(at.parent)) turns.unshift(at);
    const messages = [];
    for (const { role, content } of turns.filter((turn) => turn.content !== "")) {
      if (messages.at(-1)?.role === role) messages.at(-1).content += `\n\n${content}`;
      else messages.push({ role, content });
    }
    const system = this.conversation.system.trim();
    return system ? [{ role: "system", content: system }, ...messages] : messages;
  }
}
