import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { settle } from './fake_runtime.mjs';
import { openPage } from './page.mjs';

describe('states', () => {
  it('starts disconnected and dials only on connect()', () => {
    const { runtime, manager } = openPage();
    assert.equal(manager.getStatus().state, 'disconnected');
    assert.equal(runtime.sockets.length, 0);
    manager.connect();
    assert.equal(manager.getStatus().state, 'connecting');
    assert.equal(runtime.socket.url, 'ws://bridge.test/api/ws/realtime');
  });

  it('is connected with the first message, not with the upgrade', () => {
    const { runtime, manager, told } = openPage();
    manager.connect();
    runtime.socket.swallow();
    assert.equal(manager.getStatus().state, 'connecting');
    runtime.socket.accept();
    assert.deepEqual(told.states, ['connecting', 'connected']);
    assert.deepEqual(told.transports, ['websocket']);
    assert.equal(told.connects, 1);
    assert.equal(manager.getStatus().bridge.node, 'n1');
  });

  it('gives up a socket that was accepted but swallows frames', async () => {
    const { runtime, manager, told } = openPage();
    manager.connect();
    runtime.socket.swallow();
    await runtime.advance(10_000);
    assert.equal(runtime.sockets[0].closedWith, 1000);
    assert.equal(told.errors[0].code, 'unreachable');
  });

  it('gives up a socket that greets but does not let anything through to the bridge', async () => {
    const { runtime, manager, told } = openPage();
    manager.subscribe('a', () => {});
    manager.connect();
    runtime.socket.greet();
    assert.equal(manager.getStatus().state, 'connecting');
    await runtime.advance(10_000);
    assert.deepEqual(told.transports, []);
    runtime.poll.answer('e1-10');
    await runtime.advance(0);
    assert.deepEqual(told.transports, ['poll'], 'at once, since the next socket would fare no better');
  });

  it('keeps one socket however often connect() is called', () => {
    const { runtime, manager } = openPage();
    manager.connect();
    manager.connect();
    runtime.socket.accept();
    manager.connect();
    assert.equal(runtime.sockets.length, 1);
  });

  it('leaves with 1000 on disconnect() and stays away', async () => {
    const { runtime, manager, told, goLive } = openPage();
    goLive();
    manager.disconnect();
    assert.equal(runtime.socket.closedWith, 1000);
    assert.equal(manager.getStatus().state, 'disconnected');
    assert.equal(told.endings[0].code, 1000);
    await runtime.advance(600_000);
    assert.equal(runtime.sockets.length, 1);
    assert.equal(runtime.timers, 0);
  });

  it('goes over to HTTP at once where a WebSocket cannot even be made', async () => {
    const { runtime, manager, told } = openPage({ WebSocket: class {
      constructor() {
        throw new Error('insecure');
      }
    } });
    manager.subscribe('a', () => {});
    manager.connect();
    await runtime.advance(0);
    assert.match(told.errors[0].message, /insecure/);
    runtime.poll.answer('e1-10');
    await runtime.advance(0);
    assert.equal(manager.getStatus().transport, 'poll');
  });
});

describe('subscribing', () => {
  it('sends subscriptions made before connect() once connected, in one frame', () => {
    const { runtime, manager } = openPage();
    manager.subscribe(['a', 'b'], () => {});
    manager.subscribe('c', () => {});
    manager.connect();
    runtime.socket.accept();
    assert.deepEqual(runtime.socket.sent, [{ action: 'subscribe', id: runtime.socket.sent[0].id, topics: ['a', 'b', 'c'] }]);
  });

  it('sends one made while connected at once, with its history and since', () => {
    const { runtime, manager, goLive } = openPage();
    goLive();
    manager.subscribe('logs', () => {}, { history: 50 });
    manager.subscribe('tasks', () => {}, { since: 'e1-7' });
    const [, logs, tasks] = runtime.socket.sent;
    assert.deepEqual([logs.topics, logs.history, logs.since], [['logs'], 50, undefined]);
    assert.deepEqual([tasks.topics, tasks.history, tasks.since], [['tasks'], undefined, { tasks: 'e1-7' }]);
  });

  it('shares one bridge subscription among handlers and leaves with the last', () => {
    const { runtime, manager } = openPage();
    const leave = [manager.subscribe('a', () => {}), manager.subscribe('a', () => {})];
    manager.connect();
    runtime.socket.accept();
    leave[0]();
    leave[0]();
    assert.equal(runtime.socket.sent.length, 1);
    leave[1]();
    assert.deepEqual(runtime.socket.sent[1], { action: 'unsubscribe', topics: ['a'] });
  });

  it('lets the same function be subscribed twice and removed once', () => {
    const { runtime, manager, told, note, goLive } = openPage();
    const leave = goLive();
    manager.subscribe('a', note);
    runtime.socket.event('a', 11);
    leave();
    runtime.socket.event('a', 12);
    assert.deepEqual(told.events, ['a 11', 'a 11', 'a 12']);
  });

  it('hands no event of an earlier life of the topic to a new subscription', () => {
    const { runtime, manager, told, note, goLive } = openPage();
    goLive()();
    manager.subscribe('a', note);
    runtime.socket.event('a', 11);
    runtime.socket.acknowledge('e1-12');
    runtime.socket.event('a', 13);
    assert.deepEqual(told.events, ['a 13']);
  });

  it('nor mixes them into one that resumes from further back', () => {
    const { runtime, manager, told, note, goLive } = openPage();
    goLive()();
    manager.subscribe('a', note, { since: 'e1-5' });
    runtime.socket.event('a', 11);
    runtime.socket.acknowledge('e1-5', true);
    for (const offset of [6, 11, 12]) runtime.socket.event('a', offset);
    assert.deepEqual(told.events, ['a 6', 'a 11', 'a 12']);
  });

  it('ignores the late answer to a subscription that was given up', () => {
    const { runtime, manager, told, note } = openPage();
    const leave = manager.subscribe('a', note);
    manager.connect();
    runtime.socket.accept();
    leave();
    manager.subscribe('a', note);
    const [first, , second] = runtime.socket.sent;
    runtime.socket.say('subscription', 'a', { cursor: 'e1-5', id: first.id });
    runtime.socket.event('a', 6);
    runtime.socket.say('subscription', 'a', { cursor: 'e1-8', id: second.id });
    runtime.socket.event('a', 9);
    assert.deepEqual(told.events, ['a 9']);
    assert.deepEqual(told.gaps, []);
  });

  it('refuses a since that is no cursor before anything is sent', () => {
    const { manager } = openPage();
    assert.throws(() => manager.subscribe('a', () => {}, { since: 'yesterday' }), /"yesterday" is no cursor/);
  });

  it('splits many topics over frames', () => {
    const { runtime, manager } = openPage();
    manager.subscribe(Array.from({ length: 128 }, (_, i) => `t${i}`), () => {});
    manager.connect();
    runtime.socket.accept();
    assert.deepEqual(runtime.socket.sent.map(({ topics }) => topics.length), [64, 64]);
  });

  it('reports the bridge\'s refusal of a topic', () => {
    const { runtime, told, goLive } = openPage();
    goLive(['a', 'secret']);
    runtime.socket.say('error', 'secret', { code: 'forbidden', message: 'not yours', action: 'subscribe' });
    assert.deepEqual(told.errors, [{ code: 'forbidden', message: 'not yours', action: 'subscribe', topic: 'secret' }]);
  });
});

describe('events', () => {
  it('reach the handlers of their topic and of their type', () => {
    const { runtime, manager, told, goLive } = openPage();
    goLive(['a', 'b']);
    const types = [];
    manager.on('thing', ({ offset }) => types.push(offset));
    const remove = manager.on('*', ({ type }) => types.push(type));
    runtime.socket.event('a', 11);
    remove();
    runtime.socket.event('b', 12);
    assert.deepEqual(told.events, ['a 11', 'b 12']);
    assert.deepEqual(types, [11, 'thing', 12]);
  });

  it('are unpacked from a batch, in order, and what was left out is counted', () => {
    const { runtime, manager, told, goLive } = openPage();
    goLive();
    const messages = [11, 13].map((offset) => ({ type: 'thing', topic: 'a', data: {}, offset }));
    runtime.socket.say('batch', 'a', { messages, count: 2, dropped: 3 });
    assert.deepEqual(told.events, ['a 11', 'a 13']);
    assert.equal(manager.getStats().dropped, 3);
  });

  it('are seen once, though delivered twice', () => {
    const { runtime, manager, told, goLive } = openPage();
    goLive();
    runtime.socket.event('a', 11);
    runtime.socket.event('a', 11);
    runtime.socket.event('a', 10);
    assert.deepEqual(told.events, ['a 11']);
    assert.equal(manager.getStats().duplicates, 2);
  });

  it('reach the other handlers where one throws, and the error is reported', () => {
    const { runtime, manager, told, goLive } = openPage();
    manager.subscribe('a', () => {
      throw new Error('broken handler');
    });
    goLive();
    runtime.socket.event('a', 11);
    assert.deepEqual(told.events, ['a 11']);
    assert.equal(runtime.reports[0].message, 'broken handler');
  });

  it('are counted', () => {
    const { runtime, manager, goLive } = openPage();
    goLive();
    runtime.socket.event('a', 11);
    const { messages, bytes, topics } = manager.getStats();
    assert.equal(messages, 4, 'connected, pong, subscription, event');
    assert.ok(bytes > 200);
    assert.deepEqual(topics, [{ topic: 'a', cursor: 'e1-11', events: 1 }]);
  });
});

describe('coming back', () => {
  it('resumes each topic at its own position', async () => {
    const { runtime, manager, told, goLive } = openPage();
    goLive(['a', 'b']);
    runtime.socket.event('a', 11);
    runtime.socket.drop();
    assert.equal(manager.getStatus().state, 'disconnected');
    await runtime.advance(1000);
    runtime.socket.accept();
    assert.deepEqual(runtime.socket.sent[0].since, { a: 'e1-11', b: 'e1-10' });
    runtime.socket.say('subscription', 'a', { cursor: 'e1-11', recovered: true, id: runtime.socket.sent[0].id });
    runtime.socket.event('a', 12);
    assert.deepEqual(told.events, ['a 11', 'a 12']);
    assert.deepEqual(told.gaps, []);
    assert.deepEqual(told.states.slice(2), ['disconnected', 'connecting', 'connected']);
    assert.equal(manager.getStats().reconnects, 1);
  });

  it('tells of a gap before the events that follow it', async () => {
    const { runtime, manager, told, goLive } = openPage();
    goLive();
    runtime.socket.drop();
    await runtime.advance(1000);
    runtime.socket.accept();
    manager.onGap(() => told.events.push('gap'));
    runtime.socket.acknowledge('e2-3', false);
    runtime.socket.event('a', 4);
    assert.deepEqual(told.gaps, [{ topic: 'a', before: 'e1-10', cursor: 'e2-3' }]);
    assert.deepEqual(told.events, ['gap', 'a 4']);
    assert.equal(manager.getStats().gaps, 1);
  });

  it('tells of a gap where the log is replaced under a live connection, and takes its lower offsets', () => {
    const { runtime, told, goLive } = openPage();
    goLive();
    runtime.socket.say('subscription', 'a', { cursor: 'e2-0' });
    runtime.socket.event('a', 1);
    assert.deepEqual(told.gaps, [{ topic: 'a', before: 'e1-10', cursor: 'e2-0' }]);
    assert.deepEqual(told.events, ['a 1']);
  });

  it('sees no gap where a live topic is confirmed once more', () => {
    const { runtime, told, goLive } = openPage();
    goLive();
    runtime.socket.say('subscription', 'a', { cursor: 'e1-500' });
    assert.deepEqual(told.gaps, []);
  });

  it('moves quiet topics on with each pong', async () => {
    const { runtime, manager, goLive } = openPage();
    goLive(['a', 'b']);
    runtime.socket.event('a', 400);
    runtime.socket.say('pong', '$bridge', { cursor: 'e1-300' });
    assert.deepEqual(manager.getStats().topics.map(({ cursor }) => cursor), ['e1-400', 'e1-300']);
  });

  it('resumes after disconnect() and connect()', () => {
    const { runtime, manager, goLive } = openPage();
    goLive();
    manager.disconnect();
    manager.connect();
    runtime.socket.accept();
    assert.deepEqual(runtime.socket.sent[0].since, { a: 'e1-10' });
  });

  it('waits up to 1, 2, 4 ... 30 s between attempts', async () => {
    const { runtime, manager } = openPage();
    manager.connect();
    const waits = [];
    for (let i = 0; i < 7; i++) {
      runtime.socket.drop();
      waits.push(manager.getStatus().retryInMs);
      await runtime.advance(waits.at(-1));
    }
    assert.deepEqual(waits, [1000, 2000, 4000, 8000, 16000, 30000, 30000]);
  });

  it('spreads the waits over their whole length', () => {
    const { runtime, manager } = openPage();
    runtime.chance = 0.25;
    manager.connect();
    runtime.socket.drop();
    assert.equal(manager.getStatus().retryInMs, 250);
  });

  it('starts over with short waits only after a connection that lasted', async () => {
    const { runtime, manager } = openPage();
    manager.connect();
    runtime.socket.drop();
    await runtime.advance(1000);
    runtime.socket.accept();
    runtime.socket.drop();
    assert.equal(manager.getStatus().retryInMs, 2000);
    await runtime.advance(2000);
    runtime.socket.accept();
    await runtime.advance(10_000);
    runtime.socket.drop();
    assert.equal(manager.getStatus().retryInMs, 1000);
  });

  it('is disconnected between attempts, also after those that lead to HTTP where there is nothing to ask for', async () => {
    const { runtime, manager } = openPage();
    manager.connect();
    for (let i = 0; i < 6; i++) {
      runtime.socket.drop();
      await settle();
      assert.equal(manager.getStatus().state, 'disconnected');
      await runtime.advance(manager.getStatus().retryInMs);
      assert.equal(manager.getStatus().state, 'connecting');
    }
  });

  it('is connecting again where a topic is wanted meanwhile', async () => {
    const { runtime, manager, told, refuseWebSocket } = openPage();
    manager.connect();
    await refuseWebSocket();
    manager.subscribe('a', () => {});
    assert.equal(told.states.at(-1), 'connecting');
    await runtime.advance(0);
    assert.equal(runtime.polls.length, 1);
  });

  it('connect() tries at once instead of waiting', async () => {
    const { runtime, manager } = openPage();
    manager.connect();
    runtime.socket.drop();
    manager.connect();
    assert.equal(runtime.sockets.length, 2);
    await runtime.advance(5000);
    assert.equal(runtime.sockets.length, 2, 'the planned attempt was dropped');
  });

  it('says failed after ten attempts, yet recovers when the bridge returns', async () => {
    const { runtime, manager, told } = openPage();
    manager.connect();
    for (let i = 0; i < 10; i++) {
      assert.notEqual(manager.getStatus().state, 'failed');
      runtime.socket.drop();
      await runtime.advance(manager.getStatus().retryInMs);
    }
    assert.equal(manager.getStatus().state, 'failed');
    runtime.socket.accept();
    assert.equal(told.states.at(-1), 'connected');
  });
});

describe('close codes', () => {
  for (const code of [1002, 1003, 1007, 1008, 1009, 4001, 4003, 4010]) {
    it(`${code} ends it: failed, no further attempt`, async () => {
      const { runtime, manager, told, goLive } = openPage();
      goLive();
      runtime.socket.drop(code, 'no');
      assert.equal(manager.getStatus().state, 'failed');
      assert.equal(told.endings[0].reconnect, false);
      assert.match(told.errors[0].message, new RegExp(`${code}`));
      assert.equal(told.errors[0].code, code === 4001 ? 'unauthorized' : 'forbidden');
      await runtime.advance(3_600_000);
      assert.equal(runtime.sockets.length, 1);
      assert.equal(runtime.polls.length, 0);
      manager.connect();
      assert.equal(runtime.sockets.length, 2);
    });
  }

  for (const code of [1000, 1001, 1005, 1006, 1011, 1012, 1013, 4008, 4009, 4029, 4999]) {
    it(`${code} lets it come back with backoff`, async () => {
      const { runtime, manager, goLive } = openPage();
      goLive();
      runtime.socket.drop(code);
      assert.equal(manager.getStatus().retryInMs, 1000);
      await runtime.advance(1000);
      assert.equal(runtime.sockets.length, 2);
    });
  }

  it('1012 comes back when the bridge said', async () => {
    const { runtime, manager, goLive } = openPage();
    goLive();
    runtime.socket.say('disconnect', '$bridge', { code: 1012, reason: 'restart', reconnect: true, after_ms: 1234 });
    runtime.socket.drop(1012, 'restart');
    assert.equal(manager.getStatus().retryInMs, 1234);
    assert.equal(manager.getStatus().failures, 0);
  });

  it('the farewell decides over the code', () => {
    const { runtime, manager, goLive } = openPage();
    goLive();
    runtime.socket.say('disconnect', '$bridge', { code: 1001, reason: 'enough', reconnect: false });
    runtime.socket.drop(1006);
    assert.equal(manager.getStatus().state, 'failed');
  });
});

describe('heartbeat', () => {
  it('pings at the bridge\'s interval and measures the way there and back', async () => {
    const { runtime, manager, goLive } = openPage();
    goLive();
    await runtime.advance(30_000);
    assert.equal(runtime.socket.pings, 2, 'one to begin with');
    await runtime.advance(40);
    runtime.socket.say('pong', '$bridge', { cursor: 'e1-10' });
    assert.equal(manager.getStats().latencyMs, 40);
    await runtime.advance(30_000);
    assert.equal(runtime.socket.pings, 3);
    assert.equal(manager.getStatus().state, 'connected');
  });

  it('takes any message as a sign of life', async () => {
    const { runtime, manager, goLive } = openPage();
    goLive();
    await runtime.advance(31_000);
    runtime.socket.event('a', 11);
    await runtime.advance(20_000);
    assert.equal(manager.getStatus().state, 'connected');
  });

  it('leaves a bridge that is silent, and comes back', async () => {
    const { runtime, manager, told, goLive } = openPage();
    goLive();
    await runtime.advance(40_000);
    assert.equal(runtime.sockets[0].closedWith, 1000);
    assert.equal(told.endings[0].code, 4009);
    assert.equal(manager.getStatus().state, 'disconnected');
    await runtime.advance(1000);
    assert.equal(runtime.sockets.length, 2);
  });
});
