import { WebSocketManager } from '../client/spanwire.js';
import { byId, element, oncePerFrame, setText } from './dom.js';
import { showDetail } from './envelope_detail.js';
import { clockMillis, counted } from './units.js';
import { VirtualList } from './virtual_list.js';

/** @typedef {import('../client/spanwire.js').Envelope} Envelope */

const MAX_ENVELOPES = 10_000;
const MAX_PREVIEW = 300;
const TRANSPORT_NAMES = { websocket: 'WebSocket', sse: 'event stream', poll: 'long poll', none: 'not connected' };

/**
 * @typedef {object} Followed
 * @property {() => void} leave
 * @property {string} refusal why it cannot be had; empty where it can
 * @property {HTMLElement} node
 * @property {(cursor: string | null, events: number, refusal: string) => void} show
 */

/**
 * Follows any topic and shows its envelopes as they come, with offsets and cursors. It has a connection of its own while
 * it follows something, so that the history of a topic that the console shows already is seen too.
 */
export class Explorer {
  #manager = new WebSocketManager();
  #gate;
  #list;
  /** @type {Envelope[]} */
  #envelopes = [];
  /** @type {Envelope[]} */
  #waiting = [];
  /** How many came before `#waiting` and were let go: where the page is hidden for long. */
  #dropped = 0;
  /** @type {Map<string, Followed>} */
  #followed = new Map();
  #takeSoon = oncePerFrame(() => this.#take());

  /** @param {import('./token_gate.js').TokenGate} gate */
  constructor(gate) {
    this.#gate = gate;
    this.#list = new VirtualList(byId('envelopes'), byId('envelopes-newest'), { make: makeRow, fill: fillRow },
      (envelope) => showDetail(byId('envelopes-detail'), envelope));
    byId('follow').addEventListener('submit', (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      this.#follow(byId('follow-topic').value.trim(), Number(byId('follow-history').value));
      byId('follow-topic').value = '';
      byId('follow-topic').focus();
    });
    this.#manager.onGap((gap) => this.#note(gap.topic, 'gap', gap));
    this.#manager.onError((error) => this.#refused(error));
    setInterval(() => this.#showPositions(), 500);
  }

  /** There is another token. */
  reconnect() {
    if (!this.#followed.size) return;
    this.#manager.disconnect();
    this.#manager.connect({ token: this.#gate.token });
  }

  /**
   * @param {string} topic
   * @param {number} history
   */
  #follow(topic, history) {
    if (this.#followed.has(topic)) return;
    const position = element('span', 'position');
    const remove = element('button', 'quiet-button', 'Unfollow');
    remove.setAttribute('aria-label', `Unfollow ${topic}`);
    remove.addEventListener('click', () => this.#unfollow(topic));
    const node = element('li', 'chip', element('strong', '', topic), position, remove);
    this.#followed.set(topic, {
      node,
      refusal: '',
      leave: this.#manager.subscribe(topic, (event) => this.#queue(event), { history }),
      show: (cursor, events, refusal) => {
        const transport = TRANSPORT_NAMES[this.#manager.getStatus().transport ?? 'none'];
        setText(position, cursor ? `${cursor} · ${counted(events, 'event')} · ${transport}` : refusal || 'no answer yet');
      },
    });
    byId('followed').append(node);
    this.#showPositions();
    if (this.#followed.size === 1) this.#manager.connect({ token: this.#gate.token });
  }

  /** @param {string} topic */
  #unfollow(topic) {
    const followed = this.#followed.get(topic);
    this.#followed.delete(topic);
    followed?.leave();
    followed?.node.remove();
    if (!this.#followed.size) this.#manager.disconnect();
    byId('follow-topic').focus();
  }

  /** @param {import('../client/spanwire.js').ClientError} error */
  #refused(error) {
    const followed = this.#followed.get(error.topic ?? '');
    if (!followed) return;
    followed.refusal = error.message;
    this.#note(error.topic ?? '', 'error', error);
    this.#showPositions();
  }

  /**
   * Something that is no event, put among them as if it were one.
   * @param {string} topic
   * @param {string} type
   * @param {object} data
   */
  #note(topic, type, data) {
    if (!this.#followed.has(topic)) return;
    this.#queue(noteOf(topic, type, data));
  }

  /** @param {Envelope} envelope */
  #queue(envelope) {
    this.#waiting.push(envelope);
    if (this.#waiting.length > MAX_ENVELOPES) this.#dropped += this.#waiting.splice(0, MAX_ENVELOPES / 10).length;
    this.#takeSoon();
  }

  #take() {
    if (this.#dropped) this.#waiting.unshift(noteOf('', 'gap', { dropped: this.#dropped }));
    this.#dropped = 0;
    this.#envelopes.push(...this.#waiting.splice(0));
    const over = this.#envelopes.length - MAX_ENVELOPES;
    const removed = over > 0 ? this.#envelopes.splice(0, Math.max(over, MAX_ENVELOPES / 10)).length : 0;
    byId('envelopes-empty').hidden = this.#envelopes.length > 0;
    this.#list.show(this.#envelopes, removed);
  }

  #showPositions() {
    if (document.body.dataset.view !== 'topics') return;
    for (const { topic, cursor, events } of this.#manager.getStats().topics) {
      const followed = this.#followed.get(topic);
      followed?.show(cursor, events, followed.refusal);
    }
  }
}

/**
 * @param {string} topic
 * @param {string} type
 * @param {object} data
 * @returns {Envelope} which came from nobody, and so has no offset
 */
const noteOf = (topic, type, data) => ({ type, topic, data, timestamp: new Date().toISOString(), offset: 0 });

function makeRow() {
  return element('div', 'envelope', element('span', 'offset'), element('time', ''), element('span', 'topic'),
    element('span', 'type'), element('span', 'data'));
}

/**
 * @param {HTMLElement} row
 * @param {Envelope} envelope
 */
function fillRow(row, { offset, timestamp, topic, type, data }) {
  const [offsetCell, time, topicCell, typeCell, dataCell] = row.children;
  row.toggleAttribute('data-note', !offset);
  setText(offsetCell, offset ? `${offset}` : '');
  setText(time, clockMillis(Date.parse(timestamp)));
  setText(topicCell, topic);
  setText(typeCell, type);
  setText(dataCell, JSON.stringify(data).slice(0, MAX_PREVIEW));
}
