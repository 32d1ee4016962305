import { CatchUp } from './catch_up.js';
import { Connection } from './connection.js';
import { parseCursor } from './cursor.js';
import { Listeners } from './listeners.js';
import { Subscriptions } from './subscriptions.js';

/**
 * What the bridge sends, event or control message (docs/protocol.md, section 1).
 * @typedef {object} Envelope
 * @property {string} type
 * @property {string} topic
 * @property {string} timestamp RFC 3339
 * @property {Record<string, any>} data
 * @property {number} offset of events
 * @property {string} [event] of entity events
 * @property {string} [id]
 * @property {string} [trace_id]
 */

/**
 * @typedef {object} ClientError
 * @property {string} code of docs/protocol.md, section 6, or `unreachable`
 * @property {string} message
 * @property {string} [topic]
 * @property {string} [action]
 */

/**
 * The browser's own functions; tests bring others.
 * @typedef {object} Runtime
 * @property {{addEventListener?: (type: string, handler: () => void) => void, document?: {hidden: boolean}}} page tells of
 *   the network, of being hidden and of being shown again
 * @property {new (url: string) => WebSocket} WebSocket
 * @property {(url: string, init: RequestInit) => Promise<Response>} fetch
 * @property {(action: () => void, ms: number) => number} setTimeout
 * @property {(timer: number) => void} clearTimeout
 * @property {() => number} now milliseconds
 * @property {() => number} random 0 to 1
 * @property {(error: unknown) => void} report takes what a handler threw
 */

/**
 * @typedef {object} SubscribeOptions
 * @property {number} [history] so many of the last events first
 * @property {string} [since] a cursor to resume from
 */

/**
 * @typedef {object} Options
 * @property {string | URL} [url] root of the bridge, relative to the page or in full, also as `wss:`; default: where this
 *   module was loaded from
 * @property {() => string | null | Promise<string | null>} [getToken] provides a fresh token: called on each connect,
 *   when the bridge takes the last one no more, and before it expires
 * @property {string} [token] one that is never renewed: when the bridge takes it no more, the state is `failed`
 * @property {boolean} [giveUp] stop after ten failed attempts in a row, instead of trying on slowly
 * @property {RequestCredentials} [credentials] `include`: a bridge of another origin gets its cookies over HTTP too
 * @property {new (url: string) => WebSocket} [WebSocket] another implementation, such as the one that tabs share
 */

/** @typedef {import('./connection.js').State} State */
/** @typedef {import('./connection.js').Transport} Transport */
/** @typedef {import('./subscriptions.js').Gap} Gap */
/** @typedef {import('./websocket_transport.js').Ending} Ending */

/**
 * @typedef {object} Status
 * @property {State} state
 * @property {Transport} transport how events come; null: not at all
 * @property {number} failures attempts that failed since the bridge was last reached
 * @property {number} retryInMs how long until WebSocket is tried again; 0 where that is not planned
 * @property {Record<string, any>} bridge `data` of the bridge's last `connected`: client_id, server, node, secure, ...
 */

/**
 * Counted since the page was loaded.
 * @typedef {object} Stats
 * @property {number} messages that came, control messages too
 * @property {number} bytes of them, uncompressed, a character counted as one
 * @property {number} reconnects
 * @property {number} latencyMs of the last ping; 0 before the first
 * @property {number} gaps how often events were missed for good
 * @property {number} duplicates events that came twice and were dropped
 * @property {number} dropped events that the bridge's throttle left out
 * @property {{topic: string, cursor: string | null, events: number}[]} topics where each subscribed topic stands, and how
 *   many of its events were delivered
 */

/** Apart from `new URL()`, which bundlers would take for a file to bundle. Undefined in a classic script. */
const here = import.meta.url;

/**
 * @param {string | URL} [url]
 * @returns {URL}
 */
function rootOf(url = here && new URL('..', here)) {
  if (!/^(http|ws)s?:|^\.{0,2}\//.test(`${url}`)) {
    throw new TypeError(`"${url}" is no url: pass https://live.example/ or /`);
  }
  return new URL(`${url}`.replace(/^ws/, 'http'), globalThis.location?.href);
}

/** @returns {Runtime} */
function browserRuntime() {
  return {
    page: globalThis,
    WebSocket: globalThis.WebSocket,
    fetch: (url, init) => fetch(url, init),
    setTimeout: (action, ms) => Number(setTimeout(action, ms)),
    clearTimeout: (timer) => clearTimeout(timer),
    now: () => performance.now(),
    random: Math.random,
    report: (error) => (globalThis.reportError ?? console.error)(error),
  };
}

/**
 * Live events of a Spanwire bridge, each once and in order per topic, over WebSocket or, where that is blocked,
 * Server-Sent Events or long poll. Handlers may be added at any time; every function that adds one returns a function
 * that removes it.
 */
export class WebSocketManager {
  #options;
  #runtime;
  #connection;
  #subscriptions;
  #byTopic;
  #byType;
  #lifecycle;
  #connects = 0;
  #stats = { messages: 0, bytes: 0, gaps: 0, dropped: 0, latencyMs: 0 };
  /** @type {Map<string, number>} */
  #events = new Map();
  /** @type {(gap: Gap) => void} */
  #gap = (gap) => {
    this.#stats.gaps++;
    this.#lifecycle.call('gap', gap);
  };
  /** @type {{state: State, transport: Transport}} what handlers were last told */
  #told = { state: 'disconnected', transport: null };

  /**
   * @param {Options & {runtime?: Partial<Runtime>}} [options]
   */
  constructor({ runtime, ...options } = {}) {
    const full = this.#runtime = { ...browserRuntime(), ...runtime };
    this.#options = /** @type {Options & {url: URL}} */ (options);
    this.#byTopic = new Listeners(full.report);
    this.#byType = new Listeners(full.report);
    this.#lifecycle = new Listeners(full.report);
    this.#subscriptions = new Subscriptions((event) => this.#deliver(event), this.#gap);
    this.#connection = new Connection(this.#options, full, this.#subscriptions, {
      changed: (ending) => this.#changed(ending),
      message: (message) => this.#message(message),
      received: (count, size) => {
        this.#stats.messages += count;
        this.#stats.bytes += size;
      },
      latency: (ms) => this.#stats.latencyMs = ms,
      error: (error) => this.#lifecycle.call('error', error),
    });
  }

  /**
   * Connects, or tries again at once where it waits or has failed.
   * @param {Options} [options] change those given before, and count from the next attempt on
   * @throws {TypeError} where `url` is none
   */
  connect(options) {
    this.#set({ ...this.#options, ...options });
    this.#runtime.WebSocket = this.#options.WebSocket ?? this.#runtime.WebSocket;
    this.#connection.start();
  }

  /** Leaves. Subscriptions and positions stay: connect() resumes. */
  disconnect() {
    this.#connection.stop('disconnect() was called');
  }

  /** Asks every ten seconds instead of holding a connection, until stopPolling() or disconnect(). */
  startPolling() {
    this.#set(this.#options);
    this.#connection.startPolling();
  }

  /** Back to a live connection, from where polling ended. */
  stopPolling() {
    this.#connection.stopPolling();
  }

  /**
   * May be called before connect(). Each handler gets the `history` or what followed the `since` that it asked for.
   * @param {string | string[]} topics
   * @param {(event: Envelope) => void} handler
   * @param {SubscribeOptions} [options]
   * @returns {() => void} unsubscribes
   * @throws {TypeError} where `history` is no whole number from 0, or `since` no cursor
   */
  subscribe(topics, handler, { history = 0, since } = {}) {
    if (history >>> 0 !== history) throw new TypeError(`"${history}" is no history: pass a number from 0`);
    if (since) parseCursor(since);
    const names = [...new Set([topics].flat())];
    const added = names.map((name) => this.#subscriptions.add(name, history, since));
    const removals = added.map((topic) => topic.handlers > 1 && (history || since)
      ? this.#catchUp(topic, handler, history, since) : this.#byTopic.add(topic.name, handler));
    this.#connection.subscribe(added.filter(({ handlers }) => handlers === 1).map(({ name }) => name));
    return () => {
      for (const remove of removals.splice(0)) remove();
      const unwanted = names.splice(0).filter((name) => this.#subscriptions.remove(name));
      for (const name of unwanted) this.#events.delete(name);
      this.#connection.unsubscribe(unwanted);
    };
  }

  /**
   * @param {string} type of events in the topics that are subscribed, or of control messages (`log`, `subscription`, ...),
   *   or `*`
   * @param {(message: Envelope) => void} handler
   */
  on(type, handler) {
    return this.#byType.add(type, handler);
  }

  /**
   * @param {object} message a frame of docs/protocol.md, section 2
   * @returns {boolean} whether it was sent; false: there is no WebSocket, and it waits for one with at most 99 others
   */
  send(message) {
    return this.#connection.send(message);
  }

  /** @param {(status: Status) => void} handler events flow again, on whatever transport */
  onConnect(handler) {
    return this.#lifecycle.add('connect', handler);
  }

  /** @param {(ending: Ending) => void} handler events flow no more */
  onDisconnect(handler) {
    return this.#lifecycle.add('disconnect', handler);
  }

  /** @param {(error: ClientError) => void} handler the bridge refused something, or an attempt failed */
  onError(handler) {
    return this.#lifecycle.add('error', handler);
  }

  /** @param {(transport: Transport) => void} handler how events come from now on; null: not at all */
  onTransport(handler) {
    return this.#lifecycle.add('transport', handler);
  }

  /** @param {(status: Status) => void} handler the state changed */
  onState(handler) {
    return this.#lifecycle.add('state', handler);
  }

  /**
   * @param {(gap: Gap) => void} handler events of a topic were missed for good: reload what
   *   the page shows of it. Called before the events that follow
   */
  onGap(handler) {
    return this.#lifecycle.add('gap', handler);
  }

  /** @returns {Status} */
  getStatus() {
    const { state, transport, redial, welcome } = this.#connection;
    return { state, transport, failures: redial.failures, retryInMs: redial.inMs, bridge: welcome };
  }

  /** @returns {Stats} */
  getStats() {
    return {
      ...this.#stats,
      duplicates: this.#subscriptions.duplicates,
      reconnects: Math.max(0, this.#connects - 1),
      topics: this.#subscriptions.cursors.map(([topic, cursor]) => ({
        topic, cursor, events: this.#events.get(topic) ?? 0,
      })),
    };
  }

  /** @param {Options} options */
  #set(options) {
    Object.assign(this.#options, options, { url: rootOf(options.url) });
  }

  /**
   * @param {import('./subscriptions.js').Topic} topic
   * @param {(event: Envelope) => void} handler wants more of it than others who have it
   * @param {number} history
   * @param {string} [since]
   */
  #catchUp(topic, handler, history, since) {
    const late = new CatchUp(topic, history, since, (event) => this.#byTopic.call(late, event), this.#gap);
    const ends = [
      this.#byTopic.add(late, handler),
      this.#byTopic.add(topic.name, (/** @type {Envelope} */ event) => late.take(event)),
      this.#connection.catchUp(late),
    ];
    return () => ends.forEach((end) => end());
  }

  /** @param {Ending} [ending] */
  #changed(ending) {
    const status = this.getStatus();
    const before = this.#told;
    this.#told = status;
    if (status.state !== before.state) this.#lifecycle.call('state', status);
    if (status.transport !== before.transport) this.#lifecycle.call('transport', status.transport);
    if (status.transport && !before.transport) {
      this.#connects++;
      this.#lifecycle.call('connect', status);
    } else if (!status.transport && before.transport) {
      this.#lifecycle.call('disconnect', ending);
    }
  }

  /** @param {Envelope} message */
  #message(message) {
    const { type, topic, data } = message;
    if (message.offset) return this.#subscriptions.receive(message);
    if (type === 'batch') {
      this.#stats.dropped += data.dropped ?? 0;
      return data.messages.forEach((/** @type {Envelope} */ event) => this.#subscriptions.receive(event));
    }
    if (type === 'subscription') this.#subscriptions.subscribed(message);
    if (type === 'unsubscription') this.#subscriptions.unsubscribed(message);
    if (type === 'pong' && data.cursor) this.#subscriptions.advance(data.cursor);
    if (type === 'error') this.#lifecycle.call('error', { ...data, topic });
    this.#announce(message);
  }

  /** @param {Envelope} event */
  #deliver(event) {
    this.#events.set(event.topic, (this.#events.get(event.topic) ?? 0) + 1);
    this.#byTopic.call(event.topic, event);
    this.#announce(event);
  }

  /** @param {Envelope} message */
  #announce(message) {
    this.#byType.call(message.type, message);
    this.#byType.call('*', message);
  }
}

/** The page's one connection: `window.wsManager`. */
export const wsManager = /** @type {{wsManager: WebSocketManager}} */ (/** @type {unknown} */ (globalThis)).wsManager
  ??= new WebSocketManager();
