// Rows of a result or a dataset: a table, a quick chart, and the rows as a file.

import { h, morph } from "../dom.js";
import { save } from "../api.js";
import { count, measure } from "../format.js";
import { bars, lines } from "./chart.js";
import { table, tabs } from "./common.js";

const SHOWN = 200, CHARTED = 2000;
/** Types of SQL whose values are numbers. */
export const numeric = /^(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|UTINYINT|USMALLINT|UINTEGER|UBIGINT|FLOAT|DOUBLE|DECIMAL)/;
const timely = /^(DATE|TIMESTAMP)/;

const cell = (value, column) => value === null ? h("td", { class: "null" }, "null")
  : numeric.test(column.type) ? h("td", { class: "num" }, typeof value === "number" && !Number.isInteger(value) ? measure(value) : String(value))
  : h("td", {}, typeof value === "object" ? JSON.stringify(value) : String(value).length > 120 ? `${String(value).slice(0, 119)}…` : String(value));

export const rowsTable = (label, columns, rows) => table(label,
  columns.map(column => ({ text: column.name, title: column.type, num: numeric.test(column.type) })),
  rows.slice(0, SHOWN).map(row => h("tr", {}, columns.map((column, i) => cell(row[i], column)))), "sticky tall");

const quoted = value => {
  const text = value === null || value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

export const csv = (columns, rows) => [columns.map(column => quoted(column.name)), ...rows.map(row => row.map(quoted))].map(line => line.join(",")).join("\r\n") + "\r\n";

const quick = (columns, rows) => {
  const y = columns.findIndex((column, i) => numeric.test(column.type) && i > 0), one = y < 0 ? columns.findIndex(column => numeric.test(column.type)) : y;
  return one < 0 ? null : { x: 0, y: one };
};

/** A card's inside, with its own state: table or chart. `fetchAll` gives all rows for a download. */
export const resultBody = (label, name, result, fetchAll) => {
  const { columns, rows } = result, chosen = quick(columns, rows);
  const state = { mode: "table", ...chosen };
  const root = h("div", { keep: true, key: `${label}:${result.rowCount}` });
  const chart = () => {
    const points = rows.slice(0, CHARTED).filter(row => row[state.y] !== null);
    const [x, y] = [columns[state.x], columns[state.y]];
    const what = { label: `${y.name} by ${x.name}`, height: 260 };
    if (timely.test(x.type)) return lines([{ name: y.name, points: points.map(row => [Date.parse(row[state.x]), Number(row[state.y])]) }], { ...what, x: "time" });
    if (numeric.test(x.type) && points.length > 12) return lines([{ name: y.name, points: points.map(row => [Number(row[state.x]), Number(row[state.y])]).sort((a, b) => a[0] - b[0]) }], { ...what, x: x.name });
    return bars(points.map(row => [String(row[state.x]), Number(row[state.y])]), what);
  };
  const pick = (axis, text, options) => h("label", { class: "check" }, text, h("select", { onchange: event => { state[axis] = Number(event.target.value); draw(); } },
    options.map(({ column, i }) => h("option", { value: i, selected: i === state[axis] }, column.name))));
  const download = format => async () => {
    const all = await fetchAll();
    save(`${name}.${format}`, format === "csv" ? new Blob([csv(all.columns, all.rows)], { type: "text/csv" })
      : new Blob([JSON.stringify(all.rows.map(row => Object.fromEntries(all.columns.map((column, i) => [column.name, row[i]]))), null, 2)], { type: "application/json" }));
  };
  const draw = () => {
    const options = columns.map((column, i) => ({ column, i }));
    morph(root, [
      h("div", { class: "body actions" },
        chosen ? tabs("Show as", [["table", "Table"], ["chart", "Chart"]], state.mode, mode => { state.mode = mode; draw(); }) : null,
        state.mode === "chart" ? [pick("x", "across", options), pick("y", "up", options.filter(({ column }) => numeric.test(column.type)))] : null,
        fetchAll ? [h("button", { type: "button", onclick: download("csv") }, "Download CSV"), h("button", { type: "button", onclick: download("json") }, "JSON")] : null,
        rows.length < result.rowCount || rows.length > SHOWN ? h("span", { class: "hint" }, `the first ${count(Math.min(rows.length, SHOWN))} of ${count(result.rowCount)} rows`) : null),
      state.mode === "chart" ? h("div", { class: "body" }, chart()) : rowsTable(label, columns, rows),
    ]);
  };
  draw();
  return root;
};
