// Elements out of data, and changing a page into another with as little as possible: views say what there is, morph does the rest.

const SVG = "http://www.w3.org/2000/svg";

const build = (node, props, children) => {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) {
      node[name] = value;
      (node.handlers ??= {})[name] = value;
    } else if (name === "css") {
      // Styles one by one: the page's policy refuses the attribute.
      for (const [property, setting] of Object.entries(value)) node.style.setProperty(property, setting);
    } else if (name === "key") node.key = value;
    else if (name === "keep") node.keep = value;
    else if (name === "value" && "value" in node) node.value = value;
    else if (name === "checked") node.checked = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(3).filter(child => child !== null && child !== undefined && child !== false).map(child => child instanceof Node ? child : String(child)));
  return node;
};

/** An HTML element. Properties: attributes, `onclick` and its like, `css` (an object), `key`, `keep` (morph leaves its inside alone). */
export const h = (tag, props, ...children) => build(document.createElement(tag), props, children);

/** An SVG element. */
export const s = (tag, props, ...children) => build(document.createElementNS(SVG, tag), props, children);

const alike = (one, other) => one.nodeType === other.nodeType && one.nodeName === other.nodeName && one.key === other.key;

const morphNode = (old, next) => {
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== next.data) old.data = next.data;
    return;
  }
  for (const { name } of [...old.attributes]) if (!next.hasAttribute(name) && name !== "style" && !(name === "open" && old.nodeName === "DETAILS")) old.removeAttribute(name);
  for (const { name, value } of next.attributes) if (name !== "style" && old.getAttribute(name) !== value) old.setAttribute(name, value);
  if (next.style && old.style.cssText !== next.style.cssText) {
    for (const property of [...old.style]) if (!next.style.getPropertyValue(property)) old.style.removeProperty(property);
    for (const property of next.style) old.style.setProperty(property, next.style.getPropertyValue(property));
  }
  for (const name of Object.keys(old.handlers ?? {})) if (!next.handlers?.[name]) old[name] = null;
  for (const [name, handler] of Object.entries(next.handlers ?? {})) old[name] = handler;
  old.handlers = next.handlers;
  if (next.nodeName === "INPUT" || next.nodeName === "SELECT" || next.nodeName === "TEXTAREA") {
    if (old.checked !== next.checked) old.checked = next.checked;
    if (next.nodeName !== "SELECT" && old !== document.activeElement && next.nodeName !== "TEXTAREA" && old.value !== next.value) old.value = next.value;
  }
  if (!next.keep) morph(old, [...next.childNodes]);
};

/** Makes the children of an element what is given; what stays keeps its focus, its place and what was typed. */
export const morph = (root, nodes) => {
  nodes = [nodes].flat(3).filter(node => node !== null && node !== undefined && node !== false).map(node => node instanceof Node ? node : document.createTextNode(String(node)));
  const keyed = new Map([...root.childNodes].filter(node => node.key !== undefined).map(node => [node.key, node]));
  let at = root.firstChild;
  for (const next of nodes) {
    const known = next.key !== undefined ? keyed.get(next.key) : null;
    if (known && known !== at && alike(known, next)) root.insertBefore(known, at);
    const old = known && alike(known, next) ? known : at;
    if (old && alike(old, next)) {
      if (old !== next) morphNode(old, next);
      at = old.nextSibling;
    } else root.insertBefore(next, at);
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
};

const paths = {
  jobs: "M4 6h16M4 12h16M4 18h10",
  datasets: "M4 6c0-1.700 3.600-3 8-3s8 1.300 8 3-3.600 3-8 3-8-1.300-8-3ZM4 6v12c0 1.700 3.600 3 8 3s8-1.300 8-3V6M4 12c0 1.700 3.600 3 8 3s8-1.300 8-3",
  streams: "M2 8c3.300-4 6.700-4 10 0s6.700 4 10 0M2 16c3.300-4 6.700-4 10 0s6.700 4 10 0",
  training: "M4 20V4M4 20h16M7 15l4-5 3.500 3L20 6",
  simulation: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM3 12h18M12 3c2.700 2.500 4 5.500 4 9s-1.300 6.500-4 9c-2.700-2.500-4-5.500-4-9s1.300-6.500 4-9Z",
  grid: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h6v6h-6z",
  play: "M7 4.500v15l12-7.500z",
  pause: "M8 5v14M16 5v14",
};

/** One of the page's line icons. */
export const icon = name => s("svg", { viewBox: "0 0 24 24", width: 18, height: 18, fill: "none", stroke: "currentColor", "stroke-width": 1.8, "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true" }, s("path", { d: paths[name] }));
