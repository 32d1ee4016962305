import { byId, setText } from './dom.js';
import { isLoopback } from './loopback.js';
import { clockSeconds } from './units.js';

/** @typedef {import('../client/spanwire.js').WebSocketManager} WebSocketManager */

/** @type {Record<import('../client/connection.js').State, [tone: string, text: string]>} */
const WORDS = {
  connected: ['good', 'Live'],
  polling: ['busy', 'Live by long poll'],
  connecting: ['busy', 'Connecting'],
  disconnected: ['bad', 'Disconnected'],
  failed: ['bad', 'Not connected'],
};
const TRANSPORT_NAMES = { websocket: 'WebSocket', sse: 'event stream', poll: 'long poll' };
/** A link that is back sooner is not worth a word. */
const NOTICE_AFTER_MS = 1500;

/** The pulse dot, the notice of a lost link, and the footer. */
export class Status {
  #manager;
  #gate;
  #lostAt = performance.now();
  /** @type {number | null} when the last event came, by this machine's clock */
  #lastEvent = null;

  /**
   * @param {WebSocketManager} manager
   * @param {import('./token_gate.js').TokenGate} gate
   */
  constructor(manager, gate) {
    this.#manager = manager;
    this.#gate = gate;
    manager.on('*', ({ offset }) => {
      if (offset) this.#lastEvent = Date.now();
    });
    manager.onState(() => this.#show());
    manager.onDisconnect(() => this.#lostAt = performance.now());
    byId('retry').addEventListener('click', () => gate.isNeeded ? gate.ask('') : manager.connect());
    setInterval(() => this.#show(), 500);
    this.#show();
  }

  #show() {
    const status = this.#manager.getStatus();
    const [tone, text] = WORDS[status.state];
    byId('status').dataset.tone = tone;
    byId('status').dataset.state = status.state;
    byId('status').dataset.transport = status.transport ?? 'none';
    setText(byId('status-text'), status.transport === 'sse' ? 'Live by event stream' : text);
    this.#showNotice(status);
    this.#showFooter(status);
  }

  /** @param {import('../client/spanwire.js').Status} status */
  #showNotice({ transport, retryInMs }) {
    const lost = !transport && !this.#gate.isAsking && performance.now() - this.#lostAt > NOTICE_AFTER_MS;
    byId('notice').hidden = !lost;
    if (!lost) return;
    const what = this.#gate.isNeeded ? 'Not signed in.' : 'The bridge cannot be reached.';
    const since = this.#lastEvent ? ` What you see is from ${clockSeconds(this.#lastEvent)}.` : '';
    const next = retryInMs ? ` Next attempt in ${Math.ceil(retryInMs / 1000)} s.` : '';
    setText(byId('notice-text'), `${what}${since}${next}`);
    setText(byId('retry'), this.#gate.isNeeded ? 'Sign in' : 'Try now');
  }

  /** @param {import('../client/spanwire.js').Status} status */
  #showFooter({ transport, bridge }) {
    setText(byId('foot-transport'), transport ? TRANSPORT_NAMES[transport] : 'none');
    setText(byId('foot-cursor'), farthest(this.#manager.getStats().topics.flatMap(({ cursor }) => cursor ?? [])) ?? 'none');
    const { latencyMs } = this.#manager.getStats();
    setText(byId('foot-latency'), latencyMs ? `${latencyMs < 10 ? latencyMs.toFixed(1) : Math.round(latencyMs)} ms` : 'unknown');
    setText(byId('node'), bridge.node ?? '');
    setText(byId('foot-bridge'), bridge.server ?? 'unknown');
    const isOpen = bridge.secure === false;
    byId('insecure').hidden = !isOpen;
    byId('insecure-notice').hidden = !isOpen || isLoopback(location.hostname);
    setText(byId('insecure-host'), location.host);
  }
}

/**
 * @param {string[]} cursors
 * @returns {string | undefined}
 */
function farthest(cursors) {
  const offset = (/** @type {string} */ cursor) => Number(cursor.split('-')[1]);
  return cursors.sort((a, b) => offset(a) - offset(b)).at(-1);
}
