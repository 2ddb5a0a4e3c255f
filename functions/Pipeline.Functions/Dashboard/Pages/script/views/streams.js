// All streams with what they do now.

import { call, path } from "../api.js";
import { h, morph } from "../dom.js";
import { ago, compact, measure, plural } from "../format.js";
import { empty, fault, head, pill, table } from "../parts/common.js";

const MOST_ASKED = 40;

export default (root, context) => {
  let streams = null, failure = null;
  const states = new Map();
  const ask = where => call(where, { signal: context.signal });

  const row = stream => {
    const state = states.get(stream.name), alarms = state?.alarms.length ?? 0;
    return h("tr", { key: stream.name },
      h("td", {}, h("a", { href: `#/streams/${path(stream.name)}` }, h("b", {}, stream.name)), " ", h("span", { class: "tag" }, stream.hub)),
      h("td", {}, pill(stream.status), alarms > 0 && [" ", h("span", { class: "pill bad" }, plural(alarms, "alarm"))]),
      h("td", { class: "num" }, state ? `${measure(state.eventsPerSecond)}` : "–"), h("td", { class: "num" }, state ? compact(state.lag) : "–"),
      h("td", { class: "num" }, state ? compact(state.counters.events) : "–"), h("td", { class: "num" }, state ? compact(state.counters.deadLettered) : "–"),
      h("td", {}, state?.watermark ? ago(state.watermark) : h("span", { class: "hint" }, "no event yet")));
  };

  const draw = () => morph(root, [
    head("Streams", streams ? plural(streams.length, "continuous query", "continuous queries") : "Loading"),
    failure && fault(failure),
    streams?.length ? h("div", { class: "card" }, table("Streams", [{ text: "Stream" }, { text: "Status" }, { text: "Events/s", num: true }, { text: "Lag", num: true, title: "Events that the hub has and no state yet" }, { text: "Events", num: true }, { text: "Dead letters", num: true }, { text: "Watermark" }], streams.map(row))) : null,
    streams?.length === 0 && h("div", { class: "card" }, empty("streams", "No streams yet", "A stream is a query that never ends, over the events of a hub. Make one, and send it made-up trades:",
      h("pre", { class: "text" }, "pipeline stream apply samples/trading/vwap.json\npipeline send trades --generate trades --rate 5000 --seed 7"))),
  ]);

  context.every(2000, async () => {
    try {
      ({ streams } = await ask("api/streams"));
      failure = null;
      draw();
      await Promise.all(streams.slice(0, MOST_ASKED).map(async stream => states.set(stream.name, await ask(`api/streams/${path(stream.name)}/state`))));
    } catch (error) {
      if (error.name === "AbortError") throw error;
      failure = error.status ? error : null;
    }
    draw();
  });
  draw();
};
