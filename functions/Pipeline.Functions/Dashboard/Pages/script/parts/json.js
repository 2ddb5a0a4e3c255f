// JSON in colours, without a library.

import { h } from "../dom.js";

/** A JSON text with an indent of two; as it is where it has comments, or is no JSON. */
export const pretty = text => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
};

export const json = value => {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  const parts = [];
  let last = 0;
  for (const match of text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\btrue\b|\bfalse\b|\bnull\b/g)) {
    parts.push(text.slice(last, match.index));
    parts.push(h("span", { class: match[2] ? "json-key" : match[1] ? "json-text" : "json-number" }, match[1] ?? match[0]), match[2] ?? "");
    last = match.index + match[0].length;
  }
  return h("pre", { class: "text", tabindex: 0, role: "region", "aria-label": "JSON document" }, parts, text.slice(last));
};
