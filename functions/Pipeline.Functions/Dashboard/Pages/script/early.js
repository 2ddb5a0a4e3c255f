// What cannot wait for the page's modules. It runs before the first paint, so that a page that was set to dark does not flash in light,
// and asks for what most look at first, the newest jobs, while the rest still comes. api.js hands the answer on.
(() => {
  const theme = localStorage.getItem("pipeline-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;

  const key = sessionStorage.getItem("pipeline-key");
  if (key && location.pathname === "/" && /^(#\/?(jobs)?)?$/.test(location.hash)) {
    const path = "api/jobs?top=100";
    globalThis.early = { path, answer: fetch(path, { headers: { "x-functions-key": key }, cache: "no-store" }) };
  }
})();
