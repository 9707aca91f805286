// The demo's telephone shows what comes in without a reload.
"use strict";

const screen_ = document.getElementById("layar");
let tag = "";

async function look() {
  if (!document.hidden && !screen_.contains(document.activeElement)) {
    try {
      const answer = await fetch(screen_.dataset.poll, { headers: { "If-None-Match": tag }, cache: "no-store" });
      if (answer.status === 200) {
        tag = answer.headers.get("ETag");
        screen_.innerHTML = await answer.text();
      }
    } catch {
      // the server is away: look again
    }
  }
  setTimeout(look, 1500);
}
look();
