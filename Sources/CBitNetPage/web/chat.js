// Asking and answering: what happens to a conversation, without any of its looks.

import { RequestError, streamAnswer } from "./api.js";
import { apiKey, samplingFields } from "./settings.js";
import { newConversation, newMessage, Thread, titleFor } from "./thread.js";

const SAVE_INTERVAL = 1000;
const RETRY_LIMIT = 40;
const RETRY_SECONDS = 2;

/// The open conversation and all answers that are being written, in this tab.
///
/// Events: "open" (another conversation, or its messages changed), "progress" (detail: the answer
/// that grew), "finish" (detail: the answer that ended), "list" (titles or order changed).
export class Chat extends EventTarget {
  constructor(store) {
    super();
    this.store = store;
    this.model = null;
    // Answers that are being written: message identifier to {message, abort}.
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
    const current = messages.map((message) => this.live(message));
    if (id === this.id && this.isStored) this.thread.merge(conversation, current);
    else this.thread = new Thread(conversation, current);
    this.isStored = true;
    this.emit("open");
    return true;
  }

  // An answer that is being written here is newer than what is stored of it; one that is being
  // written nowhere was cut off when its tab was closed.
  live(message) {
    return this.runs.get(message.id)?.message ?? message;
  }

  get id() {
    return this.thread.conversation.id;
  }

  /// The answer of the open conversation that is being written here, if any.
  get running() {
    return [...this.runs.values()].find((run) => run.message.conversation === this.id);
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
    const run = this.begin(question);
    await this.keep(thread, question);
    await this.write(run, thread.context(question));
  }

  /// Another answer to the same question, as another version.
  async regenerate(answer) {
    const { thread } = this;
    const question = thread.byIdentifier.get(answer.parent);
    const run = this.begin(question);
    await this.store.patch(thread.conversation.id, { choices: thread.conversation.choices });
    await this.write(run, thread.context(question));
  }

  stop() {
    this.running?.abort.abort();
  }

  /// Shows the version before (-1) or after (+1).
  async chooseVersion(message, step) {
    const versions = this.thread.versions(message);
    const next = versions[versions.indexOf(message) + step];
    if (!next) return;
    const choices = this.thread.choose(next);
    this.emit("open");
    await this.store.patch(this.id, { choices });
  }

  async setSystem(system) {
    this.thread.conversation.system = system;
    if (this.isStored) await this.store.patch(this.id, { system });
  }

  async rename(id, title) {
    if (id === this.id) Object.assign(this.thread.conversation, { title, named: true });
    await this.store.patch(id, { title, named: true });
    this.emit("list");
  }

  async remove(id) {
    for (const run of this.runs.values()) {
      if (run.message.conversation === id) run.abort.abort();
    }
    await this.store.remove(id);
    this.emit("list");
  }

  // Stores a new message, and the conversation with it if that is its first.
  async keep({ conversation }, message) {
    conversation.updated = Date.now();
    if (conversation.id === this.id && !this.isStored) {
      this.isStored = true;
      await this.store.add({ ...conversation }, [message]);
    } else {
      const { title, updated, choices } = conversation;
      await this.store.putMessage(message);
      await this.store.patch(conversation.id, { title, updated, choices });
    }
    this.emit("list");
  }

  // An empty answer to `question`, shown at once.
  begin(question) {
    const message = newMessage(question.conversation, question.id, "assistant", "");
    const run = { message, abort: new AbortController(), saved: Date.now() };
    this.thread.add(message);
    this.thread.choose(message);
    this.runs.set(message.id, run);
    this.emit("open");
    return run;
  }

  async write(run, messages) {
    const { message } = run;
    try {
      await this.receive(run, messages);
      message.state = "done";
    } catch (error) {
      message.state = run.abort.signal.aborted ? "stopped" : "failed";
      if (message.state === "failed") message.error = errorText(error);
    }
    message.waiting = null;
    this.runs.delete(message.id);
    await this.store.putMessage({ ...message });
    this.emit("finish", message);
    this.emit("list");
  }

  // A server that is loading, draining or full says when to come back; until the first word has
  // arrived the page does so by itself.
  async receive(run, messages) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.receiveOnce(run, messages);
      } catch (error) {
        const temporary = error instanceof RequestError && error.isTemporary;
        if (!temporary || attempt === RETRY_LIMIT) throw error;
        await this.wait(run, error);
      }
    }
  }

  async wait(run, error) {
    for (let left = error.retryAfter ?? RETRY_SECONDS; left > 0; left -= 1) {
      run.message.waiting = { reason: error.message, seconds: left };
      this.emit("progress", run.message);
      await pause(1000, run.abort.signal);
    }
    run.message.waiting = null;
    this.emit("progress", run.message);
  }

  async receiveOnce(run, messages) {
    const { message, abort: { signal } } = run;
    const clock = { asked: performance.now(), first: null, last: null, pieces: 0 };
    const request = {
      model: this.model, messages, sampling: samplingFields(), key: apiKey(), signal,
    };
    for await (const event of streamAnswer(request)) {
      if (event.text) {
        message.content += event.text;
        clock.last = performance.now();
        clock.first ??= clock.last;
        clock.pieces += 1;
      }
      if (event.finish) message.finish = event.finish;
      message.statistics = statistics(clock, event.usage);
      this.emit("progress", message);
      this.saveNowAndThen(run);
    }
  }

  saveNowAndThen(run) {
    if (Date.now() - run.saved < SAVE_INTERVAL) return;
    run.saved = Date.now();
    this.store.putMessage({ ...run.message }).catch(() => {});
  }

  emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

// Until the server has counted, a piece of text is a token. The rate is that of decoding: it leaves
// out the wait for the first token, which is the time of the prompt.
function statistics(clock, usage) {
  const tokens = usage?.completion_tokens ?? clock.pieces;
  const seconds = (clock.last - clock.first) / 1000;
  return {
    tokens,
    promptTokens: usage?.prompt_tokens ?? null,
    firstSeconds: clock.first === null ? null : (clock.first - clock.asked) / 1000,
    rate: tokens > 1 && seconds > 0 ? (tokens - 1) / seconds : null,
  };
}

function errorText(error) {
  return error instanceof RequestError ? error.message : `The page failed: ${error.message}`;
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}
