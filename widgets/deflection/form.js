// Which field of a form is the subject, and which the message.

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLElement} Field */
/** @typedef {{ subject?: Field, message?: Field }} Fields */

// As fields are named in Italian, English, French, German and Spanish, whatever language their site speaks.
const MESSAGE =
  /mess|mensaj|nachricht|comm?ent|komment|descri|beschr|richies|request|demande|anfrage|consult|question|domanda|frage|pregunta|text|testo|body|d[eé]t/i;
const SUBJECT = /subject|ogget|objet|sujet|betreff|asunto|tema|thema|topic|argoment|motiv/i;

/**
 * @param {HTMLElement} form
 * @param {{ subject?: string, message?: string }} told selectors, where the page says it itself
 * @returns {Fields}
 */
export function fieldsOf(form, told) {
  const given = (/** @type {string | undefined} */ selector) =>
    (selector && /** @type {Field | null} */ (rootOf(form).querySelector(selector))) || undefined;
  const all = controlsOf(form);
  const areas = all.filter((field) => field.type === "textarea");
  // What a browser fills in, a name or a card's number, is not for us, whatever it is called.
  const lines = all.filter((field) => /^(text|search)$/.test(field.type) && /^(on|off)?$/.test(field.autocomplete));
  const named = (/** @type {RegExp} */ by) => (/** @type {HTMLInputElement} */ field) => by.test(names(field));
  const subject = given(told.subject) ?? lines.find(named(SUBJECT));
  const message = given(told.message) ?? areas.find(named(MESSAGE)) ?? areas[0] ?? lines.find(named(MESSAGE));
  return { subject, message };
}

/** @param {Node} node */
export function rootOf(node) {
  return /** @type {Document | ShadowRoot} */ (node.getRootNode());
}

/** @param {Field | undefined} field */
export function textIn(field) {
  return (field && "value" in field ? field.value : field?.innerText ?? "").trim();
}

/**
 * Those that can be typed in; a form's field named "elements" does not hide them.
 * @param {HTMLElement} form
 * @returns {HTMLInputElement[]} textareas too, which have all we ask for
 */
function controlsOf(form) {
  const every = form instanceof HTMLFormElement ? Reflect.get(HTMLFormElement.prototype, "elements", form) : form.querySelectorAll("*");
  return [.../** @type {Iterable<any>} */ (every)].filter((field) => !field.readOnly && !field.disabled && field.getClientRects().length);
}

/** @param {HTMLInputElement} field */
function names(field) {
  const labels = Array.from(field.labels ?? [], (label) => label.textContent);
  return [field.name, field.id, field.placeholder, field.ariaLabel, ...labels].join();
}
