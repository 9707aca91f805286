// Comforts of the public forms. Everything works without them, and nothing that is typed is kept.
"use strict";

for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    const button = form.querySelector("button[type=submit]");
    if (button && button.dataset.busy) button.textContent = button.dataset.busy;
  });
}

// Back from the next page: the form may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-once]")) delete form.dataset.sent;
});

// Send a form without leaving the page; `report` hears how far the upload has come, from 0 to 1.
function sendForm(form, data, headers, report) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.getAttribute("action"));
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) report(event.loaded / event.total);
    });
    request.addEventListener("load", () => resolve(request));
    for (const fault of ["error", "abort", "timeout"]) request.addEventListener(fault, reject);
    request.send(data);
  });
}

function showProgress(place, share) {
  let bar = place.querySelector("progress");
  if (share === null) {
    if (bar) bar.remove();
    return;
  }
  if (!bar) {
    bar = document.createElement("progress");
    bar.setAttribute("aria-label", place.dataset.sending);
    place.append(bar);
  }
  bar.value = share;
}

// What the answer finds wrong is shown at its field, as without JavaScript, while the chosen files stay chosen.
function showFaults(form, page) {
  for (const old of document.querySelectorAll("main .alarm, main .error[id]")) old.remove();
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  form.querySelector("[name=unit_pasti]")?.closest("fieldset").remove();
  const alarm = page.querySelector("main .alarm");
  if (alarm) form.before(alarm);
  const which = page.querySelector("[name=unit_pasti]")?.closest("fieldset");
  if (which) form.querySelector("#unit").after(which);
  let first = null;
  for (const error of page.querySelectorAll("form .error[id]")) {
    const field = form.querySelector(`#${error.id.replace(/-error$/, "")}`);
    if (!field) continue;
    field.before(error);
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", `${field.id}-hint ${error.id}`);
    first ??= field;
  }
  first?.focus();
  return alarm !== null;
}

// Only where there are files does an upload take long enough to be looked at.
const slow = document.querySelector("form[data-progress]");
if (slow) {
  const place = document.getElementById(slow.dataset.progress);
  slow.addEventListener("submit", async (event) => {
    const files = slow.querySelector("input[type=file]").files;
    if (event.defaultPrevented || !files.length) return;
    event.preventDefault();
    place.classList.remove("error");
    place.textContent = place.dataset.sending;
    showProgress(place, 0);
    try {
      const answer = await sendForm(slow, new FormData(slow), {}, (share) => showProgress(place, share));
      const page = new DOMParser().parseFromString(answer.responseText, "text/html");
      if (answer.status >= 400) {
        place.textContent = "";
        if (!showFaults(slow, page)) {
          place.textContent = place.dataset.failed;
          place.classList.add("error");
          place.focus();
        }
      } else {
        document.title = page.title;
        document.querySelector("main").replaceWith(page.querySelector("main"));
        document.querySelector("main").focus();
        window.scrollTo(0, 0);
      }
    } catch {
      place.textContent = place.dataset.failed;
      place.classList.add("error");
    } finally {
      delete slow.dataset.sent;
      const button = slow.querySelector("button[type=submit]");
      button.textContent = button.dataset.idle;
    }
  });
}

const input = document.querySelector("input[type=file][data-max-file]");
if (input) {
  const list = document.getElementById("files-picked");
  const limit = (name) => Number(input.dataset[name]);
  const digits = new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const sized = (bytes) => {
    if (bytes < 1024) return `${bytes} B`;
    return bytes < 1048576 ? `${Math.ceil(bytes / 1024)} KB` : `${digits.format(bytes / 1048576)} MB`;
  };

  input.addEventListener("change", () => {
    const files = [...input.files];
    const total = files.reduce((sum, file) => sum + file.size, 0);
    const large = files.some((file) => file.size > limit("maxFile"));
    const wrong = large || files.length > limit("maxFiles") || total > limit("maxTotal");
    input.setCustomValidity(wrong ? input.dataset.tooMany : "");
    list.replaceChildren(
      ...files.map((file) => {
        const item = document.createElement("li");
        const name = document.createElement("bdi");
        name.textContent = file.name;
        item.append(name, ` · ${sized(file.size)}`);
        if (file.size > limit("maxFile")) {
          item.className = "wrong";
          item.append(` · ${input.dataset.tooLarge}`);
        }
        return item;
      }),
    );
    if (wrong) {
      const item = document.createElement("li");
      item.className = "wrong";
      item.textContent = input.dataset.tooMany;
      list.append(item);
    }
  });
}
