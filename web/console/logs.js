import { byId, element, oncePerFrame, setText } from './dom.js';
import { clockMillis } from './units.js';

/** The page holds so many lines, and as many again while it is paused or hidden. */
const MAX_LINES = 2000;
/** Within so many pixels of the end the reader follows the newest line. */
const AT_END_PX = 24;

/** The topic `logs`: newest at the bottom and kept in view, unless the reader scrolled up or paused. */
export class Logs {
  #list = byId('logs');
  #pause = byId('logs-pause');
  #newest = byId('logs-newest');
  /** @type {HTMLElement[]} lines that are not on the page yet */
  #waiting = [];
  #paused = false;
  #following = true;
  /** Offset of the newest line. */
  #shown = 0;
  #showSoon = oncePerFrame(() => this.#show());

  constructor() {
    this.#pause.addEventListener('click', () => this.#setPaused(!this.#paused));
    this.#newest.addEventListener('click', () => this.#follow());
    this.#list.addEventListener('scroll', () => {
      this.#following = this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < AT_END_PX;
      this.#newest.hidden = this.#following;
    }, { passive: true });
  }

  /** @param {import('../client/spanwire.js').Envelope} event */
  add(event) {
    if (event.offset <= this.#shown) return;  // history that was shown before a gap
    this.#shown = event.offset;
    this.#queue(line(event));
  }

  /** @param {import('../client/subscriptions.js').Gap} gap */
  gap({ before, cursor }) {
    const isNewLog = before.split('-')[0] !== cursor.split('-')[0];
    if (this.#shown) this.#queue(element('li', 'line missed', 'some lines may be missing here'));
    if (isNewLog) this.#shown = 0;
  }

  /** @param {HTMLElement} item */
  #queue(item) {
    this.#waiting.push(item);
    if (this.#waiting.length > 2 * MAX_LINES) this.#waiting.splice(0, MAX_LINES);
    this.#showSoon();
  }

  #show() {
    byId('logs-empty').hidden ||= this.#waiting.length > 0;
    if (this.#paused) {
      const waiting = Math.min(this.#waiting.length, MAX_LINES);
      setText(this.#pause, waiting ? `Resume · ${waiting} new` : 'Resume');
      return;
    }
    this.#list.append(...this.#waiting.splice(0).slice(-MAX_LINES));
    while (this.#list.childElementCount > MAX_LINES) this.#list.firstElementChild.remove();
    setText(byId('logs-count'), `${this.#list.childElementCount} lines`);
    if (this.#following) this.#list.scrollTop = this.#list.scrollHeight;
  }

  #follow() {
    this.#following = true;
    this.#list.scrollTop = this.#list.scrollHeight;
    this.#list.focus({ preventScroll: true });
  }

  /** @param {boolean} paused */
  #setPaused(paused) {
    this.#paused = paused;
    this.#pause.setAttribute('aria-pressed', `${paused}`);
    setText(this.#pause, paused ? 'Resume' : 'Pause');
    this.#showSoon();
  }
}

/** @param {import('../client/spanwire.js').Envelope} event */
function line({ timestamp, data: { level = 'info', message = '', source = '', fields } }) {
  const text = element('span', 'text', `${message}`);
  if (fields && Object.keys(fields).length) text.append(' ', element('span', 'fields', fieldsText(fields)));
  const time = element('time', '', clockMillis(Date.parse(timestamp)));
  const item = element('li', 'line', time, element('span', 'level', level), element('span', 'source', source), text);
  item.dataset.level = level;
  return item;
}

/** @param {Record<string, unknown>} fields */
function fieldsText(fields) {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : value}`).join(' ');
}
