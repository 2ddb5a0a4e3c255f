// Runs before the first paint, so that a page that was set to dark does not flash in light.
(() => {
  const set = localStorage.getItem("pipeline-theme");
  if (set === "light" || set === "dark") document.documentElement.dataset.theme = set;
})();
