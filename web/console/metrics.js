/** How far back charts look. */
export const WINDOW_MS = 5 * 60_000;

/** The values of one metric over the last minutes. Bounded: what leaves the window is dropped. */
export class TimeSeries {
  /** @type {{at: number, value: number}[]} ascending */
  points = [];

  get last() {
    return this.points.at(-1);
  }

  /**
   * @param {number} at milliseconds since 1970
   * @param {number} value
   */
  add(at, value) {
    if (this.last && at <= this.last.at) return;
    this.points.push({ at, value });
    // Dropped in batches: shifting one by one would move the whole array each time.
    if (this.points[0].at < at - 1.25 * WINDOW_MS) this.points = this.points.filter((point) => point.at >= at - WINDOW_MS);
  }

  /**
   * @param {number} at
   * @returns {{at: number, value: number} | undefined} the point nearest to a moment
   */
  nearest(at) {
    let low = 0;
    let high = this.points.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.points[middle].at < at) low = middle + 1;
      else high = middle;
    }
    const [before, after] = [this.points[low - 1], this.points[low]];
    return before && after && at - before.at < after.at - at ? before : after;
  }
}

/** Bounds what a publisher that invents names can make the page hold. */
const MAX_METRICS = 256;

/** Every metric of the topic `stats`, by name. */
export class Metrics {
  /** @type {Map<string, TimeSeries>} */
  #byName = new Map();

  /** @returns {string[]} */
  get names() {
    return [...this.#byName.keys()];
  }

  /**
   * @param {string} name
   * @returns {TimeSeries} empty until the metric is published
   */
  of(name) {
    const series = this.#byName.get(name) ?? new TimeSeries();
    this.#byName.set(name, series);
    return series;
  }

  /**
   * @param {string} name
   * @returns {number} 0 where it was never published
   */
  last(name) {
    return this.#byName.get(name)?.last?.value ?? 0;
  }

  /** @param {string} name */
  has(name) {
    return !!this.#byName.get(name)?.last;
  }

  /**
   * @param {number} at
   * @param {Record<string, unknown>} values what are no numbers are left out
   */
  add(at, values) {
    for (const [name, value] of Object.entries(values)) {
      if (typeof value !== 'number' || !this.#byName.has(name) && this.#byName.size >= MAX_METRICS) continue;
      this.of(name).add(at, value);
    }
  }
}
