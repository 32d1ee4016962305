import { Backoff } from './backoff.js';
import { readEventStream } from './event_stream.js';
import { errorCode } from './websocket_transport.js';

/** @typedef {import('./spanwire.js').ClientError} ClientError */
/** @typedef {import('./spanwire.js').Envelope} Envelope */
/** @typedef {import('./subscriptions.js').PollRequest} PollRequest */

/** How much longer than its `wait` a poll may take, and than its heartbeats a stream. */
const GRACE_MS = 10_000;
/** A stream begins sooner, or something holds it back: the polls before it have just been answered. */
const OPENING_MS = 4000;
/** A poll that is answered before its time with nothing is not repeated at once. */
const EMPTY_PAUSE_MS = 1000;
/** So long it is long poll after a stream that was cut within GRACE_MS, or refused for a reason that may pass. */
const NO_STREAM_MS = 30_000;
/** Longer requests go by POST, for proxies that cut URLs. */
const MAX_URL = 2000;
/** Asking the same again cannot help. */
const REFUSALS = [400, 403, 404];

/** These say nothing about the endpoint. */
const TEMPORARY = [429, 503];
/** There is no such endpoint. */
const ABSENT = [404, 405, 501];

/** An answer other than 200. */
class HttpError extends Error {
  /**
   * @param {Response} response
   * @param {{code?: string, detail?: string}} problem its application/problem+json; empty where a proxy answered
   */
  constructor({ status, headers }, { code = 'internal', detail = `HTTP status ${status}` }) {
    super(detail);
    this.code = code;
    this.status = status;
    this.retryAfterMs = 1000 * Number(headers.get('retry-after')) || 0;
  }
}

/**
 * For where WebSockets do not get through. Topics catch up by polls that are answered at once; then a stream of
 * Server-Sent Events holds them all, or a long poll where a proxy keeps streams back. It is up while its last request
 * was answered, and goes on by itself, with backoff, until stopped.
 */
export class HttpTransport {
  #api;
  #runtime;
  #subscriptions;
  #listener;
  #everyMs;
  #cookies;
  #backoff;
  #stopped = false;
  #failing = false;
  /** In the runtime's milliseconds; Infinity: there are none. */
  #noStreamBefore = 0;
  /** A stream was asked for and has not begun. */
  #opening = false;
  #request = new AbortController();
  #endPause = () => {};

  /**
   * @param {URL} api
   * @param {import('./spanwire.js').Runtime} runtime
   * @param {import('./subscriptions.js').Subscriptions} subscriptions says what to ask for and takes the answers
   * @param {object} listener
   * @param {() => string | Promise<string>} listener.token for the next request; empty: none
   * @param {(transport: 'sse' | 'poll' | null, count: number, size: number) => void} listener.up each answer, before
   *   its messages are delivered; null: a poll by which topics only catch up
   * @param {(message: Envelope, size: number) => void} listener.message each message of a stream
   * @param {(error: ClientError, ending: import('./websocket_transport.js').Ending) => void} listener.down each failure
   * @param {(error: ClientError) => void} listener.refused a topic that cannot be had; the others go on
   * @param {(error: ClientError) => Promise<unknown>} listener.unauthorized the token was not taken: resolves when there is another,
   *   rejects where there is none for now; may stop this
   * @param {number} everyMs ask so often and let nothing be held; 0: hold
   * @param {RequestCredentials} [cookies] whether requests to another origin carry them
   */
  constructor(api, runtime, subscriptions, listener, everyMs, cookies) {
    this.#api = api;
    this.#runtime = runtime;
    this.#subscriptions = subscriptions;
    this.#listener = listener;
    this.#everyMs = everyMs;
    this.#cookies = cookies;
    this.#backoff = new Backoff(runtime.random);
    this.#run();
  }

  /** What to ask for has changed: asks anew. */
  wake() {
    this.#request.abort();
    if (!this.#failing) this.#endPause();
  }

  /** There is reason to hope: asks now, where it waits after a failure. */
  retry() {
    if (this.#failing) this.#endPause();
  }

  stop() {
    this.#stopped = true;
    this.#request.abort();
    this.#endPause();
  }

  async #run() {
    while (!this.#stopped) {
      const request = this.#subscriptions.nextPoll();
      const streams = request?.wait && !this.#everyMs && this.#runtime.now() >= this.#noStreamBefore;
      const pause = !request ? Infinity : await this.#try(request, streams ? this.#stream : this.#poll);
      if (pause) await this.#pause(pause);
    }
  }

  /**
   * @param {PollRequest} request
   * @param {(request: PollRequest, signal: AbortSignal, allow: (ms: number) => void) => Promise<number>} exchange
   * @returns {Promise<number>} milliseconds to wait before the next request
   */
  async #try(request, exchange) {
    const { setTimeout, clearTimeout } = this.#runtime;
    const controller = this.#request = new AbortController();
    this.#opening = exchange === this.#stream;
    let timer = 0;
    let late = false;
    const allow = (/** @type {number} */ ms) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        late = true;
        controller.abort();
      }, ms);
    };
    try {
      return await exchange.call(this, request, controller.signal, allow);
    } catch (error) {
      if (controller.signal.aborted && !late) return 0;
      return await this.#failed(request, /** @type {HttpError} */ (error));
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * @param {PollRequest} request
   * @param {AbortSignal} signal
   * @param {(ms: number) => void} allow
   */
  async #poll(request, signal, allow) {
    const began = this.#runtime.now();
    const wait = this.#everyMs ? 0 : request.wait;
    allow(wait * 1000 + GRACE_MS);
    const text = await (await this.#ask('poll', { ...request, wait }, signal)).text();
    const answer = JSON.parse(text);
    if (signal.aborted) return 0;
    this.#succeeded(wait ? 'poll' : null, answer.messages.length, text.length);
    if (signal.aborted) return 0;  // by a handler of `up`
    this.#subscriptions.polled(request, answer);
    if (this.#everyMs) return this.#subscriptions.nextPoll()?.wait ? this.#everyMs : 0;
    const early = (wait || answer.more) && !answer.messages.length && this.#runtime.now() - began < EMPTY_PAUSE_MS;
    return early ? EMPTY_PAUSE_MS : 0;
  }

  /**
   * @param {PollRequest} request
   * @param {AbortSignal} signal
   * @param {(ms: number) => void} allow
   */
  async #stream({ wait, ...request }, signal, allow) {
    const began = this.#runtime.now();
    /** @type {Envelope | undefined} */
    let farewell;
    let silence = 0;
    allow(OPENING_MS);
    const response = await this.#ask('sse', request, signal);
    try {
      await readEventStream(response, (text, id) => {
        const message = JSON.parse(text);
        if (signal.aborted) return;
        if (message.type === 'disconnect') farewell = message;
        if (message.type === 'connected') {
          this.#opening = false;
          silence = 2 * (message.data.ping_interval_ms ?? 30_000) + GRACE_MS;
          this.#succeeded('sse', 0, 0);
        }
        this.#listener.message(message, text.length);
        if (id) this.#subscriptions.advance(id);
        if (message.type === 'subscription' && this.#subscriptions.rewind(message)) this.wake();
      }, () => this.#opening || allow(silence));
    } catch (error) {
      if (this.#opening || signal.aborted) throw error;  // else it was cut, and asking again shows whether that is all
    }
    if (farewell) return this.#parted(farewell.data);
    if (this.#runtime.now() - began < GRACE_MS) this.#deferStreams();
    return 0;
  }

  #deferStreams() {
    this.#noStreamBefore = this.#runtime.now() + NO_STREAM_MS;
  }

  /** @param {Record<string, any>} farewell */
  async #parted(farewell) {
    const { code, reason, reconnect = true, after_ms: afterMs } = farewell;
    const ending = { code, reason, reconnect };
    this.#failing = true;
    if (code === 4001) {
      await this.#listener.unauthorized({ code: 'unauthorized', message: reason });
      return this.#backoff.next();
    }
    this.#listener.down({ code: errorCode(ending), message: `SSE: ${reason} (${code})` }, ending);
    return afterMs ?? this.#backoff.next();
  }

  /**
   * @param {string} endpoint
   * @param {Partial<PollRequest>} request
   * @param {AbortSignal} signal
   * @returns {Promise<Response>}
   */
  async #ask(endpoint, request, signal) {
    const { topics, ...rest } = request;
    const url = new URL(endpoint, this.#api);
    url.search = `${new URLSearchParams({ topics: `${topics}`, .../** @type {Record<string, any>} */ (rest) })}`;
    /** @type {RequestInit & {headers: Record<string, string>}} */
    const init = { signal, headers: {}, credentials: this.#cookies };
    const token = await this.#listener.token();
    if (token) init.headers.authorization = `Bearer ${token}`;
    if (url.href.length > MAX_URL) {
      url.search = '';
      init.method = 'POST';
      init.headers['content-type'] = 'application/json';
      init.body = JSON.stringify(request);
    }
    const response = await this.#runtime.fetch(url.href, init);
    if (response.ok) return response;
    const error = new HttpError(response, await response.json().catch(() => ({})));
    if (error.status !== 401) throw error;
    await this.#listener.unauthorized({ code: 'unauthorized', message: error.message });
    signal.throwIfAborted();
    return this.#ask(endpoint, request, signal);
  }

  /**
   * @param {'sse' | 'poll' | null} transport
   * @param {number} count
   * @param {number} size
   */
  #succeeded(transport, count, size) {
    this.#failing = false;
    this.#backoff.reset();
    this.#listener.up(transport, count, size);
  }

  /**
   * @param {PollRequest} request
   * @param {Error & Partial<HttpError>} error
   * @returns {Promise<number>} milliseconds to wait
   */
  async #failed(request, { name, message, code = 'unreachable', status = 0, retryAfterMs = 0 }) {
    if (this.#opening && (name === 'AbortError' || status && !TEMPORARY.includes(status))) {
      // Kept back by a proxy, or not known to the bridge; anything else may pass.
      if (!status || ABSENT.includes(status)) this.#noStreamBefore = Infinity;
      else this.#deferStreams();
      return 0;
    }
    if (REFUSALS.includes(status)) {
      const [topic, ...others] = request.topics;
      this.#subscriptions.refused(request);
      if (!others.length) this.#listener.refused({ code, message, topic });
      return 0;
    }
    this.#failing = true;
    this.#listener.down({ code, message }, { code: 1006, reason: message, reconnect: true });
    return Math.max(this.#backoff.next(), retryAfterMs);
  }

  /** @param {number} ms Infinity: until there is something to ask for */
  #pause(ms) {
    const { setTimeout, clearTimeout } = this.#runtime;
    return new Promise((/** @type {(_?: undefined) => void} */ resolve) => {
      const timer = ms < Infinity && !this.#stopped ? setTimeout(resolve, ms) : 0;
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#stopped) resolve();
    });
  }
}
