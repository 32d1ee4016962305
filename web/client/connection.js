import { Backoff } from './backoff.js';
import { Credentials } from './credentials.js';
import { HttpLink } from './http_link.js';
import { watchPage } from './page_events.js';
import { Timer } from './timer.js';
import { WebSocketLink } from './websocket_link.js';
import { errorCode } from './websocket_transport.js';

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

const PLAIN_POLL_MS = 10_000;
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
  #subscriptions;
  #listener;
  #credentials;
  /** Topics that the bridge could not serve are asked for again. */
  #resubscribe;
  #resubscribeBackoff;
  #socket;
  /** The socket carries the subscriptions. */
  #joined = false;
  #http;
  #plainPolling = false;
  /** The page is away and may come back out of the browser's cache. */
  #hidden = false;
  /** The bridge forbade to come again. */
  #barred = false;
  /** @type {object[]} */
  #outbox = [];
  #told = 'disconnected null';
  /** @type {Set<import('./catch_up.js').CatchUp>} */
  #late = new Set();

  /** @type {Record<string, any>} `data` of the last `connected` message */
  welcome = {};

  /**
   * @param {import('./spanwire.js').Options & {url: string | URL}} options may be changed at any time
   * @param {import('./spanwire.js').Runtime} runtime
   * @param {import('./subscriptions.js').Subscriptions} subscriptions
   * @param {ConnectionListener} listener
   */
  constructor(options, runtime, subscriptions, listener) {
    this.#subscriptions = subscriptions;
    this.#listener = listener;
    this.#credentials = new Credentials(options, runtime);
    this.#resubscribe = new Timer(runtime);
    this.#resubscribeBackoff = new Backoff(runtime.random);
    this.#socket = new WebSocketLink(options, runtime, this.#credentials, {
      trying: () => this.#tell(),
      greeted: () => this.#http.isStarted || this.#join(),
      up: () => this.#socketCameUp(),
      down: (ending, wasUp) => this.#socketWentDown(ending, wasUp),
      carried: () => !!this.#http.up,
      message: (message, size) => this.#take(message, size),
      latency: listener.latency,
    });
    this.#http = new HttpLink(options, runtime, subscriptions, this.#credentials, {
      answered: (count, size, returned) => this.#httpAnswered(count, size, returned),
      down: (error, ending) => this.#httpWentDown(error, ending),
      refused: listener.error,
      message: (message, size) => this.#take(message, size),
    });
    watchPage(runtime.page, {
      changed: (online) => this.#nudge(online),
      left: () => this.#hide(),
      returned: () => this.#show(),
    });
  }

  /** @returns {State} */
  get state() {
    if (this.#socket.isUp || this.#http.up === 'sse') return 'connected';
    if (this.#http.up) return 'polling';
    if (this.#barred || this.redial.isHopeless) return 'failed';
    const asks = this.#http.isStarted && !this.#http.isFailing && this.#subscriptions.names.length;
    return this.#socket.isTrying || asks ? 'connecting' : 'disconnected';
  }

  /** @returns {Transport} */
  get transport() {
    return this.#socket.isUp ? 'websocket' : this.#http.up;
  }

  /** How the attempts by WebSocket went, and when the next is due. */
  get redial() {
    return this.#socket.redial;
  }

  /** Connects now, also where it would wait or has given up. Does nothing while connected. */
  start() {
    this.#barred = false;
    this.#credentials.accepted();
    this.redial.reset();
    this.#dial();
  }

  /**
   * Leaves. Positions stay with the subscriptions, so start() resumes.
   * @param {string} reason
   */
  stop(reason) {
    this.redial.reset();
    this.#barred = this.#plainPolling = this.#hidden = false;
    this.#leave(reason);
  }

  startPolling() {
    if (this.#plainPolling) return;
    this.stop('startPolling() was called');
    this.#plainPolling = true;
    this.#http.start(PLAIN_POLL_MS);
    this.#tell();
  }

  stopPolling() {
    if (!this.#plainPolling) return;
    this.#plainPolling = false;
    this.#http.stop();
    this.start();
  }

  /**
   * @param {object} message a frame of docs/protocol.md, section 2
   * @returns {boolean} whether it was sent; else it waits for a WebSocket
   */
  send(message) {
    if (this.#socket.isUp && this.#socket.send(message)) return true;
    if (this.#outbox.push(message) > MAX_WAITING) {
      this.#outbox.shift();
      this.#listener.error({ code: 'overloaded', message: 'too much waits to be sent: the oldest is lost' });
    }
    return false;
  }

  /** @param {string[]} topics are new among the subscriptions */
  subscribe(topics) {
    if (!topics.length) return;
    if (this.#joined) for (const frame of this.#subscriptions.frames(topics)) this.#socket.send(frame);
    this.#http.wake();
    this.#tell();
  }

  /**
   * Brings a handler up to date while events flow.
   * @param {import('./catch_up.js').CatchUp} late
   * @returns {() => void} ends that
   */
  catchUp(late) {
    this.#late.add(late);
    this.#tell();
    return () => {
      this.#late.delete(late);
      late.run(null);
    };
  }

  /** @param {string[]} topics are no longer wanted */
  unsubscribe(topics) {
    if (topics.length && this.#joined) this.#socket.send({ action: 'unsubscribe', topics });
  }

  // ---- WebSocket

  #dial() {
    if (!this.#plainPolling) this.#socket.dial();
  }

  #join() {
    this.#joined = true;
    this.subscribe(this.#subscriptions.names);
  }

  #socketCameUp() {
    if (this.#http.isStarted) {
      this.#http.stop();
      this.#subscriptions.suspend();
    }
    if (!this.#joined) this.#join();
    for (const message of this.#outbox.splice(0)) this.send(message);
    this.#tell();
  }

  /**
   * @param {Ending} ending
   * @param {boolean} wasUp
   */
  #socketWentDown(ending, wasUp) {
    if (this.#joined) this.#subscriptions.suspend();
    this.#joined = false;
    if (!ending.reconnect) this.#bar();
    else if (this.redial.needsHttp && !this.#http.isStarted) this.#http.start(0);
    this.#tell(ending);
    if (!wasUp || !ending.reconnect) {
      const code = errorCode(ending);
      this.#listener.error({ code, message: `WebSocket: ${ending.reason || 'closed'} (${ending.code})` });
    }
  }

  #bar() {
    this.#barred = true;
    this.redial.cancel();
    this.#credentials.cancelRenewal();
    this.#http.stop();
  }

  // ---- HTTP

  /**
   * @param {number} count
   * @param {number} size
   * @param {boolean} returned
   */
  #httpAnswered(count, size, returned) {
    this.redial.reached();
    this.#listener.received(count, size);
    this.#tell();
    // The bridge is back, so perhaps its WebSockets are: no need to wait out the delay.
    if (returned && this.#http.isStarted) this.#dial();
  }

  /**
   * @param {ClientError} error
   * @param {Ending} ending
   */
  #httpWentDown(error, ending) {
    if (!ending.reconnect) this.#bar();
    this.#tell(ending);
    this.#listener.error(error);
  }

  // ---- what both share

  /**
   * @param {Envelope} message
   * @param {number} size
   */
  #take(message, size) {
    if (message.type === 'connected') {
      this.welcome = message.data;
      this.#credentials.planRenewal(message, () => this.#renew());
    }
    if (message.type === 'subscription') this.#resubscribeBackoff.reset();
    if (message.type === 'error' && this.#subscriptions.declined(message)) {
      this.#resubscribe.set(this.#resubscribeBackoff.next(), () =>
        this.subscribe(this.#subscriptions.takeDeclined()));
    }
    this.#listener.received(1, size);
    this.#listener.message(message);
  }

  /** Shows the bridge a fresh token: on the live WebSocket, or with another request. */
  #renew() {
    this.#credentials.renew().then((token) => {
      if (this.#socket.isUp) this.#socket.send({ action: 'auth', token });
      else this.#http.wake();
    }, this.#listener.error);
  }

  // ---- the page and its network

  /** @param {boolean} online */
  #nudge(online) {
    this.#socket.probe();
    if (!online) return;
    if (this.redial.isPlanned) this.#dial();
    this.#http.retry();
  }

  #hide() {
    if (!this.#socket.isTrying && !this.redial.isPlanned && !this.#http.isStarted) return;
    this.#hidden = true;
    this.#leave('the page was left');
  }

  #show() {
    if (!this.#hidden) return;
    this.#hidden = false;
    if (this.#plainPolling) this.#http.start(PLAIN_POLL_MS);
    else this.start();
  }

  /** @param {string} reason */
  #leave(reason) {
    this.#resubscribe.clear();
    this.#credentials.cancelRenewal();
    this.#socket.leave();
    this.#joined = false;
    this.#http.stop();
    this.#subscriptions.suspend();
    this.#tell({ code: 1000, reason, reconnect: false });
  }

  /** @param {Ending} [ending] */
  #tell(ending) {
    for (const late of this.#late) late.run(this.transport && this.#http);
    const now = `${this.state} ${this.transport}`;
    if (now === this.#told) return;
    this.#told = now;
    this.#listener.changed(ending);
  }
}
