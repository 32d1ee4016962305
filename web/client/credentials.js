const DEADLINE_MS = 10_000;

/** The token of the page, as its provider gave it last. */
export class Credentials {
  #options;
  #runtime;
  /** Empty where there is none. */
  token = '';

  /**
   * @param {import('./spanwire.js').Options} options whose `getToken` may change
   * @param {import('./spanwire.js').Runtime} runtime
   */
  constructor(options, runtime) {
    this.#options = options;
    this.#runtime = runtime;
  }

  /** @returns {Promise<string>} rejects where the page's provider fails or takes too long */
  renew() {
    const { setTimeout, clearTimeout } = this.#runtime;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('it took too long')), DEADLINE_MS);
      new Promise((provided) => provided(this.#options.getToken?.()))
        .then((token) => resolve(this.token = /** @type {string} */ (token ?? '')), reject)
        .finally(() => clearTimeout(timer));
    });
  }
}
