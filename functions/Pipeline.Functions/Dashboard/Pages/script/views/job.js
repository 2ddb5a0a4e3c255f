// One job: how far it is, its plan with its tasks, what it made or why it failed.

import { call, path } from "../api.js";
import { h, morph } from "../dom.js";
import { ago, bytes, compact, count, duration, moment } from "../format.js";
import { act, bar, card, confirm, empty, facts, fault, hasEnded, head, pill, toast } from "../parts/common.js";
import { dag } from "../parts/dag.js";
import { json, pretty } from "../parts/json.js";
import { resultBody } from "../parts/result.js";
import { elapsed, share, tone } from "./jobs.js";

const TOP = 1000;
// Panels of kinds of jobs, which other views show, too.
const panels = { training: "../parts/curves.js", simulation: "../parts/player.js" };

export default async (root, context, { id }) => {
  const address = `api/jobs/${path(id)}`;
  const known = { job: null, result: null, plan: null, spec: null, failure: null, panel: null };
  const ask = (where, options = {}) => call(where, { ...options, signal: context.signal });

  // The stages that a job tells, or else those of its plan with what its progress says of them.
  const stages = job => {
    if (job.tasks) return job.tasks.stages;
    if (!known.plan) return null;
    const at = known.plan.stages.findIndex(stage => stage.name === job.progress?.stage);
    return known.plan.stages.map((stage, i) => {
      const isOver = job.status === "Completed" || (at >= 0 && i < at);
      // The figures of a job that has come to its last stage are still those of the one before.
      const counts = i === at && !isOver && (i === 0 || i < known.plan.stages.length - 1) && job.progress.tasksTotal > 0;
      return counts ? { ...stage, tasksTotal: job.progress.tasksTotal, tasksDone: job.progress.tasksDone } : { ...stage, tasksTotal: stage.tasks, tasksDone: isOver ? stage.tasks : 0 };
    });
  };
  const failedStage = (job, all) => job.status === "Failed" ? all.find(stage => job.error?.task?.startsWith(`${stage.name}/`) || job.error?.task === stage.name)?.name ?? job.progress?.stage : null;

  const slowest = job => {
    const most = Math.max(1, ...job.tasks.slowest.map(task => task.milliseconds));
    return card("Slowest tasks", `of ${count(job.progress.tasksDone)} that have ended`, h("div", { class: "body" }, h("ol", { class: "slow" }, job.tasks.slowest.map(task =>
      h("li", {}, h("span", {}, h("code", {}, task.task), " ", h("span", { class: "hint" }, `${compact(task.rowsRead)} rows · ${bytes(task.bytesRead)}`)), h("b", {}, duration(task.milliseconds)), bar(task.milliseconds / most, "", `Time of ${task.task}`))))));
  };

  const figures = job => facts(
    job.progress?.tasksTotal > 0 && ["Tasks", `${compact(job.progress.tasksDone)} / ${compact(job.progress.tasksTotal)}`],
    ["Took", duration(elapsed(job))],
    job.progress?.stage && !hasEnded(job.status) && ["Stage", job.progress.stage, job.progress.stages > 0 ? `${job.progress.stageNumber} of ${job.progress.stages}` : null],
    job.progress?.rowsRead > 0 && ["Rows read", compact(job.progress.rowsRead)],
    job.progress?.bytesRead > 0 && ["Read", bytes(job.progress.bytesRead)],
    job.output && ["Result", compact(job.output.rows), job.output.rows === 1 ? "row" : "rows"],
    job.output && ["Result files", compact(job.output.fileCount), bytes(job.output.bytes)],
    ["Submitted", h("span", { title: moment(job.createdAt) }, ago(job.createdAt))]);

  const draw = () => {
    const { job } = known;
    if (!job) {
      morph(root, known.failure ? [head("Job", id), known.failure.status === 404
        ? h("div", { class: "card" }, empty("jobs", "There is no such job", "It may have been purged, or the address is wrong.", h("a", { class: "button", href: "#/jobs" }, "All jobs")))
        : fault(known.failure)] : head("Job", "Loading"));
      return;
    }
    const all = stages(job);
    morph(root, [
      h("p", { class: "crumb" }, h("a", { href: "#/jobs" }, "Jobs")),
      head(job.name || job.id, h("span", { class: "actions" }, pill(job.status), h("span", { class: "tag" }, job.kind), h("span", { class: "mono" }, job.id)),
        !hasEnded(job.status) && h("button", { class: "danger", type: "button", onclick: act(async () => {
          if (!await confirm("Cancel this job?", "Its running tasks stop, and what it has made so far goes.", "Cancel the job")) return;
          await ask(address, { method: "DELETE" });
          toast("The job is cancelled.");
          refresh();
        }) }, "Cancel"),
        hasEnded(job.status) && h("button", { type: "button", onclick: act(async () => {
          const started = await ask(`${address}/restart`, { method: "POST" });
          toast("Started anew.");
          location.hash = `#/jobs/${path(started.id)}`;
        }) }, "Run again"),
        h("a", { class: "button", href: `#/jobs/new?from=${path(job.id)}` }, "Edit as new")),
      h("div", { class: "stack" },
        known.failure && fault(known.failure),
        job.error && h("div", { class: "fault", role: "alert" }, h("strong", {}, job.error.message), job.error.task && h("p", {}, "Task ", h("code", {}, job.error.task)), job.error.blob && h("p", {}, "Object ", h("code", {}, job.error.blob)), job.error.advice && h("p", {}, h("b", {}, "What to do: "), job.error.advice)),
        h("section", { class: "card", "aria-label": "Progress" }, h("div", { class: "body stack" }, figures(job), bar(share(job), tone(job)), job.progress?.note && h("p", { class: "hint" }, job.progress.note))),
        known.panel?.nodes(job),
        all && card("Plan", known.plan?.summary, dag(all, job.status, failedStage(job, all)), known.plan?.notes?.length ? h("div", { class: "body" }, h("ul", { class: "hint" }, known.plan.notes.map(note => h("li", {}, note)))) : null),
        h("div", { class: "columns" },
          known.result && h("div", { key: "result", class: job.tasks?.slowest.length ? "two-thirds" : null }, card("Result", `${count(known.result.rowCount)} rows · ${known.result.columns.length} columns`,
            resultBody(`Result of ${job.name}`, job.name || job.id, known.result, () => ask(`${address}/result?top=100000`)))),
          job.tasks?.slowest.length ? h("div", { key: "slow", class: known.result ? "third" : "half" }, slowest(job)) : null),
        known.spec && h("details", { class: "card", key: "spec" }, h("summary", { class: "body" }, "Spec, as it was sent"), json(known.spec)),
      ),
    ]);
  };

  const refresh = context.every(1000, async () => {
    try {
      if (known.job && hasEnded(known.job.status) && (known.result || !known.job.output)) return;
      const job = await ask(address);
      known.job = job;
      known.failure = null;
      context.title(job.name || id);
      if (panels[job.kind] && !known.panel) {
        const { default: open } = await import(panels[job.kind]);
        known.panel = open(id, context, draw);
      }
      draw();
      await known.panel?.refresh(job);
      if (job.output && !known.result) known.result = await ask(`${address}/result?top=${TOP}`);
      if (known.spec === null) {
        const spec = await ask(`${address}/spec`, { as: "text" });
        known.spec = pretty(spec);
        // A plan made afterwards may be refused, as when the dataset that the job wrote is there now: then it shows none.
        if (!job.tasks) known.plan = await ask("api/jobs/plan", { method: "POST", json: spec }).catch(() => null);
      }
    } catch (error) {
      if (error.name === "AbortError") throw error;
      known.failure = error.status ? error : null;
    }
    draw();
  });
  draw();
};
