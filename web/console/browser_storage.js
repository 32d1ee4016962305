/**
 * What the browser keeps for this page. Where it keeps nothing (its user blocks site data, or the space is used up), the
 * page remembers by itself until it is left.
 */
export class BrowserStorage {
  /** @type {Storage | null} */
  #storage;
  /** @type {Map<string, string>} what the browser did not take */
  #memory = new Map();

  /** @param {'localStorage' | 'sessionStorage'} name */
  constructor(name) {
    try {
      this.#storage = window[name];
    } catch {  // SecurityError: already the name is out of bounds
      this.#storage = null;
    }
  }

  /**
   * @param {string} key
   * @returns {string | null}
   */
  get(key) {
    return this.#memory.get(key) ?? this.#storage?.getItem(key) ?? null;
  }

  /**
   * @param {string} key
   * @param {string} value
   */
  set(key, value) {
    this.#memory.set(key, value);
    try {
      if (!this.#storage) return;
      this.#storage.setItem(key, value);
      this.#memory.delete(key);
    } catch {  // QuotaExceededError: an older value must not come back after a reload
      this.#storage?.removeItem(key);
    }
  }

  /** @param {string} key */
  remove(key) {
    this.#memory.delete(key);
    this.#storage?.removeItem(key);
  }
}
