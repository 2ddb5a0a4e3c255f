// Line and bar charts in SVG, as wide as their place, read by pointer and by words.

import { h, s } from "../dom.js";
import { compact, measure } from "../format.js";

const RIGHT = 14, TOP = 10, BOTTOM = 26, LETTER = 6.3;

export const colour = index => `var(--c${index % 8 + 1})`;

const steps = (least, most, wanted) => {
  if (!(most > least)) return [least];
  const rough = (most - least) / wanted, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map(factor => factor * power).find(candidate => candidate >= rough);
  const ticks = [];
  for (let at = Math.ceil(least / step - 1e-9) * step; at <= most + step * 1e-9; at += step) ticks.push(Math.abs(at) < step * 1e-9 ? 0 : at);
  return ticks;
};

const spans = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400].map(seconds => seconds * 1000);

// Steps of a clock, which are not those of numbers.
const clockSteps = (least, most, wanted) => {
  const step = spans.find(span => span >= (most - least) / wanted);
  if (!step) return steps(least, most, wanted);
  const offset = new Date(least).getTimezoneOffset() * 60000, ticks = [];
  for (let at = Math.ceil((least - offset) / step) * step + offset; at <= most; at += step) ticks.push(at);
  return ticks;
};

// As many digits as tell one tick from the next.
const labels = ticks => {
  const step = ticks.length > 1 ? Math.abs(ticks[1] - ticks[0]) : 0, most = Math.max(...ticks.map(Math.abs));
  if (most < 1e7 && (most >= 1e-3 || most === 0)) return ticks.map(tick => most >= 10000 && step >= 100 ? compact(tick) : String(Number(tick.toPrecision(7))));
  const digits = Math.max(0, Math.min(9, Math.ceil(Math.log10(most / (step || most)))));
  return ticks.map(tick => tick === 0 ? "0" : tick.toExponential(digits).replace(/\.?0+e/, "e").replace("e+", "e"));
};

const clock = (value, span) => new Date(value).toLocaleTimeString("en-GB", span > 600000 ? { hour: "2-digit", minute: "2-digit" } : {});

// Views make charts again and again, and drop those that show nothing new: only those that are in the page are observed, while they are.
const painters = new WeakMap();
const widths = new ResizeObserver(entries => entries.forEach(({ target, contentRect }) =>
  target.isConnected ? painters.get(target)(Math.round(contentRect.width)) : widths.unobserve(target)));

// A chart's frame: draws itself anew when its place gets another width.
const responsive = (key, paint) => {
  const chart = h("div", { class: "chart", keep: true, key });
  let width = 0;
  painters.set(chart, now => { if (now > 0 && now !== width) chart.replaceChildren(...paint(width = now)); });
  queueMicrotask(() => { if (chart.isConnected) widths.observe(chart); });
  return chart;
};

const legend = series => h("div", { class: "legend" }, series.slice(0, 16).map((one, i) => h("span", {}, h("i", { css: { background: one.colour ?? colour(i) } }), one.name)), series.length > 16 ? h("span", {}, `and ${series.length - 16} more`) : null);

const rows = (ticks, texts, Y, left, W) => ticks.map((tick, i) => [s("line", { class: "grid", x1: left, x2: W - RIGHT, y1: Y(tick), y2: Y(tick) }), s("text", { x: left - 8, y: Y(tick) + 4, "text-anchor": "end" }, texts[i])]);

/**
 * A line chart. Series: [{ name, points: [[x, y], …] }]. Options: label (what it shows), x ("time", or what x is), zero (y from 0),
 * whole (x has whole numbers only), height, legend, none (what is said where there is no value).
 */
export const lines = (series, options) => {
  const H = options.height ?? 240;
  const all = series.flatMap(one => one.points).filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  if (all.length === 0) return h("p", { class: "hint" }, options.none ?? "No values yet.");
  let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const [x, y] of all) [x0, x1, y0, y1] = [Math.min(x0, x), Math.max(x1, x), Math.min(y0, y), Math.max(y1, y)];
  if (options.zero && y0 > 0) y0 = 0;
  // What differs by rounding alone is a flat line, and not a mountain range.
  if (y1 - y0 < Math.abs(y1) * 1e-7) [y0, y1] = [(y0 + y1) / 2, (y0 + y1) / 2];
  if (y0 === y1) [y0, y1] = y0 === 0 ? [0, 1] : [y0 - Math.abs(y0) * 0.05, y1 + Math.abs(y1) * 0.05];
  const isTime = options.x === "time";
  if (x0 === x1) [x0, x1] = isTime ? [x0 - 5000, x1 + 5000] : [x0 - 0.5, x1 + 0.5];

  const paint = W => {
    const yTicks = steps(y0, y1, H < 220 ? 3 : 4), yTexts = labels(yTicks), left = 14 + LETTER * Math.max(...yTexts.map(text => text.length));
    const X = x => left + (x - x0) / (x1 - x0) * (W - left - RIGHT), Y = y => H - BOTTOM - (y - y0) / (y1 - y0) * (H - TOP - BOTTOM);
    const xTicks = (isTime ? clockSteps : steps)(x0, x1, Math.max(2, Math.floor(W / (isTime ? 130 : 90)))).filter(tick => !options.whole || Number.isInteger(tick));
    const xTexts = isTime ? xTicks.map(tick => clock(tick, x1 - x0)) : labels(xTicks);
    const tip = h("div", { class: "tip", hidden: true, "aria-hidden": "true" });
    const cursor = s("line", { class: "cursor", y1: TOP, y2: H - BOTTOM, visibility: "hidden" }), dots = s("g", {});
    const svg = s("svg", { viewBox: `0 0 ${W} ${H}`, width: W, height: H, role: "img", "aria-label": describe(series, options) },
      s("g", { class: "axis" }, rows(yTicks, yTexts, Y, left, W),
        xTicks.map((tick, i) => s("text", { x: X(tick), y: H - 6, "text-anchor": X(tick) > W - RIGHT - 30 ? "end" : X(tick) < left + 20 ? "start" : "middle" }, xTexts[i]))),
      series.map((one, i) => {
        const points = one.points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
        return [s("path", { class: "series", d: points.map(([x, y], at) => `${at ? "L" : "M"}${X(x).toFixed(1)} ${Y(y).toFixed(1)}`).join(""), css: { stroke: one.colour ?? colour(i) } }),
          points.length === 1 ? s("circle", { cx: X(points[0][0]), cy: Y(points[0][1]), r: 3.5, css: { fill: one.colour ?? colour(i) } }) : null];
      }),
      cursor, dots);

    svg.addEventListener("pointermove", event => {
      const box = svg.getBoundingClientRect(), x = x0 + ((event.clientX - box.left) / box.width * W - left) / (W - left - RIGHT) * (x1 - x0);
      const near = series.map((one, i) => ({ one, i, point: one.points.reduce((best, point) => best && Math.abs(best[0] - x) <= Math.abs(point[0] - x) ? best : point, null) })).filter(found => found.point && Number.isFinite(found.point[1]));
      if (near.length === 0) return;
      const at = near.reduce((best, found) => Math.abs(found.point[0] - x) < Math.abs(best - x) ? found.point[0] : best, near[0].point[0]);
      const here = near.filter(found => Math.abs(found.point[0] - at) <= (x1 - x0) / 200).slice(0, 10);
      cursor.setAttribute("x1", X(at));
      cursor.setAttribute("x2", X(at));
      cursor.setAttribute("visibility", "visible");
      dots.replaceChildren(...here.map(({ one, i, point }) => s("circle", { cx: X(point[0]), cy: Y(point[1]), r: 3.5, css: { fill: one.colour ?? colour(i) } })));
      tip.replaceChildren(h("b", {}, isTime ? new Date(at).toLocaleTimeString("en-GB") : `${options.x ?? ""} ${measure(at)}`),
        ...here.map(({ one, i, point }) => h("div", {}, h("i", { css: { background: one.colour ?? colour(i) } }), `${one.name}: ${measure(point[1])}`)));
      tip.hidden = false;
      tip.style.left = `${X(at) > W / 2 ? Math.max(0, X(at) - tip.offsetWidth - 12) : X(at) + 12}px`;
      tip.style.top = "8px";
    });
    svg.addEventListener("pointerleave", () => { tip.hidden = true; cursor.setAttribute("visibility", "hidden"); dots.replaceChildren(); });
    return [svg, tip, series.length > 1 || options.legend ? legend(series) : ""];
  };
  // The same values keep their chart, so that who reads it is not disturbed.
  return responsive(`${options.label}:${all.length}:${all[0]}:${all.at(-1)}:${series.map(one => one.name)}:${y0}:${y1}`, paint);
};

/** Bars: [[name, value], …]. */
export const bars = (values, options) => {
  const H = options.height ?? 240, shown = values.slice(0, 60);
  const most = Math.max(0, ...shown.map(([, value]) => value)), least = Math.min(0, ...shown.map(([, value]) => value));
  const paint = W => {
    const ticks = steps(least, most, 4), texts = labels(ticks), left = 14 + LETTER * Math.max(...texts.map(text => text.length));
    const Y = y => H - BOTTOM - (y - least) / (most - least || 1) * (H - TOP - BOTTOM), step = (W - left - RIGHT) / shown.length;
    const longest = Math.min(12, Math.max(...shown.map(([name]) => name.length))), every = Math.max(1, Math.ceil(longest * LETTER * 1.3 / step)), gap = Math.min(8, step * 0.16);
    return [s("svg", { viewBox: `0 0 ${W} ${H}`, width: W, height: H, role: "img", "aria-label": `${options.label}: ${shown.slice(0, 12).map(([name, value]) => `${name} ${measure(value)}`).join(", ")}` },
      s("g", { class: "axis" }, rows(ticks, texts, Y, left, W), shown.map(([name], i) => i % every ? null : s("text", { x: left + (i + 0.5) * step, y: H - 6, "text-anchor": "middle" }, name.length > 12 ? `${name.slice(0, 11)}…` : name))),
      shown.map(([name, value], i) => s("rect", { x: left + i * step + gap, width: Math.max(1, step - 2 * gap), y: Math.min(Y(value), Y(0)), height: Math.max(1, Math.abs(Y(value) - Y(0))), rx: Math.min(3, step / 4), css: { fill: "var(--c1)" } }, s("title", {}, `${name}: ${measure(value)}`))))];
  };
  return responsive(`${options.label}:${shown.length}:${most}:${least}`, paint);
};

const describe = (series, options) => `${options.label}. ${series.slice(0, 6).map(one => {
  const values = one.points.map(([, y]) => y).filter(Number.isFinite);
  return values.length ? `${one.name}: from ${measure(values[0])} to ${measure(values.at(-1))}, least ${measure(values.reduce((a, b) => Math.min(a, b)))}, most ${measure(values.reduce((a, b) => Math.max(a, b)))}` : `${one.name}: no values`;
}).join("; ")}.`;
