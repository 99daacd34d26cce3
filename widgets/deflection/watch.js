// One watched form: what is typed in it is asked, and what follows is noted. The form stays the page's own.

import { Answers } from "./answers.js";
import { languageOf, on, quietly } from "./dom.js";
import { fieldsOf, rootOf, textIn } from "./form.js";
import { textsFor } from "./strings.js";
import { Trail } from "./trail.js";

const PAUSE = 600; // ms without a key, then the server is asked
const FEWEST = 3; // words
const ASIDE = "var(--sportello-aside, grayscale(1) opacity(0.85))"; // of a form that is not needed any more: still easy to read
const MOST_MOVES = 20; // put back between two keys; a page that takes us out more often does not want us

export class Watch {
  #tag;
  #client;
  #journal;
  /** @type {HTMLElement | undefined} */
  #form;
  /** @type {Answers | undefined} */
  #answers;
  /** @type {HTMLInputElement | undefined} */
  #field;
  #trail = new Trail();
  /** @type {Document | ShadowRoot} */
  #root = document;
  /** @type {WeakSet<Node>} */
  #roots = new WeakSet();
  #request = new AbortController();
  #timer = 0;
  #answered = ""; // the text that the answers are for
  /** @type {import("./journal.js").About | undefined} */
  #about;
  #moves = 0;
  #submits = 0;
  #ended = "";
  /** @type {[HTMLElement, string][]} */
  #faded = [];

  /**
   * @param {HTMLScriptElement} tag its data attributes say what to do
   * @param {import("./client.js").Client} client
   * @param {import("./journal.js").Journal} journal
   */
  constructor(tag, client, journal) {
    this.#tag = tag;
    this.#client = client;
    this.#journal = journal;
    journal.leaving.push(() => this.#end("left"));
  }

  /**
   * Somebody is at a field, or `typed` in it.
   * @param {EventTarget[]} path from the field outwards
   * @param {boolean} typed
   */
  meet(path, typed) {
    const owner = /** @type {any} */ (path[0]).form;
    const form = [...path, owner].find((at) => at instanceof HTMLElement && this.#isOurs(at));
    if (!form) return;
    this.#form = /** @type {HTMLElement} */ (form);
    this.guard((this.#root = rootOf(this.#form)));
    if (!typed) return;
    const { message, subject } = this.#fields(this.#form);
    if (!path.some((at) => at === message || at === subject)) return;
    this.#moves = 0;
    this.#answers?.undo();
    this.#request.abort();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(quietly(() => this.#ask()), PAUSE);
  }

  /**
   * Hear of submits below a root, the document or a shadow root; they do not leave the latter.
   * @param {Document | ShadowRoot} root
   */
  guard(root) {
    if (this.#roots.has(root)) return;
    this.#roots.add(root);
    on(root, "submit", (event) => this.#submitting(event), true);
    on(root, "reset", (event) => this.#isOurs(event.target) && this.#forget());
    // A page that draws its form anew takes us out with the rest.
    new MutationObserver(quietly(() => this.#heal())).observe(root, { childList: true, subtree: true });
  }

  /** @param {Element} element */
  #isOurs(element) {
    const selector = this.#tag.dataset.form;
    return selector ? element.matches(selector) : element === this.#tag.closest("form");
  }

  /** @param {HTMLElement} form */
  #fields(form) {
    return fieldsOf(form, this.#tag.dataset);
  }

  /** @param {HTMLElement} form */
  #said(form) {
    const { subject, message } = this.#fields(form);
    return [textIn(subject), textIn(message)];
  }

  /** Ask for what the form says now. It ends with answers to be seen, or without. */
  async #ask() {
    const form = this.#now();
    if (!form) return;
    const [subject, text] = this.#said(form);
    const both = `${subject}\n${text}`;
    if (both === this.#answered) return;
    this.#request.abort();
    if (!enough(both)) return this.#show([]);
    const { signal } = (this.#request = new AbortController());
    this.#place(form);
    const found = await this.#client.ask(
      "deflections",
      {
        text: cut(text || subject, 8000),
        subject: text && subject ? cut(subject, 300) : undefined,
        lang: this.#language(form),
        page: location.origin + location.pathname,
        session: this.#client.session || undefined,
      },
      signal,
    );
    if (!found || signal.aborted) return;
    this.#answer(found);
    this.#answered = both;
  }

  /** @param {any} found what the server says */
  #answer(found) {
    const { rejected } = this.#trail.lists;
    // First of all: of nonsense nothing is kept.
    const hits = found.results.filter((/** @type {any} */ hit) => !found.holdout && !rejected.includes(hit.id));
    this.#client.session = String(found.session);
    this.#about = { deflection_id: found.deflection_id, search_id: found.search_id };
    this.#ended = "";
    this.#trail.add("deflections", String(found.deflection_id));
    this.#trail.add("searched", String(found.query).slice(0, 200));
    this.#write();
    if (!this.#show(hits.slice(0, 3))) return;
    this.#client.remember();
    this.#record("shown");
  }

  /** @param {import("./answer.js").Hit[]} hits */
  #show(hits) {
    return this.#answers?.show(hits, this.#about ?? {});
  }

  #forget() {
    this.#answered = "";
    this.#answers?.undo();
    this.#show([]);
  }

  /** @param {HTMLElement} form */
  #language(form) {
    return this.#tag.dataset.lang || languageOf(form);
  }

  /**
   * After the message, and never inside its label, where a click would go to the field.
   * @param {HTMLElement} form
   */
  #place(form) {
    const { message, subject } = this.#fields(form);
    const field = message ?? subject;
    const { after } = this.#tag.dataset;
    const anchor = (after && rootOf(form).querySelector(after)) || field?.closest("label") || field;
    this.#answers ??= new Answers(
      { texts: textsFor(this.#language(form)), client: this.#client, told: this.#told },
      () => this.#form && this.#fields(this.#form).message?.focus(),
    );
    if (anchor && anchor.nextSibling !== this.#answers.host) anchor.after(this.#answers.host);
  }

  /** The form; where it was drawn anew, the new one. */
  #now() {
    if (!this.#form?.isConnected) this.#form = this.#root.querySelector(this.#tag.dataset.form ?? "") ?? undefined;
    return this.#form;
  }

  #heal() {
    const lost = [this.#answers?.host, this.#field].some((one) => one?.isConnected === false);
    if (!lost || ++this.#moves > MOST_MOVES) return;
    const form = this.#now();
    if (!form) return;
    this.#place(form);
    if (this.#field) this.#write();
    if (this.#answers?.solved) this.#aside(true);
  }

  #write() {
    if (this.#form) this.#field = this.#trail.write(this.#form, this.#client.session);
  }

  /** @type {import("./answer.js").Shelf["told"]} */
  #told = (type, { hit, about }) => {
    this.#trail.drop("solved", hit.id);
    this.#trail.add(type === "not_solved" ? "rejected" : type, hit.id);
    this.#aside(type === "solved");
    this.#write();
    this.#record(type, about);
  };

  /**
   * @param {import("./journal.js").Type} type
   * @param {import("./journal.js").About} [about]
   */
  #record(type, about = this.#about ?? {}) {
    this.#journal.record(type, about);
    const options = { bubbles: true, composed: true, detail: about };
    this.#form?.dispatchEvent(new CustomEvent(`sportello:${type}`, options));
  }

  /**
   * Let the form step back, or forward again; it works as before.
   * @param {boolean} away
   */
  #aside(away) {
    for (const [element, filter] of this.#faded.splice(0)) element.style.filter = filter;
    for (const element of away ? (this.#form?.children ?? []) : []) {
      if (!(element instanceof HTMLElement) || element.contains(this.#answers?.host ?? null)) continue;
      this.#faded.push([element, element.style.filter]);
      element.style.filter = ASIDE;
    }
  }

  /** @param {SubmitEvent} event */
  #submitting(event) {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !this.#isOurs(form)) return;
    this.#form = form;
    clearTimeout(this.#timer);
    this.#request.abort();
    const both = this.#said(form).join("\n");
    if (!this.#submits++ && this.#tag.dataset.onSubmit === "ask" && enough(both) && both !== this.#answered && !this.#client.asleep) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return this.#askFirst(form, event.submitter);
    }
    this.#end("submitted");
    return this.#journal.flush();
  }

  /**
   * What became of the last question, once; somebody may come back to a page that they left.
   * @param {"left" | "submitted"} type
   */
  #end(type) {
    if (!this.#about || this.#ended === type || this.#ended === "submitted") return;
    this.#ended = type;
    this.#record(type);
  }

  /**
   * Show what answers and stop there, once; with no answer in time, send as was asked.
   * @param {HTMLFormElement} form
   * @param {HTMLElement | null} submitter
   */
  async #askFirst(form, submitter) {
    await this.#ask().catch(() => {});
    if (this.#submits > 1) return; // meanwhile it was sent
    if (this.#answers?.visible) return this.#answers.stopBefore();
    // A field named "requestSubmit" would hide the form's own.
    const send = HTMLFormElement.prototype.requestSubmit;
    try {
      send.call(form, submitter);
    } catch {
      send.call(form); // the button went away meanwhile
    }
  }
}

/** @param {string} text */
function enough(text) {
  return (text.match(/[\p{L}\p{N}]+/gu) ?? []).length >= FEWEST;
}

/**
 * @param {string} text
 * @param {number} length never half a character
 */
function cut(text, length) {
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, "");
}
