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

const input = document.querySelector("input[type=file][data-max-file]");
if (input) {
  const list = document.getElementById("files-picked");
  const limit = (name) => Number(input.dataset[name]);
  const megabytes = (bytes) => `${Math.max(bytes / 1048576, 0.1).toFixed(1)} MB`;

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
        item.append(name, ` · ${megabytes(file.size)}`);
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
