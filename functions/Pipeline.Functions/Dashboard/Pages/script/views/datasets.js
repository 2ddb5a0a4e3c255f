// All datasets, and a place to drop new ones.

import { call, path } from "../api.js";
import { h, morph } from "../dom.js";
import { bytes, count, plural } from "../format.js";
import { card, empty, fault, head, table } from "../parts/common.js";
import { dropPlace } from "../parts/upload.js";

export default (root, context) => {
  let datasets = null, failure = null, name = "";
  const place = dropPlace(() => name.trim(), () => draw(), dataset => location.hash = `#/datasets/${path(dataset)}`, context.signal);

  const draw = () => morph(root, [
    head("Datasets", datasets ? `${plural(datasets.length, "dataset")}, ${bytes(datasets.reduce((sum, one) => sum + one.bytes, 0))}` : "Loading"),
    h("div", { class: "stack" },
      failure && fault(failure),
      datasets?.length ? h("div", { class: "card" }, table("Datasets", [{ text: "Dataset" }, { text: "Partitioned by" }, { text: "Files", num: true }, { text: "Size", num: true }, { text: "Upload" }], datasets.map(one => h("tr", { key: one.name },
        h("td", {}, h("a", { href: `#/datasets/${path(one.name)}` }, h("b", {}, one.name))),
        h("td", {}, one.partitionColumns.length ? one.partitionColumns.map(column => [h("span", { class: "tag" }, column), " "]) : h("span", { class: "hint" }, "–")),
        h("td", { class: "num" }, count(one.files)), h("td", { class: "num" }, bytes(one.bytes)),
        h("td", {}, one.closed ? h("span", { class: "pill good" }, "closed") : h("span", { class: "pill" }, "open")))))) : null,
      datasets?.length === 0 && h("div", { class: "card" }, empty("datasets", "No datasets yet", "A dataset is a folder of Parquet files with the same columns. Folders such as month=2024-01 become a column. Upload one below, or with the command line:", h("p", {}, h("code", {}, "dotnet run --project functions/Pipeline.Embedded -- upload samples/data/flights flights")))),
      card("Upload", "Parquet files; the same names are replaced", h("div", { class: "body stack" },
        h("div", { class: "field" }, h("label", { for: "dataset-name" }, "Dataset"), h("input", { id: "dataset-name", placeholder: "sales", autocomplete: "off", spellcheck: "false", oninput: event => name = event.target.value })),
        place()))),
  ]);

  context.every(5000, async () => {
    try {
      [datasets, failure] = [await call("api/datasets", { signal: context.signal }), null];
    } catch (error) {
      if (error.name === "AbortError") throw error;
      failure = error.status ? error : null;
    }
    draw();
  });
  draw();
};
