/** One thing that is due later: setting it anew forgets what was set before. */
export class Timer {
  #runtime;
  #id = 0;

  /** @param {Pick<import('./spanwire.js').Runtime, 'setTimeout' | 'clearTimeout'>} runtime */
  constructor(runtime) {
    this.#runtime = runtime;
  }

  /**
   * @param {number} ms
   * @param {() => void} action
   */
  set(ms, action) {
    this.clear();
    this.#id = this.#runtime.setTimeout(action, ms);
  }

  clear() {
    this.#runtime.clearTimeout(this.#id);
  }
}
