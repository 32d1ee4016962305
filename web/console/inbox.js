import { Alerts } from './alerts.js';
import { byId, oncePerFrame, setText } from './dom.js';
import { Notifications } from './notifications.js';
import { ReadMark } from './read_mark.js';

/** @typedef {import('../client/spanwire.js').Envelope} Envelope */

/** Notifications and alerts, and how many of both nobody has read yet. */
export class Inbox {
  #manager;
  #refreshSoon = oncePerFrame(() => this.#refresh());
  #mark = new ReadMark(this.#refreshSoon);
  #alerts = new Alerts(this.#mark, this.#refreshSoon);
  #notifications = new Notifications(this.#mark, this.#refreshSoon);

  /** @param {import('../client/spanwire.js').WebSocketManager} manager */
  constructor(manager) {
    this.#manager = manager;
    byId('mark-read').addEventListener('click', () => {
      this.#mark.readUntil([...this.#alerts.positions, ...this.#notifications.positions]);
      setText(byId('announcer'), 'All read');
      this.#refresh();
    });
  }

  /** @param {Envelope} event as it is delivered */
  addAlert(event) {
    this.#alerts.add(event, this.#positionOf(event));
  }

  /** @param {Envelope} event as it is delivered */
  addNotification(event) {
    this.#notifications.add(event, this.#positionOf(event));
  }

  /**
   * @param {Envelope} event
   * @returns {import('./read_mark.js').Position}
   */
  #positionOf({ topic, offset }) {
    const cursor = this.#manager.getStats().topics.find((followed) => followed.topic === topic)?.cursor ?? '';
    return { epoch: cursor.split('-')[0], offset };
  }

  #refresh() {
    this.#alerts.refresh();
    this.#notifications.refresh();
    const unread = this.#alerts.unread + this.#notifications.unread;
    const badge = byId('unread');
    badge.hidden = !unread;
    setText(badge, unread > 99 ? '99+' : `${unread}`);
    badge.setAttribute('aria-label', `${unread} unread`);
    const markAll = byId('mark-read');
    if (!unread && document.activeElement === markAll) byId('notifications-title').focus();
    markAll.disabled = !unread;
  }
}
