import { fieldsOf, textOf } from './published.js';

/** The page holds so many lines; above them the oldest go, a tenth at a time. */
export const MAX_LINES = 100_000;

const LEVELS = ['trace', 'debug', 'info', 'warning', 'error', 'critical'];

/**
 * @typedef {object} Line
 * @property {number} at milliseconds since 1970
 * @property {string} level
 * @property {string} source
 * @property {string} message
 * @property {string} fields as text
 * @property {boolean} gap stands for lines that were missed
 * @property {import('../client/spanwire.js').Envelope | null} event
 */

/** @param {import('../client/spanwire.js').Envelope} event @returns {Line} */
export function lineOf(event) {
  const { message, source, fields } = event.data;
  const at = Date.parse(event.timestamp);
  const level = textOf(event.data.level, 'info');
  return {
    at, level, source: textOf(source), message: withoutColumns(textOf(message), level, at),
    fields: fieldsOf(fields).map(([name, value]) => `${name}=${textOf(value, 'null')}`).join(' '), gap: false, event,
  };
}

/** Time and level at the beginning of a line, as services write them into files that are published line by line. */
const OWN_COLUMNS = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?) +(?:([a-z]+) +)?(?=\S)/i;
/** A line's own time that is farther from the event's says something that the event's does not. */
const SAME_TIME_MS = 60_000;

/**
 * @param {string} message
 * @param {string} level
 * @param {number} at
 * @returns {string} without what columns of their own say already; on a phone there would be room for nothing else
 */
function withoutColumns(message, level, at) {
  const [columns, time, word = ''] = OWN_COLUMNS.exec(message) ?? [''];
  if (!columns || !(Math.abs(Date.parse(time.replace(',', '.')) - at) < SAME_TIME_MS)) return message;
  const isLevel = word.toLowerCase() === level;
  return message.slice(isLevel || !word ? columns.length : columns.lastIndexOf(word));
}

/** @param {string} message @returns {Line} */
export const gapLine = (message) =>
  ({ at: Date.now(), level: '', source: '', message, fields: '', gap: true, event: null });

/** Log lines and those among them that are wanted. Bounded. */
export class LogLines {
  /** @type {Line[]} */
  #all = [];
  #leastRank = 0;
  #words = '';
  /** @type {Line[]} those that the filter lets through, oldest first; the array changes with the filter only */
  shown = [];

  /** Among `#all`, and so among `shown`. */
  #gaps = 0;

  /** How many lines there are, and how many of them are shown; what stands for missed ones is no line. */
  get counts() {
    return { all: this.#all.length - this.#gaps, shown: this.shown.length - this.#gaps };
  }

  /**
   * @param {Line[]} lines
   * @returns {number} how many went from the beginning of `shown`
   */
  add(lines) {
    for (const line of lines) {
      this.#all.push(line);
      if (line.gap) this.#gaps++;
      if (this.#wants(line)) this.shown.push(line);
    }
    if (this.#all.length <= MAX_LINES) return 0;
    const gone = this.#all.splice(0, Math.max(this.#all.length - MAX_LINES, MAX_LINES / 10));
    this.#gaps -= gone.filter(({ gap }) => gap).length;
    const start = gone.filter((line) => this.#wants(line)).length;
    this.shown.splice(0, start);
    return start;
  }

  /**
   * @param {string} level the least that is shown
   * @param {string} words that a line must contain, in any case
   */
  filter(level, words) {
    this.#leastRank = LEVELS.indexOf(level);
    this.#words = words.toLowerCase();
    this.shown = this.#all.filter((line) => this.#wants(line));
  }

  /** @param {Line} line */
  #wants({ level, source, message, fields, gap }) {
    if (gap) return true;
    const rank = LEVELS.indexOf(level);
    if ((rank < 0 ? LEVELS.indexOf('info') : rank) < this.#leastRank) return false;
    return !this.#words || `${message} ${source} ${fields}`.toLowerCase().includes(this.#words);
  }
}
