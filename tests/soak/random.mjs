// Choices that a seed repeats: SOAK_SEED=... replays those of an earlier run.

export class Random {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** The seed to use: from the environment, else a new one. */
  static seed() {
    return Number(process.env.SOAK_SEED ?? Math.floor(Math.random() * 2 ** 32));
  }

  /** Another source of choices, so that what runs at the same time does not disturb each other's. */
  fork() {
    return new Random(Math.floor(this.#next() * 2 ** 32));
  }
  /** A whole number from `low` to `high`. */
  integer(low, high) {
    return low + Math.floor(this.#next() * (high - low + 1));
  }
  chance(probability) {
    return this.#next() < probability;
  }
  pick(list) {
    return list[this.integer(0, list.length - 1)];
  }
  /** At least one of the list, in its order. */
  some(list) {
    const chosen = list.filter(() => this.chance(0.5));
    return chosen.length > 0 ? chosen : [this.pick(list)];
  }

  // mulberry32
  #next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ t >>> 15, t | 1);
    t ^= t + Math.imul(t ^ t >>> 7, t | 61);
    return ((t ^ t >>> 14) >>> 0) / 2 ** 32;
  }
}
