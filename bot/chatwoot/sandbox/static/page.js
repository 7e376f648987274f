// Looks again whenever the stand-in says that something changed, and replaces only what is marked data-live,
// so that a half-written message, its focus and the scroll position stay.
"use strict";

const bubbles = () => document.querySelector(".bubbles");

function scrollDown() {
  const list = bubbles();
  if (list) list.scrollTop = list.scrollHeight;
}

async function lookAgain() {
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const list = bubbles();
  const atEnd = list && list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  for (const part of document.querySelectorAll("[data-live]")) {
    const other = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
    if (other && other.innerHTML !== part.innerHTML) part.replaceChildren(...other.childNodes);
  }
  if (atEnd) scrollDown();
}

scrollDown();
new EventSource("/page/live").addEventListener("change", lookAgain);

// Ctrl+Enter or Cmd+Enter sends, as in Chatwoot.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form) {
    event.target.form.requestSubmit();
  }
});
