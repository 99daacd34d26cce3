// What happened, told to the help centre in batches: each event has a name of its own and counts once.

import { on } from "./dom.js";

const PAUSE = 2000; // ms after the last event
const MOST = 50; // kept while the server cannot be told; it takes no more at once

/** @typedef {"shown" | "opened" | "solved" | "not_solved" | "submitted" | "left" | "clicked"} Type */
/** @typedef {{ search_id?: string, deflection_id?: string, article?: string, position?: number }} About */

export class Journal {
  /** @type {object[]} */
  #waiting = [];
  #timer = 0;
  #client;
  /** @type {(() => void)[]} */
  leaving = [];

  /** @param {import("./client.js").Client} client */
  constructor(client) {
    this.#client = client;
    on(window, "pagehide", () => {
      this.leaving.forEach((record) => record());
      return this.flush();
    });
    on(document, "visibilitychange", () => document.hidden && this.flush());
  }

  /**
   * Without a session there is nobody to tell it of.
   * @param {Type} type
   * @param {About} about
   */
  record(type, about) {
    if (!this.#client.session || this.#waiting.length >= MOST) return;
    this.#waiting.push({ id: unique(), type, at: new Date().toISOString(), ...about });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), PAUSE);
  }

  /** Send what waits; what could not be sent waits on, for the next event or the end of the page. */
  async flush() {
    clearTimeout(this.#timer);
    const events = this.#waiting;
    this.#waiting = [];
    if (events.length && !(await this.#client.tell(events))) this.#waiting.unshift(...events);
  }
}

/** Pages without https have no crypto.randomUUID. */
function unique() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
