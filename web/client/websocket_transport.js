import { Timer } from './timer.js';

const CONNECT_DEADLINE_MS = 10_000;
const PONG_DEADLINE_MS = 10_000;
const PROBE_DEADLINE_MS = 5_000;

/** The code of an end for want of a sign of life; the bridge's too. */
export const SILENT = 4009;
/** Close codes after which the same page may not come again by itself (docs/protocol.md, section 6). */
const FINAL_CODES = [1002, 1003, 1007, 1008, 1009, 4001, 4003, 4010];

/**
 * @param {Ending} ending
 * @returns {string} the code of its error
 */
export function errorCode({ code, reconnect }) {
  return code === 4001 ? 'unauthorized' : reconnect ? 'unreachable' : 'forbidden';
}

/** @typedef {import('./spanwire.js').Envelope} Envelope */

/**
 * How a link ended, and what to do next.
 * @typedef {object} Ending
 * @property {number} code
 * @property {string} reason
 * @property {boolean} reconnect whether the bridge lets us come again
 * @property {number} [afterMs] when, where the bridge said so
 */

/**
 * One WebSocket, from dialling to its end. It is up with the bridge's first reply, neither with `open` nor with the
 * greeting: some proxies accept the upgrade and then swallow every frame, some only those that go one way. After `down`
 * it is silent for good.
 */
export class WebSocketTransport {
  #runtime;
  #listener;
  #greeted = false;
  #up = false;
  /** @type {WebSocket | undefined} */
  #socket;
  /** One timer at a time: the deadline to be up, the wait for the next ping, or the deadline of its pong. */
  #timer;
  #awaitsPong = false;
  #pingedAt = 0;
  #pingInterval = 30_000;
  /** @type {Envelope | undefined} the bridge's farewell, sent just before it closes */
  #farewell;

  /**
   * @param {string} url
   * @param {string} token sent as the first message rather than in the URL, which proxies log; empty: none
   * @param {import('./spanwire.js').Runtime} runtime
   * @param {object} listener
   * @param {(connected: Envelope) => void} listener.greeted now frames may be sent
   * @param {() => void} listener.up the first reply has come
   * @param {(message: Envelope, size: number) => void} listener.message every message, the first one too
   * @param {(ms: number) => void} listener.latency
   * @param {(ending: Ending) => void} listener.down once; not after close()
   */
  constructor(url, token, runtime, listener) {
    this.#runtime = runtime;
    this.#timer = new Timer(runtime);
    this.#listener = listener;
    this.#timer.set(CONNECT_DEADLINE_MS, () => this.#end(SILENT, 'the bridge did not answer'));
    try {
      this.#socket = new runtime.WebSocket(url);
    } catch (error) {
      this.#timer.set(0, () => this.#end(SILENT, String(error)));
      return;
    }
    // Where a token is needed, a bridge that gets none says nothing for seconds, but answers this with an error.
    this.#socket.onopen = () => this.send(token ? { action: 'auth', token } : { action: 'pong' });
    this.#socket.onmessage = (event) => this.#receive(event.data);
    this.#socket.onclose = (event) => this.#end(event.code, event.reason);
  }

  /**
   * @param {object} message
   * @returns {boolean} whether it was handed to the browser for sending
   */
  send(message) {
    if (this.#socket?.readyState !== 1) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** Asks for a sign of life now: the network has changed, or the page woke up. */
  probe() {
    if (this.#up && !this.#awaitsPong) this.#ping(PROBE_DEADLINE_MS);
  }

  /** Leaves, and says nothing more to the listener. */
  close() {
    this.#timer.clear();
    if (!this.#socket) return;
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close(1000);
  }

  /** @param {string} text */
  #receive(text) {
    const message = JSON.parse(text);
    const { type, data } = message;
    if (type === 'connected') this.#pingInterval = data.ping_interval_ms ?? this.#pingInterval;
    if (type === 'disconnect') this.#farewell = message;
    if (data.code === 'unauthorized' && !this.#greeted) return this.#end(4001, data.message);
    if (type === 'connected' && !this.#greeted) {
      this.#greeted = true;
      this.#ping(PONG_DEADLINE_MS);  // before what may be answered at length, so that it measures the way there and back
      this.#listener.greeted(message);
    } else if (this.#greeted && type !== 'disconnect' && type !== 'error') {
      this.#hear(type);
    }
    this.#listener.message(message, text.length);
  }

  /** @param {string} type of a message that refuses nothing: a sign of life */
  #hear(type) {
    if (type === 'pong' && this.#pingedAt) {
      this.#listener.latency(this.#runtime.now() - this.#pingedAt);
      this.#pingedAt = 0;
    }
    if (this.#awaitsPong) this.#waitToPing();
    if (this.#up) return;
    this.#up = true;
    this.#listener.up();
  }

  #waitToPing() {
    this.#awaitsPong = false;
    this.#timer.set(this.#pingInterval, () => this.#ping(PONG_DEADLINE_MS));
  }

  /** @param {number} deadline */
  #ping(deadline) {
    this.#awaitsPong = true;
    this.#pingedAt = this.#runtime.now();
    this.#timer.set(deadline, () => this.#end(SILENT, 'no sign of life from the bridge'));
    this.send({ action: 'ping' });
  }

  /**
   * @param {number} code
   * @param {string} reason
   */
  #end(code, reason) {
    this.close();
    const { reconnect = !FINAL_CODES.includes(code), after_ms: afterMs } = this.#farewell?.data ?? {};
    this.#listener.down({ code, reason, reconnect, afterMs });
  }
}
