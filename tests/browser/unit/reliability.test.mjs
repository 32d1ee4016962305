import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { settle } from './fake_runtime.mjs';
import { openPage } from './page.mjs';

/** Lets every attempt fail at once, so many times. */
async function fail({ runtime, manager }, times) {
  for (let i = 0; i < times; i++) {
    await runtime.advance(manager.getStatus().retryInMs);
    runtime.socket.drop();
  }
}

describe('a bridge that stays away', () => {
  it('is tried on slowly after failed: about every 30 s, never at once', async () => {
    const page = openPage();
    page.manager.connect();
    await fail(page, 10);
    assert.equal(page.manager.getStatus().state, 'failed');
    const waits = [];
    for (const chance of [0, 0.5, 1]) {
      page.runtime.chance = chance;
      await fail(page, 1);
      waits.push(page.manager.getStatus().retryInMs);
    }
    assert.deepEqual(waits, [22_500, 30_000, 37_500]);
    assert.equal(page.told.states.filter((state) => state === 'failed').length, 1, 'said once');
  });

  it('is given up after ten attempts where the page wants that, and connect() tries again', async () => {
    const page = openPage({ giveUp: true });
    page.manager.connect();
    await fail(page, 10);
    assert.equal(page.manager.getStatus().state, 'failed');
    await page.runtime.advance(3_600_000);
    assert.equal(page.runtime.sockets.length, 10);
    assert.equal(page.runtime.timers, 0);
    page.manager.connect();
    assert.equal(page.runtime.sockets.length, 11);
  });
});

describe('messages sent while away', () => {
  it('go out in order once the bridge replies, after the subscriptions', () => {
    const { runtime, manager } = openPage();
    manager.subscribe('a', () => {});
    assert.equal(manager.send({ action: 'x', n: 1 }), false);
    manager.connect();
    assert.equal(manager.send({ action: 'x', n: 2 }), false);
    runtime.socket.accept();
    assert.deepEqual(runtime.socket.sent.map(({ action, n }) => n ?? action), ['subscribe', 1, 2]);
    assert.equal(manager.send({ action: 'x', n: 3 }), true);
  });

  it('wait up to a hundred; then the oldest is lost, and that is said', () => {
    const { runtime, manager, told } = openPage();
    for (let n = 1; n <= 100; n++) manager.send({ action: 'x', n });
    assert.deepEqual(told.errors, []);
    manager.send({ action: 'x', n: 101 });
    assert.equal(told.errors[0].code, 'overloaded');
    manager.connect();
    runtime.socket.accept();
    assert.deepEqual([runtime.socket.sent.length, runtime.socket.sent[0].n], [100, 2]);
  });
});

describe('a topic that the bridge cannot serve at the moment', () => {
  const overloaded = (socket, topic) => socket.say('error', topic, {
    code: 'overloaded', message: 'later', action: 'subscribe', id: socket.sent.at(-1).id,
  });

  it('is asked for again with backoff, on the same connection', async () => {
    const { runtime, told, goLive } = openPage();
    goLive(['a', 'b']);
    overloaded(runtime.socket, 'b');
    await runtime.advance(999);
    assert.equal(runtime.socket.sent.length, 1);
    await runtime.advance(1);
    assert.deepEqual([runtime.socket.sent[1].topics, runtime.socket.sent[1].since], [['b'], { b: 'e1-10' }]);
    overloaded(runtime.socket, 'b');
    await runtime.advance(1999);
    assert.equal(runtime.socket.sent.length, 2);
    await runtime.advance(1);
    runtime.socket.acknowledge('e1-10', true);
    runtime.socket.event('b', 11);
    assert.deepEqual(told.events, ['b 11']);
    await runtime.advance(20_000);
    assert.equal(runtime.socket.sent.length, 3);
  });

  it('is left alone once nobody wants it', async () => {
    const { runtime, manager, goLive } = openPage();
    goLive();
    const leave = manager.subscribe('b', () => {});
    overloaded(runtime.socket, 'b');
    leave();
    await runtime.advance(5000);
    assert.deepEqual(runtime.socket.sent.map(({ action }) => action), ['subscribe', 'subscribe', 'unsubscribe']);
  });

  it('waits for its answer again where the whole frame was refused', async () => {
    const { runtime, manager, goLive } = openPage();
    goLive();
    manager.subscribe('b', () => {});
    runtime.socket.say('error', '$bridge', { code: 'rate_limited', message: 'slow down' });
    await runtime.advance(1000);
    assert.deepEqual(runtime.socket.sent.map(({ topics }) => topics), [['a'], ['b'], ['b']]);
  });

  it('is not asked for again where it is forbidden', async () => {
    const { runtime, goLive } = openPage();
    goLive();
    runtime.socket.say('error', 'a', { code: 'forbidden', message: 'no', action: 'subscribe' });
    await runtime.advance(20_000);
    assert.equal(runtime.socket.sent.length, 1);
  });
});

describe('the network and the page', () => {
  const happens = ({ runtime }, type) => runtime.page.dispatchEvent(new Event(type));

  for (const type of ['online', 'visibilitychange', 'resume']) {
    it(`tries at once on ${type} instead of waiting`, async () => {
      const page = openPage();
      page.manager.connect();
      page.runtime.socket.drop();
      happens(page, type);
      assert.equal(page.runtime.sockets.length, 2);
      await page.runtime.advance(1000);
      assert.equal(page.runtime.sockets.length, 2, 'the planned attempt was dropped');
    });
  }

  for (const type of ['online', 'offline', 'visibilitychange', 'resume']) {
    it(`asks for a sign of life on ${type}, and leaves where none comes`, async () => {
      const page = openPage();
      page.goLive();
      happens(page, type);
      happens(page, type);
      assert.equal(page.runtime.socket.pings, 2, 'one to begin with, one now');
      await page.runtime.advance(5000);
      assert.equal(page.told.endings[0].code, 4009);
      assert.equal(page.manager.getStatus().state, 'disconnected');
    });
  }

  it('does nothing when the page is hidden: a frozen one could not hear the answer', () => {
    const page = openPage();
    page.goLive();
    page.runtime.page.document = { hidden: true };
    happens(page, 'visibilitychange');
    assert.equal(page.runtime.socket.pings, 1);
    page.runtime.page.document.hidden = false;
    happens(page, 'visibilitychange');
    assert.equal(page.runtime.socket.pings, 2);
  });

  it('waits on when the network goes', () => {
    const page = openPage();
    page.manager.connect();
    page.runtime.socket.drop();
    happens(page, 'offline');
    assert.equal(page.runtime.sockets.length, 1);
  });

  it('goes on where the sign of life comes', async () => {
    const page = openPage();
    page.goLive();
    happens(page, 'online');
    page.runtime.socket.pong();
    await page.runtime.advance(10_000);
    assert.equal(page.manager.getStatus().state, 'connected');
  });

  it('does not dial before connect(), nor after the bridge forbade it', () => {
    const page = openPage();
    happens(page, 'online');
    assert.equal(page.runtime.sockets.length, 0);
    page.goLive();
    page.runtime.socket.drop(4003);
    happens(page, 'online');
    happens(page, 'visibilitychange');
    assert.equal(page.runtime.sockets.length, 1);
  });

  it('leaves with 1000 when the page is left, and resumes when it comes back from the cache', async () => {
    const page = openPage();
    page.goLive();
    happens(page, 'pagehide');
    assert.equal(page.runtime.socket.closedWith, 1000);
    assert.equal(page.runtime.timers, 0);
    happens(page, 'pageshow');
    page.runtime.socket.accept();
    assert.deepEqual(page.runtime.socket.sent[0].since, { a: 'e1-10' });
    assert.equal(page.manager.getStatus().state, 'connected');
  });

  it('stays away on return where the page had left by itself', () => {
    const page = openPage();
    page.goLive();
    page.manager.disconnect();
    happens(page, 'pagehide');
    happens(page, 'pageshow');
    assert.equal(page.runtime.sockets.length, 1);
  });
});
