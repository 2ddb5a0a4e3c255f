// Finds the line of a JSON text that a JSON pointer (RFC 6901) speaks of.

/** The offsets of the value at a pointer, or of the nearest thing above it: [start, end]; null where the text is no JSON. */
export const locate = (text, pointer) => {
  const wanted = pointer.split("/").slice(1).map(part => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  let at = 0, best = null;
  const fail = () => { throw new SyntaxError("no JSON"); };
  const space = () => { while (/\s/.test(text[at] ?? "")) at++; };
  const string = () => {
    const start = at++;
    while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
    if (at++ >= text.length) fail();
    return JSON.parse(text.slice(start, at));
  };
  // `depth` is how many parts of the pointer lead here, -1 where this is beside the way.
  const value = (depth, from) => {
    space();
    const start = from ?? at;
    if (text[at] === "{" || text[at] === "[") {
      const isObject = text[at++] === "{";
      for (let i = 0; ; i++) {
        space();
        if (text[at] === (isObject ? "}" : "]")) { at++; break; }
        if (i > 0) { if (text[at++] !== ",") fail(); space(); }
        const begin = at;
        let name = String(i);
        if (isObject) {
          if (text[at] !== '"') fail();
          name = string();
          space();
          if (text[at++] !== ":") fail();
        }
        value(depth >= 0 && depth < wanted.length && wanted[depth] === name ? depth + 1 : -1, isObject ? begin : undefined);
      }
    } else if (text[at] === '"') string();
    else {
      const rest = /^[-+.\w]+/.exec(text.slice(at, at + 40));
      if (!rest) fail();
      at += rest[0].length;
    }
    if (depth > (best?.depth ?? -1)) best = { depth, start, end: at };
  };
  try {
    value(0);
    return best && [best.start, best.end];
  } catch {
    return best && [best.start, best.end];
  }
};
