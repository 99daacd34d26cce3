// What a visitor searched, read and rejected, in a hidden field of the form: nobody sends them what they know.

import { make } from "./dom.js";

const NAME = "sportello_trail";
const LARGEST = 4000; // bytes of JSON

export class Trail {
  /** @type {Record<"deflections" | "searched" | "opened" | "rejected" | "solved", string[]>} */
  lists = { deflections: [], searched: [], opened: [], rejected: [], solved: [] };

  /**
   * Put at the end of a list, once.
   * @param {keyof Trail["lists"]} name
   * @param {string} text
   */
  add(name, text) {
    this.drop(name, text);
    this.lists[name].push(text);
  }

  /**
   * @param {keyof Trail["lists"]} name
   * @param {string} text
   */
  drop(name, text) {
    this.lists[name] = this.lists[name].filter((other) => other !== text);
  }

  /**
   * The form's field says it, as of now.
   * @param {HTMLElement} form
   * @param {string} session
   */
  write(form, session) {
    const found = /** @type {HTMLInputElement | null} */ (form.querySelector(`[name=${NAME}]`));
    const field = found ?? form.appendChild(make("input", { type: "hidden", name: NAME }));
    const { lists } = this;
    lists.searched = lists.searched.slice(-5);
    // Too long, the longest list gives up what is oldest.
    do field.value = JSON.stringify({ v: 1, session, ...lists });
    while (
      new TextEncoder().encode(field.value).length > LARGEST &&
      Object.values(lists).reduce((one, other) => (other.length > one.length ? other : one)).shift()
    );
    return field;
  }
}
