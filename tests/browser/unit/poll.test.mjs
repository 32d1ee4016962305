import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { event, openPage } from './page.mjs';

describe('falling back to long poll', () => {
  it('happens after more than three failed attempts', async () => {
    const { runtime, manager, told, refuseWebSocket } = openPage();
    manager.subscribe('a', () => {});
    manager.connect();
    await refuseWebSocket(3);
    assert.equal(runtime.polls.length, 0);
    await refuseWebSocket(1);
    assert.equal(manager.getStatus().state, 'connecting');
    runtime.poll.answer('e1-10');
    await runtime.advance(0);
    assert.equal(manager.getStatus().state, 'polling');
    assert.equal(told.connects, 1);
    assert.deepEqual(told.transports, ['poll']);
  });

  it('asks first where the log stands, then holds a poll from there', async () => {
    const { runtime, manager, told, note, refuseWebSocket } = openPage();
    manager.subscribe(['a', 'b'], note);
    manager.connect();
    await refuseWebSocket();
    const { pathname, topics, cursor, history, wait } = runtime.poll;
    assert.deepEqual({ pathname, topics, cursor, history, wait },
      { pathname: '/api/poll', topics: ['a', 'b'], cursor: undefined, history: undefined, wait: '0' });
    runtime.poll.answer('e1-10');
    await runtime.advance(0);
    assert.deepEqual([runtime.poll.cursor, runtime.poll.wait], ['e1-10', '25']);
    runtime.poll.answer('e1-12', [event('a', 11), event('b', 12)]);
    await runtime.advance(0);
    assert.deepEqual(told.events, ['a 11', 'b 12']);
    assert.equal(runtime.poll.cursor, 'e1-12');
  });

  it('takes over the positions of the WebSocket: topics that stand apart catch up first', async () => {
    const { runtime, told, goLive, refuseWebSocket } = openPage();
    goLive(['busy', 'quiet']);
    runtime.socket.event('busy', 5000);
    runtime.socket.drop();
    await refuseWebSocket();
    assert.deepEqual([runtime.poll.topics, runtime.poll.cursor, runtime.poll.wait], [['busy'], 'e1-5000', '0']);
    runtime.poll.answer('e1-6000', [event('busy', 5500)]);
    await runtime.advance(0);
    assert.deepEqual([runtime.poll.topics, runtime.poll.cursor, runtime.poll.wait], [['quiet'], 'e1-10', '0']);
    runtime.poll.answer('e1-6003');
    await runtime.advance(0);
    assert.deepEqual([runtime.poll.topics, runtime.poll.cursor], [['busy', 'quiet'], 'e1-6000']);
    runtime.poll.answer('e1-6004', [event('busy', 6002), event('quiet', 6004)]);
    await runtime.advance(0);
    assert.deepEqual(told.events, ['busy 5000', 'busy 5500', 'busy 6002', 'quiet 6004']);
    assert.deepEqual(told.gaps, []);
  });

  it('goes on at once while there is more', async () => {
    const { runtime, told, goLive, refuseWebSocket } = openPage();
    goLive();
    runtime.socket.drop();
    await refuseWebSocket();
    runtime.poll.answer('e1-20', [event('a', 20)], { more: true });
    await runtime.advance(0);
    assert.deepEqual([runtime.poll.cursor, runtime.poll.wait], ['e1-20', '0']);
    runtime.poll.answer('e1-30', [event('a', 30)]);
    await runtime.advance(0);
    assert.equal(runtime.poll.wait, '25');
    assert.deepEqual(told.events, ['a 20', 'a 30']);
  });

  it('asks for the history of a topic that has no position', async () => {
    const { runtime, manager, told, note, refuseWebSocket } = openPage();
    manager.subscribe('logs', note, { history: 2 });
    manager.connect();
    await refuseWebSocket();
    assert.equal(runtime.poll.history, '2');
    runtime.poll.answer('e1-9', [event('logs', 4), event('logs', 7)]);
    await runtime.advance(0);
    assert.deepEqual(told.events, ['logs 4', 'logs 7']);
    assert.equal(runtime.poll.cursor, 'e1-9');
  });

  it('tells of a gap, then fetches the history', async () => {
    const { runtime, manager, told, note, refuseWebSocket } = openPage();
    manager.subscribe('logs', note, { history: 2, since: 'e1-5' });
    manager.connect();
    await refuseWebSocket();
    runtime.poll.answer('e2-9', [], { topics: { logs: { recovered: false } } });
    await runtime.advance(0);
    assert.deepEqual(told.gaps, [{ topic: 'logs', before: 'e1-5', cursor: 'e2-9' }]);
    assert.deepEqual([runtime.poll.cursor, runtime.poll.history], [undefined, '2']);
    runtime.poll.answer('e2-9', [event('logs', 8)]);
    await runtime.advance(0);
    assert.deepEqual(told.events, ['logs 8']);
    assert.equal(told.gaps.length, 1);
  });

  it('asks anew when a topic is added while a poll is held', async () => {
    const { runtime, manager, note, refuseWebSocket, told } = openPage();
    manager.subscribe('a', note);
    manager.connect();
    await refuseWebSocket();
    runtime.poll.answer('e1-10');
    await runtime.advance(0);
    const held = runtime.poll;
    manager.subscribe('b', note);
    await runtime.advance(0);
    assert.equal(held.aborted, true);
    assert.deepEqual([runtime.poll.topics, runtime.poll.wait], [['b'], '0']);
    runtime.poll.answer('e1-11');
    await runtime.advance(0);
    assert.deepEqual([runtime.poll.topics, runtime.poll.cursor], [['a', 'b'], 'e1-10']);
    assert.equal(manager.getStatus().state, 'polling');
    assert.deepEqual(told.errors.map(({ code }) => code), Array(4).fill('unreachable'));
  });

  it('does not spin where polls come back empty at once', async () => {
    const { runtime, manager, refuseWebSocket } = openPage();
    manager.subscribe('a', () => {});
    manager.connect();
    await refuseWebSocket();
    runtime.poll.answer('e1-10');
    await runtime.advance(0);
    runtime.poll.answer('e1-10');
    await runtime.advance(999);
    assert.equal(runtime.polls.length, 2);
    await runtime.advance(1);
    assert.equal(runtime.polls.length, 3);
  });

  it('sends long lists of topics by POST', async () => {
    const { runtime, manager, refuseWebSocket } = openPage();
    manager.subscribe(Array.from({ length: 40 }, (_, i) => `${'t'.repeat(60)}:${i}`), () => {});
    manager.connect();
    await refuseWebSocket();
    assert.equal(runtime.poll.method, 'POST');
    assert.equal(runtime.poll.topics.length, 40);
  });

  it('has nothing to do without topics, and begins with the first', async () => {
    const { runtime, manager, refuseWebSocket } = openPage();
    manager.connect();
    await refuseWebSocket();
    await runtime.advance(5000);
    assert.equal(runtime.polls.length, 0);
    manager.subscribe('a', () => {});
    await runtime.advance(0);
    assert.equal(runtime.polls.length, 1);
  });

  it('cannot send', async () => {
    const { runtime, manager, refuseWebSocket } = openPage();
    manager.subscribe('a', () => {});
    manager.connect();
    await refuseWebSocket();
    runtime.poll.answer('e1-10');
    await runtime.advance(0);
    assert.equal(manager.send({ action: 'ping' }), false);
  });
});

describe('a poll that fails', () => {
  async function polling(page) {
    page.manager.subscribe('a', page.note);
    page.manager.connect();
    await page.refuseWebSocket();
    page.runtime.poll.answer('e1-10');
    await page.runtime.advance(0);
    return page.runtime;
  }

  it('is repeated with backoff from the same cursor', async () => {
    const page = openPage();
    const runtime = await polling(page);
    runtime.poll.fail();
    await runtime.advance(0);
    assert.equal(page.manager.getStatus().state, 'disconnected');
    assert.equal(page.told.endings.length, 1);
    const before = runtime.polls.length;
    await runtime.advance(1000);
    assert.equal(runtime.polls.length, before + 1);
    assert.equal(runtime.poll.cursor, 'e1-10');
    runtime.poll.answer('e1-11', [event('a', 11)]);
    await runtime.advance(0);
    assert.deepEqual(page.told.events, ['a 11']);
    assert.equal(page.told.connects, 2);
  });

  it('waits as long as Retry-After says', async () => {
    const page = openPage();
    const runtime = await polling(page);
    runtime.poll.refuse(503, 'overloaded', { 'retry-after': '7' });
    await runtime.advance(0);
    assert.deepEqual(page.told.errors.at(-1), { code: 'overloaded', message: 'refused: overloaded' });
    const before = runtime.polls.length;
    await runtime.advance(6999);
    assert.equal(runtime.polls.length, before);
    await runtime.advance(1);
    assert.equal(runtime.polls.length, before + 1);
  });

  it('is given up when it hangs', async () => {
    const page = openPage();
    const runtime = await polling(page);
    const hung = runtime.poll;
    await runtime.advance(35_000);
    assert.equal(hung.aborted, true);
    assert.equal(page.told.endings.length, 1);
    assert.equal(page.manager.getStatus().transport, null);
  });

  it('tries WebSocket at once when the bridge is back', async () => {
    const page = openPage();
    const runtime = await polling(page);
    page.runtime.chance = 1;
    runtime.poll.fail();
    await runtime.advance(1000);
    const before = runtime.sockets.length;
    runtime.poll.answer('e1-10');
    await runtime.advance(0);
    assert.equal(runtime.sockets.length, before + 1);
  });

  it('leaves out only the topic that is refused', async () => {
    const { runtime, manager, told, note, refuseWebSocket } = openPage();
    manager.subscribe(['a', 'secret'], note);
    manager.connect();
    await refuseWebSocket();
    runtime.poll.refuse(403, 'forbidden');
    await runtime.advance(0);
    assert.deepEqual(runtime.poll.topics, ['a']);
    runtime.poll.answer('e1-10');
    await runtime.advance(0);
    assert.deepEqual(runtime.poll.topics, ['secret']);
    runtime.poll.refuse(403, 'forbidden');
    await runtime.advance(0);
    assert.deepEqual(told.errors.at(-1), { code: 'forbidden', message: 'refused: forbidden', topic: 'secret' });
    assert.deepEqual([runtime.poll.topics, runtime.poll.wait], [['a'], '25']);
    assert.equal(manager.getStatus().state, 'polling');
  });
});

describe('returning to WebSocket', () => {
  it('happens in the background, without a lost or doubled event', async () => {
    const { runtime, manager, told, note, refuseWebSocket } = openPage();
    manager.subscribe('a', note);
    manager.connect();
    await refuseWebSocket();
    runtime.poll.answer('e1-10');
    await runtime.advance(0);
    runtime.poll.answer('e1-11', [event('a', 11)]);
    await runtime.advance(0);
    const held = runtime.poll;
    await runtime.advance(8000);
    assert.equal(manager.getStatus().state, 'polling', 'the attempt does not show');
    runtime.socket.accept();
    held.answer('e1-12', [event('a', 12)]);  // crosses the return
    await runtime.advance(0);
    assert.equal(held.aborted, true);
    assert.deepEqual(runtime.socket.sent[0].since, { a: 'e1-11' });
    runtime.socket.acknowledge('e1-11', true);
    runtime.socket.event('a', 12);
    runtime.socket.event('a', 13);
    assert.deepEqual(told.events, ['a 11', 'a 12', 'a 13']);
    assert.deepEqual(told.transports, ['poll', 'websocket']);
    assert.deepEqual(told.states.slice(-2), ['polling', 'connected']);
    assert.equal(told.connects, 1, 'events never stopped');
    const polls = runtime.polls.length;
    await runtime.advance(20_000);
    assert.equal(runtime.polls.length, polls);
  });

  it('does not take the first pong for the position of topics that the socket does not carry yet', async () => {
    const { runtime, manager, told, note, refuseWebSocket } = openPage();
    manager.subscribe('a', note);
    manager.connect();
    await refuseWebSocket();
    runtime.poll.answer('e1-10');
    await runtime.advance(8000);
    runtime.socket.greet();
    runtime.socket.pong({ cursor: 'e1-12' });
    runtime.socket.acknowledge('e1-10', true);
    runtime.socket.event('a', 11);
    assert.deepEqual(told.events, ['a 11']);
  });

  it('is tried on while polling goes well', async () => {
    const { runtime, manager, refuseWebSocket } = openPage();
    manager.subscribe('a', () => {});
    manager.connect();
    await refuseWebSocket();
    runtime.poll.answer('e1-10');
    await runtime.advance(0);
    for (let i = 0; i < 20; i++) {
      await runtime.advance(15_000);
      runtime.poll.answer('e1-10');
      await runtime.advance(0);
      if (runtime.socket.readyState === 0) runtime.socket.drop();
      assert.equal(manager.getStatus().state, 'polling');
    }
    assert.ok(runtime.sockets.length > 12, `${runtime.sockets.length} attempts`);
  });

  it('ends with a terminal code, and polling with it', async () => {
    const { runtime, manager, refuseWebSocket } = openPage();
    manager.subscribe('a', () => {});
    manager.connect();
    await refuseWebSocket();
    runtime.poll.answer('e1-10');
    await runtime.advance(8000);
    const held = runtime.poll;
    runtime.socket.drop(4003, 'forbidden');
    await runtime.advance(0);
    assert.equal(manager.getStatus().state, 'failed');
    assert.equal(held.aborted, true);
  });

  it('a proxy that cuts every WebSocket soon after it opens leads to long poll', async () => {
    const { runtime, manager, note } = openPage();
    manager.subscribe('a', note);
    manager.connect();
    for (let i = 0; i < 4; i++) {
      runtime.socket.accept();
      await runtime.advance(2000);
      runtime.socket.drop();
      if (i < 3) await runtime.advance(manager.getStatus().retryInMs);
    }
    await runtime.advance(0);
    assert.equal(runtime.polls.length, 1);
  });
});
