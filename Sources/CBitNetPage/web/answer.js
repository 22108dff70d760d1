// An answer while it is being written.

import { RequestError, streamAnswer } from "./api.js";
import { apiKey, samplingFields } from "./settings.js";

const RETRY_LIMIT = 40;
const RETRY_SECONDS = 2;

export class Answer {
  /// An answer whose text goes into `message`.
  constructor(message) {
    this.message = message;
    this.abort = new AbortController();
  }

  stop() {
    this.abort.abort();
  }

  /// Fills the message until the answer ends, is stopped or fails; the message's state says which.
  async write(model, messages, progress) {
    const { message, abort } = this;
    try {
      await this.receivePatiently(model, messages, progress);
      message.state = "done";
    } catch (error) {
      message.state = abort.signal.aborted ? "stopped" : "failed";
      if (message.state === "failed") message.error = errorText(error);
    }
    message.waiting = null;
  }

  // A server that is loading, draining or full says when to come back; the page does so by itself.
  async receivePatiently(model, messages, progress) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.receive(model, messages, progress);
      } catch (error) {
        const isTemporary = error instanceof RequestError && error.isTemporary;
        if (!isTemporary || attempt === RETRY_LIMIT) throw error;
        await this.wait(error, progress);
      }
    }
  }

  async wait(error, progress) {
    for (let left = error.retryAfter ?? RETRY_SECONDS; left > 0; left -= 1) {
      this.message.waiting = { reason: error.message, seconds: left };
      progress();
      await pause(1000, this.abort.signal);
    }
    this.message.waiting = null;
    progress();
  }

  async receive(model, messages, progress) {
    const { message, abort: { signal } } = this;
    const clock = { asked: performance.now(), first: null, last: null, pieces: 0 };
    const request = { model, messages, sampling: samplingFields(), key: apiKey(), signal };
    for await (const event of streamAnswer(request)) {
      if (event.text) {
        message.content += event.text;
        clock.last = performance.now();
        clock.first ??= clock.last;
        clock.pieces += 1;
      }
      if (event.finish) message.finish = event.finish;
      message.statistics = statistics(clock, event.usage);
      progress();
    }
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
