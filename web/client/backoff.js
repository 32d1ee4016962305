/** Retries of a page that was told it failed come this often, give or take a quarter. */
const SLOW_MS = 30_000;

/**
 * Delays between attempts: up to 1, 2, 4, 8, 16, then 30 s, with full jitter, so that the pages of a bridge that
 * restarts do not all come back in the same moment.
 */
export class Backoff {
  #random;
  #step = 0;

  /** @param {() => number} random 0 to 1, as Math.random */
  constructor(random) {
    this.#random = random;
  }

  /** @returns {number} milliseconds to wait before the next attempt */
  next() {
    return this.#random() * Math.min(30_000, 1000 * 2 ** this.#step++);
  }

  /** @returns {number} milliseconds to wait where hope is small: never at once */
  slow() {
    return SLOW_MS * (0.75 + this.#random() / 2);
  }

  reset() {
    this.#step = 0;
  }
}
