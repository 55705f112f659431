// Saves each answer on the server while it is typed. What is typed stays in the page until the server has it.
const form = document.getElementById("answers");
const presence = document.getElementById("presence");
const signedOut = document.getElementById("signed-out");
const PAUSE = 900, LONGEST_WAIT = 30_000, ASK_AGAIN = 3_000, TOKENS_TRIED = 3;
const token = () => form.querySelector("[name=csrfmiddlewaretoken]");

class Answer {
  constructor(section) {
    this.section = section;
    this.prefix = `${section.dataset.code}-`;
    this.body = section.querySelector(".answer-body");
    this.state = section.querySelector(".save-state");
    this.settling = Boolean(section.querySelector("[data-settling]")); // two answers: one has to be chosen
    this.chosen = this.busy = false;
    this.saved = this.failures = 0;
    this.typed = Number(this.settling); // typed and saved count changes
  }

  get waits() { return this.typed !== this.saved; }

  get held() { return this.settling && !this.chosen; }

  say(name) {
    this.show(document.querySelector(`template[data-state="${name}"]`));
  }

  show(template) {
    this.state.replaceChildren(template.content.cloneNode(true));
  }

  changed() {
    this.typed += 1;
    if (this.held) return;
    if (!this.busy) this.say("unsaved");
    this.later(PAUSE);
  }

  later(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), pause);
  }

  save() {
    clearTimeout(this.timer);
    if (this.busy || this.held || !this.waits) return;
    this.busy = true;
    this.sent = this.typed;
    this.say("saving");
    htmx.trigger(this.section, "save");
  }

  // What became of a request; status 0 is no answer at all.
  answered(status) {
    this.busy = false;
    if (status === 200) this.isSaved();
    else if (status === 409) this.isContested();
    else if (status === 0 || status >= 500) {
      this.say("offline");
      this.later(Math.min(LONGEST_WAIT, 1000 * 2 ** this.failures++));
    }
    goOnward(status === 200, this.section);
  }

  isSaved() {
    this.failures = 0;
    this.saved = this.sent;
    const told = this.body.querySelector("template[data-saved]");
    if (told) this.show(told);
    this.settling = this.chosen = false;
    const version = this.section.querySelector(`[name="${this.prefix}version"]`);
    version.value = this.state.querySelector("[data-version]").dataset.version;
    for (const time of this.state.querySelectorAll("time")) {
      time.textContent = new Date(time.dateTime).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    }
    if (this.waits) this.later(PAUSE);
  }

  isContested() {
    this.chosen = false;
    if (this.typed !== this.sent) return this.later(PAUSE); // typed on meanwhile: ask again with all of it
    this.settling = true;
    this.say("conflict");
  }
}

const answers = new Map([...form.querySelectorAll(".indicator")].map((section) => [section, new Answer(section)]));
const of = (element) => answers.get(element.closest(".indicator"));
const waiting = () => [...answers.values()].filter((answer) => answer.waits);

form.addEventListener("input", (event) => of(event.target)?.changed());
form.addEventListener("change", (event) => of(event.target)?.save());
form.addEventListener("click", (event) => {
  const answer = of(event.target);
  const settles = event.target.closest("[data-settle]");
  if (settles) {
    event.preventDefault();
    answer.typed += 1;
    answer.chosen = true;
  }
  if (settles || event.target.closest("[data-retry]")) answer.save();
});

// Requests of one answer hold that answer only.
form.addEventListener("htmx:configRequest", (event) => {
  const { prefix } = of(event.target);
  const { parameters, headers } = event.detail;
  for (const name of Object.keys(parameters)) {
    if (!name.startsWith(prefix) && name !== "person") delete parameters[name];
  }
  headers["X-CSRFToken"] = token().value;
});

const tokenRefused = (xhr) => xhr.getResponseHeader("X-Reason") === "csrf";

form.addEventListener("htmx:beforeSwap", ({ target, detail }) => {
  const answer = of(target), { status } = detail.xhr;
  const typedOn = status === 409 && answer.typed !== answer.sent;
  detail.isError = false;
  detail.shouldSwap = !typedOn && !tokenRefused(detail.xhr) && [200, 403, 409, 422].includes(status);
  if (status === 409 || (status === 200 && answer.settling)) {
    detail.target = answer.body;
    answer.hadFocus = answer.body.contains(document.activeElement);
  }
});

form.addEventListener("htmx:afterRequest", ({ target, detail }) => {
  const answer = of(target), { xhr } = detail;
  const unknown = xhr.status === 401 || (tokenRefused(xhr) && answer.failures < TOKENS_TRIED);
  if (unknown) {
    answer.busy = false;
    answer.failures += xhr.status !== 401;
    answer.say("unsaved");
    if (xhr.status === 401) showSignedOut(xhr.responseText);
    return ask();
  }
  answer.answered(tokenRefused(xhr) ? 0 : xhr.status);
  if (answer.hadFocus) (answer.section.querySelector("[data-settling]") ?? answer.section).focus();
  answer.hadFocus = false;
});

// The session has ended: keep asking for it, and go on by ourselves once there is one again.
function showSignedOut(notice) {
  if (signedOut.hidden) signedOut.innerHTML = notice;
  signedOut.hidden = false;
}

function ask() {
  clearTimeout(ask.timer);
  ask.timer = setTimeout(() => htmx.trigger(presence, "ask"), signedOut.hidden ? 0 : ASK_AGAIN);
}

presence.addEventListener("htmx:beforeSwap", ({ detail }) => {
  detail.isError = false;
  detail.shouldSwap = [200, 403].includes(detail.xhr.status);
});
presence.addEventListener("htmx:afterRequest", ({ detail }) => {
  const fresh = presence.querySelector("[name=csrfmiddlewaretoken]");
  if (detail.xhr.status === 200 && fresh) {
    token().value = fresh.value;
    signedOut.hidden = true;
    waiting().forEach((answer) => answer.save());
  } else if (!signedOut.hidden) ask();
});
addEventListener("online", () => waiting().forEach((answer) => answer.save()));
addEventListener("focus", () => { if (!signedOut.hidden) htmx.trigger(presence, "ask"); });

// Leaving: first save, then go; warn only when something cannot be saved.
let onward = null, leaving = false;

function goOnward(saved, section) {
  if (!onward) return;
  const go = onward;
  if (!saved) {
    onward = null;
    section.focus();
  } else if (!waiting().length) {
    onward = null;
    go();
  }
}

function saveFirst(event, go) {
  const open = waiting();
  if (!open.length) return;
  event.preventDefault();
  const held = open.find((answer) => answer.held);
  if (held) return held.section.querySelector("[data-settling]").focus();
  onward = go;
  open.forEach((answer) => answer.save());
}

form.addEventListener("submit", (event) => {
  saveFirst(event, () => form.requestSubmit(event.submitter));
  leaving = !event.defaultPrevented;
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || link.target || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (link.pathname !== location.pathname) saveFirst(event, () => location.assign(link.href));
});
addEventListener("beforeunload", (event) => { if (waiting().length && !leaving) event.preventDefault(); });

// Back button: never an old page with old text, always what the server has.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
