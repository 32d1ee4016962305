import { byId, element, setText } from './dom.js';
import { clock } from './units.js';

const MAX_KEPT = 100;

/**
 * @typedef {object} Note
 * @property {string} id
 * @property {number} at
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

  /** When the newest came; 0 where there is none. */
  get newest() {
    return Math.max(0, ...[...this.#byId.values()].map(({ at }) => at));
  }

  /** @param {import('../client/spanwire.js').Envelope} event */
  add(event) {
    const { type, data } = event;
    if (type === 'all_read') this.#setRead([...this.#byId.keys()]);
    else if (type === 'notification_read') this.#setRead(data.notification_ids ?? []);
    else this.#show(event);
    this.#changed();
  }

  /** What is read may have changed. */
  refresh() {
    for (const note of this.#byId.values()) note.node.toggleAttribute('data-unread', this.#isUnread(note));
    byId('notifications-empty').hidden = this.#byId.size > 0;
    setText(byId('notifications-count'), this.#byId.size ? `${this.unread || 'none'} unread` : '');
  }

  /** @param {import('../client/spanwire.js').Envelope} event */
  #show({ timestamp, offset, data }) {
    const id = `${data.notification_id || offset}`;
    this.#byId.get(id)?.node.remove();
    this.#byId.delete(id);
    const note = { id, at: Date.parse(timestamp), read: false, node: this.#makeNode(id, timestamp, data) };
    this.#byId.set(id, note);
    this.#list.prepend(note.node);
    if (this.#byId.size <= MAX_KEPT) return;
    const [oldest] = this.#byId.values();
    oldest.node.remove();
    this.#byId.delete(oldest.id);
  }

  /**
   * @param {string} id
   * @param {string} timestamp
   * @param {Record<string, any>} data
   */
  #makeNode(id, timestamp, { title = '', body = '', level = 'info', link = '' }) {
    const time = /** @type {HTMLTimeElement} */ (element('time', '', clock(Date.parse(timestamp))));
    time.dateTime = timestamp;
    const heading = element('h3', '', element('span', 'level', `${level}`), linked(`${title}`, `${link}`), time);
    const dismiss = element('button', 'quiet-button', 'Mark read');
    dismiss.setAttribute('aria-label', `Mark "${title}" read`);
    dismiss.addEventListener('click', () => {
      this.#mark.read(id);
      this.#changed();
    });
    const node = element('li', 'note', heading, element('p', '', `${body}`), dismiss);
    node.dataset.level = level;
    return node;
  }

  /** @param {string[]} ids */
  #setRead(ids) {
    for (const id of ids) {
      const note = this.#byId.get(`${id}`);
      if (note) note.read = true;
    }
  }

  /** @param {Note} note */
  #isUnread({ id, at, read }) {
    return !read && !this.#mark.isRead(id, at);
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
