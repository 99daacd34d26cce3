// Elements made one by one: no HTML is ever parsed here, so no policy on scripts or markup is in the way.

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string | number | boolean | undefined>} [attributes] undefined and false: left out; a `part`,
 *   by which the page can style it, is its class too
 * @param {...(string | Node)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  if (attributes.part) element.className = String(attributes.part);
  element.append(...children);
  return element;
}

/**
 * @param {string} text
 * @param {string} part
 * @param {() => unknown} does
 * @param {string} [label] what it is called, where its text does not say it
 */
export function button(text, part, does, label) {
  const made = make("button", { type: "button", part, "aria-label": label }, text);
  on(made, "click", does);
  return made;
}

/**
 * `does`, whose failures nobody hears of.
 * @template {unknown[]} A
 * @param {(...given: A) => unknown} does
 * @returns {(...given: A) => void}
 */
export function quietly(does) {
  // What it does before it first waits is done at once; what it throws at once ends here too.
  return (...given) => {
    (async () => does(...given))().catch(() => {});
  };
}

/**
 * @param {EventTarget} target
 * @param {string} type
 * @param {(event: any) => unknown} does
 * @param {boolean} [first] before the page's own listeners
 */
export function on(target, type, does, first = false) {
  target.addEventListener(type, quietly(does), first);
}

/**
 * The language of a place in the page, through the shadow roots around it.
 * @param {Element} element
 */
export function languageOf(element) {
  for (let at = /** @type {any} */ (element); at; at = at.parentNode ?? at.host) if (at.lang) return String(at.lang);
  return navigator.language;
}

/**
 * An address that a link may lead to; none if it would run something.
 * @param {unknown} address
 */
export function safe(address) {
  try {
    const url = new URL(String(address));
    return /^(https?|mailto|tel):$/.test(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}
