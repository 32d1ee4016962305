import { byId, element, setText } from './dom.js';
import { fieldsOf, textOf } from './published.js';
import { clock } from './units.js';

/** @typedef {import('./read_mark.js').Position} Position */

const RANKS = ['critical', 'warning', 'info'];
const MAX_RESOLVED = 10;
/** Active ones in the document: more than anybody reads, few enough to be arranged within a frame. */
const MAX_SHOWN = 100;
/** Active ones in memory: bounds what a publisher that invents labels can make the page hold. */
const MAX_KEPT = 1000;

/**
 * @typedef {object} Alert
 * @property {string} severity
 * @property {string} title
 * @property {string} message
 * @property {string} timestamp
 * @property {number} arrival counts up
 * @property {Position} position
 * @property {HTMLElement | null} node null until it is shown as it is now
 */

/** The topic `alerts`: what is active, the worst first, and below it what was resolved lately. */
export class Alerts {
  #list = byId('alerts');
  #mark;
  #changed;
  /** @type {Map<string, Alert>} */
  #byLabels = new Map();
  #arrivals = 0;
  /** There were more active ones than are kept, so nobody knows how many still are. */
  #isForgetful = false;

  /**
   * @param {import('./read_mark.js').ReadMark} mark
   * @param {() => void} changed
   */
  constructor(mark, changed) {
    this.#mark = mark;
    this.#changed = changed;
  }

  get unread() {
    return [...this.#byLabels.values()].filter((alert) => this.#isUnread(alert)).length;
  }

  /** Where each of them stands. */
  get positions() {
    return [...this.#byLabels.values()].map(({ position }) => position);
  }

  /**
   * @param {import('../client/spanwire.js').Envelope} event
   * @param {Position} position
   */
  add({ timestamp, data }, position) {
    const severity = textOf(data.severity, 'info');
    const key = keyOf(data.labels, textOf(data.title));
    const before = this.#byLabels.get(key);
    const title = textOf(data.title) || before?.title || '';
    this.#byLabels.set(key,
      { severity, title, message: textOf(data.message), timestamp, position, arrival: ++this.#arrivals, node: null });
    if (before?.severity !== severity) setText(byId('announcer'), `${severity}: ${title}`);
    if (this.#byLabels.size > 2 * MAX_KEPT) this.#arrange();  // nothing is drawn while the page is hidden
    this.#changed();
  }

  /** Shows what came, and what was read. */
  refresh() {
    const { active, resolved } = this.#arrange();
    const shown = [...active.slice(0, MAX_SHOWN), ...resolved];
    shown.forEach((alert, i) => {
      const place = this.#list.children[i] ?? null;
      alert.node ??= makeNode(alert);
      alert.node.toggleAttribute('data-unread', this.#isUnread(alert));
      if (place !== alert.node) this.#list.insertBefore(alert.node, place);
    });
    while (this.#list.children.length > shown.length) this.#list.lastElementChild.remove();
    this.#showCounts(active.length, shown.length);
  }

  /** @returns {{active: Alert[], resolved: Alert[]}} those that are kept, in their order; the others are forgotten */
  #arrange() {
    const all = [...this.#byLabels].sort(([, a], [, b]) => rank(a) - rank(b) || b.arrival - a.arrival);
    const firstResolved = all.findIndex(([, alert]) => isResolved(alert));
    const active = firstResolved < 0 ? all : all.slice(0, firstResolved);
    const resolved = firstResolved < 0 ? [] : all.slice(firstResolved);
    this.#isForgetful ||= active.length > MAX_KEPT;
    for (const [key] of [...active.splice(MAX_KEPT), ...resolved.splice(MAX_RESOLVED)]) this.#byLabels.delete(key);
    return { active: active.map(([, alert]) => alert), resolved: resolved.map(([, alert]) => alert) };
  }

  /**
   * @param {number} active
   * @param {number} shown
   */
  #showCounts(active, shown) {
    const least = this.#isForgetful ? 'more than ' : '';
    setText(byId('alerts-count'), shown ? `${least}${active ? active.toLocaleString('en') : 'none'} active` : '');
    byId('alerts-empty').hidden = shown > 0;
    const more = byId('alerts-more');
    more.hidden = active <= MAX_SHOWN;
    setText(more, `and ${least}${(active - MAX_SHOWN).toLocaleString('en')} more, less urgent or older`);
  }

  /** @param {Alert} alert */
  #isUnread(alert) {
    return !isResolved(alert) && !this.#mark.isRead(alert.position);
  }
}

/** @param {Alert} alert */
function makeNode({ severity, title, message, timestamp }) {
  const time = /** @type {HTMLTimeElement} */ (element('time', '', clock(Date.parse(timestamp))));
  time.dateTime = timestamp;
  const node = element('li', 'alert',
    element('h3', '', element('span', 'severity', severity), element('span', 'title', title), time),
    element('p', '', message));
  node.dataset.severity = severity;
  return node;
}

/**
 * Equal labels mean the same alert.
 * @param {unknown} labels
 * @param {string} title stands in where there are none
 */
function keyOf(labels, title) {
  const entries = fieldsOf(labels).sort(([a], [b]) => a < b ? -1 : 1);
  return JSON.stringify(entries.length ? entries : title);
}

/** @param {Alert} alert */
const isResolved = ({ severity }) => severity === 'resolved';

/** @param {Alert} alert */
function rank(alert) {
  if (isResolved(alert)) return RANKS.length;
  const known = RANKS.indexOf(alert.severity);
  return known < 0 ? RANKS.length - 1 : known;
}
