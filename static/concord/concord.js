// Small comforts; every page works without them.
const root = document.documentElement;

for (const button of document.querySelectorAll("[data-theme-switch]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
    localStorage.setItem("theme", root.dataset.bsTheme);
  });
}

const menu = document.getElementById("site-menu");
if (menu) {
  const wide = matchMedia("(min-width: 1200px)");
  const adapt = () => { menu.open = wide.matches; };
  adapt();
  wide.addEventListener("change", adapt);
}

for (const link of document.querySelectorAll(".nav-list a")) {
  if (link.pathname === location.pathname && !link.search) link.setAttribute("aria-current", "page");
}

for (const bottom of document.querySelectorAll('.marking[data-place="bottom"]')) {
  bottom.textContent = document.querySelector('.marking[data-place="top"]').textContent;
}

// "/" goes to the search, unless somebody types, or has switched single keys off (WCAG 2.1.4).
const searchBox = document.querySelector("[data-search]");
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || !searchBox || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.matches("textarea, select, input:not([type=radio], [type=checkbox]), [contenteditable]")) return;
  if (localStorage.getItem("keys") === "off") return;
  event.preventDefault();
  searchBox.focus();
  searchBox.select();
});
for (const part of document.querySelectorAll("details[data-folds]")) part.open = matchMedia("(min-width: 768px)").matches;
for (const keys of document.querySelectorAll("[data-keys]")) {
  keys.closest("[data-keys-switch]").hidden = false;
  keys.checked = localStorage.getItem("keys") !== "off";
  keys.addEventListener("change", () => localStorage.setItem("keys", keys.checked ? "on" : "off"));
}

document.querySelector("[data-error-summary], #error-summary")?.focus();
