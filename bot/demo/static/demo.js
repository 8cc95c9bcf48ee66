// Keeps the page in step with the demo: forms and links without a reload, changes as they come.
// Without this script everything works by ordinary forms and links; the page is then reloaded by hand.

const sources = new WeakMap(); // element -> the HTML that the server sent for it
const parser = new DOMParser();
const $ = (id) => document.getElementById(id);

function remember(root) {
  for (const each of [root, ...root.querySelectorAll("[id]")]) sources.set(each, each.outerHTML);
}

// --- swapping: what is the same stays, with its focus and what was typed

function morph(old, now) {
  if (!("group" in now.dataset) || !("group" in old.dataset)) {
    if (sources.get(old) === now.outerHTML) return old;
    const fresh = document.importNode(now, true);
    keepTyped(old, fresh);
    sources.set(fresh, now.outerHTML);
    old.replaceWith(fresh);
    return fresh;
  }
  for (const name of new Set([...old.getAttributeNames(), ...now.getAttributeNames()])) {
    if (name === "style") continue;
    if (now.hasAttribute(name)) {
      if (old.getAttribute(name) !== now.getAttribute(name)) old.setAttribute(name, now.getAttribute(name));
    } else old.removeAttribute(name);
  }
  const wanted = [...now.children];
  const names = new Set(wanted.map((each) => each.id));
  for (const child of [...old.children]) if (!names.has(child.id)) child.remove();
  let last = null;
  for (const each of wanted) {
    const same = [...old.children].find((child) => child.id === each.id);
    let put;
    if (same) {
      put = morph(same, each);
    } else {
      put = document.importNode(each, true);
      remember(put);
    }
    const place = last ? last.nextElementSibling : old.firstElementChild;
    if (put !== place) old.insertBefore(put, place);
    last = put;
  }
  return old;
}

function keepTyped(old, fresh) {
  for (const field of fresh.querySelectorAll("input[id]:not([type=hidden]), select[id], textarea[id]")) {
    const before = old.querySelector("#" + CSS.escape(field.id));
    if (!before) continue;
    if (field.type === "radio" || field.type === "checkbox") field.checked = before.checked;
    else field.value = before.value;
  }
  for (const each of fresh.querySelectorAll("details[id]")) {
    each.open = old.querySelector("#" + CSS.escape(each.id))?.open ?? false;
  }
}

function swap(html) {
  const page = parser.parseFromString(html, "text/html");
  if (!page.getElementById("main")) {
    document.location.reload();
    return;
  }
  const focused = document.activeElement?.id;
  const scrolled = scroll();
  const shown = windows();
  for (const id of ["top", "views", "main"]) morph($(id), page.getElementById(id));
  for (const name of ["view", "panel", "beat", "mark", "markSeat"]) document.body.dataset[name] = page.body.dataset[name];
  document.documentElement.dataset.theme = page.documentElement.dataset.theme;
  $("lost").hidden = true;
  restore(scrolled);
  if (focused && document.activeElement === document.body) $(focused)?.focus({ preventScroll: true });
  tend(shown);
  point();
}

// --- scrolling: logs stay at their end, everything else where it was

function scroll() {
  const found = new Map();
  for (const each of document.querySelectorAll(".log, .panel-body, .window-body, .lines, .payload")) {
    const atEnd = each.scrollHeight - each.scrollTop - each.clientHeight < 40;
    const key = each.id || each.closest("[id]").id + each.className;
    found.set(key, { top: each.scrollTop, atEnd, last: each.lastElementChild?.id });
  }
  return found;
}

function restore(before) {
  for (const each of document.querySelectorAll(".log, .panel-body, .window-body, .lines, .payload")) {
    const was = before.get(each.id || each.closest("[id]").id + each.className);
    if (each.matches(".log:not(.home)")) {
      const newer = was && was.last !== each.lastElementChild?.id;
      if (!was || was.atEnd || newer) toEnd(each);
    } else if (was) each.scrollTop = was.top;
  }
}

function toEnd(log) {
  const last = [...log.querySelectorAll(".message")].at(-1);
  // the beginning of what came last stays in sight, however long it is
  log.scrollTop = last ? Math.min(log.scrollHeight, last.offsetTop - log.offsetTop - 8) : 0;
}

// --- focus: into a window when it opens, back to the line when it has closed

let acted = ""; // the seat whose deed is under way
function windows() {
  return new Map([...document.querySelectorAll(".pane")].map((pane) => [pane.dataset.seat, pane.querySelector(".window")]));
}

function tend(before) {
  for (const [seat, now] of windows()) {
    const was = before.get(seat);
    if (seat !== acted || now === was) continue;
    if (now) now.focus({ preventScroll: true });
    else $("text-" + seat)?.focus({ preventScroll: true });
  }
}

// --- the tour's finger

function point() {
  for (const each of document.querySelectorAll(".here")) each.classList.remove("here");
  const { mark, markSeat } = document.body.dataset;
  if (!mark) return;
  const pane = $("pane-" + markSeat);
  let found;
  if (mark === "time") found = $("later");
  else if (mark === "window") found = pane.querySelector(".window");
  else if (mark.startsWith("label:")) {
    const named = [...pane.querySelectorAll("[data-label]")].filter((each) => each.dataset.label === mark.slice(6));
    found = named.filter((each) => each.closest(".window")).at(-1) ?? named.at(-1) ?? pane.querySelector(".window, .say");
  } else found = pane.querySelector(".window") ?? pane.querySelector(`[data-part="${mark}"]`);
  found?.classList.add("here");
}

// --- fetching

let going = 0;
async function load(url, options) {
  const mine = ++going;
  let answer, html;
  try {
    answer = await fetch(url, options);
    html = await answer.text();
  } catch {
    $("lost").hidden = false;
    return false;
  }
  if (answer.status === 503) setTimeout(refresh, 700);
  else if (!answer.ok) document.location.reload();
  else if (mine === going) {
    if (answer.redirected && answer.url !== document.location.href) history.pushState(null, "", answer.url);
    swap(html);
  }
  return answer.ok;
}
const refresh = () => load(document.location.href);

async function submit(form, submitter) {
  if (form.dataset.busy) return;
  const data = new URLSearchParams(new FormData(form, submitter));
  const around = form.closest(".pane, .panel, .top") ?? form;
  form.dataset.busy = "yes";
  around.setAttribute("aria-busy", "true");
  acted = form.closest(".pane")?.dataset.seat ?? "";
  try {
    const line = form.matches(".say") ? form.querySelector("input[name=text]") : null;
    const ok = await load(form.action, { method: "POST", body: data, headers: { Accept: "text/html" } });
    if (ok && line) {
      line.value = "";
      if (!document.querySelector(`#pane-${acted} .window`)) line.focus({ preventScroll: true });
    }
  } finally {
    delete form.dataset.busy;
    around.removeAttribute("aria-busy");
    acted = "";
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  event.preventDefault();
  if (form.method === "get") {
    const query = new URLSearchParams(document.location.search);
    for (const [name, value] of new FormData(form)) query.set(name, value);
    go("/?" + query);
    return;
  }
  form.closest("details")?.removeAttribute("open");
  submit(form, event.submitter);
});

async function go(url) {
  history.pushState(null, "", url);
  await refresh();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-swap], a[data-merge]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  event.preventDefault();
  const url = new URL(link.href);
  if ("merge" in link.dataset) {
    const merged = new URLSearchParams(document.location.search);
    for (const [name, value] of url.searchParams) merged.set(name, value);
    if (matchMedia("(min-width: 760px)").matches) merged.set("view", document.body.dataset.view);
    url.search = merged;
  }
  const name = link.textContent;
  go(url.pathname + url.search).then(() => {
    const again = [...document.querySelectorAll("a[data-swap]")].find((each) => each.textContent === name);
    if (document.activeElement === document.body) (again ?? $("panel")).focus({ preventScroll: true });
  });
});
window.addEventListener("popstate", refresh);

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = event.target.closest(".window") ?? document.querySelector(".window:focus-within");
  open?.querySelector("button[value=close]")?.click();
});

// --- the pulse

function listen() {
  const pulse = new EventSource("/pulse");
  pulse.onmessage = (event) => {
    $("lost").hidden = true;
    if (event.data !== document.body.dataset.beat && !document.querySelector("[data-busy]")) refresh();
  };
  pulse.onerror = () => {
    $("lost").hidden = false;
  };
}

for (const each of document.querySelectorAll("[id]")) sources.set(each, each.outerHTML);
for (const each of document.querySelectorAll(".log:not(.home)")) toEnd(each);
point();
listen();
document.documentElement.dataset.ready = "yes";
