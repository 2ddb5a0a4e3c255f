// One dataset: columns, files and partitions with their sizes, first rows, and more files to upload.

import { call, path } from "../api.js";
import { h, morph } from "../dom.js";
import { ago, bytes, compact, count, moment, plural } from "../format.js";
import { bar, card, empty, facts, fault, head, table, tabs } from "../parts/common.js";
import { draft } from "../parts/draft.js";
import { resultBody } from "../parts/result.js";
import { dropPlace } from "../parts/upload.js";

const FILES = 1000, ROWS = 100;

export default async (root, context, { id }) => {
  const address = `api/datasets/${path(id)}`;
  const known = { view: null, files: null, rows: null, failure: null };
  let by = "partition";
  const ask = where => call(where, { signal: context.signal });
  const place = dropPlace(() => id, () => draw(), () => { known.rows = null; load(); }, context.signal);

  const partitions = () => {
    const groups = new Map();
    for (const file of known.files) {
      const name = Object.entries(file.partition).map(([key, value]) => `${key}=${value ?? "null"}`).join("/") || "all rows";
      const group = groups.get(name) ?? { name, files: 0, rows: 0, bytes: 0 };
      groups.set(name, { name, files: group.files + 1, rows: group.rows + file.rows, bytes: group.bytes + file.bytes });
    }
    return [...groups.values()];
  };

  const sizes = () => {
    const isByFile = by === "file", items = isByFile ? known.files.map(file => ({ ...file, name: file.path })) : partitions();
    const most = Math.max(1, ...items.map(item => item.bytes));
    return table(isByFile ? "Files" : "Partitions",
      [{ text: isByFile ? "File" : "Partition" }, { text: isByFile ? "Row groups" : "Files", num: true }, { text: "Rows", num: true }, { text: "Size", num: true }, { text: isByFile ? "Written" : "Share" }],
      items.map(item => h("tr", { key: item.name }, h("td", { class: "mono wrap" }, item.name), h("td", { class: "num" }, count(isByFile ? item.rowGroups : item.files)), h("td", { class: "num" }, count(item.rows)), h("td", { class: "num" }, bytes(item.bytes)),
        h("td", { title: isByFile ? moment(item.modifiedAt) : null }, isByFile ? ago(item.modifiedAt) : bar(item.bytes / most, "", `Size of ${item.name}`)))), "sticky tall");
  };

  const draw = () => {
    const { view } = known;
    morph(root, [
      h("p", { class: "crumb" }, h("a", { href: "#/datasets" }, "Datasets")),
      head(id, view ? `${count(view.rows)} rows in ${plural(view.files, "file")}` : known.failure ? null : "Loading",
        view && h("a", { class: "button", href: "#/jobs/new", onclick: () => draft.set(JSON.stringify({ kind: "batch", name: `${id}-rows`, tables: { [id.replaceAll(/\W/g, "_")]: id }, query: `select count(*) as rows from ${id.replaceAll(/\W/g, "_")}` }, null, 2)) }, "Query it")),
      known.failure && (known.failure.status === 404 ? h("div", { class: "card" }, empty("datasets", "There is no such dataset", known.failure.message)) : fault(known.failure)),
      view && h("div", { class: "stack" },
        h("section", { class: "card", "aria-label": "Size" }, h("div", { class: "body" }, facts(["Rows", compact(view.rows)], ["Columns", count(view.columns.length)], ["Files", count(view.files)], ["Size", bytes(view.bytes)], ["Partitioned by", view.partitionColumns.join(", ") || "nothing"]))),
        h("div", { class: "columns" },
          h("div", { class: "third" }, card("Columns", null, table("Columns", [{ text: "Column" }, { text: "Type" }, { text: "Nulls" }], view.columns.map(column => h("tr", {},
            h("td", {}, h("b", {}, column.name), view.partitionColumns.includes(column.name) ? [" ", h("span", { class: "tag" }, "partition")] : null), h("td", {}, h("code", {}, column.type)), h("td", { class: "hint" }, column.nullable ? "allowed" : "never")))))),
          h("div", { class: "two-thirds" }, known.files && h("section", { class: "card" }, h("header", {}, h("h2", {}, by === "file" ? "Files" : "Partitions"), tabs("Show by", [["partition", "Partitions"], ["file", "Files"]], by, value => { by = value; draw(); })),
            sizes(), known.files.length === FILES ? h("p", { class: "body hint" }, `The first ${count(FILES)} files.`) : null))),
        known.rows && card("Sample rows", `the first ${count(known.rows.rows.length)} of ${count(known.rows.rowCount)}`, resultBody(`Rows of ${id}`, id, known.rows, null)),
        card("Add files", "a file of the same path is replaced at once", h("div", { class: "body" }, place()))),
    ]);
  };

  const load = context.every(15000, async () => {
    try {
      known.view = await ask(address);
      known.failure = null;
      draw();
      known.files = await ask(`${address}/files?top=${FILES}`);
      draw();
      known.rows ??= await ask(`${address}/rows?top=${ROWS}`);
    } catch (error) {
      if (error.name === "AbortError") throw error;
      known.failure = error.status ? error : null;
    }
    draw();
  });
  draw();
};
