// A stretch of a subscriber's way over WebSocket.
import { once } from 'node:events';
import { WebSocket } from '../browser/foreign_clients.mjs';
import { formatCursor, parseCursor } from './cursor.mjs';

/**
 * @typedef {object} Traveller whose way it is
 * @property {Map<string, import('./topic_record.mjs').TopicRecord>} records
 * @property {import('./ledger.mjs').Ledger} ledger
 */

export class WebSocketLeg {
  #traveller;
  #ws;
  #asked = new Map();       // request id to {topic: position}
  #subscribed = new Map();  // topic to the number of its last subscription
  #pings = new Map();       // request id to what was subscribed then
  #ids = 0;
  #changed = () => {};
  #over = false;
  /** What went wrong; a leg has no other way to tell. */
  fault = null;
  /** Why the connection could not be opened. */
  refused = null;
  /** The code of the close frame, and the `disconnect` before it. */
  closeCode = null;
  disconnect = null;

  /** Over at once where the bridge is not there. @param {Traveller} traveller */
  static async begin(traveller, url) {
    const leg = new WebSocketLeg(traveller, new WebSocket(`${url.replace('http', 'ws')}ws`));
    await once(leg.#ws, 'open').catch((error) => { leg.refused = error; });
    return leg;
  }

  constructor(traveller, ws) {
    this.#traveller = traveller;
    this.#ws = ws;
    ws.on('message', (data) => {
      if (this.#over) return;
      try {
        this.#onMessage(JSON.parse(data));
      } catch (error) {
        this.fault ??= error;
      }
      this.#changed();
    });
    ws.on('error', () => {});  // the close says it
    ws.on('close', (code) => {
      this.closeCode = code;
      this.#end();
    });
  }

  get over() {
    return this.#over;
  }
  /** Resolves at the next thing that happens. */
  change() {
    return new Promise((resolve) => { this.#over ? resolve() : (this.#changed = resolve); });
  }

  /** Subscribes from where the subscriber is, in each topic; `fresh` forgets its position, `back` goes behind it. */
  subscribe(topics, { fresh = false, back = 0, history = 0 } = {}) {
    const since = {};
    for (const topic of topics) {
      const { position } = this.#traveller.records.get(topic);
      if (position !== null && !fresh) since[topic] = { ...position, offset: Math.max(0, position.offset - back) };
    }
    const cursors = Object.entries(since).map(([topic, position]) => [topic, formatCursor(position)]);
    const id = this.#send({ action: 'subscribe', topics, history, since: Object.fromEntries(cursors) });
    this.#asked.set(id, since);
  }
  unsubscribe(topic) {
    this.#send({ action: 'unsubscribe', topic });
  }
  ping() {
    this.#pings.set(this.#send({ action: 'ping' }), new Map(this.#subscribed));
  }
  isSubscribed(topic) {
    return this.#subscribed.has(topic);
  }
  pause() {
    this.#ws.pause();
  }
  resume() {
    this.#ws.resume();
  }
  cut() {
    this.#ws.terminate();
    this.#end();
  }
  async leave() {
    if (this.#over) return;
    this.#ws.resume();
    this.#ws.close(1000);
    while (!this.#over) await this.change();
  }

  #end() {
    this.#over = true;
    this.#changed();
  }
  #send(message) {
    const id = ++this.#ids;
    if (this.#ws.readyState === WebSocket.OPEN) this.#ws.send(JSON.stringify({ ...message, id }));
    return id;
  }

  #onMessage({ type, topic, offset, data, ...rest }) {
    const record = this.#traveller.records.get(topic);
    switch (type) {
      case 'connected':
        return;
      case 'disconnect':
        this.disconnect = data;
        return;
      case 'subscription':
        this.#onSubscription(topic, record, data);
        return;
      case 'unsubscription':
        this.#subscribed.delete(topic);
        return;
      case 'pong':
        this.#onPong(data);
        return;
      case 'error':
        throw new Error(`the bridge answered ${JSON.stringify(data)}`);
      default:
        if (!this.#subscribed.has(topic)) throw new Error(`${type} ${offset} of ${topic}, which is not subscribed`);
        if (type === 'batch') record.batch(data);
        else record.event({ topic, offset, data, ...rest });
    }
  }

  // Without an id it is the bridge's own: events were lost while it caught up.
  #onSubscription(topic, record, { cursor, recovered, id }) {
    const start = parseCursor(cursor);
    const asked = id === undefined ? record.position : this.#judged(topic, id, recovered ? start.offset : -1);
    record.start({ cursor: start, asked, recovered, now: this.#traveller.ledger.now, unasked: id === undefined });
    this.#subscribed.set(topic, ++this.#ids);
  }

  /**
   * The position that an answer is about. A request that later ones overtook is answered with what one of those asked: the
   * one at `offset` where there is such a one, else the least.
   */
  #judged(topic, id, offset) {
    const own = this.#asked.get(id)[topic] ?? null;
    if (own === null) return null;
    const later = [...this.#asked].filter(([other, since]) => other >= id && topic in since).map(([, since]) => since[topic]);
    return later.find((position) => position.offset === offset) ??
      later.reduce((least, position) => (position.offset < least.offset ? position : least));
  }

  #onPong({ cursor, id }) {
    const position = parseCursor(cursor);
    for (const [topic, subscription] of this.#pings.get(id)) {
      if (this.#subscribed.get(topic) === subscription) this.#traveller.records.get(topic).through(position);
    }
  }
}
