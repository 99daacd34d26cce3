// Pictures into an article's text: dropped on the page, pasted, or chosen. Without this the form's own button
// sends the one that is chosen, and a page gives the text back with it.

const PATIENCE = 60_000; // ms that one picture may take

class Pictures {
  constructor(section, body) {
    this.section = section;
    this.body = body;
    this.input = section.querySelector("[type=file]");
    this.alt = section.querySelector("[name=alt]");
    this.status = section.querySelector("[role=status]");
    section.querySelector("[type=submit]").addEventListener("click", (event) => this.choose(event));
    body.addEventListener("paste", (event) => this.paste(event));
    // On all of the page: a picture dropped beside the text would open in its place.
    for (const type of ["dragover", "dragleave", "drop"]) window.addEventListener(type, (event) => this.drag(event));
  }

  async choose(event) {
    event.preventDefault();
    await this.add([...this.input.files], this.alt.value);
  }

  paste(event) {
    const { files, types } = event.clipboardData;
    // Office programs put a picture of the text beside the text.
    if (!files.length || types.includes("text/plain")) return;
    event.preventDefault();
    this.add([...files]);
  }

  drag(event) {
    const { dataTransfer, type } = event;
    if (!dataTransfer?.types.includes("Files") || event.target === this.input) return;
    event.preventDefault();
    this.body.classList.toggle("dropping", type === "dragover");
    if (type === "drop") this.add([...dataTransfer.files]);
  }

  async add(files, alt = "") {
    if (this.busy) return;
    this.busy = true;
    const lines = [];
    let wrong = files.length ? "" : this.section.dataset.none;
    if (files.length) this.say(this.section.dataset.sending);
    for (const file of files) {
      try {
        lines.push((await this.send(file, alt)).markdown);
      } catch (error) {
        wrong = error.detail || this.section.dataset.failed;
      }
    }
    if (lines.length) this.insert(lines);
    this.say(wrong || this.section.dataset.done, wrong !== "");
    this.busy = false;
  }

  async send(file, alt) {
    const fields = new FormData();
    fields.append("form_token", this.body.form.elements.form_token.value);
    fields.append("alt", alt);
    fields.append("picture", file);
    const answer = await fetch(this.section.dataset.url, {
      method: "POST",
      body: fields,
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(PATIENCE),
    });
    const said = await answer.json();
    if (!answer.ok) throw said;
    return said.pictures[0];
  }

  /** At the cursor; then what the last one shows is selected, to be written over. */
  insert(lines) {
    const { body, input, alt } = this;
    const at = body.selectionEnd;
    const text = this.space(at) + lines.join("\n\n");
    body.focus();
    body.setSelectionRange(at, at);
    // The one way of writing that "undo" takes back.
    if (!document.execCommand("insertText", false, text)) {
      body.setRangeText(text, at, at, "end");
      body.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
    const last = at + text.length - lines.at(-1).length;
    body.setSelectionRange(last + 2, last + lines.at(-1).lastIndexOf("]("));
    input.value = alt.value = "";
  }

  /** A picture is a paragraph of its own, but within a list, a quote, or a line. */
  space(at) {
    const { value } = this.body;
    const line = value.slice(value.lastIndexOf("\n", at - 1) + 1, at);
    if (!line.trim()) return line || at === 0 || value.slice(0, at).endsWith("\n\n") ? "" : "\n";
    const inside = /^\s*([-*+>|#]|\d+[.)])|^\s{2}/.test(line) || (value[at] ?? "\n") !== "\n";
    return inside ? (line.endsWith(" ") ? "" : " ") : "\n\n";
  }

  say(text, wrong = false) {
    this.status.textContent = text;
    this.status.classList.toggle("wrong", wrong);
  }
}

const section = document.querySelector("#images[data-url]");
const body = document.querySelector("textarea#body");
if (section && body) new Pictures(section, body);
