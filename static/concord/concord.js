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

document.querySelector("[data-error-summary], #error-summary")?.focus();
