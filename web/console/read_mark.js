const KEY = 'spanwire.read-until';

/**
 * Until when everything was read, remembered by the browser and shared by its tabs; and what was read one by one since.
 */
export class ReadMark {
  #until = Number(localStorage.getItem(KEY) ?? 0);
  /** @type {Set<string>} */
  #single = new Set();

  /** @param {() => void} changed called when another tab read something */
  constructor(changed) {
    addEventListener('storage', ({ key, newValue }) => {
      if (key !== KEY) return;
      this.#until = Number(newValue);
      changed();
    });
  }

  /**
   * @param {string} id
   * @param {number} at milliseconds since 1970
   */
  isRead(id, at) {
    return at <= this.#until || this.#single.has(id);
  }

  /** @param {string} id */
  read(id) {
    this.#single.add(id);
  }

  /** @param {number} at */
  readUntil(at) {
    this.#until = Math.max(this.#until, at);
    this.#single.clear();
    localStorage.setItem(KEY, `${this.#until}`);
  }
}
