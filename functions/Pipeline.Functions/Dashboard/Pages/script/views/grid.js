// Volunteers: work units by state, hosts, and who has done most.

import { call } from "../api.js";
import { h, morph } from "../dom.js";
import { ago, bytes, compact, count, measure, moment } from "../format.js";
import { act, card, empty, facts, fault, head, table, toast } from "../parts/common.js";

const TOP = 100;

// Every state of a result, in the order of its life, with the colour that it has elsewhere.
const states = [["unsent", "waits for a host", "var(--c8)"], ["inProgress", "on a host", "var(--c1)"], ["inconclusive", "compared, undecided", "var(--c5)"], ["valid", "valid", "var(--c3)"], ["invalid", "invalid", "var(--c7)"], ["errors", "failed", "var(--bad)"], ["noReply", "no reply", "var(--c2)"], ["tooLate", "too late", "var(--c4)"], ["abandoned", "given up", "var(--line-strong)"]];

export default (root, context) => {
  const known = { statistics: null, rows: null, hosts: null, failure: null };
  const ask = where => call(where, { signal: context.signal });
  // Hosts are for operators; whoever may not see them sees the rest.
  const askHosts = () => ask(`api/grid/hosts?top=${TOP}`).catch(error => { if (error.status === 403) return null; throw error; });

  const stateBar = () => {
    const { statistics } = known, all = states.map(([name, text, colour]) => ({ name, text, colour, n: statistics[name] ?? 0 })), total = all.reduce((sum, one) => sum + one.n, 0);
    return card("Results by state", `${compact(total)} in all`, h("div", { class: "body stack" },
      h("div", { class: "states", role: "img", "aria-label": all.filter(one => one.n).map(one => `${one.n} ${one.text}`).join(", ") || "no results yet" }, all.filter(one => one.n).map(one => h("i", { css: { "flex-grow": String(one.n), background: one.colour }, title: `${one.n} ${one.text}` }))),
      h("div", { class: "legend" }, all.map(one => h("span", {}, h("i", { css: { background: one.colour } }), `${one.text} ${compact(one.n)}`)))));
  };

  const hostRow = host => h("tr", { key: host.host.hostId },
    h("td", {}, h("b", { class: "mono" }, host.host.hostId), host.banned ? [" ", h("span", { class: "pill bad" }, "barred")] : null,
      h("div", { class: "hint" }, `${host.facts.platform} · ${host.facts.cores} ${host.facts.cores === 1 ? "core" : "cores"} · ${bytes(host.facts.memoryBytes)}`)),
    h("td", { class: "num" }, count(host.inProgress)), h("td", { class: "num" }, compact(host.valid)), h("td", { class: "num" }, compact(host.invalid + host.errors)), h("td", { class: "num" }, measure(host.credit)), h("td", { title: moment(host.lastContactAt) }, ago(host.lastContactAt)),
    h("td", {}, h("button", { type: "button", class: "quiet", "aria-label": `${host.banned ? "Readmit" : "Bar"} host ${host.host.hostId}`, onclick: act(async () => {
      await call(`api/grid/hosts/${encodeURIComponent(host.host.hostId)}/${host.banned ? "readmit" : "ban"}`, { method: "POST" });
      toast(host.banned ? "The host gets work again." : "The host gets no more work.");
      turn();
    }) }, host.banned ? "Readmit" : "Bar")));

  const draw = () => {
    const { statistics, rows, hosts } = known;
    const isQuiet = statistics && !statistics.units && !hosts?.length && !rows?.length;
    morph(root, [
      head("Grid", statistics ? `${count(statistics.hostsActive)} of ${count(statistics.hosts)} hosts heard of within a day` : "Loading"),
      known.failure && fault(known.failure),
      isQuiet && h("div", { class: "card" }, empty("grid", "No volunteers yet", "A grid job cuts its work into units for computers of people who lend them. Start one, then a volunteer on any machine:", h("p", {}, h("code", {}, "dotnet run --project functions/Pipeline.Embedded -- volunteer --help")))),
      statistics && !isQuiet && h("div", { class: "stack" },
        h("section", { class: "card", "aria-label": "Figures" }, h("div", { class: "body" }, facts(["Units", compact(statistics.units)], ["Done", compact(statistics.unitsDone), statistics.units ? `${Math.floor(statistics.unitsDone / statistics.units * 100)} %` : null], ["Given up", compact(statistics.unitsFailed)], ["Volunteers", compact(statistics.volunteers)], ["Credit", measure(statistics.credit)], ["Jobs", compact(statistics.jobs)]))),
        stateBar(),
        h("div", { class: "columns" },
          h("div", { class: hosts ? "third" : null }, card("Leaderboard", "by validated credit", rows?.length ? table("Leaderboard", [{ text: "", num: true }, { text: "Volunteer" }, { text: "Valid", num: true }, { text: "Credit", num: true }], rows.map((row, i) => h("tr", { key: row.volunteerId },
            h("td", { class: "num" }, row.rank ?? i + 1), h("td", {}, h("b", {}, row.name ?? row.volunteerId)), h("td", { class: "num" }, compact(row.validResults)), h("td", { class: "num" }, measure(row.credit)))), "tall sticky") : h("p", { class: "body hint" }, "Nobody has validated work yet."))),
          hosts && h("div", { class: "two-thirds" }, card("Hosts", "those with the most credit first", hosts.length ? table("Hosts", [{ text: "Host" }, { text: "At work", num: true }, { text: "Valid", num: true }, { text: "Bad", num: true }, { text: "Credit", num: true }, { text: "Heard of" }, { text: "" }], hosts.map(hostRow), "tall sticky") : h("p", { class: "body hint" }, "No host has registered yet."))))),
    ]);
  };

  const turn = context.every(3000, async () => {
    try {
      const [statistics, board, hosts] = await Promise.all([ask("api/grid/statistics"), ask(`api/grid/leaderboard?top=${TOP}`), askHosts()]);
      Object.assign(known, { statistics, rows: board.rows, hosts: hosts?.hosts ?? null, failure: null });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      known.failure = error.status ? error : null;
    }
    draw();
  });
  draw();
};
