// A JSON Schema as a person reads it: fields with their types, bounds and defaults; what is within them opens on demand.

import { h } from "../dom.js";

/** Finds what a $ref within the document names. */
export const resolve = (schema, root) => {
  if (!schema?.$ref) return schema ?? {};
  const found = schema.$ref.slice(2).split("/").reduce((node, part) => node?.[part.replaceAll("~1", "/").replaceAll("~0", "~")], root);
  const { $ref, ...beside } = schema;
  return { ...found, ...beside };
};

const nameOf = schema => schema.$ref?.split("/").at(-1);

/** What a value is, in a few words. */
export const typeOf = (schema, root) => {
  if (schema === true || schema === undefined || Object.keys(schema).length === 0) return "anything";
  if (schema.$ref) return nameOf(schema);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map(word => JSON.stringify(word)).join(" · ");
  const forms = schema.anyOf ?? schema.oneOf?.filter(form => !form.required);
  if (forms?.length) return forms.map(form => typeOf(form, root)).join(" or ");
  const types = [schema.type ?? "anything"].flat().map(type => type === "array" ? `array of ${typeOf(schema.items, root)}` : type);
  return types.join(" or ");
};

const bounds = schema => [
  schema.minimum !== undefined && schema.maximum !== undefined ? `${schema.minimum} to ${schema.maximum}` : schema.minimum !== undefined ? `from ${schema.minimum}` : null,
  schema.maxLength > 1 && schema.maxLength < 1e5 ? `up to ${schema.maxLength.toLocaleString()} characters` : null,
  schema.maxItems !== undefined ? `up to ${schema.maxItems.toLocaleString()} entries` : null,
  schema.default !== undefined ? `default ${JSON.stringify(schema.default)}` : null,
].filter(Boolean).join(", ");

// The objects that a value may be, whatever stands around them.
const objects = (schema, root) => {
  const found = resolve(schema, root);
  if (found.properties || found.allOf || (typeof found.additionalProperties === "object")) return [found];
  if (found.items) return objects(found.items, root);
  return (found.anyOf ?? found.oneOf ?? []).flatMap(form => objects(form, root));
};

const inside = (schema, root, depth) => {
  const within = objects(schema, root);
  if (within.length === 0) return null;
  const details = h("details", { class: "shape" }, h("summary", {}, "Its fields"));
  // Made when it is opened: layers hold layers, without an end.
  details.addEventListener("toggle", () => {
    if (details.open && details.childElementCount === 1) details.append(...within.map(object => fields(object, root, depth + 1)));
  });
  return details;
};

const list = (properties, required, root, depth) => h("ul", { class: "fields" }, Object.entries(properties ?? {}).map(([name, schema]) => h("li", {},
  h("span", { class: "name" }, name), h("span", { class: "type" }, typeOf(schema, root)),
  required?.includes(name) && h("span", { class: "must" }, "required"),
  (schema.description || bounds(schema)) && h("p", {}, schema.description ?? "", bounds(schema) && h("span", { class: "hint" }, ` ${bounds(schema)}`)),
  inside(schema, root, depth))));

const condition = when => {
  const [[name, value] = []] = Object.entries(when.properties ?? {});
  if (!name) return when.required ? `With ${when.required.join(", ")}` : "Otherwise";
  return `When ${name} is ${(value.enum ?? [value.const]).join(" or ")}`;
};

/** The fields of an object, with those that depend on a word of it. */
export const fields = (object, root, depth = 0) => h("div", {},
  list(object.properties, object.required, root, depth),
  typeof object.additionalProperties === "object" && list({ "any name": object.additionalProperties }, [], root, depth),
  (object.allOf ?? []).filter(branch => branch.then).map(branch => [h("p", { class: "when" }, condition(branch.if)), list(branch.then.properties, branch.then.required, root, depth)]));

/** A body: its name, what it is, and its fields. */
export const body = (schema, root) => {
  const within = objects(schema, root);
  const named = (schema.oneOf ?? []).filter(form => form.$ref);
  if (named.length > 1) return h("div", {}, named.map(form => h("div", {}, h("p", { class: "when" }, nameOf(form)), inside(form, root, 0))));
  return h("div", {}, h("p", {}, h("span", { class: "tag" }, typeOf(schema, root))), within.map(object => fields(object, root)));
};
