"use strict";
// Live updates, keyboard shortcuts, and which conversation Chatwoot shows around us.
const body = document.body;

if (body.dataset.mark) {
  const stream = new EventSource("/review/events?since=" + encodeURIComponent(body.dataset.mark));
  stream.addEventListener("change", () => body.dispatchEvent(new CustomEvent("change-heard")));
  window.addEventListener("pagehide", () => stream.close());
}

const switched = document.getElementById("shortcuts");
if (switched) {
  try { switched.checked = localStorage.getItem("shortcuts") !== "off"; } catch { switched.checked = true; }
  switched.addEventListener("change", () => {
    try { localStorage.setItem("shortcuts", switched.checked ? "on" : "off"); } catch { /* storage is blocked in this frame */ }
  });
}

function move(step) {
  const cards = [...document.querySelectorAll(".card")];
  const next = cards[Math.min(Math.max(cards.indexOf(document.activeElement) + step, 0), cards.length - 1)];
  const following = document.getElementById("following");
  if (next) next.focus();
  else if (following && step > 0) following.click();
  else if (step < 0) history.back();
}

function open(id) {
  const details = document.getElementById(id);
  if (details) { details.open = true; details.querySelector("select, input:not([type=hidden])").focus(); }
}

document.addEventListener("keydown", (event) => {
  const approve = document.getElementById("approve");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && approve) {
    event.preventDefault();
    approve.requestSubmit();
    return;
  }
  const typing = event.target.closest("input, textarea, select");
  if (event.key === "Escape" && typing) typing.blur();
  if (!switched || !switched.checked || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const undo = document.getElementById("undo");
  const text = document.getElementById("text");
  const keys = {
    j: () => move(1), k: () => move(-1), r: () => open("reject"), x: () => open("escalate"),
    e: () => text && text.focus(), u: () => undo && undo.requestSubmit(),
  };
  if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
});

// Chatwoot's context says where to look, never who looks.
if (window.parent !== window && location.pathname === "/review/embed") {
  const chatwoot = new URL(body.dataset.chatwoot).origin;
  window.addEventListener("message", (event) => {
    if (event.origin !== chatwoot || event.source !== window.parent || typeof event.data !== "string") return;
    let told;
    try { told = JSON.parse(event.data); } catch { return; }
    const number = told && told.event === "appContext" && told.data && told.data.conversation && told.data.conversation.id;
    if (Number.isInteger(number)) location.assign("/review/conversations/" + number);
  });
  window.parent.postMessage("chatwoot-dashboard-app:fetch-info", chatwoot);
}
