/** A tab that has not even pinged for so long is gone: background tabs may run a timer once a minute only. */
const SILENT_TAB_MS = 150_000;
/** A poll takes no longer, or the tab is to ask again. */
const POLL_DEADLINE_MS = 10_000;
/** What may wait for a poll of one topic; where more comes, the tab is to ask again. */
const MAX_WAITING = 10_000;

/** @typedef {import('../client/spanwire.js').Envelope} Envelope */
/** @typedef {{postMessage(message: object): void, onmessage: any, close(): void}} Port */

/**
 * @typedef {object} Tab
 * @property {Port} port
 * @property {number} heard when it last said something
 * @property {boolean} awaitsPong
 * @property {Map<string, string[] | null>} topics those it follows; what has come of a topic while it still catches up,
 *   null once it has
 */

/**
 * What several tabs share: one WebSocket, each topic subscribed once. Each tab speaks the protocol of docs/protocol.md
 * through its port as if it were alone. The first that wants a topic subscribes it; those that come later catch up by a
 * poll, while what comes meanwhile waits, so that each gets its own history or resumes where it stood. When the
 * WebSocket ends, every tab is told and comes back by itself.
 */
export class TabHub {
  #url;
  #runtime;
  /** @type {Set<Tab>} */
  #tabs = new Set();
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {string | null} the bridge's greeting, for tabs that come later */
  #greeting = null;
  /** @type {Map<string, string>} what the bridge subscribed by itself, such as the user's topic, and how it said so */
  #announced = new Map();
  #token = '';
  #requests = 0;
  /** @type {Map<number, {tab: Tab, id: unknown}>} whose answers are awaited, by the id that the bridge saw */
  #asked = new Map();

  /**
   * @param {string} url of the WebSocket
   * @param {Pick<import('../client/spanwire.js').Runtime, 'WebSocket' | 'fetch' | 'now'>} runtime
   */
  constructor(url, runtime) {
    this.#url = url;
    this.#runtime = runtime;
  }

  get size() {
    return this.#tabs.size;
  }

  /** @param {Port} port of a new tab */
  join(port) {
    const tab = { port, heard: this.#runtime.now(), awaitsPong: false, topics: new Map() };
    this.#tabs.add(tab);
    port.onmessage = (/** @type {{data: object}} */ { data }) => this.#hear(tab, data);
    if (!this.#socket) return this.#open();
    if (this.#socket.readyState !== 1) return;
    port.postMessage({ open: true });
    if (!this.#greeting) return;
    port.postMessage({ text: this.#greeting });
    for (const [topic, text] of this.#announced) this.#follow(tab, topic, text);
  }

  /** To be called now and then: forgets tabs that died without a word. */
  sweep() {
    for (const tab of this.#tabs) {
      if (this.#runtime.now() - tab.heard > SILENT_TAB_MS) this.#leave(tab);
    }
  }

  // ---- what tabs say

  /**
   * @param {Tab} tab
   * @param {{text?: string, close?: boolean}} said
   */
  #hear(tab, { text, close }) {
    if (!this.#tabs.has(tab)) return;
    tab.heard = this.#runtime.now();
    if (close) return this.#leave(tab);
    const message = JSON.parse(text ?? '{}');
    if (message.action === 'subscribe') this.#subscribe(tab, message);
    else if (message.action === 'unsubscribe') this.#unsubscribe(tab, message.topics);
    else if (message.action === 'ping') this.#ping(tab);
    else this.#forward(tab, message);
  }

  /** @param {Tab} tab */
  #ping(tab) {
    tab.awaitsPong = true;
    this.#send({ action: 'ping' });
  }

  /**
   * @param {Tab} tab
   * @param {Record<string, any>} message
   */
  #forward(tab, message) {
    if (message.action === 'auth') this.#token = message.token;
    this.#send({ ...message, id: this.#request(tab, message.id) });
  }

  /**
   * @param {Tab} tab
   * @param {{topics: string[], since?: Record<string, string>, history?: number, id?: unknown}} message
   */
  #subscribe(tab, { topics, since = {}, history, id }) {
    const fresh = topics.filter((topic) => !this.#followers(topic).length);
    for (const topic of topics) {
      const waits = !fresh.includes(topic);
      tab.topics.set(topic, waits ? [] : null);
      if (waits) this.#catchUp(tab, topic, since[topic], history, id);
    }
    if (!fresh.length) return;
    const known = Object.entries(since).filter(([topic]) => fresh.includes(topic));
    this.#send({
      action: 'subscribe', id: this.#request(tab, id), topics: fresh, history,
      since: known.length ? Object.fromEntries(known) : undefined,
    });
  }

  /**
   * @param {Tab} tab
   * @param {string[]} topics
   */
  #unsubscribe(tab, topics) {
    for (const topic of topics) tab.topics.delete(topic);
    const unwanted = topics.filter((topic) => !this.#followers(topic).length);
    if (unwanted.length) this.#send({ action: 'unsubscribe', topics: unwanted });
  }

  /** @param {Tab} tab */
  #leave(tab) {
    this.#tabs.delete(tab);
    tab.port.close();
    this.#unsubscribe(tab, [...tab.topics.keys()]);
    if (this.#tabs.size) return;
    this.#socket?.close(1000);
    this.#forget();
  }

  // ---- a tab that wants a topic which another one has already

  /**
   * @param {Tab} tab
   * @param {string} topic
   * @param {string | undefined} since
   * @param {number | undefined} history
   * @param {unknown} id
   */
  async #catchUp(tab, topic, since, history, id) {
    const waiting = tab.topics.get(topic);
    const isCurrent = () => this.#tabs.has(tab) && tab.topics.get(topic) === waiting;
    const say = (/** @type {string} */ type, /** @type {object} */ data) => {
      const message = { type, topic, data: { ...data, id }, timestamp: new Date().toISOString() };
      tab.port.postMessage({ text: JSON.stringify(message) });
    };
    try {
      let { messages, cursor, more, topics } = await this.#poll(topic, since ?? '', history);
      if (!isCurrent()) return;
      const recovered = since ? topics?.[topic]?.recovered !== false : undefined;
      // Without a `since` the events of the history lie before the cursor.
      const start = recovered ? since : messages.length ? before(messages[0], cursor) : cursor;
      say('subscription', { cursor: start, recovered });
      for (;;) {
        for (const event of messages) tab.port.postMessage({ text: JSON.stringify(event) });
        if (!more) break;
        ({ messages, cursor, more } = await this.#poll(topic, cursor));
        if (!isCurrent()) return;
      }
      if (Number(waiting?.length) > MAX_WAITING) throw new Error('too much came meanwhile');
      for (const text of waiting ?? []) tab.port.postMessage({ text });
      tab.topics.set(topic, null);
    } catch (error) {
      if (!isCurrent()) return;
      tab.topics.delete(topic);
      say('error', { code: 'overloaded', message: `the topic cannot be had now: ${error}`, action: 'subscribe' });
    }
  }

  /**
   * @param {string} topic
   * @param {string} cursor
   * @param {number} [history]
   * @returns {Promise<import('../client/subscriptions.js').PollAnswer>}
   */
  async #poll(topic, cursor, history = 0) {
    const url = new URL(this.#url.replace(/^ws/, 'http').replace(/ws\/realtime$/, 'poll'));
    const fields = { topics: topic, wait: '0', ...(cursor && { cursor }), ...(history && { history: `${history}` }) };
    url.search = `${new URLSearchParams(fields)}`;
    /** @type {Record<string, string>} */
    const headers = this.#token ? { authorization: `Bearer ${this.#token}` } : {};
    const response = await this.#runtime.fetch(url.href, { headers, signal: AbortSignal.timeout(POLL_DEADLINE_MS) });
    if (!response.ok) throw new Error(`HTTP status ${response.status}`);
    return response.json();
  }

  // ---- what the bridge says

  #open() {
    const socket = this.#socket = new this.#runtime.WebSocket(this.#url);
    socket.onopen = () => this.#tellAll({ open: true });
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = ({ code, reason }) => {
      const tabs = [...this.#tabs];
      this.#forget();
      for (const { port } of tabs) port.postMessage({ close: { code, reason } });
    };
  }

  #forget() {
    if (this.#socket) this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#tabs.clear();
    this.#asked.clear();
    this.#announced.clear();
    this.#socket = this.#greeting = null;
  }

  /** @param {string} text */
  #receive(text) {
    /** @type {Envelope} */
    const message = JSON.parse(text);
    const { type, topic, data } = message;
    const asked = this.#asked.get(data.id);
    if (type === 'connected') {
      this.#greeting = text;
      return this.#tellAll({ text });
    }
    if (type === 'pong') return this.#pong(message);
    if (asked) return this.#answer(asked, message);
    if (topic === '$bridge') return this.#tellAll({ text });
    if (type === 'subscription' && !this.#followers(topic).length) {
      this.#announced.set(topic, text);
      for (const tab of this.#tabs) this.#follow(tab, topic, text);
      return;
    }
    // The answer to an `unsubscribe` of ours: whoever follows the topic now has subscribed it after that.
    if (type === 'unsubscription' && data.reason === 'client') return;
    if (type === 'unsubscription') this.#announced.delete(topic);
    for (const tab of this.#followers(topic)) {
      const waiting = tab.topics.get(topic);
      if (waiting && waiting.length <= MAX_WAITING) waiting.push(text);
      else if (!waiting) tab.port.postMessage({ text });
      if (type === 'unsubscription' || type === 'error') tab.topics.delete(topic);
    }
  }

  /**
   * @param {Tab} tab
   * @param {string} topic that the bridge subscribed by itself, for every tab
   * @param {string} text
   */
  #follow(tab, topic, text) {
    tab.topics.set(topic, null);
    tab.port.postMessage({ text });
  }

  /**
   * @param {{tab: Tab, id: unknown}} asked
   * @param {Envelope} message
   */
  #answer({ tab, id }, message) {
    const { topic, type } = message;
    tab.port.postMessage({ text: JSON.stringify({ ...message, data: { ...message.data, id } }) });
    if (type !== 'error') return;
    // Nobody has the topic then: the others are to ask again, and one of them will be the first.
    const refusal = JSON.stringify({ ...message, data: { ...message.data, id: undefined } });
    for (const other of this.#followers(topic)) {
      other.topics.delete(topic);
      if (other !== tab) other.port.postMessage({ text: refusal });
    }
  }

  /**
   * Its cursor says what has come to the hub, and so to a tab, but not to one for which events still wait.
   * @param {Envelope} message
   */
  #pong(message) {
    for (const tab of this.#tabs) {
      const { cursor, ...rest } = message.data;
      const catchesUp = [...tab.topics.values()].some((waiting) => waiting);
      const text = JSON.stringify(catchesUp ? { ...message, data: rest } : message);
      if (tab.awaitsPong) tab.port.postMessage({ text });
      tab.awaitsPong = false;
    }
  }

  // ---- small things

  /** @param {string} topic */
  #followers(topic) {
    return [...this.#tabs].filter(({ topics }) => topics.has(topic));
  }

  /**
   * @param {Tab} tab
   * @param {unknown} id
   * @returns {number} the id for the bridge
   */
  #request(tab, id) {
    this.#asked.set(++this.#requests, { tab, id });
    if (this.#asked.size > 1000) this.#asked.delete([...this.#asked.keys()][0]);  // long answered, or never
    return this.#requests;
  }

  /** @param {object} message */
  #send(message) {
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(message));
  }

  /** @param {object} message */
  #tellAll(message) {
    for (const { port } of this.#tabs) port.postMessage(message);
  }
}

/**
 * @param {Envelope} event
 * @param {string} cursor of the same log
 * @returns {string} the position just before the event
 */
const before = ({ offset }, cursor) => `${cursor.split('-')[0]}-${offset - 1}`;
