// The help centre, as the page sees it: an answer in time, or none.

import { quietly } from "./dom.js";

const PATIENCE = 1500; // ms that an answer may take, its body too
const ENOUGH = 3; // failures in a row, then no more is asked from this page
const KEY = "sportello";

export class Client {
  /** Opaque, from the server; in memory, and in the tab's storage once something was shown. */
  session = "";
  #failures = 0;
  #again = 0; // when the server, being busy, will listen again

  /** @param {string} base the help centre's address, with a slash at its end */
  constructor(base) {
    this.base = base;
    // Storage may be closed to us; then the session lasts as long as the page.
    quietly(() => (this.session = sessionStorage.getItem(KEY) ?? ""))();
  }

  get asleep() {
    return this.#failures >= ENOUGH || Date.now() < this.#again;
  }

  /** Let the session last as long as the tab. */
  remember() {
    quietly(() => sessionStorage.setItem(KEY, this.session))();
  }

  /**
   * What the server says, or null: late, failing, out of reach, given up, asleep.
   * @param {string} path below `/api/v1/`
   * @param {object} [body] posted as text, which needs no preflight
   * @param {AbortSignal} [given] ends the request; that is no failure
   * @returns {Promise<any>}
   */
  async ask(path, body, given) {
    if (this.asleep || given?.aborted) return null;
    const stop = new AbortController();
    const end = () => stop.abort();
    const late = setTimeout(end, PATIENCE);
    given?.addEventListener("abort", end);
    try {
      const response = await this.#fetch(path, { body: body && JSON.stringify(body), signal: stop.signal });
      const answer = response.ok ? await response.json() : this.#refused(response);
      if (answer) this.#failures = 0;
      return answer;
    } catch {
      if (!given?.aborted) this.#failures++;
      return null;
    } finally {
      clearTimeout(late);
    }
  }

  /**
   * Send events, even while the page goes away. False: they may be sent again.
   * @param {object[]} events
   */
  async tell(events) {
    try {
      const response = await this.#fetch("events", { body: JSON.stringify({ session: this.session, events }), keepalive: true });
      // Refused for what it is, it would be refused again.
      return response.ok || (response.status < 500 && response.status !== 429);
    } catch {
      return false;
    }
  }

  /**
   * @param {string} path
   * @param {RequestInit} options
   */
  #fetch(path, options) {
    return fetch(`${this.base}api/v1/${path}`, {
      method: options.body ? "POST" : "GET",
      credentials: "omit",
      ...options,
    });
  }

  /** @param {Response} response */
  #refused(response) {
    const after = response.headers.get("Retry-After");
    if (response.status === 429 || after) {
      const seconds = Number(after) || (Date.parse(after ?? "") - Date.now()) / 1000 || 30;
      this.#again = Date.now() + seconds * 1000;
    } else this.#failures++;
    return null;
  }
}
