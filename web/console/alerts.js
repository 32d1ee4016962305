import { byId, element, setText } from './dom.js';
import { clock } from './units.js';

const RANKS = ['critical', 'warning', 'info'];
const MAX_RESOLVED = 10;

/**
 * @typedef {object} Alert
 * @property {string} severity
 * @property {string} title
 * @property {number} at
 * @property {HTMLElement} node
 */

/** The topic `alerts`: what is active, the worst first, and below it what was resolved lately. */
export class Alerts {
  #list = byId('alerts');
  #mark;
  #changed;
  /** @type {Map<string, Alert>} */
  #byLabels = new Map();

  /**
   * @param {import('./read_mark.js').ReadMark} mark
   * @param {() => void} changed
   */
  constructor(mark, changed) {
    this.#mark = mark;
    this.#changed = changed;
  }

  get unread() {
    return [...this.#byLabels].filter(([key, alert]) => this.#isUnread(key, alert)).length;
  }

  /** When the newest came; 0 where there is none. */
  get newest() {
    return Math.max(0, ...[...this.#byLabels.values()].map(({ at }) => at));
  }

  /** @param {import('../client/spanwire.js').Envelope} event */
  add({ timestamp, data }) {
    const { severity = 'info', title = '', message = '', labels = {} } = data;
    const key = keyOf(labels, title);
    const before = this.#byLabels.get(key);
    const at = Date.parse(timestamp);
    const node = before?.node ?? element('li', 'alert');
    node.dataset.severity = severity;
    const time = /** @type {HTMLTimeElement} */ (element('time', '', clock(at)));
    time.dateTime = timestamp;
    node.replaceChildren(
      element('h3', '', element('span', 'severity', severity), element('span', 'title', `${title || before?.title}`), time),
      element('p', '', message));
    this.#byLabels.set(key, { severity, title: title || before?.title || '', at, node });
    if (before?.severity !== severity) setText(byId('announcer'), `${severity}: ${title}`);
    this.#arrange();
    this.#changed();
  }

  /** What is read may have changed. */
  refresh() {
    for (const [key, alert] of this.#byLabels) alert.node.toggleAttribute('data-unread', this.#isUnread(key, alert));
  }

  /**
   * @param {string} key
   * @param {Alert} alert
   */
  #isUnread(key, alert) {
    return rank(alert) < RANKS.length && !this.#mark.isRead(`alert ${key} ${alert.at}`, alert.at);
  }

  #arrange() {
    const all = [...this.#byLabels].sort(([, a], [, b]) => rank(a) - rank(b) || b.at - a.at);
    const resolved = all.filter(([, alert]) => rank(alert) === RANKS.length);
    for (const [key, { node }] of resolved.slice(MAX_RESOLVED)) {
      this.#byLabels.delete(key);
      node.remove();
    }
    const kept = all.filter(([key]) => this.#byLabels.has(key));
    kept.forEach(([, { node }], i) => {
      if (this.#list.children[i] !== node) this.#list.insertBefore(node, this.#list.children[i] ?? null);
    });
    const active = all.length - resolved.length;
    setText(byId('alerts-count'), kept.length ? `${active || 'none'} active` : '');
    byId('alerts-empty').hidden = kept.length > 0;
  }
}

/**
 * Equal labels mean the same alert.
 * @param {Record<string, string>} labels
 * @param {string} title stands in where there are none
 */
function keyOf(labels, title) {
  const entries = Object.entries(labels).sort(([a], [b]) => a < b ? -1 : 1);
  return JSON.stringify(entries.length ? entries : title);
}

/** @param {Alert} alert */
function rank({ severity }) {
  if (severity === 'resolved') return RANKS.length;
  const known = RANKS.indexOf(severity);
  return known < 0 ? RANKS.length - 1 : known;
}
