// Before the page is drawn, so that it never flashes in the other colours.
try {
  document.documentElement.dataset.theme = localStorage.getItem("bitnet.theme") || "auto";
} catch {
  document.documentElement.dataset.theme = "auto";
}
