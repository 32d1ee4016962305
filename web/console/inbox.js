import { Alerts } from './alerts.js';
import { byId, oncePerFrame, setText } from './dom.js';
import { Notifications } from './notifications.js';
import { ReadMark } from './read_mark.js';

/** Notifications and alerts, and how many of both nobody has read yet. */
export class Inbox {
  #refreshSoon = oncePerFrame(() => this.#refresh());
  #mark = new ReadMark(this.#refreshSoon);
  alerts = new Alerts(this.#mark, this.#refreshSoon);
  notifications = new Notifications(this.#mark, this.#refreshSoon);

  constructor() {
    byId('mark-read').addEventListener('click', () => {
      this.#mark.readUntil(Math.max(this.alerts.newest, this.notifications.newest));
      setText(byId('announcer'), 'All read');
      this.#refresh();
    });
  }

  #refresh() {
    this.alerts.refresh();
    this.notifications.refresh();
    const unread = this.alerts.unread + this.notifications.unread;
    const badge = byId('unread');
    badge.hidden = !unread;
    setText(badge, unread > 99 ? '99+' : `${unread}`);
    badge.setAttribute('aria-label', `${unread} unread`);
    byId('mark-read').disabled = !unread;
  }
}
