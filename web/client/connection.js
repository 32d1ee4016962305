import { Backoff } from './backoff.js';
import { PollTransport } from './poll_transport.js';
import { WebSocketTransport } from './websocket_transport.js';

/**
 * - `disconnected`: no link, and none being tried at this moment (before connect(), or between two attempts)
 * - `connecting`: an attempt is under way
 * - `connected`: events flow over a WebSocket
 * - `polling`: events flow by long poll
 * - `failed`: the bridge forbade to come again, or has not been reached in many attempts. In the second case a slow
 *   retry goes on, so that a page left overnight recovers
 * @typedef {'disconnected' | 'connecting' | 'connected' | 'polling' | 'failed'} State
 */

/** So many attempts may fail before long poll steps in. */
const FAILURES_BEFORE_POLL = 3;
/** So many before the page is told that it failed. */
const FAILURES_BEFORE_FAILED = 10;
/** A WebSocket that ends sooner counts as a failed attempt, or a proxy that cuts them would never lead to long poll. */
const STABLE_AFTER_MS = 10_000;

/** @typedef {import('./spanwire.js').Envelope} Envelope */
/** @typedef {import('./spanwire.js').ClientError} ClientError */

/**
 * @typedef {object} ConnectionListener
 * @property {(state: State, before: State, ending?: import('./websocket_transport.js').Ending) => void} changed
 * @property {(message: Envelope) => void} message each message of a WebSocket
 * @property {(count: number, size: number) => void} received how many messages came, and how many characters
 * @property {(ms: number) => void} latency
 * @property {(error: ClientError) => void} error
 */

/**
 * Keeps one link to the bridge: dials, waits, falls back to long poll, returns to WebSocket. The state is not stored:
 * it follows from what is up and what is being tried.
 */
export class Connection {
  #base;
  #runtime;
  #subscriptions;
  #listener;
  #backoff;
  /** @type {WebSocketTransport | null} */
  #socket = null;
  #socketUp = false;
  #upSince = 0;
  /** @type {PollTransport | null} */
  #poll = null;
  #pollUp = false;
  #pollFailing = false;
  /** The bridge forbade to come again. */
  #barred = false;
  #timer = 0;
  /** When the next WebSocket attempt is due, in the runtime's milliseconds; 0 where none is planned. */
  #retryAt = 0;
  /** @type {State} what the listener was last told */
  #told = 'disconnected';

  /** Attempts that failed since the bridge was last reached. */
  failures = 0;
  /** @type {Record<string, any>} `data` of the last `connected` message */
  welcome = {};

  /**
   * @param {URL} base where the bridge is
   * @param {import('./spanwire.js').Runtime} runtime
   * @param {import('./subscriptions.js').Subscriptions} subscriptions
   * @param {ConnectionListener} listener
   */
  constructor(base, runtime, subscriptions, listener) {
    this.#base = base;
    this.#runtime = runtime;
    this.#subscriptions = subscriptions;
    this.#listener = listener;
    this.#backoff = new Backoff(runtime.random);
  }

  /** @returns {State} */
  get state() {
    if (this.#socketUp) return 'connected';
    if (this.#pollUp) return 'polling';
    if (this.#barred || this.failures >= FAILURES_BEFORE_FAILED) return 'failed';
    return this.#socket || this.#poll && !this.#pollFailing ? 'connecting' : 'disconnected';
  }

  /** How long until the next WebSocket attempt; 0 where none is planned. */
  get retryInMs() {
    return this.#retryAt && Math.max(0, this.#retryAt - this.#runtime.now());
  }

  /** Connects now, also where it would wait or has given up. Does nothing while connected. */
  start() {
    this.#barred = false;
    this.failures = 0;
    this.#backoff.reset();
    if (!this.#socket) this.#dial();
  }

  /** Leaves. Positions stay with the subscriptions, so start() resumes. */
  stop() {
    this.#runtime.clearTimeout(this.#timer);
    this.#retryAt = this.failures = 0;
    this.#barred = this.#socketUp = false;
    this.#socket?.close();
    this.#socket = null;
    this.#stopPoll();
    this.#subscriptions.suspend();
    this.#tell({ code: 1000, reason: 'disconnect() was called', reconnect: false });
  }

  /**
   * @param {object} message a frame of docs/protocol.md, section 2
   * @returns {boolean} whether it was sent; only a WebSocket can
   */
  send(message) {
    return this.#socketUp && !!this.#socket?.send(message);
  }

  /** @param {string[]} topics are new among the subscriptions */
  subscribe(topics) {
    for (const frame of this.#subscriptions.frames(topics)) this.send(frame);
    if (topics.length) this.#poll?.wake();
  }

  /** @param {string[]} topics are no longer wanted */
  unsubscribe(topics) {
    if (topics.length) this.send({ action: 'unsubscribe', topics });
  }

  #dial() {
    this.#runtime.clearTimeout(this.#timer);
    this.#retryAt = 0;
    const url = new URL('api/ws/realtime', this.#base);
    url.protocol = url.protocol.replace('http', 'ws');
    this.#socket = new WebSocketTransport(url.href, this.#runtime, {
      up: (connected) => this.#socketCameUp(connected),
      down: (ending) => this.#socketWentDown(ending),
      message: (message, size) => {
        if (message.type === 'connected') this.welcome = message.data;
        this.#listener.received(1, size);
        this.#listener.message(message);
      },
      latency: this.#listener.latency,
    });
    this.#tell();
  }

  /** @param {Envelope} connected */
  #socketCameUp(connected) {
    this.welcome = connected.data;
    this.#socketUp = true;
    this.#upSince = this.#runtime.now();
    this.#reached();
    this.#stopPoll();
    this.#subscriptions.suspend();
    this.subscribe(this.#subscriptions.names);
    this.#tell();
  }

  /** @param {import('./websocket_transport.js').Ending} ending */
  #socketWentDown(ending) {
    const wasUp = this.#socketUp;
    this.#socket = null;
    this.#socketUp = false;
    if (wasUp) this.#subscriptions.suspend();
    if (wasUp && this.#runtime.now() - this.#upSince >= STABLE_AFTER_MS) {
      this.failures = 0;
      this.#backoff.reset();
    } else if (ending.afterMs === undefined) {
      this.failures++;
    }
    if (ending.reconnect) this.#planReturn(ending.afterMs ?? this.#backoff.next());
    else this.#bar();
    this.#tell(ending);
    if (!wasUp || !ending.reconnect) {
      this.#listener.error({ code: 'unreachable', message: `WebSocket: ${ending.reason || 'closed'} (${ending.code})` });
    }
  }

  /** @param {number} ms */
  #planReturn(ms) {
    this.#retryAt = this.#runtime.now() + ms;
    this.#timer = this.#runtime.setTimeout(() => this.#dial(), ms);
    if (this.failures > FAILURES_BEFORE_POLL && !this.#poll) this.#startPoll();
  }

  #bar() {
    this.#barred = true;
    this.#stopPoll();
  }

  #startPoll() {
    this.#poll = new PollTransport(new URL('api/poll', this.#base).href, this.#runtime, this.#subscriptions, {
      up: (count, size) => this.#pollAnswered(count, size),
      down: (error) => {
        this.#pollUp = false;
        this.#pollFailing = true;
        this.#tell({ code: 1006, reason: error.message, reconnect: true });
        this.#listener.error(error);
      },
      refused: this.#listener.error,
    });
  }

  /**
   * @param {number} count
   * @param {number} size
   */
  #pollAnswered(count, size) {
    const returned = this.#pollFailing;
    this.#pollUp = true;
    this.#pollFailing = false;
    this.#reached();
    this.#listener.received(count, size);
    this.#tell();
    // The bridge is back, so perhaps its WebSockets are: no need to wait out the delay.
    if (returned && this.#poll && !this.#socket) this.#dial();
  }

  #stopPoll() {
    this.#poll?.stop();
    this.#poll = null;
    this.#pollUp = this.#pollFailing = false;
  }

  /** Far enough from failed, near enough to long poll: what comes next is an attempt like any other. */
  #reached() {
    this.failures = Math.min(this.failures, FAILURES_BEFORE_POLL);
  }

  /** @param {import('./websocket_transport.js').Ending} [ending] */
  #tell(ending) {
    const before = this.#told;
    const state = this.state;
    if (state === before) return;
    this.#told = state;
    this.#listener.changed(state, before, ending);
  }
}
