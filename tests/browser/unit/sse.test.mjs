import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { settle } from './fake_runtime.mjs';
import { event, openPage } from './page.mjs';

/** A page whose WebSockets are blocked, with its stream asked for but not begun. */
async function streaming(topics = ['a'], options) {
  const page = openPage();
  page.runtime.streams = true;
  page.manager.subscribe(topics, page.note, options);
  page.manager.connect();
  await page.refuseWebSocket();
  page.runtime.poll.answer('e1-10');
  await page.runtime.advance(0);
  return page;
}

describe('Server-Sent Events', () => {
  it('take over where the first poll left off', async () => {
    const { runtime, manager, told } = await streaming(['a', 'b']);
    const { pathname, topics, cursor, wait } = runtime.stream;
    assert.deepEqual({ pathname, topics, cursor, wait },
      { pathname: '/api/sse', topics: ['a', 'b'], cursor: 'e1-10', wait: undefined });
    runtime.stream.begin();
    await settle();
    assert.deepEqual([manager.getStatus().state, manager.getStatus().transport], ['connected', 'sse']);
    assert.equal(manager.getStatus().bridge.client_id, 's1');
    runtime.stream.event('a', 11);
    runtime.stream.event('b', 12);
    await settle();
    assert.deepEqual(told.events, ['a 11', 'b 12']);
    assert.deepEqual(manager.getStats().topics.map(({ cursor: at }) => at), ['e1-12', 'e1-12'], 'the id speaks for all');
    assert.equal(told.connects, 1);
    assert.equal(runtime.polls.length, 1);
  });

  it('may come in any pieces', async () => {
    const { runtime, told } = await streaming();
    runtime.stream.begin();
    const text = `id: e1-11\r\ndata: ${JSON.stringify(event('a', 11))}\r\n\r\n`;
    for (const character of text) {
      runtime.stream.body.push(character);
      await settle();
    }
    assert.deepEqual(told.events, ['a 11']);
  });

  it('give way to long poll where a proxy keeps them back', async () => {
    const { runtime, manager, told } = await streaming();
    runtime.stream.open();
    await runtime.advance(4000);
    assert.equal(runtime.stream.aborted, true);
    assert.deepEqual([runtime.poll.cursor, runtime.poll.wait], ['e1-10', '25']);
    runtime.poll.answer('e1-11', [event('a', 11)]);
    await settle();
    assert.deepEqual(told.events, ['a 11']);
    assert.equal(manager.getStatus().transport, 'poll');
    assert.equal(runtime.opened.length, 1, 'tried once');
    assert.equal(told.connects, 1);
  });

  it('give way to long poll where the bridge has none', async () => {
    const { runtime } = await streaming();
    runtime.stream.refuse(404, 'not_found');
    await runtime.advance(0);
    assert.equal(runtime.poll.wait, '25');
  });

  it('give way to long poll for a while where one is cut soon', async () => {
    const { runtime } = await streaming();
    runtime.stream.begin();
    runtime.stream.end();
    await runtime.advance(25_000);
    assert.equal(runtime.opened.length, 1);
    assert.equal(runtime.poll.wait, '25');
    runtime.poll.answer('e1-10');
    await runtime.advance(25_000);
    runtime.poll.answer('e1-11', [event('a', 11)]);
    await runtime.advance(0);
    assert.equal(runtime.opened.length, 2);
    assert.equal(runtime.stream.cursor, 'e1-11');
  });

  for (const status of [500, 502, 504, 403]) {
    it(`are tried again after ${status}, long poll meanwhile`, async () => {
      const { runtime, manager } = await streaming();
      runtime.stream.refuse(status, 'internal');
      await runtime.advance(25_000);
      assert.equal(runtime.poll.wait, '25');
      runtime.poll.answer('e1-11', [event('a', 11)]);
      await runtime.advance(10_000);
      assert.equal(manager.getStatus().transport, 'poll');
      runtime.poll.answer('e1-12', [event('a', 12)]);
      await runtime.advance(0);
      runtime.stream.begin();
      await settle();
      assert.equal(manager.getStatus().transport, 'sse');
      assert.equal(runtime.stream.cursor, 'e1-12');
    });
  }

  for (const status of [404, 405, 501]) {
    it(`are not tried again after ${status}`, async () => {
      const { runtime } = await streaming();
      runtime.stream.refuse(status, 'not_found');
      await runtime.advance(0);
      for (let i = 0; i < 3; i++) {
        runtime.poll.answer('e1-11');
        await runtime.advance(26_000);
      }
      assert.equal(runtime.opened.length, 1);
    });
  }

  it('go on after a cut without a word to the page', async () => {
    const { runtime, told } = await streaming();
    runtime.stream.begin();
    runtime.stream.event('a', 11);
    await runtime.advance(60_000);
    runtime.stream.body.cut(new TypeError('network error'));
    await runtime.advance(0);
    assert.equal(runtime.opened.length, 2);
    assert.equal(runtime.stream.cursor, 'e1-11');
    runtime.stream.begin();
    runtime.stream.event('a', 11);
    runtime.stream.event('a', 12);
    await settle();
    assert.deepEqual(told.events, ['a 11', 'a 12']);
    assert.equal(told.endings.length, 0);
  });

  it('tell the page when the bridge is gone, and come back', async () => {
    const { runtime, manager, told } = await streaming();
    runtime.stream.begin();
    await runtime.advance(60_000);
    runtime.stream.body.cut(new TypeError('network error'));
    await runtime.advance(0);
    runtime.stream.fail();
    await runtime.advance(0);
    assert.equal(told.endings.length, 1);
    assert.equal(manager.getStatus().transport, null);
    await runtime.advance(1000);
    runtime.stream.begin();
    await settle();
    assert.equal(manager.getStatus().transport, 'sse');
    assert.equal(told.connects, 2);
  });

  it('are left when silent for more than two heartbeats', async () => {
    const { runtime, told } = await streaming();
    runtime.stream.begin();
    await runtime.advance(60_000);
    runtime.stream.heartbeat();
    await runtime.advance(69_999);
    assert.equal(runtime.stream.aborted, false);
    await runtime.advance(1);
    assert.equal(runtime.opened[0].aborted, true);
    assert.equal(told.endings.length, 1);
  });

  it('come back when the bridge said', async () => {
    const { runtime, told } = await streaming();
    runtime.stream.begin();
    runtime.stream.say('disconnect', '$bridge', { code: 1012, reason: 'restart', reconnect: true, after_ms: 3000 });
    runtime.stream.end();
    await runtime.advance(2999);
    assert.equal(runtime.opened.length, 1);
    await runtime.advance(1);
    assert.equal(runtime.opened.length, 2);
    assert.equal(told.endings[0].code, 1012);
  });

  it('end for good where the bridge says so', async () => {
    const { runtime, manager } = await streaming();
    runtime.stream.begin();
    runtime.stream.say('disconnect', '$bridge', { code: 4010, reason: 'bye', reconnect: false });
    runtime.stream.end();
    await runtime.advance(600_000);
    assert.equal(manager.getStatus().state, 'failed');
    assert.equal(runtime.opened.length, 1);
  });

  it('outlast WebSockets that fail again and again, also where the page wants to give up', async () => {
    const page = openPage({ giveUp: true });
    page.runtime.streams = true;
    page.manager.subscribe('a', page.note);
    page.manager.connect();
    await page.refuseWebSocket();
    page.runtime.poll.answer('e1-10');
    await page.runtime.advance(0);
    page.runtime.stream.begin();
    await settle();
    for (let i = 0; i < 20; i++) {
      page.runtime.stream.heartbeat();
      await page.refuseWebSocket(1);
    }
    assert.equal(page.manager.getStatus().state, 'connected');
    assert.ok(page.manager.getStatus().retryInMs > 0);
  });

  it('tell of a gap, and fetch the history by poll', async () => {
    const { runtime, told } = await streaming(['logs'], { history: 2 });
    runtime.stream.open();
    runtime.stream.say('connected', '$bridge', { client_id: 's1' });
    runtime.stream.say('subscription', 'logs', { cursor: 'e2-9', recovered: false });
    await runtime.advance(0);
    assert.deepEqual(told.gaps, [{ topic: 'logs', before: 'e1-10', cursor: 'e2-9' }]);
    assert.deepEqual([runtime.poll.history, runtime.poll.wait], ['2', '0']);
    runtime.poll.answer('e2-9', [event('logs', 8)]);
    await settle();
    assert.deepEqual(told.events, ['logs 8']);
    assert.equal(runtime.stream.cursor, 'e2-9');
    assert.equal(told.gaps.length, 1);
  });

  it('are asked for anew with a topic that could not be served at first, whatever becomes of WebSockets', async () => {
    const { runtime, told } = await streaming(['a', 'b']);
    runtime.stream.begin();
    runtime.stream.say('error', 'b', { code: 'overloaded', message: 'later', action: 'subscribe' });
    await settle();
    runtime.socket.drop();
    await runtime.advance(1000);
    assert.deepEqual([runtime.poll.topics, runtime.poll.cursor], [['b'], 'e1-10']);
    runtime.poll.answer('e1-12', [event('b', 12)]);
    await runtime.advance(0);
    assert.equal(runtime.opened.length, 2);
    assert.deepEqual(told.events, ['b 12']);
  });

  it('are asked for anew with a topic that is added', async () => {
    const { runtime, manager, note, told } = await streaming();
    runtime.stream.begin();
    runtime.stream.event('a', 11);
    await settle();
    manager.subscribe('b', note);
    await runtime.advance(0);
    runtime.poll.answer('e1-12');
    await runtime.advance(0);
    assert.deepEqual([runtime.stream.topics, runtime.stream.cursor], [['a', 'b'], 'e1-11']);
    assert.deepEqual(told.transports, ['poll', 'sse']);
    runtime.stream.begin();
    runtime.stream.event('b', 12);  // between where the two stand
    runtime.stream.event('b', 13);
    await settle();
    assert.deepEqual(told.events, ['a 11', 'b 13']);
  });

  it('hand over to WebSocket without a lost or doubled event', async () => {
    const { runtime, manager, told } = await streaming();
    runtime.stream.begin();
    runtime.stream.event('a', 11);
    await runtime.advance(8000);
    const stream = runtime.stream;
    runtime.socket.greet();
    stream.event('a', 12);  // the greeting alone proves nothing, the stream still counts
    await settle();
    assert.equal(manager.getStatus().transport, 'sse');
    runtime.socket.pong();
    stream.event('a', 13);
    await settle();
    assert.equal(stream.aborted, true);
    assert.deepEqual(runtime.socket.sent[0].since, { a: 'e1-12' });
    runtime.socket.acknowledge('e1-12', true);
    runtime.socket.event('a', 13);
    assert.deepEqual(told.events, ['a 11', 'a 12', 'a 13']);
    assert.deepEqual(told.transports, ['poll', 'sse', 'websocket']);
    assert.equal(told.connects, 1);
  });
});

describe('plain polling', () => {
  it('asks every ten seconds and holds nothing, from where the WebSocket was', async () => {
    const { runtime, manager, told, goLive } = openPage();
    goLive();
    runtime.streams = true;
    manager.startPolling();
    assert.equal(runtime.sockets[0].closedWith, 1000);
    await runtime.advance(0);
    assert.deepEqual([runtime.poll.cursor, runtime.poll.wait], ['e1-10', '0']);
    runtime.poll.answer('e1-11', [event('a', 11)]);
    await runtime.advance(9999);
    const before = runtime.polls.length;
    await runtime.advance(1);
    assert.equal(runtime.polls.length, before + 1);
    assert.equal(runtime.poll.wait, '0');
    for (let i = 0; i < 60; i++) {
      runtime.poll.answer('e1-12', i ? [] : [event('a', 12)]);
      await runtime.advance(10_000);
    }
    assert.equal(runtime.polls.length, before + 61);
    assert.deepEqual(told.events, ['a 11', 'a 12']);
    assert.deepEqual([manager.getStatus().state, manager.getStatus().transport], ['polling', 'poll']);
    assert.deepEqual([runtime.sockets.length, runtime.opened.length], [1, 0]);
  });

  it('ends with stopPolling(), which resumes over WebSocket', async () => {
    const { runtime, manager, told, note } = openPage();
    manager.subscribe('a', note);
    manager.startPolling();
    await runtime.advance(0);
    runtime.poll.answer('e1-10');
    await runtime.advance(0);
    manager.stopPolling();
    runtime.socket.accept();
    assert.deepEqual(runtime.socket.sent[0].since, { a: 'e1-10' });
    assert.deepEqual(told.transports, ['poll', null, 'websocket']);
    await runtime.advance(20_000);
    assert.equal(runtime.polls.length, 1 + (runtime.polls[1]?.aborted ? 1 : 0));
  });

  it('ends with disconnect() too', async () => {
    const { runtime, manager } = openPage();
    manager.subscribe('a', () => {});
    manager.startPolling();
    await runtime.advance(0);
    manager.disconnect();
    manager.stopPolling();
    await runtime.advance(60_000);
    assert.equal(manager.getStatus().state, 'disconnected');
    assert.deepEqual([runtime.sockets.length, runtime.polls.length, runtime.timers], [0, 1, 0]);
  });
});
