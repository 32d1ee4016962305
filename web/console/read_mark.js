import { BrowserStorage } from './browser_storage.js';

const KEY = 'spanwire.read';
/** One for each log that this browser has seen lately: tenants have their own, and a new one begins when one is lost. */
const MAX_EPOCHS = 8;
/** More than the inbox shows, so that only what is long gone from it is forgotten. */
const MAX_SINGLE = 200;

/**
 * Where an event stands in the bridge's log. Publishers' clocks may differ by days; this does not.
 * @typedef {{epoch: string, offset: number}} Position
 */

/**
 * What was read of one log.
 * @typedef {object} Read
 * @property {number} until offset at and below which everything was
 * @property {number[]} single offsets above it, ascending
 */

/** What was read, all at once or one by one, remembered by the browser and shared by its tabs. */
export class ReadMark {
  #storage = new BrowserStorage('localStorage');
  /** @type {Map<string, Read>} by epoch, the one marked last at the end */
  #byEpoch = new Map();

  /** @param {() => void} changed called when another tab read something */
  constructor(changed) {
    this.#load();
    addEventListener('storage', ({ key }) => {
      if (key !== KEY && key !== null) return;
      this.#load();
      changed();
    });
  }

  /** @param {Position} position */
  isRead({ epoch, offset }) {
    const read = this.#byEpoch.get(epoch);
    return !!read && (offset <= read.until || read.single.includes(offset));
  }

  /** @param {Position} position */
  read({ epoch, offset }) {
    this.#load();  // another tab may have read something just now
    this.#change(epoch, ({ until, single }) => ({ until, single: [...single, offset] }));
    this.#save();
  }

  /** @param {Position[]} positions up to which, each in its log, everything is read */
  readUntil(positions) {
    this.#load();
    for (const { epoch, offset } of positions) {
      this.#change(epoch, ({ until, single }) => ({ until: Math.max(until, offset), single }));
    }
    this.#save();
  }

  /**
   * @param {string} epoch
   * @param {(read: Read) => Read} change
   */
  #change(epoch, change) {
    const { until, single } = change(this.#byEpoch.get(epoch) ?? { until: 0, single: [] });
    const above = single.filter((offset) => offset > until).sort((a, b) => a - b).slice(-MAX_SINGLE);
    this.#byEpoch.delete(epoch);
    this.#byEpoch.set(epoch, { until, single: above });
  }

  #load() {
    try {
      const kept = JSON.parse(this.#storage.get(KEY) ?? '[]');
      this.#byEpoch = new Map(kept.map((/** @type {{epoch: string} & Read} */ { epoch, until, single }) =>
        [epoch, { until: Number(until), single: single.map(Number) }]));
    } catch {  // not what this version writes: nothing was read, rather than no console
      this.#byEpoch = new Map();
    }
  }

  #save() {
    const kept = [...this.#byEpoch].slice(-MAX_EPOCHS).map(([epoch, read]) => ({ epoch, ...read }));
    this.#storage.set(KEY, JSON.stringify(kept));
  }
}
