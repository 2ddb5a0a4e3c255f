// Figures as people read them.

// A browser takes milliseconds to make each of these, which the first view need not wait for.
const once = make => { let made; return () => made ??= make(); };
const number = once(() => new Intl.NumberFormat("en", { maximumFractionDigits: 0 }));
const short = once(() => new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 }));
const clock = once(() => new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" }));
const whole = value => Math.abs(value) < 999.5 ? String(Math.round(value)) : number().format(value);

export const count = value => value === null || value === undefined ? "–" : whole(value);

export const compact = value => value === null || value === undefined ? "–" : Math.abs(value) < 10000 ? whole(value) : short().format(value);

/** A measured value, with as many digits as tell something. */
export const measure = value => {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return value.toExponential(3);
  return size >= 1e5 ? whole(value) : String(Number(value.toPrecision(5)));
};

export const bytes = value => {
  if (value === null || value === undefined) return "–";
  const units = ["B", "KB", "MB", "GB", "TB"];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1];
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
};

export const duration = milliseconds => {
  if (milliseconds === null || milliseconds === undefined || Number.isNaN(milliseconds)) return "–";
  if (milliseconds < 1000) return `${Math.max(0, Math.round(milliseconds))} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds % 3600 / 60)} min`;
};

export const ago = time => {
  const seconds = (Date.now() - new Date(time)) / 1000;
  if (seconds < 5) return "now";
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86400)} d ago`;
};

export const moment = time => time ? clock().format(new Date(time)) : "–";

export const percent = share => `${(share * 100).toFixed(share > 0.995 && share < 1 ? 2 : 1)} %`;

export const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;
