/** A figure as people read it, its unit apart so that it can be set smaller. @typedef {[number: string, unit: string]} Figure */

/**
 * @param {number} value
 * @returns {string} three significant digits or so, no more than one decimal from 10 on
 */
function shortNumber(value) {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2);
}

/**
 * @param {number} value
 * @param {number} step
 * @param {string[]} units
 * @returns {Figure}
 */
function scaled(value, step, units) {
  let i = 0;
  while (Math.abs(value) >= step && i < units.length - 1) {
    value /= step;
    i++;
  }
  return [shortNumber(i ? value : Math.round(value)), units[i]];
}

/**
 * @param {number} count
 * @param {string} noun in the singular
 */
export const counted = (count, noun) => `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;

/** @param {number} value @returns {Figure} */
export const percent = (value) => [value >= 9.95 || value === 0 ? value.toFixed(0) : value.toFixed(1), '%'];
/** @param {number} value @returns {Figure} */
export const bytes = (value) => scaled(value, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB']);
/** @param {number} value @returns {Figure} */
export const rate = (value) => scaled(value, 1000, ['B/s', 'kB/s', 'MB/s', 'GB/s']);
/** @param {number} value @returns {Figure} */
export const plain = (value) => scaled(value, 1000, ['', 'k', 'M', 'G']);

/**
 * The unit is in a metric's name, by convention.
 * @param {string} metric
 */
export function formatOf(metric) {
  if (metric.endsWith('_pct')) return percent;
  if (metric.endsWith('_bytes_per_s')) return rate;
  if (metric.endsWith('_bytes')) return bytes;
  return plain;
}

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const CLOCK_SECONDS = new Intl.DateTimeFormat(undefined,
  { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });

/** @param {number} ms */
export const clock = (ms) => CLOCK.format(ms);
/** @param {number} ms */
export const clockSeconds = (ms) => CLOCK_SECONDS.format(ms);
/** @param {number} ms */
export const clockMillis = (ms) => `${CLOCK_SECONDS.format(ms)}.${String(new Date(ms).getMilliseconds()).padStart(3, '0')}`;

/**
 * @param {number} ms
 * @returns {string} as people say it, rounded up
 */
export function duration(ms) {
  const minutes = Math.ceil(ms / 60_000);
  if (ms < 60_000) return `${Math.ceil(ms / 1000)} s`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
