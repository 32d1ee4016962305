// A stretch of a subscriber's way over Server-Sent Events, read as a browser reads them.
import { once } from 'node:events';
import { request } from 'node:http';
import { formatCursor, parseCursor } from './cursor.mjs';

/** @typedef {import('./cursor.mjs').Position} Position */

export class SseLeg {
  #traveller;
  #topics;
  #asked;
  #request;
  #started = new Set();  // topics whose subscription has come
  #rest = '';
  #changed = () => {};
  /** What a browser would send as Last-Event-ID. @type {Position | null} */
  lastEventId = null;
  over = false;
  /** What went wrong; a leg has no other way to tell. */
  fault = null;
  /** Why the stream could not be opened. */
  refused = null;

  /**
   * Over at once where the bridge is not there.
   * @param {import('./websocket_leg.mjs').Traveller} traveller
   * @param {string[]} topics all without a position, or all with one in the same epoch
   * @param {Position | null} lastEventId resumes from there; else from the least of the positions
   */
  static async begin(traveller, url, topics, lastEventId) {
    const positions = topics.map((topic) => traveller.records.get(topic).position);
    const least = positions.reduce((lowest, one) => (one && one.offset < lowest.offset ? one : lowest), positions[0]);
    const cursor = least ?? lastEventId;
    const fields = new URLSearchParams({ topics: topics.join(), ...(cursor ? { cursor: formatCursor(cursor) } : {}) });
    const leg = new SseLeg(traveller, topics, lastEventId ?? least, request(`${url}api/sse?${fields}`, {
      headers: lastEventId ? { 'Last-Event-ID': formatCursor(lastEventId) } : {},
    }));
    await leg.#open();
    return leg;
  }

  constructor(traveller, topics, asked, http_request) {
    this.#traveller = traveller;
    this.#topics = topics;
    this.#asked = asked;
    this.#request = http_request;
  }

  /** Resolves at the next thing that happens. */
  change() {
    return new Promise((resolve) => { this.over ? resolve() : (this.#changed = resolve); });
  }
  cut() {
    this.#request.destroy();
    this.#end();
  }

  async #open() {
    this.#request.on('error', () => this.#end());
    this.#request.end();
    try {
      const [response] = await once(this.#request, 'response');
      if (response.statusCode !== 200) throw new Error(`the stream was answered with ${response.statusCode}`);
      response.setEncoding('utf8');
      response.on('data', (text) => this.#onText(text));
      for (const name of ['error', 'close']) response.on(name, () => this.#end());
    } catch (error) {
      this.refused = error;
      this.#end();
    }
  }
  #end() {
    this.over = true;
    this.#changed();
  }

  #onText(text) {
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop();
    for (const block of blocks) {
      if (this.over) return;
      try {
        this.#onBlock(block);
      } catch (error) {
        this.fault ??= error;
      }
    }
    this.#changed();
  }
  #onBlock(block) {
    const fields = { id: [], data: [] };
    for (const line of block.split('\n')) {
      const [, name, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
      fields[name]?.push(value);
    }
    if (fields.data.length > 0) this.#onMessage(JSON.parse(fields.data.join('\n')));
    if (fields.id.length > 0) this.#onId(parseCursor(fields.id.at(-1)));
  }

  #onMessage(message) {
    const { type, topic, data } = message;
    const record = this.#traveller.records.get(topic);
    switch (type) {
      case 'connected':
      case 'disconnect':
        return;
      case 'subscription': {
        const unasked = this.#started.has(topic);
        const asked = unasked ? record.position : this.#asked;
        record.start({ cursor: parseCursor(data.cursor), asked, recovered: data.recovered, now: this.#traveller.ledger.now, unasked });
        this.#started.add(topic);
        return;
      }
      case 'error':
        throw new Error(`the bridge answered ${JSON.stringify(data)}`);
      default:
        if (!this.#started.has(topic)) throw new Error(`${type} of ${topic} before its subscription`);
        if (type === 'batch') record.batch(data);
        else record.event(message);
    }
  }

  // It stands for all topics of the stream, also for those whose subscription is still to come. While some have not heard
  // yet that an epoch is over, it is of that one.
  #onId(position) {
    this.lastEventId = position;
    for (const topic of this.#topics) {
      const record = this.#traveller.records.get(topic);
      if (record.position?.epoch === position.epoch) record.through(position);
    }
  }
}
