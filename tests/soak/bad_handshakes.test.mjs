// 1,000 subscribers with good tokens do not notice 200 bad handshakes a second: their p99 stays within twice the quiet one.
// `make soak` only, since it measures time.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { BridgeProcess, mint, Publisher, SECRET, WebSocket } from '../browser/foreign_clients.mjs';
import { temporaryFolder } from '../integration/programs.mjs';

const SECONDS = Number(process.env.SOAK_SECONDS ?? 0);
const SUBSCRIBERS = 1000;
const EVENTS_PER_SECOND = 10;
const BAD_PER_SECOND = 200;
const QUIET_SECONDS = 10;
const ATTACK_SECONDS = Math.min(30, SECONDS);
const CONFIG = `
[auth]
hs256_secret_file = "secret"
[[topic]]
match = "feed"
access = "authenticated"
`;

const cpuSeconds = (pid) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ').slice(13, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / 100;

/** Publishes for so many seconds, and gives how long each delivery took, in milliseconds, in order. */
async function measure(publisher, subscribers, seconds) {
  const latencies = [];
  const expected = seconds * EVENTS_PER_SECOND * SUBSCRIBERS;
  const complete = new Promise((resolve) => {
    subscribers.onEvent = (sentAt) => {
      latencies.push(performance.now() - sentAt);
      if (latencies.length === expected) resolve();
    };
  });
  const began = performance.now();
  for (let n = 0; n < seconds * EVENTS_PER_SECOND; ++n) {
    const due = began + n * 1000 / EVENTS_PER_SECOND;
    if (due > performance.now()) await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
    await publisher.json('feed', 'tick', { at: performance.now() });
  }
  await complete;
  return latencies.sort((a, b) => a - b);
}
const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

describe('bad handshakes', { skip: !SECONDS && 'only in make soak' }, () => {
  it(`do not slow down who belongs (${BAD_PER_SECOND} a second for ${ATTACK_SECONDS} s)`, async (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'secret'), SECRET, { mode: 0o600 });
    writeFileSync(join(folder, 'spanwire.toml'), CONFIG);
    const bridge = await new BridgeProcess(['--config', join(folder, 'spanwire.toml'), '--log-level', 'warning']).start();
    t.after(() => bridge.kill());
    const publisher = new Publisher(bridge.grpc, { token: mint({ sub: 'service', publish: ['feed'] }) });
    t.after(() => publisher.close());

    const subscribers = { onEvent: () => {} };
    const sockets = [];
    t.after(() => sockets.forEach((socket) => socket.terminate()));
    let lost = 0;
    for (let i = 0; i < SUBSCRIBERS; ++i) {
      const socket = new WebSocket(`ws://${bridge.http}/ws?token=${mint({ sub: `u${i}` })}`);
      sockets.push(socket);
      await once(socket, 'open');
      socket.send('{"action":"subscribe","topic":"feed"}');
      socket.on('close', () => { lost += 1; });
      await new Promise((resolve) => socket.on('message', (data) => {
        const message = JSON.parse(data);
        if (message.type === 'subscription' && message.topic === 'feed') resolve();
        if (message.type === 'tick') subscribers.onEvent(message.data.at);
      }));
    }

    await measure(publisher, subscribers, 2);  // until everything is warm
    const quiet = await measure(publisher, subscribers, QUIET_SECONDS);
    const attacker = new Worker(new URL('./bad_handshakes.mjs', import.meta.url),
      { workerData: { address: bridge.http, perSecond: BAD_PER_SECOND } });
    t.after(() => attacker.terminate());
    const cpu = cpuSeconds(bridge.pid);
    const attacked = await measure(publisher, subscribers, ATTACK_SECONDS);
    const used = cpuSeconds(bridge.pid) - cpu;
    const told = once(attacker, 'message');
    attacker.postMessage('stop');
    const [{ sent, seconds }] = await told;

    const [before, after] = [percentile(quiet, 0.99), percentile(attacked, 0.99)];
    t.diagnostic(`p50 ${percentile(quiet, 0.5).toFixed(1)} → ${percentile(attacked, 0.5).toFixed(1)} ms, p99 ${before.toFixed(1)} → ` +
      `${after.toFixed(1)} ms; ${(sent / seconds).toFixed(0)} bad handshakes a second; bridge ${(used / seconds).toFixed(2)} processors`);
    assert.ok(sent / seconds >= BAD_PER_SECOND * 0.95, `only ${sent} bad handshakes in ${seconds} s`);
    assert.equal(lost, 0);
    assert.ok(after <= 2 * before, `p99 went from ${before} to ${after} ms`);
  });
});
