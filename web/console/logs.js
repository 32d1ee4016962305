import { byId, element, oncePerFrame, setText } from './dom.js';
import { showDetail } from './envelope_detail.js';
import { gapLine, lineOf, LogLines } from './log_lines.js';
import { clockMillis, counted } from './units.js';
import { VirtualList } from './virtual_list.js';
import { WaitingLines } from './waiting_lines.js';

/** @typedef {import('./log_lines.js').Line} Line */

const SEARCH_DELAY_MS = 150;

/** The topic `logs`: filtered by level and words, and held still while paused. */
export class Logs {
  #pause = byId('logs-pause');
  #level = byId('logs-level');
  #search = byId('logs-search');
  #lines = new LogLines();
  #list;
  #waiting = new WaitingLines();
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
    if (this.#newest) this.#queue(gapLine('some lines may be missing here'));
    if (isNewLog) this.#newest = 0;
  }

  /** @param {Line} line */
  #queue(line) {
    this.#waiting.add(line);
    this.#takeSoon();
  }

  #take() {
    if (this.#paused) {
      const { count } = this.#waiting;
      setText(this.#pause, count ? `Resume · ${count.toLocaleString('en')} new` : 'Resume');
      return;
    }
    this.#list.show(this.#lines.shown, this.#lines.add(this.#waiting.take()));
    this.#showCounts();
  }

  #filter() {
    this.#lines.filter(this.#level.value, this.#search.value.trim());
    this.#list.show(this.#lines.shown);
    this.#showCounts();
  }

  #showCounts() {
    const { all, shown } = this.#lines.counts;
    byId('logs-empty').hidden = this.#lines.shown.length > 0;
    setText(byId('logs-empty'), all ? 'No line matches.' : 'No log lines yet.');
    const total = all ? counted(all, 'line') : '';
    setText(byId('logs-count'), shown < all ? `${shown.toLocaleString('en')} of ${total}` : total);
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
