// What makes the pages quicker to use. Nothing on them needs it.
"use strict";

const words = document.body.dataset;

// Copy buttons: the commands of a block without their prompts and without what they print.
function commandsOf(pre) {
  const clone = pre.querySelector("code").cloneNode(true);
  const lines = [];
  let line = "", prompted = false, hasPrompts = Boolean(clone.querySelector(".gp"));
  function end() {
    if (prompted || !hasPrompts) lines.push(line.trimEnd());
    line = "";
    prompted = false;
  }
  function walk(node) {
    if (node.nodeType === Node.TEXT_NODE) {
      node.data.split("\n").forEach((piece, place) => {
        if (place) end();
        line += piece;
      });
    } else if (node.classList.contains("gp")) {
      prompted = true;
    } else if (!node.classList.contains("go")) {
      node.childNodes.forEach(walk);
    } else {
      node.textContent.split("\n").slice(1).forEach(end);
    }
  }
  clone.childNodes.forEach(walk);
  if (line) end();
  return lines.join("\n").replace(/^\n+|\n+$/g, "");
}

function addCopyButton(pre) {
  const box = document.createElement("div");
  const button = document.createElement("button");
  box.className = "copyable";
  button.type = "button";
  button.className = "copy";
  button.textContent = words.copy;
  button.setAttribute("aria-live", "polite");
  pre.replaceWith(box);
  box.append(pre, button);
  button.addEventListener("click", async () => {
    try {
      await copy(commandsOf(pre));
      button.textContent = pre.querySelector(".gap") ? words.copiedGap : words.copied;
    } catch {
      button.textContent = words.copyFailed;
    }
    setTimeout(() => { button.textContent = words.copy; }, 2500);
  });
}

// The clipboard is there for https and this machine only; elsewhere the old way still works.
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const box = document.createElement("textarea");
  const before = document.activeElement;
  box.value = text;
  box.className = "unseen";
  document.body.append(box);
  box.select();
  const done = document.execCommand("copy");
  box.remove();
  before?.focus();
  if (!done) throw new Error("copy");
}

document.querySelectorAll("pre.code:not(.sign)").forEach((pre) => {
  pre.tabIndex = 0;
  addCopyButton(pre);
});

// Search as you type: a combobox whose list is filled by the server.
function searchAsYouType(form) {
  const input = form.querySelector("input[type=search]");
  const list = form.querySelector("[role=listbox]");
  const status = form.querySelector("[role=status]");
  let composing = false, timer = 0, chosen = -1, asked = 0, shownFor = null;

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");

  function close() {
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function show(entries) {
    chosen = -1;
    input.removeAttribute("aria-activedescendant");
    list.replaceChildren(...entries.map((entry, place) => {
      const option = document.createElement("li");
      option.id = `typed-${place}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.url = entry.url;
      option.append(...entry.title.map(([text, highlighted]) => {
        const piece = document.createElement(highlighted ? "mark" : "span");
        piece.textContent = text;
        return piece;
      }));
      return option;
    }));
    list.hidden = entries.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    status.textContent = entries.length ? form.dataset.some.replace("#", entries.length) : form.dataset.none;
  }

  async function ask() {
    const text = input.value.trim();
    if (composing || text === shownFor) return;
    shownFor = text;
    const number = ++asked;
    if (!text) { close(); return; }
    const address = new URL(form.dataset.typed, location.href);
    address.searchParams.set("q", text);
    try {
      const response = await fetch(address);
      const answer = response.ok ? await response.json() : { entries: [] };
      if (number === asked && !composing && document.activeElement === input) show(answer.entries);
    } catch {
      close();
    }
  }

  function choose(place) {
    const options = [...list.children];
    options.forEach((option) => option.setAttribute("aria-selected", "false"));
    chosen = (place + options.length + 1) % (options.length + 1);
    const option = options[chosen];
    if (!option) { input.removeAttribute("aria-activedescendant"); return; }
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  }

  input.addEventListener("compositionstart", () => { composing = true; clearTimeout(timer); close(); });
  input.addEventListener("compositionend", () => { composing = false; timer = setTimeout(ask, 120); });
  input.addEventListener("input", () => {
    clearTimeout(timer);
    if (!composing) timer = setTimeout(ask, 120);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || composing) return;
    if (event.key === "Escape" && !list.hidden) { event.preventDefault(); close(); }
    if (list.hidden) return;
    const options = list.children;
    if (event.key === "ArrowDown") { event.preventDefault(); choose(chosen < 0 ? 0 : chosen + 1); }
    if (event.key === "ArrowUp") { event.preventDefault(); choose(chosen < 0 ? options.length - 1 : chosen - 1); }
    if (event.key === "Enter" && options[chosen]) { event.preventDefault(); location.assign(options[chosen].dataset.url); }
  });
  list.addEventListener("pointerdown", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) { event.preventDefault(); location.assign(option.dataset.url); }
  });
  form.addEventListener("focusout", (event) => { if (!form.contains(event.relatedTarget)) close(); });
}

document.querySelectorAll("form[data-typed]").forEach(searchAsYouType);

// "/" and Ctrl-K go to the search.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  const slash = event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
  const control = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  const input = document.querySelector("form[data-typed] input[type=search]");
  if (event.isComposing || !input || !(slash || control)) return;
  event.preventDefault();
  input.focus();
  input.select();
});

// Ctrl-Enter sends a paste.
document.querySelectorAll("textarea.log").forEach((box) => {
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) box.form.requestSubmit();
  });
});

// The theme changes without loading the page anew, where the page need not be made again.
document.querySelectorAll("form[data-theme]").forEach((form) => {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const theme = form.dataset.theme;
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    const body = new URLSearchParams(new FormData(form));
    body.set("set-theme", theme);
    fetch(form.action, { method: "POST", body, redirect: "manual" });
    document.querySelector(theme === "dark" ? ".to-light button" : ".to-dark button")?.focus();
  });
});
