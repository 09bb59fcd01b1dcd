"use strict";

const showConnection = (text) => {
  const line = document.getElementById("connection");
  if (line.textContent !== text) line.textContent = text;
  document.documentElement.classList.toggle("cut-off", text !== "Live");
};
showConnection("Live");

// A hidden page sends no requests; it updates as soon as it is visible again.
document.addEventListener("htmx:config:request", (event) => {
  const { sourceEvent } = event.detail.ctx;
  if (document.hidden && sourceEvent?.type === "every") event.preventDefault();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) document.body.dispatchEvent(new CustomEvent("refresh"));
});

document.addEventListener("htmx:after:request", (event) => {
  const { sourceElement, response } = event.detail.ctx;
  if (sourceElement.id !== "live") return;
  showConnection(response.status < 400 ? "Live" : `The server responded with ${response.status}`);
});
document.addEventListener("htmx:error", (event) => {
  if (event.detail.ctx?.sourceElement.id === "live") showConnection("No response; retrying");
});

// The address keeps the filters, so that they survive a reload.
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.id !== "view") return;
  const filters = [...new FormData(form)].filter(([name, value]) => value && name !== "revision");
  history.replaceState(null, "", `?${new URLSearchParams(filters)}`);
});

// A real clock also moves between two updates.
let shown, since;
setInterval(() => {
  const clock = document.querySelector("#clock-time[data-ticks]");
  if (!clock) return;
  if (clock.dataset.seconds !== shown) {
    shown = clock.dataset.seconds;
    since = performance.now();
  }
  const time = new Date(1000 * shown + performance.now() - since);
  if (isNaN(time)) return;
  clock.textContent = `${time.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}, 1000);
