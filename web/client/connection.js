import { Backoff } from './backoff.js';
import { Credentials } from './credentials.js';
import { HttpTransport } from './http_transport.js';
import { SILENT, WebSocketTransport } from './websocket_transport.js';

/**
 * - `disconnected`: no link, and none being tried at this moment (before connect(), or between two attempts)
 * - `connecting`: an attempt is under way
 * - `connected`: the bridge pushes events, over a WebSocket or a stream of Server-Sent Events
 * - `polling`: events are fetched, by long poll or every ten seconds
 * - `failed`: the bridge forbade to come again, or has not been reached in many attempts. In the second case a slow
 *   retry goes on, so that a page left overnight recovers
 * @typedef {'disconnected' | 'connecting' | 'connected' | 'polling' | 'failed'} State
 */
/** @typedef {'websocket' | 'sse' | 'poll' | null} Transport */

/** So many attempts may fail before HTTP steps in. */
const FAILURES_BEFORE_HTTP = 3;
/** So many before the page is told that it failed. */
const FAILURES_BEFORE_FAILED = 10;
/** A WebSocket that ends sooner counts as a failed attempt, or a proxy that cuts them would never lead to HTTP. */
const STABLE_AFTER_MS = 10_000;
const PLAIN_POLL_MS = 10_000;
/** A token is renewed so long before it ends, or a quarter of its time where that is short. */
const RENEW_BEFORE_MS = 60_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** Messages of send() that wait for a WebSocket. */
const MAX_WAITING = 100;

/** @typedef {import('./spanwire.js').Envelope} Envelope */
/** @typedef {import('./spanwire.js').ClientError} ClientError */
/** @typedef {import('./websocket_transport.js').Ending} Ending */

/**
 * @typedef {object} ConnectionListener
 * @property {(ending?: Ending) => void} changed state or transport
 * @property {(message: Envelope) => void} message each message of a WebSocket or a stream
 * @property {(count: number, size: number) => void} received how many messages came, and how many characters
 * @property {(ms: number) => void} latency
 * @property {(error: ClientError) => void} error
 */

/**
 * Keeps one link to the bridge: dials, waits, falls back to HTTP, returns to WebSocket. The state is not stored: it
 * follows from what is up and what is being tried.
 */
export class Connection {
  #options;
  #runtime;
  #subscriptions;
  #listener;
  #backoff;
  #resubscribeBackoff;
  #credentials;
  /** The bridge did not take a token that was just made. */
  #tokenRejected = false;
  /** Counts the times it dialled or left, so that a token that comes late finds out. */
  #life = 0;
  #fetchingToken = false;
  /** @type {WebSocketTransport | null} */
  #socket = null;
  /** The socket carries the subscriptions. */
  #joined = false;
  #socketUp = false;
  #upSince = 0;
  /** @type {HttpTransport | null} */
  #http = null;
  /** @type {'sse' | 'poll' | null} by what the HTTP transport is up */
  #httpUp = null;
  #httpFailing = false;
  #plainPolling = false;
  /** The page is away and may come back out of the browser's cache. */
  #hidden = false;
  /** The bridge forbade to come again. */
  #barred = false;
  #timers = { dial: 0, renew: 0, resubscribe: 0 };
  /** When the next WebSocket attempt is due, in the runtime's milliseconds; 0 where none is planned. */
  #retryAt = 0;
  /** @type {object[]} */
  #outbox = [];
  #told = 'disconnected null';

  /** Attempts that failed since the bridge was last reached. */
  failures = 0;
  /** @type {Record<string, any>} `data` of the last `connected` message */
  welcome = {};

  /**
   * @param {import('./spanwire.js').Options & {url: string | URL}} options may be changed at any time
   * @param {import('./spanwire.js').Runtime} runtime
   * @param {import('./subscriptions.js').Subscriptions} subscriptions
   * @param {ConnectionListener} listener
   */
  constructor(options, runtime, subscriptions, listener) {
    this.#options = options;
    this.#runtime = runtime;
    this.#subscriptions = subscriptions;
    this.#listener = listener;
    this.#credentials = new Credentials(options, runtime);
    this.#backoff = new Backoff(runtime.random);
    this.#resubscribeBackoff = new Backoff(runtime.random);
    for (const type of ['online', 'offline', 'visibilitychange', 'resume']) {
      runtime.page.addEventListener?.(type, () => this.#nudge(type));
    }
    runtime.page.addEventListener?.('pagehide', () => this.#hide());
    runtime.page.addEventListener?.('pageshow', () => this.#show());
  }

  /** @returns {State} */
  get state() {
    if (this.#socketUp || this.#httpUp === 'sse') return 'connected';
    if (this.#httpUp) return 'polling';
    if (this.#barred || this.failures >= FAILURES_BEFORE_FAILED) return 'failed';
    return this.#socket || this.#fetchingToken || this.#http && !this.#httpFailing ? 'connecting' : 'disconnected';
  }

  /** @returns {Transport} */
  get transport() {
    return this.#socketUp ? 'websocket' : this.#httpUp;
  }

  /** How long until the next WebSocket attempt; 0 where none is planned. */
  get retryInMs() {
    return this.#retryAt && Math.max(0, this.#retryAt - this.#runtime.now());
  }

  /** Connects now, also where it would wait or has given up. Does nothing while connected. */
  start() {
    this.#barred = this.#tokenRejected = false;
    this.failures = 0;
    this.#backoff.reset();
    this.#dial();
  }

  /**
   * Leaves. Positions stay with the subscriptions, so start() resumes.
   * @param {string} reason
   */
  stop(reason) {
    this.failures = 0;
    this.#barred = this.#plainPolling = this.#hidden = false;
    this.#leave(reason);
  }

  startPolling() {
    if (this.#plainPolling) return;
    this.stop('startPolling() was called');
    this.#plainPolling = true;
    this.#startHttp(PLAIN_POLL_MS);
    this.#tell();
  }

  stopPolling() {
    if (!this.#plainPolling) return;
    this.#plainPolling = false;
    this.#stopHttp();
    this.start();
  }

  /**
   * @param {object} message a frame of docs/protocol.md, section 2
   * @returns {boolean} whether it was sent; else it waits for a WebSocket
   */
  send(message) {
    if (this.#socketUp && this.#socket?.send(message)) return true;
    if (this.#outbox.push(message) > MAX_WAITING) {
      this.#outbox.shift();
      this.#listener.error({ code: 'overloaded', message: 'too much waits to be sent: the oldest is lost' });
    }
    return false;
  }

  /** @param {string[]} topics are new among the subscriptions */
  subscribe(topics) {
    if (!topics.length) return;
    if (this.#joined) for (const frame of this.#subscriptions.frames(topics)) this.#socket?.send(frame);
    this.#http?.wake();
  }

  /** @param {string[]} topics are no longer wanted */
  unsubscribe(topics) {
    if (topics.length && this.#joined) this.#socket?.send({ action: 'unsubscribe', topics });
  }

  // ---- WebSocket

  #dial() {
    this.#cancel('dial');
    this.#retryAt = 0;
    if (this.#socket || this.#fetchingToken || this.#plainPolling) return;
    if (!this.#options.getToken) return this.#open();
    const life = ++this.#life;
    this.#fetchingToken = true;
    this.#tell();
    this.#credentials.renew().then(() => life === this.#life && this.#open(), (error) => {
      if (life !== this.#life) return;
      this.#fetchingToken = false;
      this.#socketWentDown({ code: 4001, reason: `getToken() failed: ${error}`, reconnect: true });
    });
  }

  #open() {
    this.#fetchingToken = false;
    const url = this.#api('ws/realtime');
    url.protocol = url.protocol.replace('http', 'ws');
    this.#socket = new WebSocketTransport(url.href, this.#credentials.token, this.#runtime, {
      greeted: () => {
        if (!this.#http) this.#join();
      },
      up: () => this.#socketCameUp(),
      down: (ending) => this.#socketWentDown(ending),
      message: (message, size) => this.#take(message, size),
      latency: this.#listener.latency,
    });
    this.#tell();
  }

  /** @param {string} path */
  #api(path) {
    return new URL(`api/${path}`, this.#options.url);
  }

  #join() {
    this.#joined = true;
    this.subscribe(this.#subscriptions.names);
  }

  #socketCameUp() {
    this.#socketUp = true;
    this.#upSince = this.#runtime.now();
    this.#reached();
    if (this.#http) {
      this.#stopHttp();
      this.#subscriptions.suspend();
    }
    if (!this.#joined) this.#join();
    for (const message of this.#outbox.splice(0)) this.send(message);
    this.#tell();
  }

  /** @param {Ending} ending */
  #socketWentDown(ending) {
    const wasUp = this.#socketUp;
    const tokenRejected = ending.code === 4001 && this.#socket && this.#options.getToken;
    if (this.#joined) this.#subscriptions.suspend();
    this.#dropSocket();
    if (wasUp && this.#runtime.now() - this.#upSince >= STABLE_AFTER_MS) {
      this.failures = 0;
      this.#tokenRejected = false;
      this.#backoff.reset();
    } else if (ending.code === SILENT && !wasUp) {
      // Whoever swallows frames will swallow the next ones too.
      this.failures = Math.max(this.failures, FAILURES_BEFORE_HTTP) + 1;
    } else if (ending.afterMs === undefined) {
      this.failures++;
    }
    if (this.#httpUp) this.#reached();
    if (tokenRejected) {
      ending.reconnect = wasUp || !this.#tokenRejected;  // where even a new one was not taken, no other will be
      if (!this.#tokenRejected) ending.afterMs = 0;
      this.#tokenRejected = true;
    }
    if (this.#options.giveUp && this.failures >= FAILURES_BEFORE_FAILED) ending.reconnect = false;
    if (ending.reconnect) this.#planReturn(ending.afterMs);
    else this.#bar();
    this.#tell(ending);
    if (!wasUp || !ending.reconnect) {
      const code = ending.code === 4001 ? 'unauthorized' : 'unreachable';
      this.#listener.error({ code, message: `WebSocket: ${ending.reason || 'closed'} (${ending.code})` });
    }
  }

  /** @param {number} [afterMs] */
  #planReturn(afterMs) {
    const hopeless = this.failures >= FAILURES_BEFORE_FAILED;
    const ms = afterMs ?? (hopeless ? this.#backoff.slow() : this.#backoff.next());
    this.#retryAt = this.#runtime.now() + ms;
    this.#after('dial', ms, () => this.#dial());
    if (this.failures > FAILURES_BEFORE_HTTP && !this.#http) this.#startHttp(0);
  }

  #bar() {
    this.#barred = true;
    this.#retryAt = 0;
    this.#cancel('dial');
    this.#stopHttp();
  }

  #dropSocket() {
    this.#cancel('renew');
    this.#socket?.close();
    this.#socket = null;
    this.#socketUp = this.#joined = false;
  }

  // ---- HTTP

  /** @param {number} everyMs */
  #startHttp(everyMs) {
    this.#http = new HttpTransport(this.#api(''), this.#runtime, this.#subscriptions, {
      token: () => this.#credentials.token || this.#credentials.renew(),
      up: (transport, count, size) => this.#httpAnswered(transport, count, size),
      message: (message, size) => this.#take(message, size),
      down: (error, ending) => {
        this.#httpUp = null;
        this.#httpFailing = true;
        if (!ending.reconnect) this.#bar();
        this.#tell(ending);
        this.#listener.error(error);
      },
      refused: this.#listener.error,
      unauthorized: async () => {
        if (this.#options.getToken) return this.#credentials.renew().catch(() => {});
        this.#bar();
        this.#tell({ code: 4001, reason: 'unauthorized', reconnect: false });
      },
    }, everyMs);
  }

  /**
   * @param {'sse' | 'poll' | null} transport null: topics catch up by poll, whatever will hold them
   * @param {number} count
   * @param {number} size
   */
  #httpAnswered(transport, count, size) {
    const returned = this.#httpFailing;
    this.#httpUp = transport ?? this.#httpUp ?? 'poll';
    this.#httpFailing = false;
    this.#reached();
    this.#listener.received(count, size);
    this.#tell();
    // The bridge is back, so perhaps its WebSockets are: no need to wait out the delay.
    if (returned && this.#http) this.#dial();
  }

  #stopHttp() {
    this.#http?.stop();
    this.#http = this.#httpUp = null;
    this.#httpFailing = false;
  }

  // ---- what both share

  /**
   * @param {Envelope} message
   * @param {number} size
   */
  #take(message, size) {
    if (message.type === 'connected') {
      this.welcome = message.data;
      this.#planRenewal(message);
    }
    if (message.type === 'subscription') this.#resubscribeBackoff.reset();
    if (message.type === 'error' && this.#subscriptions.declined(message)) {
      this.#after('resubscribe', this.#resubscribeBackoff.next(), () =>
        this.subscribe(this.#subscriptions.takeDeclined()));
    }
    this.#listener.received(1, size);
    this.#listener.message(message);
  }

  /** @param {Envelope} connected by whose clock both times are */
  #planRenewal({ timestamp, data }) {
    if (!data.session_expires_at || !this.#options.getToken) return;
    const left = Date.parse(data.session_expires_at) - Date.parse(timestamp);
    const ms = Math.min(LONGEST_TIMER_MS, left - Math.min(RENEW_BEFORE_MS, left / 4));
    this.#after('renew', ms, () => this.#credentials.renew().then(
      (token) => this.#socket?.send({ action: 'auth', token }),
      (error) => this.#listener.error({ code: 'unauthorized', message: `getToken() failed: ${error}` }),
    ));
  }

  /** Far enough from failed, near enough to HTTP: what comes next is an attempt like any other. */
  #reached() {
    this.failures = Math.min(this.failures, FAILURES_BEFORE_HTTP);
  }

  // ---- the page and its network

  /** @param {string} type of event: the network or the page's visibility changed */
  #nudge(type) {
    if (type === 'visibilitychange' && this.#runtime.page.document?.hidden) return;
    this.#socket?.probe();
    if (type === 'offline') return;
    if (this.#retryAt) this.#dial();
    this.#http?.retry();
  }

  #hide() {
    if (!this.#socket && !this.#http && !this.#retryAt && !this.#fetchingToken) return;
    this.#hidden = true;
    this.#leave('the page was left');
  }

  #show() {
    if (!this.#hidden) return;
    this.#hidden = false;
    if (this.#plainPolling) this.#startHttp(PLAIN_POLL_MS);
    else this.start();
  }

  /** @param {string} reason */
  #leave(reason) {
    this.#life++;
    this.#retryAt = 0;
    this.#fetchingToken = false;
    this.#cancel('dial');
    this.#cancel('resubscribe');
    this.#dropSocket();
    this.#stopHttp();
    this.#subscriptions.suspend();
    this.#tell({ code: 1000, reason, reconnect: false });
  }

  /**
   * @param {'dial' | 'renew' | 'resubscribe'} name
   * @param {number} ms
   * @param {() => void} action
   */
  #after(name, ms, action) {
    this.#cancel(name);
    this.#timers[name] = this.#runtime.setTimeout(action, ms);
  }

  /** @param {'dial' | 'renew' | 'resubscribe'} name */
  #cancel(name) {
    this.#runtime.clearTimeout(this.#timers[name]);
  }

  /** @param {Ending} [ending] */
  #tell(ending) {
    const now = `${this.state} ${this.transport}`;
    if (now === this.#told) return;
    this.#told = now;
    this.#listener.changed(ending);
  }
}
