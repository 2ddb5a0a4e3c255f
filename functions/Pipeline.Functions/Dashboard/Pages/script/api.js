// The app's HTTP API: carries the key, turns problems into errors, and knows whether the app answers.

const KEY = "pipeline-key";
const RETRY = 2000;

/** What the app refused: an RFC 9457 problem. */
export class Problem extends Error {
  constructor(status, body) {
    super(body?.detail ?? body?.title ?? `The app answered ${status}.`);
    this.status = status;
    this.type = body?.type;
    this.errors = body?.errors ?? [];
  }
}

/** The app does not answer. */
export class Gone extends Error {}

/** Tells of a `change` in whether the app answers, and when it is `back`. */
export const link = new EventTarget();
let up = null;
let asking = null;
let askKey = () => Promise.reject(new Problem(401));
// What early.js asked for; whoever asks the same first is given the answer.
let early = globalThis.early ?? null;

/** Whether the app answered last; null before the first answer. */
export const isUp = () => up;

export const key = {
  get: () => sessionStorage.getItem(KEY),
  set: value => sessionStorage.setItem(KEY, value),
  forget: () => sessionStorage.removeItem(KEY),
  /** Says how a person is asked for the key. */
  askWith: ask => askKey = ask,
};

const setUp = value => {
  if (up === value) return;
  const isBack = up === false;
  up = value;
  link.dispatchEvent(new Event("change"));
  if (isBack) link.dispatchEvent(new Event("back"));
  if (!up) setTimeout(knock, RETRY);
};

const knock = async () => {
  try {
    await fetch("icon.svg", { method: "HEAD", cache: "no-store" });
    setUp(true);
  } catch {
    setTimeout(knock, RETRY);
  }
};

/** Calls the API. Options: method, json, body, signal, as ("json", "blob", "text"). */
export const call = async (path, options = {}) => {
  const headers = { accept: "application/json" };
  if (key.get()) headers["x-functions-key"] = key.get();
  let body = options.body;
  if (options.json !== undefined) [body, headers["content-type"]] = [typeof options.json === "string" ? options.json : JSON.stringify(options.json), "application/json"];
  let response;
  try {
    const asked = early?.path === path ? early.answer : null;
    if (asked) early = null;
    response = await (asked ?? fetch(path, { method: options.method ?? "GET", headers, body, signal: options.signal, cache: "no-store" }));
  } catch (error) {
    if (error.name === "AbortError") throw error;
    setUp(false);
    throw new Gone("The app does not answer.");
  }
  setUp(true);
  if (response.status === 401) {
    const used = headers["x-functions-key"] ?? null;
    if (key.get() === used) {
      // One question, however many calls wait for its answer.
      asking ??= askKey(used ? "The app does not take this key." : null).finally(() => asking = null);
      await asking;
    }
    if (options.signal?.aborted) throw new DOMException("aborted", "AbortError");
    return call(path, options);
  }
  if (!response.ok) {
    let problem = null;
    try { problem = await response.json(); } catch { /* Not every refusal has a body. */ }
    throw new Problem(response.status, problem);
  }
  if (response.status === 204) return null;
  return options.as === "blob" ? response.blob() : options.as === "text" ? response.text() : response.json();
};

/** A path of segments, each escaped. */
export const path = (...segments) => segments.map(segment => encodeURIComponent(segment)).join("/");

/** Offers bytes as a file. */
export const save = (name, blob) => {
  const url = URL.createObjectURL(blob);
  const a = document.createElement("a");
  [a.href, a.download] = [url, name];
  a.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
};
