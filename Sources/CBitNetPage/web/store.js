// Conversations and their messages, kept by the browser (IndexedDB).
//
// Every message is a record of its own and a conversation is changed by patches inside a
// transaction, so that tabs which write to the same conversation do not undo each other's work.

const NAME = "bitnet-chat";
const VERSION = 1;
const CHANNEL = "bitnet-chat";

/// Opens the store, or one in memory if the browser keeps nothing for this page.
export async function openStore() {
  try {
    return new Store(await openDatabase());
  } catch {
    const { MemoryStore } = await import("./memory-store.js");
    return new MemoryStore();
  }
}

function openDatabase() {
  const request = indexedDB.open(NAME, VERSION);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("conversations", { keyPath: "id" });
    const messages = request.result.createObjectStore("messages", { keyPath: "id" });
    messages.createIndex("conversation", "conversation");
  };
  return result(request);
}

function result(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
}

function completion(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

class Store {
  isKept = true;

  constructor(database) {
    this.database = database;
    this.channel = new BroadcastChannel(CHANNEL);
  }

  /// Calls `listener(conversationIdentifier)` when another tab has changed a conversation.
  onChangeElsewhere(listener) {
    this.channel.onmessage = (event) => listener(event.data);
  }

  /// All conversations, the one that was used last first.
  async conversations() {
    const all = await result(this.begin("readonly").objectStore("conversations").getAll());
    return all.sort((one, other) => other.updated - one.updated);
  }

  /// One conversation, or undefined.
  conversation(id) {
    return result(this.begin("readonly").objectStore("conversations").get(id));
  }

  /// The messages of a conversation, in no order.
  messages(conversation) {
    const index = this.begin("readonly").objectStore("messages").index("conversation");
    return result(index.getAll(conversation));
  }

  /// Every message there is; for search and export.
  allMessages() {
    return result(this.begin("readonly").objectStore("messages").getAll());
  }

  /// Adds a conversation with its messages.
  add(conversation, messages = []) {
    return this.write(conversation.id, (transaction) => {
      transaction.objectStore("conversations").put(conversation);
      for (const message of messages) transaction.objectStore("messages").put(message);
    });
  }

  /// Changes some properties of a conversation; `choices` are merged. One that was deleted stays so.
  patch(id, changes) {
    return this.write(id, (transaction) => {
      const conversations = transaction.objectStore("conversations");
      conversations.get(id).onsuccess = ({ target: { result: stored } }) => {
        if (!stored) return;
        const choices = { ...stored.choices, ...changes.choices };
        conversations.put({ ...stored, ...changes, choices });
      };
    });
  }

  /// Saves a message, unless its conversation was deleted.
  putMessage(message) {
    return this.write(message.conversation, (transaction) => {
      const owner = transaction.objectStore("conversations").getKey(message.conversation);
      owner.onsuccess = () => {
        if (owner.result !== undefined) transaction.objectStore("messages").put(message);
      };
    });
  }

  /// Deletes a conversation with its messages.
  remove(id) {
    return this.write(id, (transaction) => {
      transaction.objectStore("conversations").delete(id);
      const messages = transaction.objectStore("messages");
      messages.index("conversation").getAllKeys(id).onsuccess = ({ target }) => {
        for (const key of target.result) messages.delete(key);
      };
    });
  }

  begin(mode) {
    return this.database.transaction(["conversations", "messages"], mode);
  }

  async write(id, work) {
    const transaction = this.begin("readwrite");
    const completed = completion(transaction);
    work(transaction);
    await completed;
    this.channel.postMessage(id);
  }
}
