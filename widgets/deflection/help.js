// <sportello-help>: answers on a page without a form, in place or behind a "?" button.

import { Answer } from "./answer.js";
import { button, languageOf, make, on, quietly, safe } from "./dom.js";
import { textsFor } from "./strings.js";
import { dressed } from "./styles.js";

/**
 * @param {import("./client.js").Client} client
 * @param {import("./journal.js").Journal} journal
 */
export function defineHelp(client, journal) {
  if (customElements.get("sportello-help")) return;

  class Help extends HTMLElement {
    static observedAttributes = ["context", "lang"];
    /** @type {ShadowRoot | undefined} */
    #root;
    #texts = textsFor("");
    #list = make("ul", { part: "list" });

    connectedCallback() {
      if (!this.#root) this.#draw();
    }

    attributeChangedCallback() {
      if (this.#root) this.#draw();
    }

    #draw = quietly(() => {
      this.#root ??= dressed(this);
      this.#texts = textsFor(languageOf(this));
      this.#list.replaceChildren();
      if (this.hasAttribute("launcher")) return this.#launcher(this.#texts);
      this.#root?.replaceChildren(make("slot"));
      // Nothing is asked for what nobody gets to see.
      const seen = new IntersectionObserver(
        quietly(([entry]) => {
          if (!entry.isIntersecting) return;
          seen.disconnect();
          return this.#section();
        }),
        { rootMargin: "200px" },
      );
      seen.observe(this);
    });

    /** What may help here, in a region; what the page put inside the element stays where there is none. */
    async #section() {
      if (!(await this.#suggest())) return;
      const title = make("p", { part: "title", id: "title" }, this.#texts.help);
      const card = { part: "region", role: "region", "aria-labelledby": "title", lang: this.#texts.lang };
      this.#root?.replaceChildren(make("div", card, title, this.#list));
    }

    async #suggest() {
      const page = location.origin + location.pathname;
      const context = this.getAttribute("context");
      const query = new URLSearchParams({ page, lang: languageOf(this), ...(context && { context }) });
      const found = await client.ask(`help?${query}`);
      return this.#fill(found?.articles ?? []);
    }

    /**
     * @param {import("./answer.js").Hit[]} hits
     * @param {import("./journal.js").About} [about]
     */
    #fill(hits, about = {}) {
      const shelf = {
        texts: this.#texts,
        client,
        told: (/** @type {string} */ _, /** @type {Answer} */ answer) =>
          journal.record(about.search_id ? "clicked" : "opened", answer.about),
      };
      this.#list.replaceChildren(...hits.slice(0, 5).map((hit, at) => new Answer(hit, at + 1, shelf, about).element));
      return hits.length;
    }

    /** @param {import("./strings.js").Texts} texts */
    #launcher(texts) {
      const said = make("p", { role: "status" });
      const input = make("input", { role: "searchbox", maxlength: 500, autocomplete: "off", autofocus: true });
      const form = make("form", { part: "head", role: "search" }, make("label", {}, texts.search, input), make("button", {}, "OK"));
      const write = make("a", { part: "contact" }, texts.contact);
      /** @type {HTMLDialogElement} */
      const dialog = make(
        "dialog",
        { part: "dialog", "aria-labelledby": "title", lang: texts.lang },
        make(
          "div",
          { part: "head" },
          make("h2", { part: "title", id: "title" }, texts.help),
          button("✕", "close", () => dialog.close(), texts.close),
        ),
        form,
        said,
        this.#list,
        write,
      );
      const show = () => {
        this.#contact(write, "");
        dialog.showModal();
        if (!this.#list.children.length) return this.#suggest();
      };
      const open = button("?", "launcher", show, texts.help);
      open.lang = texts.lang;
      on(form, "submit", (event) => {
        event.preventDefault();
        this.#contact(write, input.value);
        return this.#search(input.value.trim(), said);
      });
      on(document, "focusin", (event) => makeWay(open, event.composedPath()[0]));
      this.#root?.replaceChildren(open, dialog);
    }

    /**
     * @param {string} query
     * @param {HTMLElement} said
     */
    async #search(query, said) {
      if (!query) return;
      const asked = new URLSearchParams({ q: query, lang: languageOf(this), limit: "5" });
      const found = await client.ask(`search?${asked}`);
      const hits = found && found.answer !== "no" ? found.results : [];
      this.#fill(hits, { search_id: found?.search_id });
      said.textContent = hits.length ? this.#texts.answers : this.#texts.none;
    }

    /**
     * @param {HTMLAnchorElement} link
     * @param {string} question
     */
    #contact(link, question) {
      const own = this.getAttribute("contact");
      const page = own ? new URL(own, document.baseURI) : new URL(`${this.#texts.lang}/contact`, client.base);
      if (!own && question) page.searchParams.set("q", question);
      link.href = safe(page) ?? "";
    }
  }

  customElements.define("sportello-help", Help);
}

/**
 * The button goes to the other corner while it lies on what has the focus.
 * @param {HTMLElement} fixed
 * @param {EventTarget} focused
 */
function makeWay(fixed, focused) {
  if (!(focused instanceof Element) || focused === fixed) return;
  const [mine, theirs] = [fixed, focused].map((one) => one.getBoundingClientRect());
  const apart =
    mine.right < theirs.left || theirs.right < mine.left || mine.bottom < theirs.top || theirs.bottom < mine.top;
  if (!apart) fixed.classList.toggle("aside");
}
