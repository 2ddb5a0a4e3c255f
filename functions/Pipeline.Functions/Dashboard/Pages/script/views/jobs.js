// All jobs: filters, live progress, and as many rows as there are; only those in sight are elements.

import { h, morph } from "../dom.js";
import { ago, compact, duration } from "../format.js";
import { bar, empty, fault, hasEnded, head, pill } from "../parts/common.js";
import { JobsList } from "../parts/jobs-list.js";

const BEYOND = 8;
const kinds = ["batch", "training", "scoring", "simulation", "grid"];
const statuses = ["Pending", "Running", "Suspended", "Completed", "Failed", "Canceled"];

export const tone = job => job.status === "Completed" ? "good" : job.status === "Failed" ? "bad" : job.status === "Canceled" ? "off" : "";

export const share = job => job.status === "Completed" ? 1 : job.progress?.tasksTotal > 0 ? job.progress.tasksDone / job.progress.tasksTotal : 0;

/** How far a job is, in words. */
export const standing = job => {
  if (job.status === "Failed") return job.error?.message ?? "failed";
  if (job.status === "Completed") return job.output ? `${compact(job.output.rows)} ${job.output.rows === 1 ? "row" : "rows"}` : "done";
  if (!job.progress) return job.status === "Pending" ? "waits to start" : "";
  const tasks = job.progress.tasksTotal > 0 ? ` · ${compact(job.progress.tasksDone)}/${compact(job.progress.tasksTotal)}` : "";
  return job.progress.stage + tasks;
};

export const elapsed = job => (hasEnded(job.status) ? new Date(job.updatedAt) : Date.now()) - new Date(job.createdAt);

const row = (job, index, height) => h("div", { class: "list-row", role: "row", key: job.id, "aria-rowindex": index + 2, css: { transform: `translateY(${index * height}px)` } },
  h("div", { role: "cell" }, h("a", { class: "name", href: `#/jobs/${encodeURIComponent(job.id)}` }, job.name || job.id), h("span", { class: "small mono" }, job.id)),
  h("div", { role: "cell" }, h("span", { class: "tag" }, job.kind)),
  h("div", { role: "cell" }, pill(job.status)),
  h("div", { role: "cell" }, h("span", { class: "small" }, standing(job)), hasEnded(job.status) ? null : bar(share(job), tone(job), `Progress of ${job.name}`)),
  h("div", { role: "cell", class: "small" }, ago(job.createdAt)),
  h("div", { role: "cell", class: "small" }, duration(elapsed(job))));

export default (root, context, { query }) => {
  const filter = { kind: query.get("kind") ?? "", status: query.get("status") ?? "", text: query.get("q") ?? "" };
  let jobs = new JobsList(filter.kind, filter.status, context.signal);
  let failure = null, loaded = false, frame = 0;

  const rows = h("div", { class: "rows", role: "presentation" });
  const space = h("div", { "aria-hidden": "true" });
  const body = h("div", { class: "list-body", tabindex: 0, role: "rowgroup", "aria-label": "Jobs, newest first", onscroll: () => paint() }, space, rows);
  const holder = h("div", { keep: true }, h("div", { class: "list", role: "table", "aria-label": "Jobs" },
    h("div", { role: "rowgroup" }, h("div", { class: "list-head", role: "row" }, ["Job", "Kind", "Status", "Progress", "Submitted", "Took"].map(text => h("div", { role: "columnheader" }, text)))),
    body));
  const list = holder.firstChild;

  const shown = () => {
    const text = filter.text.toLowerCase();
    return text ? jobs.items.filter(job => job.name.toLowerCase().includes(text) || job.id.toLowerCase().includes(text)) : jobs.items;
  };
  const sight = (items, height) => {
    const first = Math.max(0, Math.floor(body.scrollTop / height) - BEYOND);
    return [first, Math.min(items.length, Math.ceil((body.scrollTop + body.clientHeight) / height) + BEYOND)];
  };

  // Rows are as high as the style says; one computed style a paint is cheap.
  const rowHeight = () => parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--row"));

  const paint = () => {
    if (frame) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      if (context.signal.aborted) return;
      const items = shown(), height = rowHeight();
      const [first, end] = sight(items, height);
      space.style.height = `${items.length * height}px`;
      list.setAttribute("aria-rowcount", jobs.complete ? items.length + 1 : -1);
      morph(rows, items.slice(first, end).map((job, i) => row(job, first + i, height)));
      if (end >= items.length - 2 * BEYOND && !jobs.complete) jobs.more()?.then(draw, () => {});
    });
  };

  const change = () => {
    const kept = new URLSearchParams(Object.entries({ kind: filter.kind, status: filter.status, q: filter.text }).filter(([, value]) => value));
    history.replaceState(null, "", `#/jobs${kept.size ? `?${kept}` : ""}`);
  };
  const choose = (name, value) => {
    filter[name] = value;
    change();
    jobs = new JobsList(filter.kind, filter.status, context.signal);
    loaded = false;
    body.scrollTop = 0;
    refresh();
  };
  const select = (name, label, options) => h("div", { class: "field" }, h("label", { for: `filter-${name}` }, label),
    h("select", { id: `filter-${name}`, onchange: event => choose(name, event.target.value) },
      h("option", { value: "" }, "All"), options.map(option => h("option", { value: option, selected: option === filter[name] }, option === "Canceled" ? "Cancelled" : option))));

  const draw = () => {
    const items = shown(), narrowed = filter.kind || filter.status || filter.text;
    const running = jobs.items.filter(job => !hasEnded(job.status)).length;
    morph(root, [
      head("Jobs", loaded ? `${compact(jobs.items.length)}${jobs.complete ? "" : "+"} known${running ? `, ${compact(running)} at work` : ""}` : "Loading",
        h("a", { class: "button primary", href: "#/jobs/new" }, "New job")),
      h("div", { class: "bar", role: "search" },
        h("div", { class: "field grow" }, h("label", { for: "filter-text" }, "Find"), h("input", { id: "filter-text", type: "search", placeholder: "Name or id", value: filter.text, oninput: event => { filter.text = event.target.value; change(); draw(); } })),
        select("kind", "Kind", kinds), select("status", "Status", statuses)),
      failure && fault(failure),
      h("div", { class: "card", key: "list", hidden: loaded && items.length === 0 }, holder.isConnected ? h("div", { keep: true }) : holder),
      loaded && items.length === 0 && !failure ? h("div", { class: "card", key: "empty" }, narrowed
        ? empty("jobs", "No job is like that", "Widen the filters to see others.")
        : empty("jobs", "No jobs yet", "A job is a JSON document: SQL over a dataset, a network to train, or a simulation to run. Start from an example, or with the command line:", h("p", {}, h("code", {}, "dotnet run --project functions/Pipeline.Embedded -- run samples/batch/flights-by-month.json")), h("a", { class: "button primary", href: "#/jobs/new" }, "Start a job"))) : null,
    ]);
    paint();
  };

  const refresh = context.every(2000, async () => {
    try {
      const items = shown(), [first, end] = items.length > 0 ? sight(items, rowHeight()) : [0, 0];
      await jobs.refresh(items.slice(first, end));
      [failure, loaded] = [null, true];
    } catch (error) {
      if (error.name === "AbortError") throw error;
      failure = error.status ? error : null;
    }
    draw();
    if (loaded && performance.getEntriesByName("first-view").length === 0) requestAnimationFrame(() => performance.mark("first-view"));
  });
  const resized = new ResizeObserver(paint);
  resized.observe(body);
  context.signal.addEventListener("abort", () => resized.disconnect());
  draw();
};
