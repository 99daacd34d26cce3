// An article, from the server's tree of nodes to elements: what is not on the list is not made.

import { make, safe } from "./dom.js";

// Of other tags, what is in them is kept.
const TAGS =
  /^(b|blockquote|br|caption|code|d[dlt]|del|details|em|figcaption|figure|hr|[iqspu]|kbd|li|mark|[ou]l|pre|strong|su[bp]|summary|table|t(body|foot|head)|t[dhr])$/;
const ATTRIBUTES = ["start", "colspan", "rowspan", "scope"];
const DEEPEST = 40;

/** @typedef {string | [string, Record<string, string>, ...any[]]} Item */
/** @typedef {import("./strings.js").Texts} Texts */

/**
 * @param {Item[]} items
 * @param {Texts} texts
 * @returns {Node[]}
 */
export function grown(items, texts, depth = 0) {
  if (!Array.isArray(items) || depth > DEEPEST) return [];
  return items.flatMap((item) => {
    if (typeof item === "string") return [new Text(item)];
    if (!Array.isArray(item)) return [];
    const [tag, attributes, ...inner] = item;
    return element(String(tag), Object(attributes), grown(inner, texts, depth + 1), texts);
  });
}

/**
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {Node[]} inner
 * @param {Texts} texts
 * @returns {Node[]}
 */
function element(tag, attributes, inner, texts) {
  if (tag === "a") return link(attributes.href, inner, texts);
  // The page's policy may not let images in.
  if (tag === "img") return link(attributes.src, [new Text(`▣ ${attributes.alt}`)], texts);
  // The page has an outline of its own.
  if (/^h[1-6]$/.test(tag)) return [make("p", { part: "heading" }, ...inner)];
  if (!TAGS.test(tag)) return inner;
  const kept = ATTRIBUTES.filter((name) => Object.hasOwn(attributes, name)).map((name) => [name, attributes[name]]);
  return [make(/** @type {"p"} */ (tag), Object.fromEntries(kept), ...inner)];
}

/**
 * A link, which leaves the form where it is; what leads nowhere stays text.
 * @param {string} href
 * @param {Node[]} inner
 * @param {Texts} texts
 * @returns {Node[]}
 */
export function link(href, inner, texts) {
  const to = safe(href);
  if (!to) return inner;
  const said = make("span", { class: "apart" }, ` (${texts.tab})`);
  return [make("a", { href: to, target: "_blank", rel: "noopener" }, ...inner, said)];
}
