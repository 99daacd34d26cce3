// The region after the field: up to three answers, then thanks.

import { Answer } from "./answer.js";
import { button, make } from "./dom.js";
import { dressed } from "./styles.js";

const HUSH = 300; // ms: a live region is heard if it was there, empty, before

export class Answers {
  host = document.createElement("sportello-answers");
  /** @type {Answer[]} */
  #shown = [];
  #shelf;
  #leave;
  #title;
  #list;
  #undo;
  #card;
  #said;
  /** @type {Answer | undefined} */
  #solved;
  #announced = false;
  #closed = false;

  /**
   * @param {import("./answer.js").Shelf} shelf
   * @param {() => void} leave give the focus back to the field
   */
  constructor(shelf, leave) {
    const { texts } = shelf;
    this.#shelf = shelf;
    this.#leave = leave;
    this.host.lang = texts.lang;
    this.#title = make("p", { part: "title", id: "title", tabindex: -1, dir: "auto" });
    this.#list = make("ul", { part: "list" });
    this.#undo = button(texts.undo, "undo", () => this.undo());
    this.#card = make(
      "div",
      { part: "region", role: "region", "aria-labelledby": "title", hidden: true },
      make("div", { part: "head" }, this.#title, button("✕", "close", () => this.#close(), texts.close)),
      this.#list,
    );
    this.#said = make("p", { class: "apart", role: "status" });
    dressed(this.host).append(this.#card, this.#said);
  }

  get visible() {
    return !this.#card.hidden;
  }

  get solved() {
    return this.#solved !== undefined;
  }

  /**
   * Show these instead, unless somebody is reading. True if they are to be seen now.
   * @param {import("./answer.js").Hit[]} hits
   * @param {import("./journal.js").About} about
   */
  show(hits, about) {
    const { texts } = this.#shelf;
    const now = this.host.shadowRoot?.activeElement;
    if (this.#closed || this.#solved || now || this.#shown.some(({ details }) => details.open)) return false;
    const shelf = { ...this.#shelf, told: this.#told };
    this.#shown = hits.map((hit, at) => new Answer(hit, at + 1, shelf, about, true));
    this.#list.replaceChildren(...this.#shown.map((answer) => answer.element));
    this.#title.textContent = texts.answers;
    this.#card.hidden = !hits.length;
    if (this.visible && !this.#announced) {
      this.#announced = true;
      setTimeout(() => (this.#said.textContent = `${texts.answers}: ${hits[0].title}`), HUSH);
    }
    return this.visible;
  }

  /** Sending waits for a look at these. */
  stopBefore() {
    this.#title.append(`. ${this.#shelf.texts.before}`);
    this.#title.focus();
  }

  undo() {
    if (!this.#solved) return;
    const answer = this.#solved;
    this.#solved = undefined;
    this.#turn(false);
    this.#leave();
    this.#shelf.told("not_solved", answer);
  }

  /** @type {import("./answer.js").Shelf["told"]} */
  #told = (type, answer) => {
    if (type === "not_solved") this.#reject(answer);
    if (type === "solved") {
      this.#solved = answer;
      this.#turn(true);
      this.#title.focus();
    }
    this.#shelf.told(type, answer);
  };

  /** @param {Answer} answer */
  #reject(answer) {
    const at = this.#shown.indexOf(answer);
    this.#shown.splice(at, 1);
    answer.element.remove();
    this.#card.hidden = !this.#shown.length;
    const next = this.#shown[at] ?? this.#shown[at - 1];
    if (next) next.question.focus();
    else this.#leave();
  }

  /** @param {boolean} thanking */
  #turn(thanking) {
    const { answers, thanks } = this.#shelf.texts;
    (thanking ? this.#list : this.#undo).replaceWith(thanking ? this.#undo : this.#list);
    this.#title.textContent = thanking ? thanks : answers;
  }

  #close() {
    this.#closed = true;
    this.#card.hidden = true;
    this.#leave();
  }
}
