import { Backoff } from './backoff.js';

/** @typedef {import('./spanwire.js').ClientError} ClientError */

/** How much longer than its `wait` a poll may take before it counts as lost. */
const POLL_GRACE_MS = 10_000;
/** A poll that is answered before its time with nothing is not repeated at once. */
const EMPTY_PAUSE_MS = 1000;
/** Longer requests go by POST, for proxies that cut URLs. */
const MAX_URL = 2000;
/** 400, 403, 404: asking the same again cannot help. */
const REFUSALS = [400, 403, 404];

/** A poll that the bridge did not answer with 200. */
class PollError extends Error {
  /**
   * @param {Response} response
   * @param {{code?: string, detail?: string}} problem its application/problem+json; empty where a proxy answered
   */
  constructor(response, { code = 'internal', detail = `HTTP status ${response.status}` }) {
    super(detail);
    this.code = code;
    this.refused = REFUSALS.includes(response.status);
    this.retryAfterMs = 1000 * Number(response.headers.get('retry-after') ?? 0) || 0;
  }
}

/**
 * Long poll, for where WebSockets do not get through. It is up while its last request was answered, and goes on by
 * itself, with backoff, until stopped.
 */
export class PollTransport {
  #url;
  #runtime;
  #subscriptions;
  #listener;
  #backoff;
  #stopped = false;
  #failing = false;
  #request = new AbortController();
  #endPause = () => {};

  /**
   * @param {string} url
   * @param {import('./spanwire.js').Runtime} runtime
   * @param {import('./subscriptions.js').Subscriptions} subscriptions says what to ask for and takes the answers
   * @param {object} listener
   * @param {(count: number, size: number) => void} listener.up each answer, before its messages are delivered
   * @param {(error: ClientError) => void} listener.down each failure
   * @param {(error: ClientError) => void} listener.refused a topic that cannot be had; the others go on
   */
  constructor(url, runtime, subscriptions, listener) {
    this.#url = url;
    this.#runtime = runtime;
    this.#subscriptions = subscriptions;
    this.#listener = listener;
    this.#backoff = new Backoff(runtime.random);
    this.#run();
  }

  /** What to ask for has changed: asks anew. */
  wake() {
    this.#request.abort();
    if (!this.#failing) this.#endPause();
  }

  stop() {
    this.#stopped = true;
    this.#request.abort();
    this.#endPause();
  }

  async #run() {
    while (!this.#stopped) {
      const request = this.#subscriptions.nextPoll();
      const pause = request ? await this.#poll(request) : Infinity;
      if (pause) await this.#pause(pause);
    }
  }

  /**
   * @param {import('./subscriptions.js').PollRequest} request
   * @returns {Promise<number>} milliseconds to wait before the next one
   */
  async #poll(request) {
    const { now, setTimeout, clearTimeout } = this.#runtime;
    const controller = this.#request = new AbortController();
    let late = false;
    const deadline = setTimeout(() => {
      late = true;
      controller.abort();
    }, request.wait * 1000 + POLL_GRACE_MS);
    const began = now();
    try {
      const text = await this.#ask(request, controller.signal);
      const answer = JSON.parse(text);
      if (controller.signal.aborted) return 0;
      this.#failing = false;
      this.#backoff.reset();
      this.#listener.up(answer.messages.length, text.length);
      if (controller.signal.aborted) return 0;  // by a handler of `up`
      this.#subscriptions.polled(request, answer);
      const early = (request.wait || answer.more) && !answer.messages.length && now() - began < EMPTY_PAUSE_MS;
      return early ? EMPTY_PAUSE_MS : 0;
    } catch (error) {
      if (controller.signal.aborted && !late) return 0;
      return this.#failed(request, /** @type {Error} */ (error));
    } finally {
      clearTimeout(deadline);
    }
  }

  /**
   * @param {import('./subscriptions.js').PollRequest} request
   * @param {AbortSignal} signal
   */
  async #ask(request, signal) {
    const { topics, ...rest } = request;
    const query = new URLSearchParams({ topics: topics.join() });
    for (const [name, value] of Object.entries(rest)) query.set(name, `${value}`);
    const url = `${this.#url}?${query}`;
    const response = await (url.length < MAX_URL
      ? this.#runtime.fetch(url, { signal })
      : this.#runtime.fetch(this.#url, {
        signal, method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(request),
      }));
    const text = await response.text();
    if (!response.ok) {
      const isProblem = response.headers.get('content-type')?.includes('json');
      throw new PollError(response, isProblem ? JSON.parse(text) : {});
    }
    return text;
  }

  /**
   * @param {import('./subscriptions.js').PollRequest} request
   * @param {Error & Partial<PollError>} error
   * @returns {number} milliseconds to wait
   */
  #failed(request, { message, code = 'unreachable', refused, retryAfterMs = 0 }) {
    if (refused) {
      const [topic, ...others] = request.topics;
      this.#subscriptions.refused(request);
      if (!others.length) this.#listener.refused({ code, message, topic });
      return 0;
    }
    this.#failing = true;
    this.#listener.down({ code, message });
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
