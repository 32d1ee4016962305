import { Redial } from './redial.js';
import { WebSocketTransport } from './websocket_transport.js';

/** A WebSocket that ends sooner counts as a failed attempt, or a proxy that cuts them would never lead to HTTP. */
const STABLE_AFTER_MS = 10_000;
const UNAUTHORIZED = 4001;

/** @typedef {import('./websocket_transport.js').Ending} Ending */

/**
 * @typedef {object} LinkListener
 * @property {() => void} trying an attempt has begun
 * @property {() => void} greeted now frames may be sent
 * @property {() => void} up the bridge has replied
 * @property {(ending: Ending, wasUp: boolean) => void} down where the ending allows it, another attempt is planned
 * @property {() => boolean} carried whether HTTP carries meanwhile, so that failures are no news
 * @property {(message: import('./spanwire.js').Envelope, size: number) => void} message
 * @property {(ms: number) => void} latency
 */

/** The link by WebSocket: gets a token, dials, and comes back after each end that allows it. */
export class WebSocketLink {
  #options;
  #runtime;
  #credentials;
  #listener;
  /** @type {WebSocketTransport | null} */
  #transport = null;
  #upSince = 0;
  /** Counts the times it dialled or left, so that a token that comes late finds out. */
  #life = 0;
  #fetchingToken = false;

  isUp = false;
  redial;

  /**
   * @param {import('./spanwire.js').Options & {url: string | URL}} options
   * @param {import('./spanwire.js').Runtime} runtime
   * @param {import('./credentials.js').Credentials} credentials
   * @param {LinkListener} listener
   */
  constructor(options, runtime, credentials, listener) {
    this.#options = options;
    this.#runtime = runtime;
    this.#credentials = credentials;
    this.#listener = listener;
    this.redial = new Redial(runtime);
  }

  get isTrying() {
    return this.#fetchingToken || !!this.#transport;
  }

  /** Begins an attempt, unless one is under way or has succeeded. */
  dial() {
    this.redial.cancel();
    if (this.isTrying) return;
    if (!this.#credentials.areRenewable) return this.#open();
    const life = ++this.#life;
    this.#fetchingToken = true;
    this.#listener.trying();
    this.#credentials.renew().then(() => life === this.#life && this.#open(), (error) => {
      if (life === this.#life) this.#ended({ code: UNAUTHORIZED, reason: error.message, reconnect: true });
    });
  }

  /**
   * @param {object} message
   * @returns {boolean} whether it was sent
   */
  send(message) {
    return !!this.#transport?.send(message);
  }

  /** Asks for a sign of life now. */
  probe() {
    this.#transport?.probe();
  }

  /** Closes, plans nothing, and says nothing to the listener. */
  leave() {
    this.redial.cancel();
    this.#drop();
  }

  #open() {
    this.#fetchingToken = false;
    const url = new URL('api/ws/realtime', this.#options.url);
    url.protocol = url.protocol.replace('http', 'ws');
    this.#transport = new WebSocketTransport(url.href, this.#credentials.token, this.#runtime, {
      ...this.#listener,
      up: () => {
        this.isUp = true;
        this.#upSince = this.#runtime.now();
        this.redial.reached();
        this.#listener.up();
      },
      down: (ending) => this.#ended(ending),
    });
    this.#listener.trying();
  }

  #drop() {
    this.#life++;
    this.#transport?.close();
    this.#transport = null;
    this.#fetchingToken = this.isUp = false;
  }

  /** @param {Ending} ending */
  #ended(ending) {
    const wasUp = this.isUp;
    const dialled = this.#transport;
    this.#drop();
    if (wasUp && this.#runtime.now() - this.#upSince >= STABLE_AFTER_MS) {
      this.redial.reset();
      this.#credentials.accepted();
    } else if (ending.afterMs === undefined) {
      this.redial.failed(ending.code, wasUp);
    }
    if (this.#listener.carried()) this.redial.reached();
    if (ending.code === UNAUTHORIZED && dialled) {
      const again = this.#credentials.refused();
      ending.reconnect = again || wasUp && this.#credentials.areRenewable;
      if (again) ending.afterMs = 0;
      if (!this.#credentials.token) ending.reason += '; connect() was given no token';
    }
    if (this.#options.giveUp && this.redial.isHopeless) ending.reconnect = false;
    if (ending.reconnect) this.redial.plan(ending.afterMs, () => this.dial());
    this.#listener.down(ending, wasUp);
  }
}
