// A plan as a picture: stages from left to right, each with its tasks as cells that fill in.

import { h, s } from "../dom.js";
import { count } from "../format.js";

const WIDTH = 196, HEIGHT = 86, GAP_X = 64, GAP_Y = 22, CELLS = 20;

const layers = stages => {
  const depth = new Map(), byName = new Map(stages.map(stage => [stage.name, stage]));
  const of = stage => {
    if (!depth.has(stage.name)) {
      depth.set(stage.name, 0);
      depth.set(stage.name, Math.max(-1, ...stage.dependsOn.filter(name => byName.has(name)).map(name => of(byName.get(name)))) + 1);
    }
    return depth.get(stage.name);
  };
  const columns = [];
  for (const stage of stages) (columns[of(stage)] ??= []).push(stage);
  return columns;
};

/** Stages: name, dependsOn, tasksDone, tasksTotal. The status is the job's; `failed` names the stage that failed. */
export const dag = (stages, status, failed) => {
  const columns = layers(stages);
  const tallest = Math.max(...columns.map(column => column.length));
  const [width, height] = [columns.length * (WIDTH + GAP_X) - GAP_X, tallest * (HEIGHT + GAP_Y) - GAP_Y];
  const places = new Map();
  columns.forEach((column, x) => column.forEach((stage, y) => places.set(stage.name,
    { x: x * (WIDTH + GAP_X), y: (height - (column.length * (HEIGHT + GAP_Y) - GAP_Y)) / 2 + y * (HEIGHT + GAP_Y) })));

  const isDone = stage => stage.tasksTotal > 0 && stage.tasksDone >= stage.tasksTotal;
  const ready = stage => stage.dependsOn.every(name => { const before = stages.find(one => one.name === name); return !before || isDone(before); });
  const state = stage => stage.name === failed ? "bad" : isDone(stage) ? "good" : (status === "Running" || status === "Pending") && ready(stage) ? "busy" : "";

  const edges = stages.flatMap(stage => stage.dependsOn.filter(name => places.has(name)).map(name => {
    const [from, to] = [places.get(name), places.get(stage.name)];
    const [x1, y1, x2, y2] = [from.x + WIDTH, from.y + HEIGHT / 2, to.x - 6, to.y + HEIGHT / 2];
    return s("path", { class: `edge ${state(stage) === "busy" ? "live" : ""}`, d: `M${x1} ${y1}C${x1 + GAP_X / 2} ${y1} ${x2 - GAP_X / 2} ${y2} ${x2} ${y2}`, "marker-end": "url(#arrow)" });
  }));

  const node = stage => {
    const { x, y } = places.get(stage.name), is = state(stage);
    const cells = Math.min(CELLS, Math.max(1, stage.tasksTotal)), filled = stage.tasksTotal > 0 ? Math.floor(stage.tasksDone / stage.tasksTotal * cells) : 0;
    const step = (WIDTH - 28) / cells;
    return s("g", { class: `node ${is}`, transform: `translate(${x} ${y})` },
      s("title", {}, `${stage.name}: ${stage.tasksDone} of ${stage.tasksTotal} tasks`),
      s("rect", { class: "box", width: WIDTH, height: HEIGHT, rx: 10 }),
      s("text", { class: "title", x: 14, y: 26 }, stage.name.length > 24 ? `${stage.name.slice(0, 23)}…` : stage.name),
      s("text", { class: "count", x: 14, y: 46 }, stage.tasksTotal > 0 ? `${count(stage.tasksDone)} of ${count(stage.tasksTotal)} ${stage.tasksTotal === 1 ? "task" : "tasks"}` : "not planned yet"),
      Array.from({ length: cells }, (_, i) => s("rect", { class: `cell ${i < filled && !(is === "bad" && i === cells - 1) ? "on" : is === "bad" && i === Math.min(filled, cells - 1) ? "bad" : is === "busy" && i === filled ? "now" : ""}`, x: 14 + i * step, y: 59, width: Math.max(2, step - (cells > 1 ? 2 : 0)), height: 12, rx: 2.5 })));
  };

  const words = stages.map(stage => `${stage.name}: ${stage.tasksDone} of ${stage.tasksTotal} tasks${stage.dependsOn.length ? `, after ${stage.dependsOn.join(" and ")}` : ""}`).join("; ");
  return h("div", { class: "dag scroll", tabindex: 0, role: "region", "aria-label": "Plan" },
    s("svg", { role: "img", "aria-label": words, width: width + 2, height: height + 2, viewBox: `-1 -1 ${width + 2} ${height + 2}` },
      s("defs", {}, s("marker", { id: "arrow", viewBox: "0 0 8 8", refX: 4, refY: 4, markerWidth: 6, markerHeight: 6, orient: "auto" }, s("path", { d: "M1 1l5 3-5 3z", fill: "context-stroke" }))),
      edges, stages.map(node)));
};
