// One stream: throughput, lag and watermark as they go, its windows as table and lines, alerts and dead letters.

import { call, path } from "../api.js";
import { h, morph } from "../dom.js";
import { ago, bytes, compact, count, measure, moment } from "../format.js";
import { lines } from "../parts/chart.js";
import { act, card, confirm, empty, facts, fault, head, pill, table, tabs, toast } from "../parts/common.js";
import { json } from "../parts/json.js";
import { numeric, rowsTable } from "../parts/result.js";

const WINDOWS = 40, KEPT = 600, LINES = 8;
// What was seen of each stream while this page was open; it outlasts a look at another view.
const seen = new Map();

export default (root, context, { id }) => {
  const address = `api/streams/${path(id)}`;
  const known = { view: null, state: null, windows: null, alerts: null, letters: null, failure: null };
  const chosen = { mode: "chart", column: null };
  const past = seen.get(id) ?? seen.set(id, []).get(id);
  const ask = (where, options = {}) => call(where, { ...options, signal: context.signal });

  const change = what => act(async () => {
    await ask(`${address}/${what}`, { method: "POST" });
    turn();
  });

  // Partitions often have the same to complain of.
  const alarms = state => [...state.alarms.reduce((all, alarm) => {
    const same = all.get(alarm.kind + alarm.message);
    return all.set(alarm.kind + alarm.message, same ? { ...same, times: same.times + 1, since: same.since < alarm.since ? same.since : alarm.since } : { ...alarm, times: 1 });
  }, new Map()).values()];

  const windowsCard = () => {
    const { columns, windows } = known.windows;
    const choices = columns.map((column, i) => ({ column, i })).filter(({ column }) => numeric.test(column.type));
    const label = columns.findIndex(column => column.type === "VARCHAR"), y = chosen.column ?? choices[0]?.i;
    const isTimed = windows.length > 0 && windows[0].end;
    const series = new Map();
    if (y !== undefined) for (const [order, window] of [...windows].reverse().entries()) for (const row of window.rows) {
      const name = label >= 0 ? String(row[label]) : columns[y].name;
      (series.get(name) ?? series.set(name, []).get(name)).push([isTimed ? Date.parse(window.end) : order, Number(row[y])]);
    }
    const ranked = [...series].sort((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1));
    const latest = windows[0];
    return h("section", { class: "card" },
      h("header", {}, h("h2", {}, isTimed ? "Windows" : "Latest rows"),
        h("div", { class: "actions" },
          chosen.mode === "chart" && choices.length > 1 ? h("label", { class: "check" }, "Value", h("select", { onchange: event => { chosen.column = Number(event.target.value); draw(); } }, choices.map(({ column, i }) => h("option", { value: i, selected: i === y }, column.name)))) : null,
          tabs("Show as", [["chart", "Lines"], ["table", "Table"]], chosen.mode, mode => { chosen.mode = mode; draw(); }))),
      windows.length === 0 ? empty("streams", "No window has closed yet", "Windows close once the watermark, which follows the events' own times, has passed their end.")
        : chosen.mode === "chart" ? h("div", { class: "body" }, lines(ranked.slice(0, LINES).map(([name, points]) => ({ name, points })), { label: `${columns[y]?.name ?? ""} by window`, x: isTimed ? "time" : "window", legend: true, none: "There is no number to draw." }),
          ranked.length > LINES && h("p", { class: "hint" }, `${LINES} of ${count(ranked.length)} groups; the table has all.`))
        : [latest.end && h("p", { class: "body hint" }, `The window that ended ${moment(latest.end)}, and those before it.`), rowsTable("Windows", columns, windows.flatMap(window => window.rows))]);
  };

  const partitions = state => card("Partitions", null, table("Partitions", [{ text: "Partition" }, { text: "Events/s", num: true }, { text: "Lag", num: true }, { text: "Open keys", num: true }, { text: "Memory", num: true }, { text: "Watermark" }, { text: "Commits", num: true }],
    state.partitions.map(one => h("tr", {}, h("td", {}, `${String(one.stage).toLowerCase()} ${one.partition}`), h("td", { class: "num" }, measure(one.eventsPerSecond)), h("td", { class: "num" }, compact(one.lag)), h("td", { class: "num" }, compact(one.keys)), h("td", { class: "num" }, bytes(one.bytes)), h("td", {}, one.watermark ? ago(one.watermark) : "–"), h("td", { class: "num" }, compact(one.commit))))));

  const alertsCard = () => card("Alerts", known.alerts?.length ? `the latest ${count(known.alerts.length)}` : null, known.alerts?.length
    ? table("Alerts", [{ text: "Alert" }, { text: "Window" }, { text: "Row" }], known.alerts.map(alert => h("tr", {}, h("td", {}, h("span", { class: "pill warn" }, alert.name)), h("td", { title: moment(alert.eventTime) }, alert.windowEnd ? moment(alert.windowEnd) : ago(alert.eventTime)), h("td", { class: "wrap mono" }, JSON.stringify(alert.row)))), "sticky tall")
    : h("p", { class: "body hint" }, known.alerts ? ["None. A sink such as ", h("code", {}, '{ "alert": { "name": "dear", "when": "vwap > 100" } }'), " tells of rows that meet a condition."] : "Loading"));

  const lettersCard = () => card("Dead letters", known.letters?.length ? `the latest ${count(known.letters.length)}` : null, known.letters?.length
    ? table("Dead letters", [{ text: "Event" }, { text: "Why it cannot be read" }, { text: "What was sent" }], known.letters.map(letter => h("tr", {}, h("td", { title: moment(letter.enqueuedTime) }, `${letter.partition} · ${count(letter.sequenceNumber)}`), h("td", { class: "wrap" }, letter.reason), h("td", { class: "wrap mono" }, letter.body))), "sticky tall")
    : h("p", { class: "body hint" }, known.letters ? "None. Events that cannot be read come here with their reason, and hold nobody up." : "Loading"));

  const draw = () => {
    const { view, state } = known;
    morph(root, [
      h("p", { class: "crumb" }, h("a", { href: "#/streams" }, "Streams")),
      head(id, view && h("span", { class: "actions" }, pill(state?.status ?? view.status), h("span", { class: "tag" }, view.hub), `generation ${view.generation}`),
        view && (view.status === "Running" || state?.status === "Running" ? h("button", { type: "button", key: "pause", onclick: change("pause") }, "Pause") : h("button", { type: "button", key: "resume", onclick: change("resume") }, "Resume")),
        view && h("button", { type: "button", onclick: act(async () => {
          if (!await confirm("Replay from the beginning?", "The stream makes its results again from the earliest event that its hub still has; those that it published are overwritten with the same.", "Replay")) return;
          await ask(`${address}/rewind`, { method: "POST", json: { to: "earliest" } });
          toast("The stream replays its hub.");
          turn();
        }) }, "Replay")),
      known.failure && (known.failure.status === 404 ? h("div", { class: "card" }, empty("streams", "There is no such stream", known.failure.message)) : fault(known.failure)),
      state && h("div", { class: "stack" },
        alarms(state).map(({ kind, message, since, times }) => h("div", { class: "fault", role: "alert", key: kind + message }, h("strong", {}, kind, times > 1 && ` in ${times} partitions`), h("p", {}, message), h("p", { class: "hint" }, `since ${moment(since)}`))),
        h("section", { class: "card", "aria-label": "Now" }, h("div", { class: "body" }, facts(["Throughput", measure(state.eventsPerSecond), "events/s"], ["Lag", compact(state.lag), "events"], ["Watermark", state.watermark ? ago(state.watermark) : "–"], ["Events", compact(state.counters.events)], ["Late", compact(state.counters.late)], ["Dead letters", compact(state.counters.deadLettered)], ["Open keys", compact(state.keys), bytes(state.bytes)]))),
        known.windows && windowsCard(),
        h("div", { class: "columns" },
          h("div", { class: "third" }, card("Throughput", "events/s", h("div", { class: "body" }, lines([{ name: "events/s", points: past.map(point => [point.at, point.rate]) }], { label: "Events per second", x: "time", zero: true, height: 200 })))),
          h("div", { class: "third" }, card("Lag", "events", h("div", { class: "body" }, lines([{ name: "lag", points: past.map(point => [point.at, point.lag]), colour: "var(--c2)" }], { label: "Events that wait", x: "time", zero: true, height: 200 })))),
          h("div", { class: "third" }, card("Watermark", "seconds behind now", h("div", { class: "body" }, lines([{ name: "behind", points: past.map(point => [point.at, point.behind]), colour: "var(--c3)" }], { label: "Seconds that the watermark is behind", x: "time", height: 200 }))))),
        h("div", { class: "columns" }, h("div", { class: "half" }, alertsCard()), h("div", { class: "half" }, lettersCard())),
        partitions(state),
        view?.plan && h("details", { class: "card", key: "plan" }, h("summary", { class: "body" }, "Plan and spec"), h("div", { class: "body" }, h("ul", { class: "hint" }, view.plan.map(line => h("li", {}, line)))), view.spec && json(view.spec))),
    ]);
  };

  const turn = context.every(1000, async () => {
    try {
      known.state = await ask(`${address}/state`);
      const { state } = known;
      past.push({ at: Date.now(), rate: state.eventsPerSecond, lag: state.lag ?? NaN, behind: state.watermark ? (Date.now() - Date.parse(state.watermark)) / 1000 : NaN });
      if (past.length > KEPT) past.shift();
      known.failure = null;
    } catch (error) {
      if (error.name === "AbortError") throw error;
      known.failure = error.status ? error : null;
    }
    draw();
  });
  // What takes longer to read, less often.
  context.every(3000, async () => {
    const show = (name, found) => { known[name] = found; draw(); };
    await Promise.all([
      ask(address).then(found => show("view", found)),
      // A stream that cannot run has no windows; its alarm says why.
      ask(`${address}/windows?top=${WINDOWS}`).then(found => show("windows", found), error => { if (error.status !== 409) throw error; }),
      ask(`${address}/alerts?top=100`).then(found => show("alerts", found.alerts)),
      ask(`${address}/quarantine?top=100`).then(found => show("letters", found.events)),
    ]);
  });
  draw();
};
