// How a bridge goes away: everybody is told, not all at once, and newcomers hear where not to go.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get } from 'node:http';
import { describe, it } from 'node:test';
import { BridgeProcess, Publisher, WebSocket } from '../browser/foreign_clients.mjs';
import { EventStream } from './event_stream.mjs';

const metric = async (bridge, name) => {
  const text = await (await fetch(`${bridge.url}metrics`)).text();
  return Number(new RegExp(`^${name.replace(/[{}]/g, '\\$&')} (\\d+)$`, 'm').exec(text)?.[1]);
};
/** A GET on a connection of its own: one kept open from before may be closed just when it is used again. */
async function fresh(url) {
  const request = get(url, { agent: false });
  const [response] = await once(request, 'response');
  response.resume();
  return { status: response.statusCode, headers: response.headers };
}
async function connect(bridge) {
  const ws = new WebSocket(`ws://${bridge.http}/ws`);
  const messages = [];
  ws.on('message', (data) => messages.push(JSON.parse(data)));
  await once(ws, 'message');
  return { ws, messages, closed: once(ws, 'close').then(([code]) => ({ code, at: performance.now() })) };
}
/** A client that takes no bytes and so holds the drain up. */
async function stalled(bridge, publisher) {
  const { ws, closed } = await connect(bridge);
  ws.send('{"action":"subscribe","topic":"big"}');
  await once(ws, 'message');
  ws.pause();
  for (let i = 0; i < 120; ++i) await publisher.json('big', 't', { v: 'x'.repeat(200_000) });
  return { ws, closed };
}

describe('a bridge that is told to stop', () => {
  it('tells all its clients one after another and exits with 0', async () => {
    const CLIENTS = 60;
    const bridge = await new BridgeProcess(['--reconnect-spread', '2s']).start();
    const { cursor } = await (await fetch(`${bridge.url}api/poll?topics=a`)).json();
    const sockets = await Promise.all(Array.from({ length: CLIENTS }, () => connect(bridge)));
    const stream = await EventStream.open(`${bridge.url}api/sse?topics=a`);
    await stream.until(() => stream.events.length >= 2);
    const poll = fetch(`${bridge.url}api/poll?topics=a&cursor=${cursor}&wait=60`);
    while (await metric(bridge, 'spanwire_connections{transport="poll"}') !== 1) continue;  // it is held
    const exited = bridge.stop();
    const ends = await Promise.all(sockets.map(({ closed }) => closed));
    assert.ok(ends.every(({ code }) => code === 1012));
    const times = ends.map(({ at }) => at);
    assert.ok(Math.max(...times) - Math.min(...times) >= 200, 'the closes are spread');
    const afters = sockets.map(({ messages }) => messages.at(-1).data.after_ms);
    assert.ok(afters.every((after) => after >= 0 && after <= 2000));
    assert.ok(new Set(afters).size > CLIENTS / 2, 'so are the times to come back');
    assert.equal(await stream.closed, true);
    assert.equal(stream.messages.at(-1).data.code, 1012);
    assert.equal(stream.retry, stream.messages.at(-1).data.after_ms);
    assert.equal((await poll).status, 200);
    assert.equal(await exited, 0);
  });

  it('refuses newcomers while it waits for those who are slow, and cuts them when its time is over', async () => {
    const bridge = await new BridgeProcess(['--drain-timeout', '3s', '--outbound-queue', '64MiB']).start();
    const publisher = new Publisher(bridge.grpc);
    await stalled(bridge, publisher);
    publisher.close();
    const { cursor } = await (await fetch(`${bridge.url}api/poll?topics=a`)).json();
    const begin = performance.now();
    const exited = bridge.stop();
    while ((await fresh(`${bridge.url}readyz`)).status !== 503) continue;
    assert.equal((await fresh(`${bridge.url}healthz`)).status, 200);
    const late = new WebSocket(`ws://${bridge.http}/ws`);
    late.on('error', () => {});
    const [, refused] = await once(late, 'unexpected-response');
    assert.equal(refused.statusCode, 503);
    assert.ok(refused.headers['retry-after']);
    late.terminate();
    const stream = await EventStream.open(`${bridge.url}api/sse?topics=a`);
    assert.equal(stream.response.status, 200);
    await stream.closed;
    assert.equal(stream.messages[0].data.code, 1012);
    assert.equal(stream.retry, stream.messages[0].data.after_ms);
    const poll = await fresh(`${bridge.url}api/poll?topics=a&cursor=${cursor}&wait=60`);
    assert.equal(poll.status, 200);
    assert.equal(poll.headers.connection, 'close');
    assert.equal(await exited, 0);
    const seconds = (performance.now() - begin) / 1000;
    assert.ok(seconds >= 2 && seconds < 8, `it took ${seconds} s`);
  });

  it('ends at once with 1 on a second signal', async () => {
    const bridge = await new BridgeProcess(['--outbound-queue', '64MiB']).start();
    const publisher = new Publisher(bridge.grpc);
    await stalled(bridge, publisher);
    publisher.close();
    const exited = bridge.stop();
    while ((await fresh(`${bridge.url}readyz`)).status !== 503) continue;
    bridge.stop();
    assert.equal(await exited, 1);
  });
});
