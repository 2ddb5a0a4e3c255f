// One model: try it, its versions, what it is made of.

import { call, path } from "../api.js";
import { h, morph } from "../dom.js";
import { ago, count, measure, percent } from "../format.js";
import { act, bar, card, empty, fault, head, table, toast } from "../parts/common.js";
import { pad } from "../parts/pad.js";

export default async (root, context, { id }) => {
  const address = `api/models/${path(id)}`;
  const known = { model: null, document: null, answer: null, failure: null, refused: null };
  const ask = (where, options = {}) => call(where, { ...options, signal: context.signal });
  let place = null, turn = 0;

  const predict = async row => {
    const mine = ++turn;
    try {
      const answer = await ask(`${address}/predict`, { method: "POST", json: row });
      if (mine === turn) [known.answer, known.refused] = [answer.predictions[0], null];
    } catch (error) {
      if (error.name === "AbortError") return;
      [known.answer, known.refused] = [null, error];
    }
    draw();
  };

  const base64 = bytes => btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(""));

  const verdict = () => {
    const { answer } = known;
    if (known.refused) return fault(known.refused);
    if (!answer) return h("p", { class: "hint" }, known.document.data.image ? "Draw on the black square: what the network reads appears here." : "Fill in a row and ask.");
    if (answer.label === undefined) return h("p", {}, h("span", { class: "verdict" }, measure(answer.value)));
    const likely = Object.entries(answer.probabilities ?? {}).sort((a, b) => b[1] - a[1]).slice(0, 10);
    return h("div", { class: "stack" }, h("p", { id: "verdict" }, h("span", { class: "verdict" }, answer.label), " ", h("span", { class: "hint" }, `${percent(answer.probability)} sure`)),
      h("ol", { class: "guess" }, likely.map(([name, probability]) => h("li", { key: name }, h("b", {}, name), bar(probability, "", `How likely ${name} is`), h("span", { class: "hint" }, percent(probability))))));
  };

  const tryIt = () => {
    const { data, columns } = known.document;
    if (data.image) {
      place ??= pad(data.image, bytes => predict({ [data.image.column]: base64(bytes) }));
      return h("div", { class: "columns" },
        h("div", { class: "half stack" }, h("div", { keep: true, key: "pad" }, place.canvas.isConnected ? null : place.canvas),
          h("div", { class: "actions" }, h("button", { type: "button", onclick: () => { place.clear(); [known.answer, known.refused] = [null, null]; draw(); } }, "Clear"), h("span", { class: "hint" }, `${data.image.width} × ${data.image.height} pixels`))),
        h("div", { class: "half", "aria-live": "polite" }, verdict()));
    }
    return h("form", { class: "columns", onsubmit: event => {
      event.preventDefault();
      predict(Object.fromEntries([...new FormData(event.target)].map(([name, value]) => [name, value === "" ? null : value])));
    } },
    h("div", { class: "half stack" }, columns.map(column => h("div", { class: "field" }, h("label", { for: `column-${column.name}` }, `${column.name} (${column.type})`), h("input", { id: `column-${column.name}`, name: column.name, autocomplete: "off" }))), h("div", {}, h("button", { type: "submit", class: "primary" }, "Ask the model"))),
    h("div", { class: "half", "aria-live": "polite" }, verdict()));
  };

  const promote = version => act(async () => {
    known.model = await ask(`${address}/${version}/promote`, { method: "POST" });
    toast(`Version ${version} is used from now on.`);
    await load();
  });

  const draw = () => {
    const { model, document: made } = known;
    morph(root, [
      h("p", { class: "crumb" }, h("a", { href: "#/training" }, "Training")),
      head(id, made ? `version ${made.version} of ${count(model.versions.length)} · ${made.loss}` : known.failure ? null : "Loading"),
      known.failure && (known.failure.status === 404 ? h("div", { class: "card" }, empty("training", "There is no such model", known.failure.message)) : fault(known.failure)),
      made && h("div", { class: "stack" },
        card(made.data.image ? "Draw, and see it read" : "Try it", null, h("div", { class: "body" }, tryIt())),
        h("div", { class: "columns" },
          h("div", { class: "two-thirds" }, card("Versions", null, table("Versions", [{ text: "Version" }, { text: "Loss", num: true }, { text: "Metrics" }, { text: "Made" }, { text: "" }], model.versions.map(version => h("tr", { key: version.version },
            h("td", {}, h("a", { href: `#/jobs/${path(version.jobId)}` }, `version ${version.version}`)), h("td", { class: "num" }, measure(version.loss)), h("td", {}, Object.entries(version.metrics).map(([name, value]) => [h("span", { class: "tag" }, `${name} ${measure(value)}`), " "])), h("td", { class: "keep" }, ago(version.createdAt)),
            h("td", {}, model.promoted === version.version ? h("span", { class: "pill good" }, "in use") : h("button", { type: "button", class: "quiet", onclick: promote(version.version) }, "Use this")))))) ),
          h("div", { class: "third" }, card("Layers", `${count(made.outputs)} ${made.outputs === 1 ? "output" : "outputs"}`, table("Layers", [{ text: "Layer" }, { text: "Of" }], (made.model.layers ?? []).map(layer => h("tr", {}, h("td", {}, h("b", {}, layer.type)), h("td", { class: "hint wrap" }, Object.entries(layer).filter(([name, value]) => typeof value === "number" && value !== 0 && !(name === "stride" && value === 1)).map(([name, value]) => `${name} ${value}`).join(", ")))), "tall"))))),
    ]);
  };

  const load = async () => {
    try {
      known.model = await ask(address);
      known.document = await ask(`${address}/${known.model.promoted ?? known.model.versions[0].version}`);
      known.failure = null;
    } catch (error) {
      if (error.name === "AbortError") throw error;
      known.failure = error;
    }
    draw();
  };
  draw();
  await load();
};
