// Runs as a SharedWorker: one for all tabs, with a hub for each address of a bridge. A tab's first message names it.
import { TabHub } from './tab_hub.js';

const SWEEP_EVERY_MS = 30_000;

const scope = /** @type {any} */ (globalThis);
const runtime = {
  WebSocket: scope.WebSocket,
  fetch: (/** @type {string} */ url, /** @type {object} */ init) => fetch(url, init),
  now: () => performance.now(),
};
/** @type {Map<string, TabHub>} */
const hubs = new Map();

/** @param {string} url */
function hubOf(url) {
  const hub = hubs.get(url) ?? new TabHub(url, runtime);
  hubs.set(url, hub);
  return hub;
}

scope.onconnect = (/** @type {MessageEvent} */ { ports: [port] }) => {
  port.onmessage = (/** @type {MessageEvent} */ { data }) => hubOf(data.url).join(port);
};
setInterval(() => {
  for (const [url, hub] of hubs) {
    hub.sweep();
    if (!hub.size) hubs.delete(url);
  }
}, SWEEP_EVERY_MS);
