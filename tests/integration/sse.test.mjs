// Server-Sent Events against a real bridge, read with the fetch that Node brings.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { BridgeProcess, Publisher, WebSocket } from '../browser/foreign_clients.mjs';
import { EventStream } from './event_stream.mjs';
import { run } from './programs.mjs';

let bridge;
let publisher;
before(async () => {
  bridge = await new BridgeProcess().start();
  publisher = new Publisher(bridge.grpc);
});
after(async () => {
  publisher?.close();
  await bridge?.kill();
});

const open = (query, headers) => EventStream.open(`${bridge.url}api/sse?${query}`, { headers });

/** Publishes {n: 0}, {n: 1}, ... to `topic` one by one until it is stopped; resolves then with the last answer. */
function publishOn(topic) {
  let going = true;
  const done = (async () => {
    let last;
    for (let n = 0; going; ++n) last = await publisher.json(topic, 't', { n });
    return last;
  })();
  return () => {
    going = false;
    return done;
  };
}
/** What {n} the messages carry. */
const numbers = (messages) => messages.filter(({ offset }) => offset).map(({ data }) => data.n);
const upTo = (count) => Array.from({ length: count }, (_, n) => n);

describe('an event stream', () => {
  it('greets, subscribes and delivers what is published', async () => {
    const stream = await open('topics=sse-a,sse-b');
    assert.equal(stream.response.status, 200);
    assert.equal(stream.response.headers.get('cache-control'), 'no-store');
    assert.equal(stream.response.headers.get('x-accel-buffering'), 'no');
    await stream.until(() => stream.events.length >= 3);
    await publisher.json('sse-b', 't', { v: 1 });
    await stream.until(() => stream.events.length >= 4);
    assert.deepEqual(stream.messages.map(({ type }) => type), ['connected', 'subscription', 'subscription', 't']);
    assert.deepEqual(stream.messages[3].data, { v: 1 });
    assert.match(stream.id, new RegExp(`-${stream.messages[3].offset}$`));
    await stream.cut();
  });

  it('names its events where asked to', async () => {
    const stream = await EventStream.open(`${bridge.url}api/sse`,
      { method: 'POST', body: JSON.stringify({ topics: ['sse-named'], events: 'named' }) });
    await stream.until(() => stream.events.length >= 2);
    await publisher.json('sse-named', 'price', {});
    await stream.until(() => stream.events.length >= 3);
    assert.deepEqual(stream.events.map(({ event }) => event), ['connected', 'subscription', 'price']);
    await stream.cut();
  });

  it('comes back with Last-Event-ID after every cut and misses and doubles nothing', async () => {
    let stream = await open('topics=sse-cut');
    await stream.until(() => stream.events.length >= 2);
    const stop = publishOn('sse-cut');
    const received = [];
    for (let cut = 0; cut < 5; ++cut) {
      const enough = 20;
      await stream.until(() => stream.offsets.length >= enough);
      await stream.cut();
      received.push(...stream.messages);
      stream = await open('topics=sse-cut', { 'Last-Event-ID': stream.id });
      await stream.until(() => stream.events.length >= 2);
      assert.equal(stream.messages[1].data.recovered, true);
    }
    const last = await stop();
    // The stream before may have had it already.
    const latest = () => stream.offsets.at(-1) ?? received.at(-1).offset;
    await stream.until(() => latest() === Number(last.offset));
    received.push(...stream.messages.filter(({ offset }) => offset));
    assert.deepEqual(numbers(received), upTo(numbers(received).length));
    assert.equal(received.at(-1).offset, Number(last.offset));
    await stream.cut();
  });

  it('takes its cursor from a WebSocket and gives it to a poll, while events come', async () => {
    const topics = ['sse-one', 'sse-two'];
    const ws = new WebSocket(`ws://${bridge.http}/ws`);
    const heard = [];
    ws.on('message', (data) => heard.push(JSON.parse(data)));
    await once(ws, 'message');
    ws.send(JSON.stringify({ action: 'subscribe', topics }));
    while (heard.length < 3) await once(ws, 'message');
    const [epoch] = heard[2].data.cursor.split('-');
    const stops = topics.map((topic) => publishOn(topic));
    while (heard.length < 50) await once(ws, 'message');
    ws.terminate();
    const received = heard.filter(({ offset }) => offset);

    const stream = await open(`topics=${topics}&cursor=${epoch}-${received.at(-1).offset}`);
    await stream.until(() => stream.offsets.length >= 50);
    await stream.cut();
    received.push(...stream.messages.filter(({ offset }) => offset));

    const lasts = await Promise.all(stops.map((stop) => stop()));
    const head = Math.max(...lasts.map(({ offset }) => Number(offset)));
    for (let cursor = stream.id; received.at(-1).offset < head;) {
      const answer = await (await fetch(`${bridge.url}api/poll?topics=${topics}&cursor=${cursor}`)).json();
      for (const topic of topics) assert.equal(answer.topics[topic].recovered, true);
      received.push(...answer.messages);
      cursor = answer.cursor;
    }
    for (const topic of topics) {
      const mine = received.filter((message) => message.topic === topic);
      assert.deepEqual(numbers(mine), upTo(mine.length), topic);
      const last = lasts[topics.indexOf(topic)];
      assert.equal(mine.at(-1).offset, Number(last.offset), topic);
    }
  });

  it('is told recovered: false where its position is of another log', async () => {
    const stream = await open('topics=sse-other&cursor=another-7');
    await stream.until(() => stream.events.length >= 2);
    assert.equal(stream.messages[1].data.recovered, false);
    await stream.cut();
  });

  it('is refused before it begins where the request is bad', async () => {
    for (const [query, code] of [['', 'bad_request'], ['topics=a%20b', 'bad_topic'], ['topics=a&cursor=x', 'bad_cursor']]) {
      const { response } = await open(query);
      assert.equal(response.status, 400);
      assert.equal(response.headers.get('content-type'), 'application/problem+json');
      assert.equal((await response.json()).code, code);
    }
  });

  it('is one of the connections that administrators see', async () => {
    const stream = await open('topics=sse-seen', { 'User-Agent': 'event-page/1.0' });
    await stream.until(() => stream.events.length >= 2);
    const { stdout } = await run('spanwire',
      ['--server', bridge.grpc, 'connections', 'list', '--topic', 'sse-seen', '-o', 'json']);
    const { connections } = JSON.parse(stdout);
    assert.deepEqual(connections.map(({ transport, user_agent }) => [transport, user_agent]), [['sse', 'event-page/1.0']]);
    assert.equal((await run('spanwire', ['--server', bridge.grpc, 'connections', 'close', connections[0].client_id])).code, 0);
    assert.equal(await stream.closed, true);
    assert.deepEqual([stream.messages.at(-1).type, stream.messages.at(-1).data.code], ['disconnect', 4010]);
  });
});
