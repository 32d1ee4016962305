// Runs as a SharedWorker, one for each address of a bridge; its name is that address.
import { TabHub } from './tab_hub.js';

const SWEEP_EVERY_MS = 30_000;

const scope = /** @type {any} */ (globalThis);
const hub = new TabHub(scope.name, {
  WebSocket: scope.WebSocket,
  fetch: (url, init) => fetch(url, init),
  now: () => performance.now(),
});
scope.onconnect = (/** @type {MessageEvent} */ { ports: [port] }) => hub.join(port);
setInterval(() => hub.sweep(), SWEEP_EVERY_MS);
