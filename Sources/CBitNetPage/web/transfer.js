// Conversations to a file and back.

import { element } from "./dom.js";
import { newConversation, newMessage } from "./thread.js";

const FORMAT = "bitnet-chat";
const VERSION = 1;
const STATES = ["done", "stopped", "failed"];

/// Saves conversations with all versions of their messages as a JSON file.
export async function exportConversations(store, conversations, name) {
  const entries = await Promise.all(conversations.map(async (conversation) => ({
    ...conversation, messages: await store.messages(conversation.id),
  })));
  const content = { format: FORMAT, version: VERSION, conversations: entries };
  const blob = new Blob([JSON.stringify(content, null, 1)], { type: "application/json" });
  const url = URL.createObjectURL(blob);
  element("a", { href: url, download: `${name}.json` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/// Adds the conversations of a file, as copies; returns how many there were.
///
/// Throws an error that says what is wrong, before anything is stored.
export async function importConversations(store, text) {
  const copies = parse(text).map(copy);
  for (const { conversation, messages } of copies) await store.add(conversation, messages);
  return copies.length;
}

function parse(text) {
  let content;
  try {
    content = JSON.parse(text);
  } catch {
    throw new Error("This file is not JSON.");
  }
  if (content?.format !== FORMAT || content.version !== VERSION
    || !Array.isArray(content.conversations)) {
    throw new Error("This file was not exported by this page.");
  }
  return content.conversations;
}

// Identifiers are new, so that an import never changes what is there.
function copy(entry) {
  const conversation = {
    ...newConversation(string(entry.system, "system")), title: string(entry.title, "title"),
    named: entry.named === true, created: number(entry.created), updated: number(entry.updated),
  };
  if (!Array.isArray(entry.messages)) throw new Error("A conversation has no messages.");
  const identifiers = new Map();
  const messages = entry.messages.map((message) => {
    const result = copyMessage(conversation.id, message);
    identifiers.set(string(message.id, "id"), result.id);
    return result;
  });
  for (const message of messages) message.parent = renamed(message.parent, identifiers);
  for (const [parent, child] of Object.entries(entry.choices ?? {})) {
    const key = parent === "root" ? parent : identifiers.get(parent);
    if (key && identifiers.has(child)) conversation.choices[key] = identifiers.get(child);
  }
  requireTree(messages);
  return { conversation, messages };
}

function copyMessage(conversation, message) {
  const { role } = message;
  if (role !== "user" && role !== "assistant") throw new Error(`A message has the role “${role}”.`);
  const parent = message.parent === null ? null : string(message.parent, "parent");
  return {
    ...newMessage(conversation, parent, role, string(message.content, "content")),
    created: number(message.created),
    state: STATES.includes(message.state) ? message.state : "stopped",
    error: typeof message.error === "string" ? message.error : "",
    finish: typeof message.finish === "string" ? message.finish : null,
    statistics: statistics(message.statistics),
  };
}

function statistics(value) {
  if (typeof value !== "object" || value === null) return null;
  const field = (name) => Number.isFinite(value[name]) ? value[name] : null;
  return {
    tokens: field("tokens") ?? 0, promptTokens: field("promptTokens"),
    firstSeconds: field("firstSeconds"), rate: field("rate"),
  };
}

function renamed(parent, identifiers) {
  if (parent === null) return null;
  if (!identifiers.has(parent)) throw new Error("A message answers one that is not in the file.");
  return identifiers.get(parent);
}

// Parents that form a circle would have no beginning.
function requireTree(messages) {
  const parents = new Map(messages.map(({ id, parent }) => [id, parent]));
  const rooted = new Set([null]);
  for (const { id } of messages) {
    const walked = new Set();
    let at = id;
    while (!rooted.has(at)) {
      if (walked.has(at)) throw new Error("Messages of this file answer each other in a circle.");
      walked.add(at);
      at = parents.get(at);
    }
    for (const passed of walked) rooted.add(passed);
  }
}

function string(value, name) {
  if (typeof value !== "string") throw new Error(`“${name}” should be a text in this file.`);
  return value;
}

function number(value) {
  return Number.isFinite(value) ? value : Date.now();
}
