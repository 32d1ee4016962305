import { gapLine, MAX_LINES } from './log_lines.js';
import { counted } from './units.js';

/** @typedef {import('./log_lines.js').Line} Line */

/**
 * Log lines that have come and are not shown yet. Bounded: of those above what the page holds, which come where it is
 * paused or hidden for long, only the number is kept, and a line that says so.
 */
export class WaitingLines {
  /** @type {Line[]} oldest first */
  #lines = [];
  /** How many came before `#lines` and were let go. */
  #dropped = 0;
  /** How many of `#lines` stand for missed ones. */
  #gaps = 0;

  /** How many lines came since the last take(). */
  get count() {
    return this.#dropped + this.#lines.length - this.#gaps;
  }

  /** @param {Line} line */
  add(line) {
    this.#lines.push(line);
    if (line.gap) this.#gaps++;
    if (this.#lines.length <= MAX_LINES) return;
    const gone = this.#lines.splice(0, MAX_LINES / 10);
    const gaps = gone.filter(({ gap }) => gap).length;
    this.#dropped += gone.length - gaps;
    this.#gaps -= gaps;
  }

  /** @returns {Line[]} all of them, which then wait no more */
  take() {
    const lines = this.#lines.splice(0);
    if (this.#dropped) lines.unshift(gapLine(`${counted(this.#dropped, 'line')} came here and could not be kept`));
    this.#dropped = 0;
    this.#gaps = 0;
    return lines;
  }
}
