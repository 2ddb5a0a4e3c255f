// The frame: navigation, the key, light and dark, and whether the app answers.

import { isUp, key, link } from "./api.js";
import { h, icon, morph } from "./dom.js";
import { fault } from "./parts/common.js";
import * as jobs from "./views/jobs.js";

const views = [
  { name: "jobs", title: "Jobs", routes: { "": "jobs", new: "submit", "*": "job" } },
  { name: "datasets", title: "Datasets", routes: { "": "datasets", "*": "dataset" } },
  { name: "streams", title: "Streams", routes: { "": "streams", "*": "stream" } },
  { name: "training", title: "Training", routes: { "": "training", "*": "model" } },
  { name: "simulation", title: "Simulation", routes: { "": "simulation", "*": "simulation" } },
  { name: "grid", title: "Grid", routes: { "": "grid", "*": "grid" } },
];

// The view that most begin with is there at once, so that it asks for its jobs before the browser paints; the others come when they are opened.
const ready = { jobs };

const main = document.getElementById("main");
let leave = null;

const nav = current => morph(document.getElementById("nav"), views.map(view =>
  h("a", { href: `#/${view.name}`, "aria-current": view.name === current ? "page" : null }, icon(view.name), h("span", {}, view.title))));

/** What a view gets: a signal that ends with it, and work that repeats until then, at once where the app came back. */
const context = signal => ({
  signal,
  title: text => document.title = `${text} · Pipeline`,
  every(milliseconds, work) {
    let timer = 0, running = false, again = false;
    const turn = async () => {
      if (running) { again = true; return; }
      if (signal.aborted) return;
      running = true;
      clearTimeout(timer);
      try {
        if (!document.hidden) await work();
      } catch (error) {
        if (error.name !== "AbortError") console.warn(error);
      }
      running = false;
      if (signal.aborted) return;
      timer = setTimeout(turn, again ? 0 : milliseconds);
      again = false;
    };
    const wake = () => { if (!document.hidden) turn(); };
    link.addEventListener("back", wake, { signal });
    document.addEventListener("visibilitychange", wake, { signal });
    signal.addEventListener("abort", () => clearTimeout(timer));
    turn();
    return turn;
  },
});

// What somebody typed into the address may be no encoding at all.
const decoded = segment => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};

const show = async (first = false) => {
  const [pathname, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [name = "", ...rest] = pathname.split("/").map(decoded);
  const view = views.find(candidate => candidate.name === name);
  if (!view) {
    location.replace("#/jobs");
    return;
  }
  leave?.abort();
  const leaving = leave = new AbortController();
  nav(view.name);
  document.title = `${view.title} · Pipeline`;
  const file = view.routes[Object.hasOwn(view.routes, rest[0] ?? "") ? rest[0] ?? "" : "*"];
  try {
    const { default: open } = await (ready[file] ?? import(`./views/${file}.js`));
    if (leaving.signal.aborted) return;
    const root = h("div", { class: "view" });
    main.replaceChildren(root);
    if (!first) {
      main.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    await open(root, context(leaving.signal), { id: rest[0], rest, query: new URLSearchParams(query) });
  } catch (error) {
    if (error.name !== "AbortError" && !leaving.signal.aborted) main.replaceChildren(fault(error));
  }
};

const askForKey = complaint => new Promise(resolve => {
  const input = h("input", { type: "password", id: "key", autocomplete: "off", required: true, spellcheck: "false" });
  const dialog = h("dialog", { "aria-labelledby": "key-title" },
    h("form", { onsubmit: event => {
      event.preventDefault();
      if (!input.value.trim()) return;
      key.set(input.value.trim());
      dialog.close();
      dialog.remove();
      resolve();
    } },
    h("h2", { id: "key-title" }, "Which key opens this app?"),
    complaint && h("p", { class: "fault", role: "alert" }, complaint),
    h("div", { class: "field" }, h("label", { for: "key" }, "Function key"), input),
    h("p", { class: "hint" }, "On this machine it is ", h("code", {}, "function"), " in ", h("code", {}, ".pipeline/keys.json"), "; on Azure it is among the app's keys. It is kept until this tab is closed."),
    h("div", { class: "actions" }, h("button", { class: "primary", type: "submit" }, "Open"))));
  // Nothing is behind the question but an empty page.
  dialog.addEventListener("cancel", event => event.preventDefault());
  document.body.append(dialog);
  dialog.showModal();
  input.focus();
});

const showLink = () => {
  const state = isUp();
  const gone = document.getElementById("gone");
  document.getElementById("link").className = `link-state ${state === null ? "" : state ? "up" : "down"}`;
  document.getElementById("link-text").textContent = state === null ? "Connecting" : state ? "Connected" : "No answer";
  gone.hidden = state !== false;
  gone.textContent = state === false ? "The app does not answer: it was stopped, or the network is down. This page tries again every two seconds and goes on by itself." : "";
};

const themes = { system: "Auto", light: "Light", dark: "Dark" };
const theme = () => document.documentElement.dataset.theme ?? "system";
const showTheme = () => {
  const button = document.getElementById("theme");
  button.textContent = themes[theme()];
  button.setAttribute("aria-label", `Theme: ${themes[theme()]}`);
};

document.getElementById("theme").onclick = () => {
  const next = { system: "light", light: "dark", dark: "system" }[theme()];
  if (next === "system") {
    delete document.documentElement.dataset.theme;
    localStorage.removeItem("pipeline-theme");
  } else {
    document.documentElement.dataset.theme = next;
    localStorage.setItem("pipeline-theme", next);
  }
  showTheme();
};
document.getElementById("forget").onclick = () => { key.forget(); location.reload(); };
document.getElementById("skip").onclick = event => { event.preventDefault(); main.focus(); };

key.askWith(askForKey);
link.addEventListener("change", showLink);
addEventListener("hashchange", () => show());
showTheme();
showLink();
show(true);
