// What a user can set: sampling, the API key and the theme. All of it is in localStorage.

/// Sampling controls: the field of the request, its name, range and step, and its default until the
/// server has said its own. Only what the user has set is sent.
export const CONTROLS = [
  { field: "temperature", name: "Temperature", minimum: 0, maximum: 2, step: 0.05, value: 0.8,
    hint: "0 always takes the likeliest word; higher is more varied." },
  { field: "top_p", name: "Top-p", minimum: 0, maximum: 1, step: 0.01, value: 0.95,
    hint: "Only the likeliest words that together have this probability." },
  { field: "top_k", name: "Top-k", minimum: 0, maximum: 200, step: 1, value: 40,
    hint: "Only this many of the likeliest words; 0 is all." },
  { field: "min_p", name: "Min-p", minimum: 0, maximum: 1, step: 0.01, value: 0.05,
    hint: "Only words at least this likely, relative to the likeliest." },
  { field: "repetition_penalty", name: "Repeat penalty", minimum: 1, maximum: 2, step: 0.01, value: 1,
    hint: "Above 1, words that were used lately become less likely." },
  { field: "max_tokens", name: "Most tokens", minimum: 1, maximum: 1_000_000, step: 1, value: null,
    hint: "Where an answer ends at the latest; empty leaves it to the server." },
  { field: "seed", name: "Seed", minimum: 0, maximum: 2 ** 53 - 1, step: 1, value: null,
    hint: "The same seed gives the same answer; empty is different every time." },
];

const SAMPLING = "bitnet.sampling";
const KEY = "bitnet.key";
const SYSTEM = "bitnet.system";
const THEME = "bitnet.theme";
const DRAFT = "bitnet.draft.";

const defaults = Object.fromEntries(CONTROLS.map(({ field, value }) => [field, value]));

/// Takes over the defaults of the server, by field.
export function setServerDefaults(values) {
  for (const control of CONTROLS) {
    const value = values?.[control.field];
    if (isAllowed(control, value)) defaults[control.field] = value;
  }
}

/// What holds, by field: what is set, or else the default.
export function sampling() {
  return { ...defaults, ...samplingFields() };
}

/// What the user has set, by field; what is stored but not allowed does not count.
export function samplingFields() {
  const stored = readJSON(SAMPLING);
  const set = CONTROLS.filter((control) => isAllowed(control, stored[control.field]));
  return Object.fromEntries(set.map(({ field }) => [field, stored[field]]));
}

export function setSampling(field, value) {
  const stored = readJSON(SAMPLING);
  if (value === null) delete stored[field];
  else stored[field] = value;
  write(SAMPLING, JSON.stringify(stored));
}

export function resetSampling() {
  write(SAMPLING, null);
}

export function isAllowed(control, value) {
  return typeof value === "number" && value >= control.minimum && value <= control.maximum
    && (control.step < 1 || Number.isInteger(value));
}

export const apiKey = () => read(KEY) ?? "";
export const setAPIKey = (key) => write(KEY, key || null);

/// The system prompt that new conversations start with.
export const defaultSystem = () => read(SYSTEM) ?? "";
export const setDefaultSystem = (text) => write(SYSTEM, text || null);

/// "light", "dark", or "auto" for the system's choice. theme.js reads it before the page is drawn.
export const theme = () => read(THEME) ?? "auto";
export function setTheme(name) {
  write(THEME, name === "auto" ? null : name);
  document.documentElement.dataset.theme = name;
}

/// What was typed and not sent, for one conversation.
export const draft = (conversation) => read(DRAFT + conversation) ?? "";
export const setDraft = (conversation, text) => write(DRAFT + conversation, text || null);

function read(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function readJSON(name) {
  try {
    return JSON.parse(read(name)) ?? {};
  } catch {
    return {};
  }
}

// A browser that keeps nothing (or is full) leaves the page usable.
function write(name, value) {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch { /* not kept */ }
}
