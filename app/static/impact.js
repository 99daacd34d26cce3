// What a text would answer, beside the text while it is typed. Without this the button leads to a page of it.

const PAUSE = 1_200; // ms without a key until it is asked for: a forecast takes most of a second
const PATIENCE = 20_000; // ms that the server has

class Impact {
  constructor(section) {
    this.section = section;
    this.form = section.closest("form");
    this.button = section.querySelector("button");
    this.button.addEventListener("click", (event) => this.press(event));
    this.form.addEventListener("input", (event) => this.ask(event));
    this.send();
  }

  press(event) {
    if (this.failed) return; // the page says what is wrong
    event.preventDefault();
    this.send();
  }

  ask(event) {
    if (event.target.type === "file" || event.target.name === "alt") return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), PAUSE);
  }

  send() {
    clearTimeout(this.timer);
    this.request?.abort();
    // As a document: no text is turned into markup here.
    const request = (this.request = new XMLHttpRequest());
    request.open("POST", `${this.section.dataset.url}?part=1`);
    request.responseType = "document";
    request.timeout = PATIENCE;
    request.onloadend = () => this.take(request);
    this.section.setAttribute("aria-busy", "true");
    request.send(this.typed());
  }

  /** Where there is no answer, what was found before stays, and the button leads to the page. */
  take(request) {
    if (request !== this.request) return;
    this.section.removeAttribute("aria-busy");
    const found = request.status === 200 && request.responseXML?.querySelector("#impact-found");
    this.failed = !found;
    if (found) this.show(document.adoptNode(found));
  }

  typed() {
    const fields = [...new FormData(this.form)].filter(([, value]) => typeof value === "string");
    return new URLSearchParams(fields);
  }

  /** What is open stays open, and what is said already is not said again. */
  show(found) {
    const before = this.section.querySelector("#impact-found");
    const sum = found.querySelector("[role=status]");
    if (!before) return this.section.append(found);
    const open = [...before.querySelectorAll("details")].map((one) => one.open);
    const said = before.querySelector("[role=status]");
    if (said.textContent !== sum.textContent) said.replaceChildren(...sum.childNodes);
    found.querySelectorAll("details").forEach((one, number) => (one.open = open[number] ?? false));
    sum.remove();
    said.remove();
    before.replaceChildren(said, ...found.childNodes);
  }
}

const section = document.querySelector("#impact");
if (section?.closest("form")) new Impact(section);
