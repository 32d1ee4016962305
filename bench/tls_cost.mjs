// What TLS costs the whole bridge: memory of an idle subscriber, and processor time of a delivery, beside the same without
// TLS, in turns. SPANWIRE_BRIDGE names the bridge (built with optimisation); needs tools/install-node-packages.sh.
//   node bench/tls_cost.mjs [subscribers] [rounds]
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { BridgeProcess } from '../tests/browser/bridge_process.mjs';
import { Publisher } from '../tests/browser/publisher.mjs';

const SUBSCRIBERS = Number(process.argv[2] ?? 500);
const ROUNDS = Number(process.argv[3] ?? 3);
const SECONDS = 4;
const TICKS_PER_SECOND = 100;  // of /proc
const PAYLOAD = JSON.stringify({ text: 'x'.repeat(120) });

const folder = mkdtempSync(join(tmpdir(), 'spanwire-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
execFileSync(fileURLToPath(new URL('../tools/dev-certs', import.meta.url)), [folder]);
const ca = readFileSync(join(folder, 'ca.pem'));
const FLAGS = ['--tls-cert-file', join(folder, 'server.pem'), '--tls-key-file', join(folder, 'server-key.pem'), '--tls-grpc', 'false'];

const UPGRADE = 'GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
  + 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';
const message = Buffer.from('{"action":"subscribe","topic":"a"}');
const SUBSCRIBE = Buffer.concat([Buffer.from([0x81, 0x80 | message.length, 0, 0, 0, 0]), message]);

/** A subscriber that reads and does not look. */
async function subscribe(bridge, secure) {
  const [host, port] = bridge.http.split(':');
  const socket = secure ? tls.connect({ host, port, ca, servername: 'localhost' }) : net.connect({ host, port });
  await once(socket, secure ? 'secureConnect' : 'connect');
  socket.write(UPGRADE);
  let text = '';
  while (!text.includes('\r\n\r\n')) text += (await once(socket, 'data'))[0].toString('latin1');
  socket.write(SUBSCRIBE);
  while (!text.includes('"subscription"')) text += (await once(socket, 'data'))[0].toString('latin1');
  socket.resume();
  return socket;
}

const pss = (pid) => Number(/^Pss_Anon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]) * 1024;
function cpuMicros(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 1e6 / TICKS_PER_SECOND;
}
async function deliveries(bridge, secure) {
  const socket = secure ? tls.connect({ port: bridge.http.split(':')[1], ca, servername: 'localhost' })
    : net.connect({ port: bridge.http.split(':')[1] });
  socket.end('GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  let text = '';
  for await (const data of socket) text += data;
  return Number(/^spanwire_deliveries_total (\S+)$/m.exec(text)[1]);
}

/** Publishes `batch` events every `everyMs`. @returns server µs for each delivery */
async function deliver(bridge, publisher, secure, batch, everyMs) {
  const events = Array.from({ length: batch }, () => ({ topic: 'a', type: 't', json_text: PAYLOAD }));
  const [cpu, before] = [cpuMicros(bridge.pid), await deliveries(bridge, secure)];
  const end = Date.now() + SECONDS * 1000;
  for (let due = Date.now(); due < end; due += everyMs) {
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - Date.now())));
    await publisher.publishBatch(events);
  }
  return (cpuMicros(bridge.pid) - cpu) / (await deliveries(bridge, secure) - before);
}

async function measure(secure) {
  const bridge = await new BridgeProcess(secure ? FLAGS : []).start();
  const publisher = new Publisher(bridge.grpc);
  await publisher.json('warm', 't', {});
  const warm = [];
  for (let i = 0; i < 50; ++i) warm.push(await subscribe(bridge, secure));
  const before = pss(bridge.pid);
  const cpu = cpuMicros(bridge.pid);
  const subscribers = [...warm];
  for (let i = 0; i < SUBSCRIBERS; ++i) subscribers.push(await subscribe(bridge, secure));
  const connecting = (cpuMicros(bridge.pid) - cpu) / SUBSCRIBERS;
  const idle = (pss(bridge.pid) - before) / SUBSCRIBERS;
  const single = await deliver(bridge, publisher, secure, 1, 20);
  const batched = await deliver(bridge, publisher, secure, 16, 100);
  const after = (pss(bridge.pid) - before) / SUBSCRIBERS;
  for (const socket of subscribers) socket.destroy();
  publisher.close();
  await bridge.kill();
  return { idle, after, connecting, single, batched };
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const runs = { plain: [], tls: [] };
for (let round = 0; round < ROUNDS; ++round) {
  runs.plain.push(await measure(false));
  runs.tls.push(await measure(true));
}
for (const [name, of] of [['idle, bytes a subscriber', 'idle'], ['after deliveries, bytes', 'after'], ['connect and subscribe, µs', 'connecting'],
  ['1 event a send, µs a delivery', 'single'], ['16 events a send, µs a delivery', 'batched']]) {
  const [plain, secure] = [median(runs.plain.map((run) => run[of])), median(runs.tls.map((run) => run[of]))];
  console.log(`${name.padEnd(34)} plain ${plain.toFixed(2).padStart(9)}  TLS ${secure.toFixed(2).padStart(9)}  ${(secure / plain).toFixed(2)} times`);
}
