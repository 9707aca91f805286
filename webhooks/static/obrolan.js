// The chat without reloads: send, read on, leave quickly. Without this file the same page works as plain forms.
"use strict";

const log = document.getElementById("percakapan");
const writing = document.getElementById("tulis");
const box = document.getElementById("text");
const files = document.getElementById("files");
const progress = document.getElementById("kemajuan");
const [QUICK, CALM, SLOW, HIDDEN] = [2000, 8000, 30000, 60000];
let place = log.dataset.place;
let last = Date.now(); // when something was last said
let timer = 0;
let busy = false;
let head = ""; // what the box begins with while it is being sent; nothing once that was rewritten

log.classList.add("scrolls"); // with plain pages the newest line stands right above the form
document.getElementById("muat").hidden = true;
document.getElementById("keluar").addEventListener("click", (event) => {
  event.preventDefault();
  document.body.hidden = true;
  window.location.replace(event.currentTarget.href); // Back does not lead here again
});

function freshId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");
}

function take(html, until) {
  if (!until || until === place) return;
  place = until;
  last = Date.now();
  const before = log.lastElementChild;
  log.insertAdjacentHTML("beforeend", html);
  (before?.nextElementSibling ?? log.firstElementChild)?.scrollIntoView({ block: "start" }); // the code stands in the first
  document.getElementById("menunggu")?.remove();
  document.getElementById("pilih-pin").hidden = false;
}

function pause() {
  const still = Date.now() - last;
  if (document.hidden) return Math.min(HIDDEN + still / 2, 10 * HIDDEN);
  return still < 120000 ? QUICK : still < 900000 ? CALM : SLOW;
}

async function readOn() {
  clearTimeout(timer);
  if (!busy) {
    try {
      const looked = document.hidden ? 0 : 1;
      const answer = await fetch(`${log.dataset.poll}?sesudah=${place}&tampak=${looked}`, {
        headers: { "If-None-Match": `"${place}"` },
        cache: "no-store",
      });
      const html = answer.status === 200 ? await answer.text() : "";
      if (!busy) take(html, answer.headers.get("X-Aduan-Sampai"));
    } catch {
      // no connection: the next turn tries again
    }
  }
  timer = setTimeout(readOn, pause());
}

// Only what was sent leaves the box: whoever wrote on meanwhile finds those words as they were.
function clear(sent) {
  if (head && box.value.startsWith(head)) {
    const rest = box.value.slice(head.length).trimStart();
    const caret = Math.max(box.selectionStart - (box.value.length - rest.length), 0);
    box.value = rest;
    box.setSelectionRange(caret, caret);
  }
  if (files.files.length === sent.length && sent.every((file, n) => file === files.files[n])) {
    files.value = "";
    files.dispatchEvent(new Event("change")); // the list of picked files goes too
  }
}

function tell(sentence, refused = false) {
  progress.classList.toggle("error", refused);
  progress.textContent = sentence;
}

async function say(form, button) {
  if (busy) {
    tell(progress.dataset.waiting);
    return;
  }
  busy = true;
  const sent = form === writing ? [...files.files] : null;
  head = sent ? box.value : "";
  const data = new FormData(form);
  if (button?.name) data.append(button.name, button.value);
  data.append("sesudah", place);
  const sends = Boolean(sent?.length);
  tell(progress.dataset.sending);
  if (sends) showProgress(progress, 0);
  try {
    const answer = await sendForm(form, data, { "X-Requested-With": "obrolan" }, (share) => {
      if (sends) showProgress(progress, share);
    });
    const until = answer.getResponseHeader("X-Aduan-Sampai");
    if (answer.status === 200 && until) {
      form.querySelector("[name=pesan_id]").value = freshId();
      if (sent) {
        clear(sent);
        box.focus({ preventScroll: true });
      }
      take(answer.responseText, until);
      const left = box.value.trim() || files.files.length;
      tell(left ? progress.dataset.left : progress.dataset.sent);
    } else {
      tell(sentenceOf(answer), true);
    }
  } catch {
    tell(progress.dataset.failed, true);
  } finally {
    busy = false;
    last = Date.now();
    clearTimeout(timer);
    timer = setTimeout(readOn, QUICK);
  }
}

function sentenceOf(answer) {
  try {
    return JSON.parse(answer.responseText).sentence ?? progress.dataset.failed;
  } catch {
    return progress.dataset.failed;
  }
}

box.addEventListener("input", () => {
  if (!box.value.startsWith(head)) head = "";
});
document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-say]")) return;
  event.preventDefault();
  say(event.target, event.submitter);
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) readOn();
});
log.lastElementChild?.scrollIntoView({ block: "nearest" });
timer = setTimeout(readOn, QUICK);
