// The server's side of the page: OpenAI's chat completions, and what the server says of itself.

import { readEvents } from "./events.js";

const LONGEST_WAIT = 30;

/// A request that did not give an answer.
export class RequestError extends Error {
  constructor(message, { status = 0, retryAfter = null } = {}) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }

  /// Whether the server asks to come back later: it loads, drains or is full.
  get isTemporary() {
    return this.status === 503 || this.status === 429;
  }
}

/// The model that is served: {id, meta}.
export async function fetchModel(key) {
  const response = await send("v1/models", { headers: authorization(key) });
  const { data } = await response.json();
  return data[0];
}

/// The server's state, "ready", "loading" or "draining", or null if it does not answer.
export async function fetchHealth() {
  try {
    const response = await fetch("health", { cache: "no-store" });
    const { status } = await response.json();
    return response.ok && status === "ok" ? "ready" : status;
  } catch {
    return null;
  }
}

/// Asks for an answer and yields {text}, {finish} and {usage} as they arrive.
///
/// Throws `RequestError`, or what `fetch` throws when `signal` is aborted.
export async function* streamAnswer({ model, messages, sampling, key, signal }) {
  const body = {
    ...(model && { model }), messages, ...sampling,
    stream: true, stream_options: { include_usage: true },
  };
  const headers = { "Content-Type": "application/json", ...authorization(key) };
  const response = await send(
    "v1/chat/completions", { method: "POST", headers, body: JSON.stringify(body), signal });
  let finished = false;
  for await (const data of readEvents(response.body)) {
    if (data === "[DONE]") return;
    const event = parseEvent(data);
    if (event.error) throw new RequestError(event.error.message ?? "The server gave up.");
    const choice = event.choices?.[0];
    if (choice?.delta?.content) yield { text: choice.delta.content };
    if (choice?.finish_reason) {
      finished = true;
      yield { finish: choice.finish_reason };
    }
    if (event.usage) yield { usage: event.usage };
  }
  if (!finished) throw new RequestError("The answer broke off: the server closed the connection.");
}

function parseEvent(data) {
  try {
    return JSON.parse(data);
  } catch {
    throw new RequestError("The server sent something that is not JSON.");
  }
}

// Without a key of its own the page relies on what the browser knows from loading it (HTTP Basic).
function authorization(key) {
  return key ? { Authorization: `Bearer ${key}` } : {};
}

async function send(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new RequestError("The server can't be reached. Is it still running?");
  }
  if (response.ok) return response;
  throw new RequestError(await errorMessage(response), {
    status: response.status, retryAfter: retryAfter(response),
  });
}

async function errorMessage(response) {
  const text = await response.text().catch(() => "");
  try {
    const { error } = JSON.parse(text);
    if (error?.message) return error.message;
  } catch { /* not OpenAI's error object */ }
  return `The server answered ${response.status} ${response.statusText}`.trim() + ".";
}

function retryAfter(response) {
  const seconds = parseInt(response.headers.get("Retry-After"), 10);
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 1), LONGEST_WAIT) : null;
}
