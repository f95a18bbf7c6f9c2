"use strict";

const message = document.getElementById("message");
const shown = {};

// The tab of the address, else the first.
function showTab() {
  const tabs = [...document.querySelectorAll("main")];
  const wanted = tabs.find((tab) => tab.id === "crm-" + location.hash.slice(1)) || tabs[0];
  for (const tab of tabs) tab.hidden = tab !== wanted;
  for (const link of document.querySelectorAll("nav a")) {
    link.ariaCurrent = "crm-" + link.hash.slice(1) === wanted.id ? "page" : null;
  }
}

function showTimes() {
  for (const time of document.querySelectorAll("time")) {
    time.textContent = new Date(time.dateTime).toLocaleTimeString();
  }
  for (const running of document.querySelectorAll(".running")) {
    const since = Math.max(0, Date.now() - Date.parse(running.dataset.since));
    const seconds = Math.floor(since / 1000);
    running.textContent = Math.floor(seconds / 60) + ":" + String(seconds % 60).padStart(2, "0");
  }
}

async function refresh() {
  try {
    const content = await (await fetch("/content")).json();
    for (const part of document.querySelectorAll("[data-content]")) {
      const html = content[part.dataset.content];
      if (shown[part.dataset.content] !== html) part.innerHTML = html;
      shown[part.dataset.content] = html;
    }
    document.body.classList.remove("offline");
  } catch {
    document.body.classList.add("offline");
  }
  showTimes();
}

async function send(path, body) {
  const response = await fetch(path, { method: "POST", body: JSON.stringify(body) });
  const answer = await response.json();
  const requests = (answer.requests || []).map((it) => `${it.path} ${it.status || "lost"}`);
  const problem = answer.error ? answer.error.message : answer.problem;
  message.className = answer.ok ? "" : "failed";
  message.textContent = problem || requests.join(", ") || (answer.ok ? "done" : answer.body);
  await refresh();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-path]");
  if (button) send(button.dataset.path, JSON.parse(button.dataset.body));
});

document.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  const body = JSON.parse(form.dataset.body);
  if (form.dataset.crm) body.crm = form.dataset.crm;
  const members = form.querySelector("[data-members]");
  if (members) Object.assign(body, JSON.parse(members.value));
  for (const [name, value] of new FormData(form)) if (value) body[name] = value;
  send(form.dataset.path, body);
});

window.addEventListener("hashchange", showTab);
showTab();
showTimes();
setInterval(refresh, 1000);
