/**
 * Handlers by name. A handler that throws does not stop the others: its error is reported as an uncaught one is, so
 * that it shows in the browser's console and in error tracking.
 */
export class Listeners {
  /** @type {Map<unknown, Set<{handler: Function}>>} */
  #byName = new Map();
  #report;

  /** @param {(error: unknown) => void} report */
  constructor(report) {
    this.#report = report;
  }

  /**
   * @param {unknown} name
   * @param {Function} handler may be added twice; each has its own removal
   * @returns {() => boolean} removes it again; true where it was the last of its name
   */
  add(name, handler) {
    const entry = { handler };
    const entries = this.#byName.get(name) ?? new Set();
    this.#byName.set(name, entries.add(entry));
    return () => entries.delete(entry) && entries.size === 0 && this.#byName.delete(name);
  }

  /**
   * @param {unknown} name
   * @param {...unknown} values
   */
  call(name, ...values) {
    for (const { handler } of [...(this.#byName.get(name) ?? [])]) {
      try {
        handler(...values);
      } catch (error) {
        this.#report(error);
      }
    }
  }
}
