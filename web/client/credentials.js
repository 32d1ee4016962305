import { Timer } from './timer.js';

const DEADLINE_MS = 10_000;
/** A token is renewed so long before it ends, or a quarter of its time where that is short. */
const RENEW_BEFORE_MS = 60_000;
/** Never sooner, whatever clocks and providers say. */
const SOONEST_MS = 1000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The token of the page: the one that it gave, or what its provider gave last. */
export class Credentials {
  #options;
  #runtime;
  #timer;
  #provided = '';
  /** The bridge did not take the last one, and has taken none since. */
  #refused = false;

  /**
   * @param {import('./spanwire.js').Options} options which may change
   * @param {import('./spanwire.js').Runtime} runtime
   */
  constructor(options, runtime) {
    this.#options = options;
    this.#runtime = runtime;
    this.#timer = new Timer(runtime);
  }

  get areRenewable() {
    return !!this.#options.getToken;
  }

  /** Empty where there is none. */
  get token() {
    return this.areRenewable ? this.#provided : this.#options.token ?? '';
  }

  /** @returns {Promise<string>} rejects where the page's provider fails or takes too long */
  renew() {
    const { getToken } = this.#options;
    return new Promise((resolve, reject) => {
      const fail = (/** @type {unknown} */ why) =>
        reject(Object.assign(new Error(`getToken() failed: ${why}`), { code: 'unauthorized' }));
      const deadline = new Timer(this.#runtime);
      deadline.set(DEADLINE_MS, () => fail('it took too long'));
      new Promise((provided) => provided(getToken?.()))
        .then((token) => {
          // A provider that was replaced meanwhile may have spoken for somebody else.
          if (getToken === this.#options.getToken) this.#provided = /** @type {string} */ (token ?? '');
          resolve(this.token);
        }, fail)
        .finally(() => deadline.clear());
    });
  }

  /** @returns {boolean} whether another token is worth a try: where even a new one was not taken, none will be */
  refused() {
    const again = this.areRenewable && !this.#refused;
    this.#refused = true;
    return again;
  }

  /** The bridge takes the token. */
  accepted() {
    this.#refused = false;
  }

  /**
   * @param {import('./spanwire.js').Envelope} connected by whose clock both times are
   * @param {() => void} due time for another token
   */
  planRenewal({ timestamp, data }, due) {
    this.cancelRenewal();
    if (!data.session_expires_at || !this.areRenewable) return;
    const left = Date.parse(data.session_expires_at) - Date.parse(timestamp);
    this.#timer.set(Math.max(SOONEST_MS, Math.min(LONGEST_TIMER_MS, left - Math.min(RENEW_BEFORE_MS, left / 4))), due);
  }

  cancelRenewal() {
    this.#timer.clear();
  }
}
