import { byId, element, setText } from './dom.js';
import { listOf, textOf } from './published.js';
import { clock } from './units.js';

/** @typedef {import('./read_mark.js').Position} Position */

const MAX_KEPT = 100;

/**
 * @typedef {object} Note
 * @property {string} id
 * @property {Position} position
 * @property {boolean} read said by the bridge: in another tab, or by the service
 * @property {HTMLElement} node
 */

/** The topic `notifications`: the newest first, unread ones marked. */
export class Notifications {
  #list = byId('notifications');
  #mark;
  #changed;
  /** @type {Map<string, Note>} the newest last */
  #byId = new Map();

  /**
   * @param {import('./read_mark.js').ReadMark} mark
   * @param {() => void} changed
   */
  constructor(mark, changed) {
    this.#mark = mark;
    this.#changed = changed;
  }

  get unread() {
    return [...this.#byId.values()].filter((note) => this.#isUnread(note)).length;
  }

  /** Where each of them stands. */
  get positions() {
    return [...this.#byId.values()].map(({ position }) => position);
  }

  /**
   * @param {import('../client/spanwire.js').Envelope} event
   * @param {Position} position
   */
  add(event, position) {
    const { type, data } = event;
    if (type === 'all_read') this.#setRead([...this.#byId.keys()]);
    else if (type === 'notification_read') this.#setRead(listOf(data.notification_ids));
    else this.#show(event, position);
    this.#changed();
  }

  /** What is read may have changed. */
  refresh() {
    const focused = document.activeElement;
    for (const note of this.#byId.values()) {
      const isUnread = this.#isUnread(note);
      note.node.toggleAttribute('data-unread', isUnread);
      // The button goes when its note is read: who pressed it by keyboard goes on from the next.
      if (!isUnread && focused?.matches('button') && note.node.contains(focused)) this.#focusFrom(note.node);
    }
    byId('notifications-empty').hidden = this.#byId.size > 0;
    setText(byId('notifications-count'), this.#byId.size ? `${this.unread || 'none'} unread` : '');
  }

  /** @param {HTMLElement} read */
  #focusFrom(read) {
    const nodes = [...this.#byId.values()].filter((note) => this.#isUnread(note)).map(({ node }) => node);
    const below = nodes.filter((node) => read.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING).at(-1);
    const target = (below ?? nodes[0])?.querySelector('button') ?? byId('notifications-title');
    target.focus();
  }

  /**
   * @param {import('../client/spanwire.js').Envelope} event
   * @param {Position} position
   */
  #show({ timestamp, offset, data }, position) {
    const id = textOf(data.notification_id) || `${offset}`;
    this.#byId.get(id)?.node.remove();
    this.#byId.delete(id);
    const note = { id, position, read: false, node: this.#makeNode(position, timestamp, data) };
    this.#byId.set(id, note);
    this.#list.prepend(note.node);
    if (this.#byId.size <= MAX_KEPT) return;
    const [oldest] = this.#byId.values();
    oldest.node.remove();
    this.#byId.delete(oldest.id);
  }

  /**
   * @param {Position} position
   * @param {string} timestamp
   * @param {Record<string, unknown>} data
   */
  #makeNode(position, timestamp, data) {
    const [title, body, level] = [textOf(data.title), textOf(data.body), textOf(data.level, 'info')];
    const time = /** @type {HTMLTimeElement} */ (element('time', '', clock(Date.parse(timestamp))));
    time.dateTime = timestamp;
    const heading = element('h3', '', element('span', 'level', level), linked(title, textOf(data.link)), time);
    const dismiss = element('button', 'quiet-button', 'Mark read');
    dismiss.setAttribute('aria-label', `Mark "${title}" read`);
    dismiss.addEventListener('click', () => {
      this.#mark.read(position);
      this.#changed();
    });
    const node = element('li', 'note', heading, element('p', '', body), dismiss);
    node.dataset.level = level;
    return node;
  }

  /** @param {unknown[]} ids */
  #setRead(ids) {
    for (const id of ids) {
      const note = this.#byId.get(`${id}`);
      if (note) note.read = true;
    }
  }

  /** @param {Note} note */
  #isUnread({ position, read }) {
    return !read && !this.#mark.isRead(position);
  }
}

/**
 * @param {string} title
 * @param {string} link a path or an absolute URL; others, such as javascript:, are not followed
 */
function linked(title, link) {
  if (!/^(https?:\/\/|\/(?!\/))/.test(link)) return element('span', 'title', title);
  const anchor = /** @type {HTMLAnchorElement} */ (element('a', 'title', title));
  anchor.href = link;
  anchor.rel = 'noreferrer';
  return anchor;
}
