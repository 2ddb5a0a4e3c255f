// Trainings: curves of several runs together, and the models that they made.

import { call, path } from "../api.js";
import { h, morph } from "../dom.js";
import { ago, count, duration, measure, plural } from "../format.js";
import { colour } from "../parts/chart.js";
import { bar, card, empty, fault, hasEnded, head, pill, table } from "../parts/common.js";
import { curves } from "../parts/curves.js";
import { elapsed, share, standing, tone } from "./jobs.js";

const RUNS = 50, FIRST = 3;

export default (root, context, { query }) => {
  let jobs = null, models = null, failure = null, chosen = query.get("runs")?.split(",") ?? null;
  const histories = new Map();
  const ask = where => call(where, { signal: context.signal });

  const toggle = id => {
    chosen = chosen.includes(id) ? chosen.filter(other => other !== id) : [...chosen, id];
    history.replaceState(null, "", `#/training${chosen.length ? `?runs=${chosen.join(",")}` : ""}`);
    draw();
    turn();
  };

  const runs = () => jobs.filter(job => chosen.includes(job.id) && histories.has(job.id))
    .map((job, _, all) => ({ name: all.filter(other => other.name === job.name).length > 1 ? `${job.name} ${job.id.slice(-4)}` : job.name, epochs: histories.get(job.id).epochs }));

  const row = job => {
    const at = chosen.filter(id => jobs.some(other => other.id === id)).length ? jobs.filter(other => chosen.includes(other.id)).indexOf(job) : -1;
    const last = histories.get(job.id)?.epochs.at(-1);
    return h("tr", { key: job.id },
      h("td", {}, h("label", { class: "check" }, h("input", { type: "checkbox", checked: chosen.includes(job.id), onchange: () => toggle(job.id), "aria-label": `Show the curves of ${job.name} ${job.id}` }), h("span", { class: "dot", "aria-hidden": "true", css: { background: at >= 0 ? colour(at) : "transparent" } }))),
      h("td", {}, h("a", { href: `#/jobs/${path(job.id)}` }, h("b", {}, job.name)), h("span", { class: "small mono" }, job.id)),
      h("td", {}, pill(job.status)),
      h("td", {}, hasEnded(job.status) ? standing(job) : [h("span", { class: "small" }, job.progress?.note ?? standing(job)), bar(share(job), tone(job), `Progress of ${job.name}`)]),
      h("td", { class: "num" }, last ? measure(last.loss) : "–"),
      h("td", { class: "num" }, last ? Object.entries(last.metrics).slice(0, 1).map(([name, value]) => `${name} ${measure(value)}`) : "–"),
      h("td", { class: "num" }, duration(elapsed(job))));
  };

  const draw = () => morph(root, [
    head("Training", jobs ? `${plural(jobs.length, "run")}, ${plural(models?.length ?? 0, "model")}` : "Loading", h("a", { class: "button primary", href: "#/jobs/new" }, "New training")),
    failure && fault(failure),
    jobs?.length === 0 && h("div", { class: "card" }, empty("training", "Nothing was trained yet", "A training job teaches a network from a dataset, with as many workers as you like. This one reads handwritten digits:", h("p", {}, h("code", {}, "dotnet run --project functions/Pipeline.Embedded -- run samples/digits/digits.json")))),
    jobs?.length > 0 && h("div", { class: "stack" },
      runs().length ? curves(runs()) : h("p", { class: "card body hint" }, "Choose runs below to see their curves together."),
      card("Runs", "those that are ticked are drawn", table("Runs", [{ text: "Drawn" }, { text: "Run" }, { text: "Status" }, { text: "Progress" }, { text: "Loss", num: true }, { text: "Metric", num: true }, { text: "Took", num: true }], jobs.map(row)))),
    models?.length ? h("div", { class: "stack", key: "models", css: { "margin-top": "1rem" } }, card("Models", null, table("Models", [{ text: "Model" }, { text: "Versions", num: true }, { text: "In use" }, { text: "Metrics of the newest" }, { text: "Made" }], models.map(model => h("tr", {},
      h("td", {}, h("a", { href: `#/training/${path(model.name)}` }, h("b", {}, model.name))), h("td", { class: "num" }, count(model.versions.length)), h("td", {}, model.promoted ? `version ${model.promoted}` : "the newest"),
      h("td", {}, Object.entries(model.versions[0]?.metrics ?? {}).map(([name, value]) => [h("span", { class: "tag" }, `${name} ${measure(value)}`), " "])), h("td", {}, model.versions[0] ? ago(model.versions[0].createdAt) : "–")))))) : null,
  ]);

  const turn = context.every(2000, async () => {
    try {
      const page = await ask(`api/jobs?kind=training&top=${RUNS}`);
      ({ jobs } = page);
      models = await ask("api/models");
      chosen ??= jobs.filter(job => job.status !== "Failed" && job.status !== "Canceled").slice(0, FIRST).map(job => job.id);
      failure = null;
      draw();
      await Promise.all(jobs.filter(job => chosen.includes(job.id) && !histories.get(job.id)?.isWhole).map(async job => histories.set(job.id, { ...await ask(`api/jobs/${path(job.id)}/epochs`), isWhole: hasEnded(job.status) })));
    } catch (error) {
      if (error.name === "AbortError") throw error;
      failure = error.status ? error : null;
    }
    draw();
  });
  draw();
};
