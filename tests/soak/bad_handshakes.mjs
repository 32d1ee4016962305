// 200 handshakes a second that get nowhere, in a thread of their own: forged tokens, expired ones, garbage, heads that never
// end, clients that never say who they are. Runs until it is told to stop, and tells then how many there were.
import { connect } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { mint } from '../browser/tokens.mjs';

const { address, perSecond } = workerData;
const { hostname, port } = new URL(`http://${address}`);
const STEP_MS = 20;
const KEEP_OPEN_MS = 12_000;  // longer than the bridge waits for a token

const upgrade = (query, headers = '') => `GET /ws${query} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n` +
  `Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n${headers}\r\n`;
const forged = () => mint({}, { secret: 'x'.repeat(64) });
const KINDS = [
  () => upgrade(`?token=${forged()}`),
  () => upgrade(`?token=${mint({ exp: 1 })}`),
  () => upgrade('', `Authorization: Bearer ${'a'.repeat(6000)}.${'b'.repeat(100)}.c\r\n`),
  () => upgrade(''),
  () => `GET /api/poll?topics=feed&token=${forged()} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
  () => `GET /ws HTTP/1.1\r\nHost: local`,
  () => '\x16\x03\x01\x02\x00\x01\x00',
  () => '',
];

let sent = 0;
const began = performance.now();
const sockets = new Set();
function attack() {
  const socket = connect({ host: hostname, port: Number(port) });
  sockets.add(socket);
  socket.on('error', () => {});
  socket.on('close', () => sockets.delete(socket));
  socket.resume();
  socket.write(KINDS[sent++ % KINDS.length]());
  setTimeout(() => socket.destroy(), KEEP_OPEN_MS).unref();
}
const timer = setInterval(() => {
  const due = (performance.now() - began) / 1000 * perSecond;
  while (sent < due) attack();
}, STEP_MS);

parentPort.once('message', () => {
  clearInterval(timer);
  parentPort.postMessage({ sent, seconds: (performance.now() - began) / 1000 });
  for (const socket of sockets) socket.destroy();
});
