// What a WebSocket promises over time: heartbeats, and what becomes of a client that does not keep up.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { BridgeProcess, Publisher, WebSocket } from '../browser/foreign_clients.mjs';
import { temporaryFolder } from './programs.mjs';

const DEADLINE_MS = 20_000;
const soon = (emitter, name) => once(emitter, name, { signal: AbortSignal.timeout(DEADLINE_MS) });

let bridge;
afterEach(() => bridge?.kill());

/** Connects; `messages` collects what is received from the beginning. */
function connect(path = 'ws', options = {}) {
  const ws = new WebSocket(`ws://${bridge.http}/${path}`, options);
  const messages = [];
  ws.on('message', (data) => messages.push(JSON.parse(data)));
  return { ws, messages };
}
async function until(condition, emitter, name) {
  while (!condition()) await soon(emitter, name);
}

describe('the heartbeat', () => {
  it('pings a silent client and closes it with 4009 where it does not answer', async () => {
    bridge = await new BridgeProcess(['--ping-interval', '200ms']).start();
    const { ws, messages } = connect('ws', { autoPong: false });
    let pings = 0;
    ws.on('ping', () => ++pings);
    const [code] = await soon(ws, 'close');
    assert.equal(code, 4009);
    assert.equal(pings, 1);
    assert.equal(messages[0].data.ping_interval_ms, 200);
    assert.deepEqual([messages.at(-1).type, messages.at(-1).data.code, messages.at(-1).data.reconnect],
      ['disconnect', 4009, true]);
  });

  it('leaves a client alone that answers', async () => {
    bridge = await new BridgeProcess(['--ping-interval', '100ms']).start();
    const { ws } = connect();
    let pings = 0;
    ws.on('ping', () => ++pings);
    await until(() => pings === 4, ws, 'ping');
    assert.equal(ws.readyState, WebSocket.OPEN);
    ws.terminate();
  });

  it('is JSON for those who ask for it', async () => {
    bridge = await new BridgeProcess(['--ping-interval', '100ms']).start();
    const { ws, messages } = connect('api/ws/realtime?heartbeat=json', { autoPong: false });
    const pinged = () => messages.filter(({ type }) => type === 'ping').length;
    ws.on('message', (data) => JSON.parse(data).type === 'ping' && ws.send('{"action":"pong"}'));
    await until(() => pinged() === 3, ws, 'message');
    assert.deepEqual(messages.find(({ type }) => type === 'ping').data, {});
    ws.terminate();
  });
});

describe('a client that does not keep up', () => {
  it('is closed with 4008, does not hold up the others, and resumes without loss', async (t) => {
    const EVENTS = 200;
    const config = join(temporaryFolder(t), 'spanwire.toml');
    writeFileSync(config, '[limits]\noutbound_queue = "512KiB"\n[[topic]]\nmatch = "big"\nhistory = { max_bytes = "64MiB" }\n');
    bridge = await new BridgeProcess(['--config', config]).start();
    const publisher = new Publisher(bridge.grpc);
    const slow = connect();
    const good = connect();
    for (const { ws, messages } of [slow, good]) {
      await until(() => messages.length >= 1, ws, 'message');
      ws.send('{"action":"subscribe","topic":"big"}');
      await until(() => messages.length >= 2, ws, 'message');
    }
    slow.ws.pause();
    for (let i = 0; i < EVENTS; ++i) await publisher.json('big', 't', { v: 'x'.repeat(100_000) });
    await until(() => good.messages.length === EVENTS + 2, good.ws, 'message');
    const closed = soon(slow.ws, 'close');
    slow.ws.resume();
    assert.equal((await closed)[0], 4008);
    const received = slow.messages.slice(2).filter(({ offset }) => offset).map(({ offset }) => offset);
    assert.ok(received.length < EVENTS, 'it had fallen behind');
    assert.deepEqual(slow.messages.at(-1).data.code, 4008);

    const cursor = slow.messages[1].data.cursor.replace(/\d+$/, String(received.at(-1) ?? 0));
    const again = connect();
    await until(() => again.messages.length >= 1, again.ws, 'message');
    again.ws.send(JSON.stringify({ action: 'subscribe', topic: 'big', since: cursor }));
    await until(() => again.messages.at(-1).offset === EVENTS, again.ws, 'message');
    assert.equal(again.messages[1].data.recovered, true);
    const rest = again.messages.slice(2).map(({ offset }) => offset);
    assert.deepEqual([...received, ...rest], Array.from({ length: EVENTS }, (_, i) => i + 1));
    assert.match(await (await fetch(`${bridge.url}metrics`)).text(), /spanwire_slow_consumers_closed_total 1\b/);
    publisher.close();
    for (const { ws } of [good, again]) ws.terminate();
  });
});

describe('the connection cap', () => {
  it('answers 503 with Retry-After, to an upgrade too', async () => {
    bridge = await new BridgeProcess(['--max-connections', '1']).start();
    const { ws } = connect();
    await soon(ws, 'message');
    const response = await fetch(bridge.url);
    assert.equal(response.status, 503);
    assert.ok(response.headers.get('retry-after'));
    assert.equal((await response.json()).code, 'overloaded');
    const refused = new WebSocket(`ws://${bridge.http}/ws`);
    refused.on('error', () => {});
    const [, answer] = await soon(refused, 'unexpected-response');
    assert.equal(answer.statusCode, 503);
    refused.terminate();
    ws.terminate();
  });
});
