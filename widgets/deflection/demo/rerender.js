// Every key draws the form anew: new elements with the old values, the focus and the caret put back.

const app = document.getElementById("app");
const drawn = document.getElementById("drawn");

function draw(values = {}) {
  const active = document.activeElement?.name;
  const caret = active && document.activeElement.selectionStart;
  const fresh = drawn.content.cloneNode(true);
  for (const [name, value] of Object.entries(values)) {
    const field = fresh.querySelector(`[name=${name}]`);
    if (field) field.value = value;
  }
  app.replaceChildren(fresh);
  const field = active && app.querySelector(`[name=${active}]`);
  field?.focus();
  if (field?.type !== "email") field?.setSelectionRange?.(caret, caret);
}

app.addEventListener("input", (event) => draw(Object.fromEntries(new FormData(event.target.form))));
draw();
