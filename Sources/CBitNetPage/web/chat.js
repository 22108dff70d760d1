// Asking and answering: what happens to a conversation, without any of its looks.

import { Answer } from "./answer.js";
import { newConversation, newMessage, Thread, titleFor } from "./thread.js";

const SAVE_INTERVAL = 1000;

/// The open conversation and all answers that are being written, in this tab.
///
/// Events: "open" (another conversation, or its messages changed), "progress" (detail: the answer
/// that grew), "finish" (detail: the answer that ended), "list" (titles or order changed), "unkept"
/// (the browser did not store something).
export class Chat extends EventTarget {
  constructor(store) {
    super();
    this.store = store;
    this.model = null;
    // Answers that are being written, by the identifier of their message.
    this.runs = new Map();
    this.start("");
  }

  /// Begins a conversation, which is stored with its first message.
  start(system) {
    this.turn = (this.turn ?? 0) + 1;
    this.thread = new Thread(newConversation(system));
    this.isStored = false;
    this.emit("open");
  }

  /// Shows a stored conversation; returns whether it exists.
  async open(id) {
    // Of several that are opened in haste the last one is shown.
    const turn = this.turn = (this.turn ?? 0) + 1;
    const [conversation, messages] = await Promise.all([
      this.store.conversation(id), this.store.messages(id),
    ]);
    if (!conversation || turn !== this.turn) return conversation !== undefined;
    const current = [...messages, ...this.runsOf(id).map((run) => run.message)];
    if (id === this.id && this.isStored) this.thread.merge(conversation, current);
    else this.thread = new Thread(conversation, current);
    this.isStored = true;
    this.emit("open");
    return true;
  }

  // What is being written here is newer than what is stored of it.
  runsOf(conversation) {
    return [...this.runs.values()].filter((run) => run.message.conversation === conversation);
  }

  get id() {
    return this.thread.conversation.id;
  }

  /// The answer of the open conversation that is being written here, if any.
  get running() {
    return this.runsOf(this.id)[0];
  }

  isRunning(message) {
    return this.runs.has(message.id);
  }

  async send(text) {
    await this.ask(this.thread.path().at(-1)?.id ?? null, text);
  }

  /// Asks again with other words; the old words and what came of them stay as another version.
  async edit(message, text) {
    await this.ask(message.parent, text);
  }

  async ask(parent, text) {
    const { thread } = this;
    const question = newMessage(this.id, parent, "user", text);
    thread.add(question);
    thread.choose(question);
    if (parent === null && !thread.conversation.named) thread.conversation.title = titleFor(text);
    const isNew = !this.isStored;
    this.isStored = true;
    const run = this.begin(question);
    const { conversation } = thread;
    if (isNew) await this.keep(this.store.add({ ...conversation }, [question]));
    else await this.keep(this.store.putMessage(question));
    await this.write(run, thread);
  }

  /// Another answer to the same question, as another version.
  async regenerate(answer) {
    const { thread } = this;
    await this.write(this.begin(thread.byIdentifier.get(answer.parent)), thread);
  }

  stop() {
    this.running?.stop();
  }

  /// Shows the version before (-1) or after (+1).
  async chooseVersion(message, step) {
    const versions = this.thread.versions(message);
    const next = versions[versions.indexOf(message) + step];
    if (!next) return;
    const choices = this.thread.choose(next);
    this.emit("open");
    await this.keep(this.store.patch(this.id, { choices }));
  }

  async setSystem(system) {
    this.thread.conversation.system = system;
    if (this.isStored) await this.keep(this.store.patch(this.id, { system }));
  }

  async rename(id, title) {
    if (id === this.id) Object.assign(this.thread.conversation, { title, named: true });
    await this.keep(this.store.patch(id, { title, named: true }));
    this.emit("list");
  }

  async remove(id) {
    for (const run of this.runsOf(id)) run.stop();
    await this.keep(this.store.remove(id));
    this.emit("list");
  }

  // An empty answer to `question`, shown at once.
  begin(question) {
    const message = newMessage(question.conversation, question.id, "assistant", "");
    const run = new Answer(message);
    this.thread.add(message);
    this.thread.choose(message);
    this.runs.set(message.id, run);
    this.emit("open");
    return run;
  }

  async write(run, thread) {
    const { message } = run;
    const { id, title, choices } = thread.conversation;
    await this.keep(this.store.putMessage({ ...message }));
    await this.keep(this.store.patch(id, { title, choices, updated: Date.now() }));
    this.emit("list");
    const context = thread.context(thread.byIdentifier.get(message.parent));
    let saved = Date.now();
    await run.write(this.model, context, () => {
      this.emit("progress", message);
      if (Date.now() - saved < SAVE_INTERVAL) return;
      saved = Date.now();
      this.keep(this.store.putMessage({ ...message }));
    });
    this.runs.delete(message.id);
    await this.keep(this.store.putMessage({ ...message }));
    this.emit("finish", message);
    this.emit("list");
  }

  // A full or broken store must not end a conversation.
  async keep(writing) {
    try {
      await writing;
    } catch {
      this.emit("unkept");
    }
  }

  emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
