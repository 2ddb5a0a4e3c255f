// A spec to write, check and start: what is wrong is shown at its place while one types.

import { call, path } from "../api.js";
import { h, morph } from "../dom.js";
import { plural } from "../format.js";
import { act, card, fault, head, toast } from "../parts/common.js";
import { dag } from "../parts/dag.js";
import { draft } from "../parts/draft.js";
import { examples } from "../parts/examples.js";
import { locate } from "../parts/pointer.js";

const PAUSE = 500;

// The same id would be refused: this is another job. A spec with comments keeps them, and its id if it has one.
const anew = spec => {
  try {
    return JSON.stringify({ ...JSON.parse(spec), id: undefined }, null, 2);
  } catch {
    return spec;
  }
};

export default async (root, context, { query }) => {
  const state = { plan: null, faults: null, checking: false, starting: false };
  const editor = h("textarea", { id: "spec", rows: 22, spellcheck: "false", autocapitalize: "off", "aria-describedby": "verdict", oninput: () => later(),
    onkeydown: event => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); start(); }
    } });
  const holder = h("div", { keep: true, class: "editor" }, editor);

  let timer = 0, latest = 0;
  const later = () => {
    draft.set(editor.value);
    clearTimeout(timer);
    state.checking = true;
    draw();
    timer = setTimeout(check, PAUSE);
  };
  context.signal.addEventListener("abort", () => clearTimeout(timer));

  const check = async () => {
    const turn = ++latest;
    try {
      const plan = await call("api/jobs/plan", { method: "POST", json: editor.value, signal: context.signal });
      if (turn === latest) [state.plan, state.faults] = [plan, null];
    } catch (error) {
      if (error.name === "AbortError" || turn !== latest) return;
      [state.plan, state.faults] = [null, error];
    }
    state.checking = false;
    draw();
  };

  const line = offset => editor.value.slice(0, offset).split("\n").length;
  const goTo = pointer => {
    const place = locate(editor.value, pointer);
    if (!place) return;
    editor.focus();
    editor.setSelectionRange(...place);
    editor.scrollTop = Math.max(0, (line(place[0]) - 4) * parseFloat(getComputedStyle(editor).lineHeight));
  };
  const use = spec => {
    editor.value = JSON.stringify(spec, null, 2);
    later();
  };
  const start = async () => {
    if (state.starting) return;
    state.starting = true;
    try {
      const started = await call("api/jobs", { method: "POST", json: editor.value });
      draft.forget();
      toast("The job is accepted.");
      location.hash = `#/jobs/${path(started.id)}`;
    } catch (error) {
      [state.plan, state.faults] = [null, error];
      draw();
    } finally {
      state.starting = false;
    }
  };

  const verdict = () => {
    if (state.faults && !state.faults.errors?.length) return fault(state.faults);
    if (state.faults) return h("div", { class: "fault", role: "alert" }, h("strong", {}, state.faults.errors.length === 1 ? "One thing is wrong" : `${state.faults.errors.length} things are wrong`),
      h("ul", { class: "stack" }, state.faults.errors.map(one => {
        const place = locate(editor.value, one.pointer ?? "");
        return h("li", {}, h("button", { type: "button", class: "quiet", onclick: () => goTo(one.pointer ?? "") }, `${one.pointer || "document"}${place ? ` · line ${line(place[0])}` : ""}`), h("p", {}, one.detail));
      })));
    if (state.plan) return h("p", { class: "hint" }, h("span", { class: "pill good" }, "Valid"), " ", state.plan.summary);
    return h("p", { class: "hint" }, "Checked while you type.");
  };

  const draw = () => morph(root, [
    h("p", { class: "crumb" }, h("a", { href: "#/jobs" }, "Jobs")),
    head("New job", "A spec is a JSON document. It is checked against the datasets that it names before it starts.",
      h("button", { class: "primary", type: "button", disabled: !state.plan || state.checking, onclick: act(start) }, "Start the job")),
    h("div", { class: "columns" },
      h("div", { class: "half" }, card("Spec", state.checking ? "checking …" : null, h("div", { class: "body stack" },
        h("div", { class: "examples", role: "group", "aria-label": "Examples" }, h("span", { class: "hint" }, "Begin with:"), Object.entries(examples).map(([name, spec]) => h("button", { type: "button", class: "quiet", onclick: () => use(spec) }, name))),
        h("label", { for: "spec" }, "Spec (JSON; Ctrl + Enter starts it)"), holder))),
      h("div", { class: "half stack" },
        card("Check", null, h("div", { class: "body", id: "verdict", "aria-live": "polite" }, verdict())),
        state.plan && card("Plan", plural(state.plan.stages.length, "stage"), dag(state.plan.stages.map(stage => ({ ...stage, tasksDone: 0, tasksTotal: stage.tasks })), "", null),
          h("div", { class: "body stack" },
            state.plan.notes.length ? h("ul", { class: "hint" }, state.plan.notes.map(note => h("li", {}, note))) : null,
            h("ul", { class: "hint" }, state.plan.stages.flatMap(stage => stage.details.map(detail => h("li", {}, h("b", {}, stage.name), ` ${detail}`)))))))),
  ]);

  draw();
  const from = query.get("from");
  editor.value = from ? anew(await call(`api/jobs/${path(from)}/spec`, { as: "text", signal: context.signal })) : draft.get() ?? JSON.stringify(examples.batch, null, 2);
  await check();
};
