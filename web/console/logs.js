import { byId, element, oncePerFrame, setText } from './dom.js';
import { showDetail } from './envelope_detail.js';
import { gapLine, lineOf, LogLines, MAX_LINES } from './log_lines.js';
import { clockMillis } from './units.js';
import { VirtualList } from './virtual_list.js';

/** @typedef {import('./log_lines.js').Line} Line */

const SEARCH_DELAY_MS = 150;

/** The topic `logs`: filtered by level and words, and held still while paused. */
export class Logs {
  #pause = byId('logs-pause');
  #level = byId('logs-level');
  #search = byId('logs-search');
  #lines = new LogLines();
  #list;
  /** @type {Line[]} lines that have come and are not among `#lines` yet */
  #waiting = [];
  #paused = false;
  /** Offset of the newest line. */
  #newest = 0;
  #searchTimer = 0;
  #takeSoon = oncePerFrame(() => this.#take());

  constructor() {
    this.#list = new VirtualList(byId('logs'), byId('logs-newest'), { make: makeRow, fill: fillRow },
      (line) => showDetail(byId('logs-detail'), line?.event ?? null));
    this.#pause.addEventListener('click', () => this.#setPaused(!this.#paused));
    this.#level.addEventListener('change', () => this.#filter());
    this.#search.addEventListener('input', () => {
      clearTimeout(this.#searchTimer);
      this.#searchTimer = setTimeout(() => this.#filter(), SEARCH_DELAY_MS);
    });
  }

  /** @param {import('../client/spanwire.js').Envelope} event */
  add(event) {
    if (event.offset <= this.#newest) return;  // history that was shown before a gap
    this.#newest = event.offset;
    this.#queue(lineOf(event));
  }

  /** @param {import('../client/subscriptions.js').Gap} gap */
  gap({ before, cursor }) {
    const isNewLog = before.split('-')[0] !== cursor.split('-')[0];
    if (this.#newest) this.#queue(gapLine());
    if (isNewLog) this.#newest = 0;
  }

  /** @param {Line} line */
  #queue(line) {
    this.#waiting.push(line);
    if (this.#waiting.length > MAX_LINES) this.#waiting.splice(0, MAX_LINES / 10);
    this.#takeSoon();
  }

  #take() {
    if (this.#paused) {
      setText(this.#pause, this.#waiting.length ? `Resume · ${this.#waiting.length.toLocaleString('en')} new` : 'Resume');
      return;
    }
    this.#list.show(this.#lines.shown, this.#lines.add(this.#waiting.splice(0)));
    this.#showCounts();
  }

  #filter() {
    this.#lines.filter(this.#level.value, this.#search.value.trim());
    this.#list.show(this.#lines.shown);
    this.#showCounts();
  }

  #showCounts() {
    const { size, shown } = this.#lines;
    const count = (/** @type {number} */ n) => n.toLocaleString('en');
    byId('logs-empty').hidden = shown.length > 0;
    setText(byId('logs-empty'), size ? 'No line matches.' : 'No log lines yet.');
    const all = size ? `${count(size)} lines` : '';
    setText(byId('logs-count'), shown.length < size ? `${count(shown.length)} of ${all}` : all);
  }

  /** @param {boolean} paused */
  #setPaused(paused) {
    this.#paused = paused;
    this.#pause.setAttribute('aria-pressed', `${paused}`);
    setText(this.#pause, paused ? 'Resume' : 'Pause');
    this.#takeSoon();
  }
}

function makeRow() {
  return element('div', 'line', element('time', ''), element('span', 'level'), element('span', 'source'),
    element('span', 'text', element('span', ''), element('span', 'fields')));
}

/**
 * @param {HTMLElement} row
 * @param {Line} line
 */
function fillRow(row, { at, level, source, message, fields, gap }) {
  const [time, levelCell, sourceCell, text] = row.children;
  row.classList.toggle('missed', gap);
  if (row.dataset.level !== level) row.dataset.level = level;
  setText(time, gap ? '' : clockMillis(at));
  setText(levelCell, level);
  setText(sourceCell, source);
  setText(text.children[0], message);
  setText(text.children[1], fields);
}
