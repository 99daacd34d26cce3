// Finds answers where no server does: on an exported site, from one file of words a language, scored as the
// server scores them. A script and not a module, because no browser opens a module from a disk.
(() => {
  const ROOT = new URL("..", document.currentScript.src);
  const MOST = 10;
  const TITLES = 5;
  // Of the question, by how much its words tell, in one of the first five: below it, nothing is called an answer.
  // On the test shop's golden questions 17 of 32 come first and 4 are refused, where the server's words alone,
  // without its model, bring 18 and 9; of 8 without an answer it refuses 4, the server 5.
  const ENOUGH = 0.3;
  const NEAR = 0.15; // of the best one's score: what has less is no more than noise below it
  const LONGEST = 2000;

  // Text to words, as search/analysis.py does it.
  const WORD = /[\p{L}\p{N}\p{M}]+(?:['’‘ʼ＇`´′\u200c\u200d][\p{L}\p{N}\p{M}]+)*/gu;
  const APOSTROPHE = /['’‘ʼ＇`´′]/u;
  const INITIAL = /^\p{L}[-‐‑]\p{L}{3}/u; // "e-mail" is one word
  const UNSPACED = /(?:[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}]\p{M}*)+/gu;
  const MARKS = /(?<!и)[\u0300-\u036f]|[\u0591-\u05c7\u064b-\u065f\u0670]/gu;
  const LETTERS = { ø: "o", ł: "l", đ: "d", æ: "ae", œ: "oe", ı: "i", ħ: "h", ə: "e", ς: "σ", ß: "ss" };

  function fold(word) {
    const bare = word.toLowerCase().normalize("NFKD").replace(MARKS, "").normalize("NFC");
    return bare.replace(/[øłđæœıħəςß]/g, (letter) => LETTERS[letter]);
  }

  // Each word's start and end, and the folded words it stands for.
  function* words(text, language) {
    let initial = "";
    for (const { 0: written, index } of text.matchAll(WORD)) {
      if (written.length === 1 && INITIAL.test(text.slice(index, index + 5))) {
        initial = written;
        continue;
      }
      const raw = initial + written;
      const start = index - (initial ? 2 : 0);
      initial = "";
      yield { start, end: index + written.length, parts: apart(raw, language).filter(Boolean) };
    }
  }

  function pairs(run) {
    const characters = run.match(/\P{M}\p{M}*/gu);
    return characters.length > 1 ? characters.slice(1).map((one, at) => characters[at] + one) : characters;
  }

  function apart(raw, { lang, elided }) {
    const runs = raw.match(UNSPACED);
    if (runs) return [...raw.split(UNSPACED), ...runs.flatMap(pairs)].map(fold);
    const base = lang.split("-")[0];
    const parts = raw.split(APOSTROPHE).map(fold).filter(Boolean);
    if (base === "en") return [(parts.length > 1 && parts.at(-1) === "s" ? parts.slice(0, -1) : parts).join("")];
    const kept = parts.filter((part, at) => at === parts.length - 1 || !elided.has(part));
    return base === "de" ? kept.map((part) => part.replace(/([ao])e|(?<![aeq])(u)e/g, "$1$2")) : kept;
  }

  class Index {
    constructor(data) {
      this.lang = data.lang;
      this.articles = data.articles.map(([title, path, category, text]) => ({
        title, url: new URL(path, ROOT).href, category: data.categories[category], text,
      }));
      this.stop = new Set(data.stop.split(" "));
      this.elided = new Set(data.elided.split(" "));
      this.postings = data.postings.split("\n");
      this.tells = [...data.tells].map((digit) => Number(digit === "9" ? 10 : digit) / 10);
      this.terms = new Map(); // by stem
      this.forms = new Map();
      data.words.split("\n").forEach((line, number) => {
        const [stem, ...ends] = line.split(" ");
        this.terms.set(stem, number);
        for (const end of ends) this.forms.set(end[0] === "=" ? end.slice(1) : stem + (end === "." ? "" : end), number);
      });
      this.sorted = [...this.forms.keys()].sort();
      this.synonyms = data.synonyms;
    }

    // The terms that a folded word may stand for, each with how well; `open`: more letters may follow.
    meant(word, open) {
      const found = new Map();
      const exact = this.forms.get(word) ?? this.terms.get(word);
      if (exact !== undefined) found.set(exact, 1);
      if (open && word.length > 1) for (const form of this.beginning(word)) best(found, this.forms.get(form), 0.6);
      if (found.size || word.length < 4 || /\d/.test(word)) return found;
      // A form that no article has: of the longest stem that it begins with.
      for (let end = word.length - 1; end >= Math.max(4, word.length - 5); end -= 1) {
        const stem = this.terms.get(word.slice(0, end));
        if (stem !== undefined) return found.set(stem, 0.9);
      }
      for (const form of this.beginning(word)) best(found, this.forms.get(form), 0.7);
      if (found.size) return found;
      const most = word.length > 7 ? 2 : 1;
      for (const form of this.sorted) {
        const apart = form.length > 3 && Math.abs(form.length - word.length) <= most ? distance(word, form, most) : 9;
        if (apart <= most) best(found, this.forms.get(form), 0.8 - 0.2 * apart);
      }
      return found;
    }

    *beginning(word) {
      let low = 0;
      for (let high = this.sorted.length; low < high; ) {
        const middle = (low + high) >> 1;
        if (this.sorted[middle] < word) low = middle + 1;
        else high = middle;
      }
      while (this.sorted[low]?.startsWith(word)) yield this.sorted[low++];
    }

    // The question's words, each with how much it tells and what it may stand for.
    asked(question, open) {
      const all = [...words(question.normalize("NFKC").slice(0, LONGEST), this)].flatMap(({ parts }) => parts);
      const carrying = all.filter((word) => !this.stop.has(word));
      const unique = [...new Set(carrying.length ? carrying : all)];
      const last = open ? unique.at(-1) : undefined;
      const asked = unique.map((word) => ({ word, terms: this.meant(word, word === last) }));
      for (const one of asked) one.weight = Math.max(0.2, ...[...one.terms.keys()].map((term) => this.tells[term]), one.terms.size ? 0 : 1);
      this.synonymous(asked);
      return asked;
    }

    synonymous(asked) {
      const same = (word, one) => word === one.word || (this.forms.has(word) && one.terms.get(this.forms.get(word)) === 1);
      for (const [theirs, ours] of this.synonyms) {
        for (let start = 0; start + theirs.length <= asked.length; start += 1) {
          const stretch = asked.slice(start, start + theirs.length);
          if (!stretch.every((one, at) => same(theirs[at], one))) continue;
          for (const one of stretch) for (const term of ours) best(one.terms, this.terms.get(term), 0.8);
        }
      }
    }

    // The best articles, how much of the question they have, and the terms that were looked for.
    find(question, open = false) {
      const asked = this.asked(question, open);
      const scores = new Map();
      const matched = new Map();
      for (const { terms, weight } of asked) {
        for (const [document, score] of this.scored(terms)) {
          scores.set(document, (scores.get(document) ?? 0) + score * weight);
          matched.set(document, (matched.get(document) ?? 0) + weight);
        }
      }
      const total = asked.reduce((sum, { weight }) => sum + weight, 0);
      const ranked = [...scores]
        .map(([document, score]) => ({ ...this.articles[document], document, score: score * Math.sqrt(matched.get(document)), share: matched.get(document) / total }))
        .sort((one, other) => other.score - one.score || one.document - other.document);
      return { found: ranked, terms: new Set(asked.flatMap(({ terms }) => [...terms.keys()])) };
    }

    // Each document of any of these terms, by the one that suits it best.
    scored(terms) {
      const points = new Map();
      for (const [term, likeness] of terms) {
        let document = -1;
        for (const [, gap, level] of this.postings[term].matchAll(/([0-9a-z]*)([A-Z])/g)) {
          document += (gap ? parseInt(gap, 36) : 0) + 1;
          best(points, document, likeness * (level.charCodeAt(0) - 64));
        }
      }
      return points;
    }

    // `text` in pieces, those that were asked marked.
    pieces(text, terms) {
      const made = [];
      let last = 0;
      for (const { start, end, parts } of words(text, this)) {
        if (!parts.some((part) => !this.stop.has(part) && terms.has(this.forms.get(part)))) continue;
        const mark = document.createElement("mark");
        mark.textContent = text.slice(start, end);
        made.push(text.slice(last, start), mark);
        last = end;
      }
      return [...made, text.slice(last)];
    }
  }

  function best(map, key, value) {
    if (value > (map.get(key) ?? 0)) map.set(key, value);
  }

  // Letters added, left out, changed, or swapped with their neighbour; beyond `most`, whatever is more.
  function distance(one, other, most) {
    let [before, row] = [[], Array.from({ length: other.length + 1 }, (_, at) => at)];
    for (let i = 1; i <= one.length; i += 1) {
      const next = [i];
      for (let j = 1; j <= other.length; j += 1) {
        const changed = row[j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1);
        next[j] = Math.min(changed, row[j] + 1, next[j - 1] + 1);
        if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) next[j] = Math.min(next[j], before[j - 2] + 1);
      }
      if (Math.min(...next) > most) return most + 1;
      [before, row] = [row, next];
    }
    return row.at(-1);
  }

  let opened;

  // The index of a page's language: fetched once it is needed, by a tag, as pages from a disk may.
  function open() {
    opened ??= new Promise((resolve, reject) => {
      const tag = document.createElement("script");
      tag.src = box().dataset.suggest;
      tag.onload = () => resolve(new Index(self.sportelloIndex));
      tag.onerror = reject;
      document.head.append(tag);
    });
    return opened;
  }

  // The suggestions, as suggest.js asks a server for them.
  async function suggestions(address) {
    const typed = new URLSearchParams(address.split("?")[1]).get("q");
    const { found } = (await open()).find(typed, true);
    const articles = found.slice(0, TITLES).map(({ title, url }) => ({ title, url }));
    return { json: () => ({ articles, completions: [] }) };
  }

  function box() {
    return document.querySelector("input[data-suggest]");
  }

  async function answer(place, question) {
    box().value = question;
    const index = await open();
    const { found, terms } = index.find(question);
    const enough = found.slice(0, 5).some(({ share }) => share >= ENOUGH);
    const shown = enough ? found.filter(({ score }) => score >= found[0].score * NEAR).slice(0, MOST) : [];
    const said = (shown.length ? place.dataset.found : place.dataset.none).replace("{query}", () => cut(question, 140));
    document.getElementById("asked").textContent = said;
    document.title = document.title.replace(/^.* · /, () => `${said} · `);
    place.querySelector(".some").hidden = !shown.length;
    place.querySelector(".results").replaceChildren(...shown.map((one) => item(place, index, one, terms)));
    place.querySelector(".none").hidden = shown.length > 0;
    if (!shown.length) nearby(place.querySelector(".nearby"), found.slice(0, 3));
    document.getElementById("all").hidden = true;
    place.hidden = false;
    place.querySelector("[role=status]").textContent = shown.length ? place.dataset.counts.split("|")[shown.length - 1] : "";
  }

  function item(place, index, { title, url, category, text }, terms) {
    const made = place.querySelector("template").content.cloneNode(true);
    const link = made.querySelector("a");
    link.href = url;
    link.replaceChildren(...index.pieces(title, terms));
    made.querySelector(".passage").append(...index.pieces(text, terms));
    made.querySelector(".source").textContent = category;
    return made;
  }

  function nearby(section, found) {
    section.hidden = !found.length;
    const items = found.map(({ title, url }) => {
      const [line, link] = ["li", "a"].map((name) => document.createElement(name));
      Object.assign(link, { href: url, textContent: title });
      line.append(link);
      return line;
    });
    section.querySelector("ul").replaceChildren(...items);
  }

  function cut(text, length) {
    return text.length > length ? `${text.slice(0, length - 1)}…` : text;
  }

  // From the first page of all to the visitor's own language.
  function choose(links) {
    const base = (tag) => tag.toLowerCase().split("-")[0];
    for (const wanted of navigator.languages) {
      if (base(wanted) === base(document.documentElement.lang)) return;
      const link = links.find((one) => base(one.hreflang) === base(wanted));
      if (link) return location.replace(link.href);
    }
  }

  choose([...document.querySelectorAll("[data-chooses] a[hreflang]")]);
  const place = document.querySelector("[data-found]");
  const question = new URLSearchParams(location.search).get("q")?.trim();
  if (place && question) answer(place, question).catch(() => {}); // the questions are all there
  self.fetch = suggestions; // nothing else is fetched here
  self.sportello = { words: (text, language) => [...words(text, language)].flatMap(({ parts }) => parts) };
})();
