// Answering by single keys. Off by a switch that the browser remembers; silent while somebody types.
const help = document.getElementById("keys");
const on = document.getElementById("keys-on");
const sections = [...document.querySelectorAll(".indicator")];
const NON_SCORES = { n: "not_applicable", i: "insufficient_evidence", 0: "" };
let current = -1;

help.hidden = false;
on.checked = localStorage.getItem("keys") !== "off";
on.addEventListener("change", () => localStorage.setItem("keys", on.checked ? "on" : "off"));

const types = (element) => element.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");

function move(step) {
  current = Math.min(Math.max(current + step, 0), sections.length - 1);
  sections[current].focus();
  sections[current].scrollIntoView({ block: "start" });
}

function answer(value) {
  const buttons = sections[Math.max(current, 0)].querySelectorAll('.answer-body input[type=radio][name$="-answer"]');
  const button = [...buttons].find((one) => one.value === value);
  if (!button || button.checked) return;
  button.checked = true;
  for (const event of ["input", "change"]) button.dispatchEvent(new Event(event, { bubbles: true }));
}

document.addEventListener("focusin", (event) => {
  const place = sections.indexOf(event.target.closest(".indicator"));
  if (place >= 0) current = place;
  sections.forEach((section, number) => section.classList.toggle("current", number === place));
});

document.addEventListener("keydown", (event) => {
  if (!on.checked || event.ctrlKey || event.altKey || event.metaKey || types(event.target)) return;
  const key = event.key.toLowerCase();
  const arrow = { arrowright: 1, arrowleft: -1 }[key];
  if (key === "j" || key === "k") move(key === "j" ? 1 : -1);
  else if (arrow && !event.target.matches("input")) move(arrow);
  else if (/^[1-5]$/.test(key)) answer(key);
  else if (key in NON_SCORES) answer(NON_SCORES[key]);
  else return;
  event.preventDefault();
});
