const CONNECT_DEADLINE_MS = 10_000;
const PONG_DEADLINE_MS = 10_000;

/** Close codes after which the same page may not come again by itself (docs/protocol.md, section 6). */
const FINAL_CODES = [1002, 1003, 1007, 1008, 1009, 4001, 4003, 4010];

/**
 * How a WebSocket ended, and what to do next.
 * @typedef {object} Ending
 * @property {number} code
 * @property {string} reason
 * @property {boolean} reconnect whether the bridge lets us come again
 * @property {number} [afterMs] when, where the bridge said so
 */

/**
 * One WebSocket, from dialling to its end. It is up with the bridge's first message, not with `open`: some proxies
 * accept the upgrade and then swallow every frame. After `down` it is silent for good.
 */
export class WebSocketTransport {
  #runtime;
  #listener;
  #up = false;
  /** @type {WebSocket | undefined} */
  #socket;
  /** One timer at a time: the deadline to be up, the wait for the next ping, or the deadline of its pong. */
  #timer = 0;
  #awaitsPong = false;
  #pingedAt = 0;
  #pingInterval = 30_000;
  /** @type {import('./spanwire.js').Envelope | undefined} the bridge's farewell, sent just before it closes */
  #farewell;

  /**
   * @param {string} url
   * @param {import('./spanwire.js').Runtime} runtime
   * @param {object} listener
   * @param {(connected: import('./spanwire.js').Envelope) => void} listener.up
   * @param {(message: import('./spanwire.js').Envelope, size: number) => void} listener.message every message, the
   *   first one too
   * @param {(ms: number) => void} listener.latency
   * @param {(ending: Ending) => void} listener.down once; not after close()
   */
  constructor(url, runtime, listener) {
    this.#runtime = runtime;
    this.#listener = listener;
    this.#after(CONNECT_DEADLINE_MS, () => this.#end(4009, 'the bridge did not answer'));
    try {
      this.#socket = new runtime.WebSocket(url);
    } catch (error) {
      this.#after(0, () => this.#end(1006, String(error)));
      return;
    }
    this.#socket.onmessage = (event) => this.#receive(event.data);
    this.#socket.onclose = (event) => this.#end(event.code, event.reason);
  }

  /**
   * @param {object} message
   * @returns {boolean} whether it was handed to the browser for sending
   */
  send(message) {
    if (!this.#up || this.#socket?.readyState !== 1) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** Leaves, and says nothing more to the listener. */
  close() {
    this.#runtime.clearTimeout(this.#timer);
    if (!this.#socket) return;
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close(1000);
  }

  /** @param {string} text */
  #receive(text) {
    const message = JSON.parse(text);
    if (this.#awaitsPong) this.#waitToPing();  // any message is a sign of life
    if (message.type === 'connected' && !this.#up) {
      this.#up = true;
      this.#pingInterval = message.data.ping_interval_ms ?? this.#pingInterval;
      this.#waitToPing();
      this.#listener.up(message);
    } else if (message.type === 'pong' && this.#pingedAt) {
      this.#listener.latency(this.#runtime.now() - this.#pingedAt);
      this.#pingedAt = 0;
    } else if (message.type === 'disconnect') {
      this.#farewell = message;
    }
    this.#listener.message(message, text.length);
  }

  #waitToPing() {
    this.#awaitsPong = false;
    this.#after(this.#pingInterval, () => {
      this.#awaitsPong = true;
      this.#pingedAt = this.#runtime.now();
      this.#after(PONG_DEADLINE_MS, () => this.#end(4009, 'no sign of life from the bridge'));
      this.send({ action: 'ping' });
    });
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

  /**
   * @param {number} ms
   * @param {() => void} action
   */
  #after(ms, action) {
    this.#runtime.clearTimeout(this.#timer);
    this.#timer = this.#runtime.setTimeout(action, ms);
  }
}
