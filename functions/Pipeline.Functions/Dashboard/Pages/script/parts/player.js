// A simulation's frames as a player, and the figures that it puts out as lines; both also while it runs.

import { call, path } from "../api.js";
import { h, icon, morph } from "../dom.js";
import { count, measure } from "../format.js";
import { lines } from "./chart.js";
import { card, hasEnded } from "./common.js";

const RATE = 12, AHEAD = 6, KEPT = 400;

/** Frames of a job, fetched with the key; the last that were shown are kept as long as the view is open. */
const film = (id, signal) => {
  const frames = new Map();
  const forget = frame => frame.then(URL.revokeObjectURL, () => {});
  signal.addEventListener("abort", () => frames.forEach(forget));
  return n => {
    const frame = frames.get(n) ?? call(`api/jobs/${path(id)}/frames/${n}.png`, { as: "blob", signal }).then(blob => URL.createObjectURL(blob));
    if (!frames.has(n)) frame.catch(() => frames.delete(n));
    // A map keeps the order in which its entries came: the one that was asked for longest ago is the first.
    frames.delete(n);
    frames.set(n, frame);
    if (frames.size > KEPT) {
      const [[oldest, gone]] = frames;
      frames.delete(oldest);
      forget(gone);
    }
    return frame;
  };
};

const player = (id, context) => {
  const fetchFrame = film(id, context.signal);
  const state = { at: 0, frames: 0, points: [], isPlaying: false, follows: true };
  const root = h("div", { class: "player", keep: true, key: `player-${id}` });
  const image = h("img", { alt: "", width: 960, height: 480 });
  let timer = 0, turn = 0;
  context.signal.addEventListener("abort", () => clearTimeout(timer));

  const show = async n => {
    const at = state.at = Math.max(0, Math.min(n, state.frames - 1));
    draw();
    try {
      const url = await fetchFrame(at);
      // One that comes late must not cover the one that is wanted now.
      if (at === state.at) image.src = url;
      for (let i = 1; i <= AHEAD && state.isPlaying; i++) if (state.at + i < state.frames) fetchFrame(state.at + i);
    } catch { /* The next one comes. */ }
  };
  const step = async mine => {
    if (mine !== turn || !state.isPlaying || context.signal.aborted) return;
    await show(state.at + 1 < state.frames ? state.at + 1 : 0);
    timer = setTimeout(() => step(mine), 1000 / RATE);
  };
  const play = () => {
    [state.isPlaying, state.follows] = [!state.isPlaying, false];
    clearTimeout(timer);
    draw();
    step(++turn);
  };
  const draw = () => {
    const point = state.points[Math.min(state.at, state.points.length - 1)];
    image.alt = point ? `Frame ${state.at + 1}: step ${point.step}` : `Frame ${state.at + 1}`;
    morph(root, [
      h("div", { keep: true, key: "image" }, image.isConnected ? null : image),
      h("div", { class: "controls" },
        h("button", { type: "button", "aria-label": state.isPlaying ? "Pause" : "Play", onclick: play }, icon(state.isPlaying ? "pause" : "play")),
        h("input", { type: "range", min: 0, max: Math.max(0, state.frames - 1), value: state.at, "aria-label": "Frame", oninput: event => { [state.isPlaying, state.follows] = [false, false]; show(Number(event.target.value)); } }),
        h("span", { class: "hint" }, `${count(state.at + 1)} / ${count(state.frames)}${point ? ` · step ${count(point.step)}` : ""}`)),
    ]);
    const range = root.querySelector("input");
    if (range.value !== String(state.at)) range.value = state.at;
  };
  return {
    root,
    update(frames, points) {
      const came = frames !== state.frames;
      [state.frames, state.points] = [frames, points];
      // Who watches a simulation that runs sees the newest frame, until they touch the player.
      if (came && frames > 0 && state.follows) show(frames - 1);
      else if (came) draw();
    },
  };
};

/** The panel of a simulation: in the view of its job and in that of simulations. */
export default (id, context, draw) => {
  const known = { names: [], points: [], frames: 0, asked: false };
  const shown = player(id, context);
  return {
    async refresh(job) {
      if (known.over) return;
      for (let more = true; more;) {
        const after = known.points.at(-1)?.superstep ?? -1;
        const found = await call(`api/jobs/${path(id)}/figures?after=${after}`, { signal: context.signal });
        if (found.names.length) known.names = found.names;
        known.points.push(...found.points);
        known.frames = found.frames;
        more = found.points.length === 1000;
      }
      known.asked = true;
      known.over = hasEnded(job.status);
      shown.update(known.frames, known.points);
      draw();
    },
    nodes() {
      if (!known.asked) return null;
      const hasFrames = known.frames > 0;
      const charts = known.names.map((name, i) => h("div", { class: hasFrames ? null : "third", key: name }, card(name, known.points.length ? measure(known.points.at(-1).values[i]) : null, h("div", { class: "body" },
        lines([{ name, points: known.points.map(point => [point.step, point.values[i]]), colour: `var(--c${i % 8 + 1})` }], { label: `${name} by step`, x: "step", height: hasFrames ? 130 : 200 })))));
      if (!hasFrames) return h("div", { class: "columns", key: "panel" }, charts.length ? charts : h("p", { class: "hint" }, "The first figures come with the first output."));
      return h("div", { class: "columns", key: "panel" },
        h("div", { class: "two-thirds" }, card("Frames", known.over ? null : `${count(known.frames)} so far`, h("div", { class: "body" }, shown.root.isConnected ? h("div", { keep: true, class: "player", key: `player-${id}` }) : shown.root))),
        h("div", { class: "third stack" }, charts));
    },
  };
};
