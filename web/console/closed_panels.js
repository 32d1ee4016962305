import { byId, element, setText } from './dom.js';

/** @typedef {import('../client/spanwire.js').WebSocketManager} WebSocketManager */

/** What says in a panel that there is nothing yet, by the panel's topic. */
const NOTHING_YET = {
  stats: 'figures-empty', alerts: 'alerts-empty', notifications: 'notifications-empty', tasks: 'tasks-empty', logs: 'logs-empty',
};

/** Says in a panel that its topic is not for whom the bridge takes one for, which is not the same as an empty one. */
export class ClosedPanels {
  /** @type {Map<string, HTMLElement>} by topic */
  #notes = new Map();

  /** @param {WebSocketManager} manager */
  constructor(manager) {
    for (const [topic, id] of Object.entries(NOTHING_YET)) {
      const note = element('p', 'quiet nothing closed');
      byId(id).after(note);
      this.#notes.set(topic, note);
    }
    manager.onError(({ code, topic = '' }) => {
      if (code === 'forbidden') this.#close(topic, 'Your token does not allow');
      if (code === 'unauthorized') this.#close(topic, 'Sign in to see');
    });
    manager.on('unsubscription', ({ topic, data }) => {
      if (data.reason === 'forbidden') this.#close(topic, 'You may no longer see');
    });
    manager.on('*', ({ type, topic, offset }) => {
      if (offset || type === 'subscription') this.#section(topic)?.removeAttribute('data-closed');
    });
  }

  /**
   * @param {string} topic
   * @param {string} why
   */
  #close(topic, why) {
    const note = this.#notes.get(topic);
    if (!note) return;
    setText(note, `${why} the topic ${topic}.`);
    this.#section(topic)?.setAttribute('data-closed', '');
  }

  /** @param {string} topic */
  #section(topic) {
    return this.#notes.get(topic)?.closest('section');
  }
}
