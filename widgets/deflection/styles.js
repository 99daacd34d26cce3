// One sheet for every shadow root of ours, adopted. Colours follow the page's color-scheme; a page that has
// colours of its own sets the custom properties, or styles the parts.

const css = `
:host {
  all: initial;
  color-scheme: inherit;
  display: block;
  font: inherit;
  --accent: var(--sportello-accent, LinkText);
  --line: 1px solid var(--sportello-border, GrayText);
  --round: var(--sportello-radius, 0.5em);
}
@supports (color: light-dark(red, red)) {
  :host { --accent: var(--sportello-accent, light-dark(#0c5a6e, #8acfdc)); }
}
:host([hidden]) { display: none; }
* { box-sizing: border-box; }
.region, dialog {
  background: var(--sportello-background, Canvas);
  border: var(--line);
  border-radius: var(--round);
  color: var(--sportello-color, CanvasText);
  line-height: 1.5;
  margin-block: 0.75em;
  overflow-wrap: anywhere;
  padding: 0.75em 1em;
  text-align: start;
}
.region { border-inline-start: 0.25em solid var(--accent); }
.head, .verdict { align-items: baseline; display: flex; flex-wrap: wrap; gap: 0.5em; }
.title, label { flex: 1; }
.title { font-size: 1em; font-weight: 600; margin: 0; }
.list { list-style: none; margin: 0; padding: 0; }
.item + .item { border-block-start: var(--line); }
button, input { background: none; border: var(--line); border-radius: var(--round); color: inherit; font: inherit; min-block-size: 2.25em; padding: 0.25em 0.75em; }
button, summary { cursor: pointer; }
.question { color: var(--accent); font-weight: 600; padding-block: 0.5em; }
.passage { -webkit-box-orient: vertical; display: -webkit-box; -webkit-line-clamp: 2; margin: 0 0 0.5em; opacity: 0.85; overflow: hidden; }
[open] + .passage { display: none; }
.article > :first-child { margin-block-start: 0; }
.article :is(ol, ul) { margin-block: 1em; }
.article :is(table, pre) { display: block; overflow-x: auto; }
.article :is(td, th) { border: var(--line); padding: 0.25em 0.5em; }
.heading { font-weight: 600; }
.verdict { margin-block: 0.75em; }
a { color: var(--accent); }
.yes, .launcher { background: var(--accent); color: var(--sportello-on-accent, Canvas); font-weight: 600; }
.close { border: 0; }
.apart { clip-path: inset(50%); inline-size: 1px; overflow: hidden; position: absolute; white-space: nowrap; }
:host([launcher]) { block-size: 5em; }
.launcher { block-size: 3em; border-radius: 50%; inline-size: 3em; inset-block-end: 1em; inset-inline-end: 1em; position: fixed; z-index: var(--sportello-layer, 999); }
.aside { inset-inline: 1em auto; }
dialog { inline-size: 34em; margin-block: auto; max-inline-size: calc(100vw - 2em); }
form { align-items: last baseline; }
dialog::backdrop { background: #0007; }
input { display: block; inline-size: 100%; }
`;

/** @type {CSSStyleSheet | undefined} */
let sheet;

/**
 * An open shadow root in our clothes.
 * @param {Element} host
 */
export function dressed(host) {
  if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(css);
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet];
  return root;
}
