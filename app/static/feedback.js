// "Was this helpful?" without leaving the page. What cannot be sent from here is sent as the form it is.

const PATIENCE = 8000; // ms that the server has

class Feedback {
  busy = false;
  ratings = {};

  constructor(section) {
    this.section = section;
    section.addEventListener("submit", (event) => this.send(event));
  }

  async send(event) {
    const form = event.target;
    const button = event.submitter;
    if (this.leaving) return;
    event.preventDefault();
    if (this.busy) return;
    this.busy = true;
    this.name(form, button.value);
    try {
      await this.post(form, button);
      this.show(button.value || "reason");
    } catch {
      this.leaving = true;
      form.requestSubmit(button);
    }
    this.busy = false;
  }

  /** The rating gets its name here, so that however often it is sent, it counts once. */
  name(form, value) {
    const field = form.elements.rating ?? form.appendChild(document.createElement("input"));
    const rating = (this.ratings[value || "no"] ??= unguessable());
    Object.assign(field, { type: "hidden", name: "rating", value: rating });
  }

  async post(form, button) {
    const fields = new FormData(form);
    if (button.name) fields.append(button.name, button.value);
    const answer = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(fields),
      redirect: "manual", // it leads to the page that says what is said here
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (answer.type !== "opaqueredirect") throw new Error(`answered ${answer.status}`);
  }

  show(done) {
    this.section.querySelector("[role=status]").replaceChildren(this.copy("after", done));
    this.section.querySelector(".feedback-asked").replaceChildren(this.copy("ask", done));
    (this.section.querySelector("[type=radio]") ?? this.section).focus();
  }

  copy(part, done) {
    const found = this.section.querySelector(`[data-${part}="${done}"]`);
    return found ? document.importNode(found.content, true) : "";
  }
}

function unguessable() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

document.querySelectorAll(".feedback").forEach((section) => new Feedback(section));
