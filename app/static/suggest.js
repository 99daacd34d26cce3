// Suggestions on every question box: the APG's "editable combobox with list autocomplete". The form works
// without it: what fails here fails in silence.

const PAUSE = 120; // ms without a key until the server is asked
const PATIENCE = 2500; // ms that the server has
const HUSH = 900; // ms without a key until the count is read out
const LONGEST = 150; // characters; a message is no beginning

class Suggestions {
  options = [];
  active = -1;
  request = new AbortController();

  constructor(input) {
    const id = `${input.id}-suggestions`;
    this.input = input;
    this.list = make("div", { id, class: "suggestions", role: "listbox", "aria-label": input.dataset.name, hidden: "" });
    this.said = make("span", { class: "suggestions-said", role: "status" });
    input.after(this.list, this.said);
    set(input, { role: "combobox", "aria-autocomplete": "list", "aria-controls": id, "aria-expanded": false });
    // Phones compose every word; here letters are yet to become words.
    const converts = /^(ja|ko|zh)/.test(input.lang);
    on(input, "input", (event) => (event.isComposing && converts) || this.ask(PAUSE));
    on(input, "compositionend", () => this.ask(PAUSE));
    on(input, "keydown", (event) => this.press(event) && event.preventDefault());
    on(input, "blur", () => this.close());
    on(input.form, "submit", () => this.close());
    on(this.list, "mousedown", (event) => event.preventDefault()); // the focus stays in the text
    on(this.list, "click", (event) => this.choose(event.target.closest("[role=option]")));
  }

  ask(pause) {
    const typed = this.input.value.trim();
    if (typed.length < 2 || typed.length > LONGEST) return this.close();
    this.forget();
    this.timer = setTimeout(() => this.fetch(typed), pause);
  }

  async fetch(typed) {
    const { signal } = this.request;
    const late = setTimeout(() => this.close(), PATIENCE);
    try {
      const query = new URLSearchParams({ q: typed, lang: this.input.lang });
      const response = await fetch(`${this.input.dataset.suggest}?${query}`, { signal });
      const found = await response.json();
      if (!signal.aborted) this.show(found, typed);
    } catch {
      if (!signal.aborted) this.close();
    }
    clearTimeout(late);
  }

  show({ articles, completions }, typed) {
    const known = [typed, ...articles.map((article) => article.title)].map(folded);
    this.options = [];
    this.list.replaceChildren(
      this.group("articles", articles.map(({ title, url }) => [title, new URL(url).pathname])),
      this.group("searches", completions.filter((text) => !known.includes(folded(text))).map((text) => [text])),
    );
    const count = this.options.length;
    if (!count) return this.close();
    this.list.hidden = false;
    set(this.input, { "aria-expanded": true });
    this.hush = setTimeout(() => (this.said.textContent = this.input.dataset.counts.split("|")[count - 1]), HUSH);
  }

  // Found are texts and, for articles, paths.
  group(kind, found) {
    const id = `${this.list.id}-${kind}`;
    const group = make("div", { role: "group", "aria-labelledby": id });
    if (found.length) group.append(make("div", { id, role: "presentation" }, this.input.dataset[kind]));
    for (const [text, path = ""] of found) {
      const option = { id: `${id}-${this.options.length}`, role: "option", "aria-selected": false };
      group.append(make("div", { ...option, lang: this.input.lang, dir: "auto", "data-path": path }, text));
      this.options.push(group.lastChild);
    }
    return found.length ? group : "";
  }

  forget() {
    clearTimeout(this.timer);
    clearTimeout(this.hush);
    this.request.abort();
    this.request = new AbortController();
    this.said.textContent = "";
    this.move(-1);
  }

  close() {
    this.forget();
    this.list.hidden = true;
    set(this.input, { "aria-expanded": false });
  }

  move(number) {
    if (this.active >= 0) set(this.options[this.active], { "aria-selected": false });
    this.active = number;
    const option = this.options[number];
    set(this.input, { "aria-activedescendant": option ? option.id : "" });
    if (!option) return;
    set(option, { "aria-selected": true });
    option.scrollIntoView({ block: "nearest" });
  }

  choose(option) {
    if (!option) return;
    this.close();
    if (option.dataset.path) return location.assign(option.dataset.path);
    this.input.value = option.textContent;
    this.input.form.requestSubmit();
  }

  // True if that is all the key does.
  press({ key, altKey, ctrlKey, metaKey, isComposing }) {
    const open = !this.list.hidden;
    if (ctrlKey || metaKey || isComposing) return false;
    if (key === "ArrowDown" || key === "ArrowUp") {
      if (!open) this.ask(0);
      else if (altKey) this.close();
      else this.step(key === "ArrowDown" ? 1 : -1);
      return true;
    }
    if (key === "Enter" && this.active >= 0) {
      this.choose(this.options[this.active]);
      return true;
    }
    if (key === "Escape") {
      const some = this.input.value !== "";
      if (!open) this.input.value = "";
      this.close();
      return some;
    }
    if (/^(Home|End|Arrow)/.test(key)) this.move(-1); // back to the text
    return false;
  }

  step(by) {
    const count = this.options.length;
    const next = this.active < 0 && by < 0 ? count - 1 : (this.active + by + count) % count;
    this.forget(); // no newer list comes in between
    this.move(next);
  }
}

function make(name, attributes, text = "") {
  const element = document.createElement(name);
  element.textContent = text;
  return set(element, attributes);
}

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function on(element, type, listener) {
  element.addEventListener(type, listener);
}

function folded(text) {
  return text.toLowerCase();
}

for (const input of document.querySelectorAll("input[data-suggest]")) new Suggestions(input);
