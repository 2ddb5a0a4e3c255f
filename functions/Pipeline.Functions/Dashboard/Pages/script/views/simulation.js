// Simulations: one to watch, and all to choose from.

import { call, path } from "../api.js";
import { h, morph } from "../dom.js";
import { duration, plural } from "../format.js";
import { bar, card, empty, fault, head, pill, table } from "../parts/common.js";
import open from "../parts/player.js";
import { elapsed, share, standing, tone } from "./jobs.js";

const RUNS = 50;

export default (root, context, { id }) => {
  let jobs = null, failure = null, chosen = id ?? null, panel = null;

  const draw = () => {
    const job = jobs?.find(one => one.id === chosen);
    morph(root, [
      head("Simulation", jobs ? plural(jobs.length, "run") : "Loading", h("a", { class: "button primary", href: "#/jobs/new" }, "New simulation")),
      failure && fault(failure),
      jobs?.length === 0 && h("div", { class: "card" }, empty("simulation", "No simulation yet", "A simulation is a program over many ranks that talk to each other at every step. Fifteen days of a flow against a mountain:", h("p", {}, h("code", {}, "dotnet run -c Release --project functions/Pipeline.Embedded -- run samples/climate/mountain.json")))),
      jobs?.length > 0 && h("div", { class: "stack" },
        job && h("section", { class: "card", "aria-label": "Chosen run" }, h("header", {}, h("h2", {}, job.name), h("div", { class: "actions" }, pill(job.status), h("a", { class: "button", href: `#/jobs/${path(job.id)}` }, "The job"))),
          h("div", { class: "body stack" }, bar(share(job), tone(job)), h("p", { class: "hint" }, job.progress?.note ?? standing(job)))),
        panel?.nodes(),
        card("Runs", "choose one to watch", table("Runs", [{ text: "Run" }, { text: "Status" }, { text: "Progress" }, { text: "Took", num: true }], jobs.map(one => h("tr", { key: one.id },
          h("td", {}, h("a", { href: `#/simulation/${path(one.id)}`, "aria-current": one.id === chosen ? "true" : null }, h("b", {}, one.name)), h("span", { class: "small mono" }, one.id)),
          h("td", {}, pill(one.status)), h("td", {}, h("span", { class: "small" }, standing(one))), h("td", { class: "num" }, duration(elapsed(one)))))))),
    ]);
  };

  context.every(1500, async () => {
    try {
      ({ jobs } = await call(`api/jobs?kind=simulation&top=${RUNS}`, { signal: context.signal }));
      chosen ??= (jobs.find(job => job.status === "Running") ?? jobs.find(job => job.status === "Completed") ?? jobs[0])?.id ?? null;
      failure = null;
      const job = jobs.find(one => one.id === chosen);
      if (job) {
        panel ??= open(job.id, context, draw);
        await panel.refresh(job);
      }
    } catch (error) {
      if (error.name === "AbortError") throw error;
      failure = error.status ? error : null;
    }
    draw();
  });
  draw();
};
