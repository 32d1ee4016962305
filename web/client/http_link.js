import { HttpTransport } from './http_transport.js';

/** @typedef {import('./spanwire.js').ClientError} ClientError */

/**
 * @typedef {object} HttpLinkListener
 * @property {(count: number, size: number, returned: boolean) => void} answered so many messages are about to be
 *   delivered; `returned`: after it was down
 * @property {(error: ClientError, ending: import('./websocket_transport.js').Ending) => void} down each failure
 * @property {(error: ClientError) => void} refused a topic that cannot be had; the others go on
 * @property {(message: import('./spanwire.js').Envelope, size: number) => void} message each message of a stream
 */

/** The link by HTTP, while it is started: with a token that is replaced when it is taken no more. */
export class HttpLink {
  #options;
  #runtime;
  #subscriptions;
  #credentials;
  #listener;
  /** @type {HttpTransport | null} */
  #transport = null;

  /** @type {'sse' | 'poll' | null} by what it is up */
  up = null;
  isFailing = false;

  /**
   * @param {import('./spanwire.js').Options & {url: string | URL}} options
   * @param {import('./spanwire.js').Runtime} runtime
   * @param {import('./subscriptions.js').Subscriptions} subscriptions
   * @param {import('./credentials.js').Credentials} credentials
   * @param {HttpLinkListener} listener
   */
  constructor(options, runtime, subscriptions, credentials, listener) {
    this.#options = options;
    this.#runtime = runtime;
    this.#subscriptions = subscriptions;
    this.#credentials = credentials;
    this.#listener = listener;
  }

  get isStarted() {
    return !!this.#transport;
  }

  /** @param {number} everyMs ask so often and let nothing be held; 0: hold */
  start(everyMs) {
    this.#transport = this.poll(this.#subscriptions, everyMs, {
      up: (transport, count, size) => {
        const returned = this.isFailing;
        this.up = transport ?? this.up ?? 'poll';
        this.isFailing = false;
        this.#credentials.accepted();
        this.#listener.answered(count, size, returned);
      },
      down: (error, ending) => {
        this.up = null;
        this.isFailing = true;
        this.#listener.down(error, ending);
      },
      unauthorized: async (error) => this.#credentials.refused() ? this.#credentials.renew()
        : this.#listener.down(error, { code: 4001, reason: error.message, reconnect: false }),
    });
  }

  /**
   * Requests beside the link, which change nothing about it.
   * @param {import('./subscriptions.js').Subscriptions} subscriptions
   * @param {number} everyMs
   * @param {Partial<ConstructorParameters<typeof HttpTransport>[3]>} [listener] in the place of what they do by themselves
   * @returns {HttpTransport} already begun
   */
  poll(subscriptions, everyMs, listener) {
    return new HttpTransport(new URL('api/', this.#options.url), this.#runtime, subscriptions, {
      ...this.#listener,
      token: () => this.#credentials.token || this.#credentials.renew(),
      up: (_, count, size) => this.#listener.answered(count, size, false),
      down: this.#listener.refused,
      unauthorized: async (error) => {
        if (!this.#credentials.refused()) throw { ...error, status: 403 };
        await this.#credentials.renew();
      },
      ...listener,
    }, everyMs, this.#options.credentials);
  }

  /** What to ask for has changed, or who asks: asks anew. */
  wake() {
    this.#transport?.wake();
  }

  /** There is reason to hope: asks now, where it waits after a failure. */
  retry() {
    this.#transport?.retry();
  }

  stop() {
    this.#transport?.stop();
    this.#transport = this.up = null;
    this.isFailing = false;
  }
}
