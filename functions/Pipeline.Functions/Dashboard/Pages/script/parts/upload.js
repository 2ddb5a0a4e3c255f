// Files into a dataset: dropped or chosen, one after another, and closed at the end.

import { call, path } from "../api.js";
import { h } from "../dom.js";
import { bytes, plural } from "../format.js";
import { bar, toast } from "./common.js";

// A folder that is dropped is read to its leaves; its own name is the dataset's, so it is left out of the paths.
const leaves = async (entry, folder = "") => {
  if (entry.isFile) return [{ path: folder + entry.name, file: await new Promise((resolve, reject) => entry.file(resolve, reject)) }];
  const reader = entry.createReader(), found = [];
  for (let batch; (batch = await new Promise((resolve, reject) => reader.readEntries(resolve, reject))).length > 0;) found.push(...batch);
  return (await Promise.all(found.map(child => leaves(child, child.isFile ? folder : `${folder}${child.name}/`)))).flat();
};

/** A place to drop Parquet files. `dataset` gives the name that they go to, `done` is called after an upload. */
export const dropPlace = (dataset, draw, done, signal) => {
  const state = { busy: null, fault: null };

  const send = async files => {
    const name = dataset(), wanted = files.filter(({ path: where }) => where.toLowerCase().endsWith(".parquet"));
    state.fault = null;
    if (!name) state.fault = "Name the dataset first.";
    else if (wanted.length === 0) state.fault = "There is no .parquet file among these. DuckDB makes one of a CSV with COPY (FROM 'data.csv') TO 'data.parquet'.";
    if (state.fault) { draw(); return; }
    const total = wanted.reduce((sum, { file }) => sum + file.size, 0);
    let sent = 0;
    try {
      for (const { path: where, file } of wanted) {
        state.busy = { file: where, share: total ? sent / total : 0, total };
        draw();
        await call(`api/datasets/${path(name)}/files/${path(...where.split("/"))}`, { method: "PUT", body: file, signal });
        sent += file.size;
      }
      await call(`api/datasets/${path(name)}/complete`, { method: "POST", signal });
      toast(`${plural(wanted.length, "file")}, ${bytes(total)}, uploaded to ${name}.`);
      done(name);
    } catch (error) {
      if (error.name === "AbortError") return;
      state.fault = error.message;
    } finally {
      state.busy = null;
    }
    draw();
  };

  const input = h("input", { type: "file", multiple: true, accept: ".parquet", class: "visually-hidden", tabindex: -1, "aria-hidden": "true", onchange: event => send([...event.target.files].map(file => ({ path: file.name, file }))) });

  return () => h("div", {
    class: "drop",
    ondragover: event => { event.preventDefault(); event.currentTarget.classList.add("over"); },
    ondragleave: event => event.currentTarget.classList.remove("over"),
    ondrop: async event => {
      event.preventDefault();
      event.currentTarget.classList.remove("over");
      const entries = [...event.dataTransfer.items].map(item => item.webkitGetAsEntry?.()).filter(Boolean);
      send(entries.length ? (await Promise.all(entries.map(entry => leaves(entry)))).flat() : [...event.dataTransfer.files].map(file => ({ path: file.name, file })));
    },
  },
  state.busy ? [h("p", {}, `Uploading ${state.busy.file}`), bar(state.busy.share, "", "Upload")] : [
    h("p", {}, "Drop Parquet files here, or a folder with ", h("code", {}, "key=value"), " folders in it."),
    h("button", { type: "button", onclick: () => input.click() }, "Choose files")],
  state.fault && h("p", { class: "fault", role: "alert" }, state.fault),
  h("span", { key: "input", keep: true, hidden: true }, input.isConnected ? null : input));
};
