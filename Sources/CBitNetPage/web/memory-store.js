// The store of a page for which the browser keeps nothing: the same methods, lost on reload.

export class MemoryStore {
  isKept = false;
  records = new Map();
  byIdentifier = new Map();

  onChangeElsewhere() {}

  async conversations() {
    return [...this.records.values()].sort((one, other) => other.updated - one.updated);
  }

  async conversation(id) {
    return this.records.get(id);
  }

  async messages(conversation) {
    return [...this.byIdentifier.values()].filter((message) => message.conversation === conversation);
  }

  async allMessages() {
    return [...this.byIdentifier.values()];
  }

  async add(conversation, messages = []) {
    this.records.set(conversation.id, conversation);
    for (const message of messages) this.byIdentifier.set(message.id, message);
  }

  async patch(id, changes) {
    const stored = this.records.get(id);
    if (!stored) return;
    const choices = { ...stored.choices, ...changes.choices };
    this.records.set(id, { ...stored, ...changes, choices });
  }

  async putMessage(message) {
    if (this.records.has(message.conversation)) this.byIdentifier.set(message.id, message);
  }

  async remove(id) {
    this.records.delete(id);
    for (const message of await this.messages(id)) this.byIdentifier.delete(message.id);
  }
}
