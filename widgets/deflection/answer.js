// One answer in a list: its question, its passage, and the whole article where it stands.

import { grown, link } from "./article.js";
import { button, make, on } from "./dom.js";

/**
 * @typedef {object} Hit as the server found it
 * @property {string} id
 * @property {string} lang
 * @property {string} title
 * @property {string} url
 * @property {string} [passage]
 * @property {string} [summary]
 *
 * @typedef {object} Shelf what its answers share
 * @property {import("./strings.js").Texts} texts
 * @property {import("./client.js").Client} client
 * @property {(type: "opened" | "solved" | "not_solved", answer: Answer) => void} told
 */

export class Answer {
  #read = false;
  #shelf;
  #body;

  /**
   * @param {Hit} hit
   * @param {number} position in its list, from 1
   * @param {Shelf} shelf
   * @param {import("./journal.js").About} about what it answers
   * @param {boolean} [asks] whether it solved it
   */
  constructor(hit, position, shelf, about, asks) {
    const { texts } = shelf;
    const spoken = { lang: hit.lang, dir: "auto" };
    const passage = hit.passage ?? hit.summary ?? "";
    this.hit = hit;
    this.#shelf = shelf;
    this.about = { ...about, article: hit.id, position };
    this.#body = make("div", { part: "article", ...spoken }, passage);
    const verdict = make("div", { part: "verdict" });
    if (asks)
      verdict.append(
        make("span", { dir: "auto" }, texts.asked),
        button(texts.yes, "yes", () => shelf.told("solved", this)),
        button(texts.no, "no", () => shelf.told("not_solved", this)),
      );
    verdict.append(...link(hit.url, [new Text(texts.page)], texts));
    this.question = make("summary", { part: "question", ...spoken }, hit.title);
    this.details = make("details", {}, this.question, this.#body, verdict);
    this.element = make("li", { part: "item" }, this.details, make("p", { part: "passage", ...spoken }, passage));
    on(this.details, "toggle", () => this.#load());
  }

  /** The passage until the article is there; if it never is, there is still the page to open. */
  async #load() {
    if (this.#read) return;
    this.#read = true;
    this.#shelf.told("opened", this);
    const path = this.hit.id.split("/").map(encodeURIComponent).join("/");
    const article = await this.#shelf.client.ask(`articles/${path}?nodes=1&lang=${this.hit.lang}`);
    const nodes = grown(article?.nodes, this.#shelf.texts);
    if (nodes.length) this.#body.replaceChildren(...nodes);
  }
}
