// Small things that all views show.

import { h, icon } from "../dom.js";
import { Gone } from "../api.js";

const tones = { Pending: "warn", Running: "busy", Suspended: "warn", Completed: "good", Failed: "bad", Canceled: "", Paused: "warn" };

export const hasEnded = status => status === "Completed" || status === "Failed" || status === "Canceled";

export const pill = (status, text = status) => h("span", { class: `pill ${tones[status] ?? ""}` }, text === "Canceled" ? "Cancelled" : text);

/** A head with title, what it is, and what can be done. */
export const head = (title, sub, ...actions) => h("div", { class: "head" },
  h("div", {}, h("h1", {}, title), sub && h("div", { class: "sub" }, sub)),
  actions.flat().some(Boolean) && h("div", { class: "actions" }, actions));

export const card = (title, note, ...body) => h("section", { class: "card" },
  h("header", {}, h("h2", {}, title), note && (note instanceof Node ? note : h("span", { class: "note" }, note))), body);

export const facts = (...pairs) => h("dl", { class: "facts" }, pairs.filter(Boolean).map(([name, value, unit]) =>
  h("div", {}, h("dt", {}, name), h("dd", {}, value, unit && h("small", {}, ` ${unit}`)))));

/** What is said where there is nothing yet: what it would be, and how one comes by it. */
export const empty = (symbol, title, ...text) => h("div", { class: "empty" }, icon(symbol), h("h2", {}, title), text.map(t => t instanceof Node ? t : h("p", {}, t)));

export const bar = (share, tone = "", label = "progress") => h("div", { class: `progress ${tone}`, role: "progressbar", "aria-label": label, "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": Math.round(share * 100) },
  h("i", { css: { transform: `scaleX(${Math.min(1, Math.max(0, share))})` } }));

/** What went wrong, with every fault at its place. */
export const fault = error => h("div", { class: `fault ${error instanceof Gone ? "warn" : ""}`, role: "alert" },
  h("strong", {}, error.message),
  error.errors?.length > 1 || error.errors?.[0]?.pointer
    ? h("ul", {}, error.errors.map(one => h("li", {}, one.pointer && h("code", {}, one.pointer), one.pointer && " ", one.detail)))
    : null);

export const toast = (text, isBad = false) => {
  const node = h("div", { class: `toast ${isBad ? "bad" : ""}` }, text);
  document.getElementById("toasts").append(node);
  setTimeout(() => node.remove(), 6000);
};

/** Runs what a button asks for; what is refused is told. */
export const act = work => async event => {
  const button = event.currentTarget;
  button.disabled = true;
  try {
    await work();
  } catch (error) {
    if (error.name !== "AbortError") toast(error.message, true);
  } finally {
    button.disabled = false;
  }
};

/** A choice of one out of few. */
export const tabs = (label, options, chosen, choose) => h("div", { class: "tabs", role: "group", "aria-label": label },
  options.map(([value, text]) => h("button", { type: "button", "aria-pressed": String(value === chosen), onclick: () => choose(value) }, text)));

/** A table that scrolls within its place and can be reached by keyboard. */
export const table = (label, columns, rows, className = "") => h("div", { class: `scroll ${className}`, tabindex: 0, role: "region", "aria-label": label },
  h("table", {},
    h("thead", {}, h("tr", {}, columns.map(column => h("th", { class: column.num ? "num" : null, scope: "col", title: column.title }, column.text)))),
    h("tbody", {}, rows)));

/** Asks before what cannot be undone. */
export const confirm = (title, text, action) => new Promise(resolve => {
  const done = answer => { dialog.close(); dialog.remove(); resolve(answer); };
  const dialog = h("dialog", { "aria-labelledby": "confirm-title", oncancel: () => done(false) },
    h("form", { onsubmit: event => { event.preventDefault(); done(true); } },
      h("h2", { id: "confirm-title" }, title), h("p", {}, text),
      h("div", { class: "actions" }, h("button", { type: "button", onclick: () => done(false) }, "Keep"), h("button", { type: "submit", class: "primary" }, action))));
  document.body.append(dialog);
  dialog.showModal();
});
