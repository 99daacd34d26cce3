// Sportello's widget: the answer beside the contact form, before it is sent. See README.md.
//
//   <script type="module" src="https://help.example/widget/v1/sportello.js" data-form="#contact"></script>
//
// The page is somebody else's. Whatever fails in here fails in silence, and its form works as without us.

import { Client } from "./client.js";
import { on, quietly } from "./dom.js";
import { defineHelp } from "./help.js";
import { Journal } from "./journal.js";
import { Watch } from "./watch.js";

// A module script has no document.currentScript: it knows its own address, and finds its tags by it.
const OWN = import.meta.url;

/** @type {WeakMap<HTMLScriptElement, Watch>} */
const watches = new WeakMap();

/** What watches each form: one for each of our tags, also of those that came later. */
function all() {
  const scripts = /** @type {HTMLScriptElement[]} */ ([...document.querySelectorAll("script[type=module][src]")]);
  return scripts
    .filter((script) => script.src === OWN)
    .map((tag) => {
      const known = watches.get(tag) ?? new Watch(tag, client, journal);
      watches.set(tag, known);
      return known;
    });
}

const client = new Client(new URL("../../", OWN).href);
const journal = new Journal(client);

// Suggestions are styled by an adopted stylesheet or, where there is none, not shown: a <style> element
// would break the page's policy.
quietly(() => {
  if (!("adoptedStyleSheets" in Document.prototype)) return;
  // Forms may come late and change: a person meets one by its fields. Both events leave open shadow roots;
  // we hear of them first, before a page draws its form anew.
  for (const type of ["focusin", "input"])
    on(document, type, (event) => all().forEach((watch) => watch.meet(event.composedPath(), type === "input")), true);
  all().forEach((watch) => watch.guard(document));
  defineHelp(client, journal);
})();
