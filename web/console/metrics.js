/** How far back charts look. */
export const WINDOW_MS = 5 * 60_000;

/**
 * @typedef {object} Point
 * @property {number} at milliseconds since 1970
 * @property {number} value
 * @property {boolean} [ahead] its publisher's clock is: it came no later than at `at`
 */

/** The values of one metric over the last minutes. Bounded: what leaves the window is dropped. */
export class TimeSeries {
  /** @type {Point[]} ascending */
  points = [];

  get last() {
    return this.points.at(-1);
  }

  /**
   * Values are taken in the order in which they come, that of the bridge's log, whatever their publishers' clocks say.
   * @param {number} at milliseconds since 1970, by the publisher's clock
   * @param {number} value
   * @param {number} now what is dated later was published now at the latest
   */
  add(at, value, now) {
    if (at > now) return this.#append({ at: now, value, ahead: true });
    // What was put at its arrival, since its clock is ahead, must not hold back those that tell their time.
    while (this.last?.ahead && this.last.at > at) this.points.pop();
    this.#append({ at, value });
  }

  /** @param {Point} point */
  #append(point) {
    const at = Math.max(point.at, this.last?.at ?? 0);
    if (this.last?.at === at) this.points.pop();
    this.points.push({ ...point, at });
    // Dropped in batches: shifting one by one would move the whole array each time.
    if (this.points[0].at < at - 1.25 * WINDOW_MS) this.points = this.points.filter((kept) => kept.at >= at - WINDOW_MS);
  }

  /**
   * @param {number} at
   * @returns {Point | undefined} the point nearest to a moment
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
   * @param {number} at by the publisher's clock
   * @param {Record<string, unknown>} values what are no numbers are left out
   * @param {number} now by the bridge's
   */
  add(at, values, now) {
    for (const [name, value] of Object.entries(values)) {
      if (typeof value !== 'number' || !this.#byName.has(name) && this.#byName.size >= MAX_METRICS) continue;
      this.of(name).add(at, value, now);
    }
  }
}
