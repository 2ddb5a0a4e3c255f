// The API's documentation: reads the OpenAPI document of this app, shows it, and tries operations out.

import { key } from "./api.js";
import { h } from "./dom.js";
import { pretty } from "./parts/json.js";
import { body, fields, typeOf } from "./parts/schema.js";

const VERBS = ["get", "head", "put", "post", "delete"];
const main = document.getElementById("main");

const operationsOf = api => Object.entries(api.paths).flatMap(([path, verbs]) => VERBS.filter(verb => verbs[verb]).map(verb => ({ path, verb, ...verbs[verb] })));

const parameters = (operation, api) => operation.parameters.length > 0 && h("div", {}, h("h4", {}, "Parameters"),
  fields({ properties: Object.fromEntries(operation.parameters.map(p => [p.name, { ...p.schema, description: p.description }])), required: operation.parameters.filter(p => p.required).map(p => p.name) }, api));

const takes = (operation, api) => operation.requestBody && h("div", {}, h("h4", {}, "Takes"),
  Object.entries(operation.requestBody.content).map(([media, { schema }]) => [h("p", { class: "hint" }, media), body(schema, api)]));

const answers = (operation, api) => h("div", {}, h("h4", {}, "Answers"), h("ul", { class: "fields" }, Object.entries(operation.responses).map(([status, response]) => h("li", {},
  h("span", { class: "name" }, status), h("span", { class: "type" }, Object.keys(response.content ?? {}).join(", ")), h("p", {}, response.description),
  response["x-problems"] ? h("p", { class: "hint" }, response["x-problems"].map((name, index) => [index > 0 && ", ", h("a", { href: `#problem-${name}` }, name)]))
    : Object.values(response.content ?? {}).filter(({ schema }) => schema && Object.keys(schema).length > 0).map(({ schema }) => {
      const shape = h("details", { class: "shape" }, h("summary", {}, typeOf(schema, api)));
      shape.addEventListener("toggle", () => shape.open && shape.childElementCount === 1 && shape.append(body(schema, api)));
      return shape;
    })))));

const send = async (operation, form, show) => {
  let path = operation.path;
  const query = new URLSearchParams();
  for (const { name, in: place } of operation.parameters) {
    const value = form.elements[name].value;
    if (place === "path") path = path.replace(`{${name}}`, value.split("/").map(encodeURIComponent).join("/"));
    else if (value) query.set(name, value);
  }
  const headers = {};
  if (form.elements["the key"].value) key.set(headers["x-functions-key"] = form.elements["the key"].value);
  const sent = form.elements["the body"]?.value;
  if (sent) headers["content-type"] = "application/json";
  try {
    const response = await fetch(`${path}${query.size > 0 ? `?${query}` : ""}`, { method: operation.verb.toUpperCase(), headers, body: sent || undefined, cache: "no-store" });
    const media = response.headers.get("content-type") ?? "";
    const text = /json|text/.test(media) ? await response.text() : media ? `${(await response.blob()).size.toLocaleString()} bytes of ${media}` : "";
    show(`${response.status} ${response.statusText}`, text.length > 100_000 ? `${text.slice(0, 100_000)}\n…` : text);
  } catch (error) {
    show("The app does not answer.", String(error));
  }
};

const tryOut = operation => {
  const content = operation.requestBody?.content ?? {};
  if (operation["x-role"] === "volunteer" || (operation.requestBody && !content["application/json"])) return null;
  const answer = h("div", { role: "status" });
  const field = (name, label, required, type = "text") => h("div", { class: "field" }, h("label", { for: `${operation.operationId} ${name}` }, label), h("input", { id: `${operation.operationId} ${name}`, name, required, type, autocomplete: "off", spellcheck: "false", value: type === "password" ? key.get() ?? "" : "" }));
  return h("form", { class: "try", onsubmit: event => {
    event.preventDefault();
    send(operation, event.target, (status, text) => answer.replaceChildren(h("p", {}, h("b", {}, status)), text && h("pre", { class: "text", tabindex: "0" }, pretty(text))));
  } },
  h("h4", {}, "Try it"),
  h("div", { class: "bar" },
    operation.parameters.map(p => field(p.name, p.name, p.required && p.in !== "path" || p.in === "path" && p.name !== "path")),
    field("the key", operation["x-role"] === "anybody" ? "Function key (not needed)" : "Function key", operation["x-role"] !== "anybody", "password")),
  content["application/json"] && h("div", { class: "field" }, h("label", { for: `${operation.operationId} the body` }, "Body"), h("textarea", { id: `${operation.operationId} the body`, name: "the body", rows: 8, spellcheck: "false" })),
  h("div", { class: "actions" }, h("button", { class: operation.verb === "delete" ? "danger" : "primary", type: "submit" }, `Send ${operation.verb.toUpperCase()}`)),
  answer);
};

const operationOf = (operation, api) => {
  const details = h("details", { class: "operation", id: operation.operationId },
    h("summary", {}, h("span", { class: `verb ${operation.verb}` }, operation.verb), h("code", {}, operation.path), h("span", { class: "what" }, operation.summary)));
  details.addEventListener("toggle", () => {
    if (!details.open || details.childElementCount > 1) return;
    const role = operation["x-role"];
    details.append(h("div", { class: "body" },
      h("p", { class: "hint" }, role === "anybody" ? "Open to anybody." : role === "volunteer" ? "Wants a volunteer's or a host's token." : `Wants a key with the role ${role}, or a higher one.`, ` Function ${operation.operationId}.`),
      parameters(operation, api), takes(operation, api), answers(operation, api), tryOut(operation)));
  });
  return details;
};

const problemsOf = problems => h("section", { class: "card", id: "problems", "aria-labelledby": "h-problems" },
  h("header", {}, h("h2", { id: "h-problems" }, "problems"), h("span", { class: "note" }, "What an error's type says, and what to do")),
  problems.map(problem => h("div", { class: "problem", id: `problem-${problem.name}` },
    h("h3", {}, problem.title), h("p", {}, h("span", { class: "tag" }, problem.statuses.join(", ")), " ", h("code", {}, problem.type)), h("p", {}, problem.meaning), h("p", {}, problem.advice))));

const schemasOf = api => h("section", { class: "card", id: "specs", "aria-labelledby": "h-specs" },
  h("header", {}, h("h2", { id: "h-specs" }, "specs"), h("span", { class: "note" }, "JSON Schemas; name one as $schema, and an editor completes and checks")),
  h("div", { class: "body" }, Object.entries(api.components.schemas).filter(([name]) => name.endsWith("Spec") && api.components.schemas[name].properties?.$schema).map(([name, schema]) => {
    const shape = h("details", { class: "shape" }, h("summary", {}, `${name}: ${schema.description}`));
    shape.addEventListener("toggle", () => shape.open && shape.childElementCount === 1
      && shape.append(h("div", {}, h("p", {}, h("a", { href: `/api/schemas/${name.slice(0, -4).toLowerCase()}` }, "the JSON Schema")), fields(schema, api))));
    return shape;
  })));

const search = sections => h("input", { type: "search", id: "search", placeholder: "jobs, upload, result …", oninput: event => {
  const wanted = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const section of sections) {
    const operations = [...section.querySelectorAll(".operation")];
    for (const operation of operations) operation.hidden = !wanted.every(word => `${operation.id} ${operation.firstChild.textContent}`.toLowerCase().includes(word));
    section.hidden = operations.every(operation => operation.hidden);
  }
} });

const openNamed = () => {
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (named instanceof HTMLDetailsElement) named.open = true;
  named?.scrollIntoView();
};

const show = async () => {
  const [api, problems] = await Promise.all(["/api/openapi.json", "/api/problems"].map(async path => (await fetch(path)).json()));
  const operations = operationsOf(api);
  const sections = api.tags.map(({ name }) => h("section", { class: "card", id: `tag-${name}`, "aria-labelledby": `h-${name}` },
    h("header", {}, h("h2", { id: `h-${name}` }, name)), h("div", { class: "flush" }, operations.filter(o => o.tags[0] === name).map(o => operationOf(o, api)))));
  document.getElementById("nav").replaceChildren(...[...api.tags.map(({ name }) => [`tag-${name}`, name]), ["specs", "specs"], ["problems", "problem types"]].map(([id, name]) => h("a", { href: `#${id}` }, name)));
  main.replaceChildren(
    h("div", { class: "head" }, h("div", {}, h("h1", {}, "HTTP API"), h("p", { class: "sub" }, api.info.description)),
      h("div", { class: "actions" }, h("a", { class: "button", href: "/api/openapi.json" }, "OpenAPI document"))),
    h("div", { class: "bar" }, h("div", { class: "field grow" }, h("label", { for: "search" }, "Find an operation"), search(sections))),
    h("div", { class: "stack" }, sections, schemasOf(api), problemsOf(problems)));
  openNamed();
};

addEventListener("hashchange", openNamed);
show().catch(error => main.replaceChildren(h("p", { class: "fault", role: "alert" }, `The description of the API cannot be read: ${error.message}`)));
