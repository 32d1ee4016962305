/** @typedef {(url: string) => {port: any, onerror: any}} StartWorker */

/**
 * The options are written out, since bundlers look for a worker in just these words.
 * @type {StartWorker}
 */
function startWorker(url) {
  const worker = new SharedWorker(new URL('./shared_worker.js', import.meta.url), { type: 'module', name: 'spanwire' });
  worker.port.postMessage({ url });
  return worker;
}

/**
 * One connection for all tabs of a browser: `wsManager.connect({ WebSocket: sharedWebSocket() })`. Each tab keeps its own
 * subscriptions and positions. Where the browser has no SharedWorker, or it does not start, as where this module is of
 * another origin than the page, each tab has a WebSocket of its own. All tabs act as one user: the token that came last counts for all.
 * @param {{start?: StartWorker, fallback?: new (url: string) => WebSocket}} [options] for tests
 * @returns {new (url: string) => WebSocket}
 */
export function sharedWebSocket({
  start = 'SharedWorker' in globalThis ? startWorker : undefined, fallback = globalThis.WebSocket,
} = {}) {
  if (!start) return fallback;
  let works = true;

  /** What the client uses of a WebSocket, spoken through a worker. */
  class SharedWebSocket {
    readyState = 0;
    /** @type {((event: object) => void) | null} */
    onopen = null;
    /** @type {((event: {data: string}) => void) | null} */
    onmessage = null;
    /** @type {((event: {code: number, reason: string}) => void) | null} */
    onclose = null;
    #port;

    /** @param {string} url */
    constructor(url) {
      const worker = /** @type {StartWorker} */ (start)(url);
      this.#port = worker.port;
      this.#port.onmessage = (/** @type {MessageEvent} */ { data }) => this.#hear(data);
      worker.onerror = () => {
        works = false;
        this.#end(1006, 'the shared worker does not start');
      };
    }

    /** @param {string} text */
    send(text) {
      this.#port.postMessage({ text });
    }

    close() {
      if (this.readyState === 3) return;
      this.#port.postMessage({ close: true });
      this.#end(1000, '');
    }

    /** @param {{open?: boolean, text?: string, close?: {code: number, reason: string}}} said */
    #hear({ open, text, close }) {
      if (this.readyState === 3) return;
      if (open) {
        this.readyState = 1;
        this.onopen?.({});
      }
      if (text) this.onmessage?.({ data: text });
      if (close) this.#end(close.code, close.reason);
    }

    /**
     * @param {number} code
     * @param {string} reason
     */
    #end(code, reason) {
      this.readyState = 3;
      this.onclose?.({ code, reason });
      this.#port.close?.();
    }
  }

  const choose = function (/** @type {string} */ url) {
    try {
      if (works) return new SharedWebSocket(url);
    } catch {
      works = false;  // a worker must be of the page's own origin
    }
    return new fallback(url);
  };
  return /** @type {any} */ (choose);
}
