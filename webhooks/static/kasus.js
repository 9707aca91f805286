// A case's page has several forms. Sending one, or leaving, would lose what is typed in another: the browser asks first.
"use strict";

let sent = null;
document.addEventListener("submit", (event) => {
  sent = event.target;
});

window.addEventListener("beforeunload", (event) => {
  const typed = document.querySelectorAll("main form textarea, main form input:not([type]), main form input[type=text]");
  if ([...typed].some((field) => field.form !== sent && field.value !== field.defaultValue)) event.preventDefault();
  sent = null;
});
