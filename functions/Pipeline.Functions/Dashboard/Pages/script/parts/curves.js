// How a training gets better: loss, metrics, and what it takes for what.

import { call, path } from "../api.js";
import { h } from "../dom.js";
import { count, percent } from "../format.js";
import { lines } from "./chart.js";
import { card } from "./common.js";

/** The confusion matrix as a table: rows are what it is, columns what the network says. */
export const matrix = ({ classes, counts }) => {
  const totals = counts.map(row => Math.max(1, row.reduce((sum, n) => sum + n, 0)));
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Confusion matrix" }, h("table", { class: "matrix" },
    h("caption", { class: "visually-hidden" }, "Rows: what it is. Columns: what the network says."),
    h("thead", {}, h("tr", {}, h("td", {}), classes.map(name => h("th", { scope: "col" }, name)))),
    h("tbody", {}, counts.map((row, i) => h("tr", {}, h("th", { scope: "row" }, classes[i]), row.map((n, j) => {
      // Mistakes are rare: a root makes them visible beside what is right.
      const share = Math.sqrt(n / totals[i]);
      return h("td", { title: `${classes[i]} taken for ${classes[j]}: ${n}`, css: { background: n === 0 ? "transparent" : `color-mix(in srgb, var(${i === j ? "--c1" : "--c2"}) ${Math.round(8 + share * 34)}%, var(--surface))` } }, n || h("span", { class: "hint" }, "·"));
    }))))));
};

/** Charts of runs: [{ name, epochs }]. One of the losses, one a metric. */
export const curves = runs => {
  const metrics = [...new Set(runs.flatMap(run => Object.keys(run.epochs[0]?.metrics ?? {})))].slice(0, 3);
  const alone = runs.length === 1;
  const series = pick => runs.map(run => ({ name: run.name, points: run.epochs.map(epoch => [epoch.epoch, pick(epoch)]) }));
  const losses = alone
    ? [{ name: "training", points: runs[0].epochs.map(epoch => [epoch.epoch, epoch.trainLoss]) }, { name: "validation", points: runs[0].epochs.map(epoch => [epoch.epoch, epoch.loss]) }]
    : series(epoch => epoch.loss);
  const options = { x: "epoch", whole: true, height: 220, legend: true, none: "The first epoch is not over yet." };
  return h("div", { class: "columns" },
    h("div", { class: metrics.length ? "half" : null }, card(alone ? "Loss" : "Validation loss", null, h("div", { class: "body" }, lines(losses, { ...options, label: "Loss by epoch", zero: true })))),
    metrics.map((metric, i) => h("div", { class: "half", key: metric }, card(metric, "validation", h("div", { class: "body" }, lines(series(epoch => epoch.metrics[metric]), { ...options, label: `${metric} by epoch` })))))
  );
};

/** The panel of a training in the view of its job. */
export default (id, context, draw) => {
  let found = null;
  return {
    async refresh() {
      if (found?.model) return;
      found = await call(`api/jobs/${path(id)}/epochs`, { signal: context.signal });
      draw();
    },
    nodes(job) {
      if (!found) return null;
      const last = found.epochs.at(-1);
      return [
        curves([{ name: job.name, epochs: found.epochs }]),
        last && h("p", { class: "hint", key: "last" }, `After ${count(last.epoch)} ${last.epoch === 1 ? "epoch" : "epochs"}: ${Object.entries(last.metrics).map(([name, value]) => `${name} ${value >= 0 && value <= 1 ? percent(value) : value.toPrecision(4)}`).join(" · ")}`),
        found.confusion && card("Confusion matrix", "rows: what it is · columns: what the network says", h("div", { class: "body" }, matrix(found.confusion))),
        found.model && h("div", { class: "actions", key: "model" }, h("a", { class: "button primary", href: `#/training/${path(found.model)}` }, `Try ${found.model} ${found.version}`)),
      ];
    },
  };
};
