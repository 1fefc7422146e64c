// What pages can do better with a script. Without one everything works too. No string becomes markup or code here.
const all = (selector, of = document) => [...of.querySelectorAll(selector)];

// A button has a name of its own, so a screen reader would not hear that its text has changed.
const spoken = document.createElement("p");
spoken.className = "unseen";
spoken.setAttribute("role", "status");
document.body.append(spoken);

// There is no clipboard API on plain http, so the text is marked and copied the old way.
function copy(button) {
  const from = document.getElementById(button.dataset.copy);
  const area = document.createElement("textarea");
  area.value = from.value ?? from.textContent;
  area.className = "unseen";
  area.readOnly = true;
  button.after(area);
  area.select();
  document.execCommand("copy");
  area.remove();
  button.focus();
  say(button, button.dataset.copied);
}

function say(button, text) {
  const before = button.dataset.before ?? button.textContent;
  button.dataset.before = before;
  button.textContent = text;
  spoken.textContent = text;
  setTimeout(() => {
    button.textContent = before;
    spoken.textContent = "";
  }, 2000);
}

function reveal(button) {
  const input = document.getElementById(button.dataset.reveal);
  const shown = input.type === "text";
  input.type = shown ? "password" : "text";
  [button.textContent, button.dataset.hide] = [button.dataset.hide, button.textContent];
  button.setAttribute("aria-pressed", String(!shown));
}

const actions = { copy, reveal, print: () => print() };
for (const [name, act] of Object.entries(actions)) {
  for (const button of all(`[data-${name}]`)) {
    button.hidden = false;
    button.addEventListener("click", () => act(button));
  }
}

// A countdown for the eye alone: what a screen reader hears stands beside it and does not change each second.
function count() {
  for (const clock of all("[data-until]")) {
    const left = Math.max(0, Math.round((Number(clock.dataset.until) - Date.now() - drift) / 1000));
    clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  }
}
const told = document.querySelector("[data-now]");
const drift = told === null ? 0 : Number(told.dataset.now) - Date.now();
if (document.querySelector("[data-until]") !== null) {
  count();
  setInterval(count, 1000);
}

const typing = () =>
  all("form:not([action='/language'])").some((form) =>
    all("input:not([type=hidden]), textarea, select", form).some((one) =>
      one.type === "checkbox" || one.type === "radio"
        ? one.checked !== one.defaultChecked
        : one.value !== one.defaultValue && one.tagName !== "SELECT"
    )
  ) || document.querySelector("dialog[open]") !== null;

// The clock of a small computer often runs in UTC: the server tells times by the watch of whoever looks.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone) document.cookie = `zone=${encodeURIComponent(zone)}; path=/; max-age=31536000; samesite=strict`;

// The server tells what changes; a page in which somebody types is never loaded again under their hands.
const { stream } = document.body.dataset;
const news = document.querySelector(".news");
let source;
let silence;

function listen() {
  source = new EventSource(stream);
  source.addEventListener("error", () => {
    silence ??= setTimeout(() => {
      news.firstElementChild.textContent = news.dataset.lost;
      news.hidden = false;
    }, 10_000);
  });
  source.addEventListener("open", () => {
    // What was shown last may be long over.
    if (!news.hidden && !typing()) location.reload();
    hush();
  });
  source.addEventListener("texts", ({ data }) => {
    const texts = JSON.parse(data);
    for (const place of all("[data-live]")) {
      const text = texts[place.dataset.live];
      if (text !== undefined && text !== place.textContent) place.textContent = text;
    }
  });
  source.addEventListener("reload", () => {
    source.close();
    if (typing()) news.hidden = false;
    else location.reload();
  });
}

function hush() {
  clearTimeout(silence);
  silence = undefined;
}

// A browser opens six connections to a server and no more: windows that nobody sees would take them all.
function listenIfSeen() {
  source?.close();
  hush();
  if (!document.hidden) listen();
}

if (stream !== undefined) {
  listenIfSeen();
  document.addEventListener("visibilitychange", listenIfSeen);
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", ({ persisted }) => persisted && listenIfSeen());
}
