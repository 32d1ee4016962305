// A handler that wants a topic from further back than those that have it already.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { settle } from './fake_runtime.mjs';
import { event, openPage } from './page.mjs';

/** A live page whose topic stands at 13, and a second handler of it. */
function withSecond(options) {
  const page = openPage();
  page.goLive();
  for (const offset of [11, 12, 13]) page.runtime.socket.event('a', offset);
  const seen = [];
  const leave = page.manager.subscribe('a', ({ offset }) => seen.push(offset), options);
  return { ...page, seen, leave };
}

describe('a second handler of a topic', () => {
  it('gets what followed its since, then what comes, each once and in order', async () => {
    const { runtime, told, seen } = withSecond({ since: 'e1-10' });
    await settle();
    assert.deepEqual([runtime.poll.topics, runtime.poll.cursor, runtime.poll.wait], [['a'], 'e1-10', '0']);
    runtime.socket.event('a', 14);
    runtime.socket.event('a', 15);
    runtime.poll.answer('e1-14', [11, 12, 13, 14].map((offset) => event('a', offset)));
    await settle();
    runtime.socket.event('a', 16);
    assert.deepEqual(seen, [11, 12, 13, 14, 15, 16]);
    assert.deepEqual(told.events, [11, 12, 13, 14, 15, 16].map((offset) => `a ${offset}`));
    assert.deepEqual([told.gaps, told.errors], [[], []]);
    await runtime.advance(20_000);
    assert.equal(runtime.polls.length, 1);
  });

  it('gets its history', async () => {
    const { runtime, seen } = withSecond({ history: 2 });
    await settle();
    assert.deepEqual([runtime.poll.history, runtime.poll.cursor], ['2', undefined]);
    runtime.poll.answer('e1-13', [event('a', 12), event('a', 13)]);
    await settle();
    runtime.socket.event('a', 14);
    assert.deepEqual(seen, [12, 13, 14]);
  });

  it('goes on while there is more', async () => {
    const { runtime, seen } = withSecond({ since: 'e1-10' });
    await settle();
    runtime.poll.answer('e1-11', [event('a', 11)], { more: true });
    await settle();
    runtime.socket.event('a', 14);
    runtime.poll.answer('e1-13', [event('a', 12), event('a', 13)]);
    await settle();
    assert.deepEqual(seen, [11, 12, 13, 14]);
  });

  it('hears of a gap where its since reaches back too far', async () => {
    const { runtime, told, seen } = withSecond({ since: 'e0-3' });
    await settle();
    runtime.poll.answer('e1-13', [], { topics: { a: { recovered: false } } });
    await settle();
    runtime.socket.event('a', 14);
    assert.deepEqual(told.gaps, [{ topic: 'a', before: 'e0-3', cursor: 'e1-13' }]);
    assert.deepEqual(seen, [14]);
  });

  it('misses nothing where the bridge that answers lags behind, nor where its polls fail at first', async () => {
    const { runtime, seen } = withSecond({ since: 'e1-10' });
    await settle();
    runtime.poll.fail();
    await runtime.advance(1000);
    runtime.poll.answer('e1-11', [event('a', 11)]);
    await settle();
    runtime.socket.event('a', 14);
    await runtime.advance(1000);
    assert.deepEqual(seen, [11]);
    runtime.poll.answer('e1-14', [12, 13, 14].map((offset) => event('a', offset)));
    await settle();
    assert.deepEqual(seen, [11, 12, 13, 14]);
  });

  it('is brought up to date once events flow, where it came before', async () => {
    const { runtime, manager, told, note } = openPage();
    manager.subscribe('a', note);
    const seen = [];
    manager.subscribe('a', ({ offset }) => seen.push(offset), { history: 5 });
    await settle();
    assert.equal(runtime.polls.length, 0);
    manager.connect();
    runtime.socket.accept();
    await settle();
    assert.deepEqual(runtime.socket.sent.map(({ topics, history }) => [topics, history]), [[['a'], undefined]]);
    runtime.poll.answer('e1-10', [event('a', 9), event('a', 10)]);
    await settle();
    runtime.socket.acknowledge('e1-12');  // the subscription began later than the poll: 11 and 12 are in neither
    runtime.socket.event('a', 13);
    await runtime.advance(1000);
    runtime.poll.answer('e1-13', [11, 12, 13].map((offset) => event('a', offset)));
    await settle();
    runtime.socket.event('a', 14);
    assert.deepEqual(seen, [9, 10, 11, 12, 13, 14]);
    assert.deepEqual(told.events, ['a 13', 'a 14']);
  });

  it('sees nothing twice where its poll was ahead of a connection that broke', async () => {
    const { runtime, seen } = withSecond({ since: 'e1-12' });
    await settle();
    runtime.poll.answer('e1-15', [13, 14, 15].map((offset) => event('a', offset)));
    await settle();
    runtime.socket.drop();
    await runtime.advance(1000);
    runtime.socket.accept();
    runtime.socket.acknowledge('e1-13', true);
    for (const offset of [14, 15, 16]) runtime.socket.event('a', offset);
    assert.deepEqual(seen, [13, 14, 15, 16]);
  });

  it('follows the topic into another log', async () => {
    const { runtime, seen } = withSecond({ since: 'e1-12' });
    await settle();
    runtime.poll.answer('e1-13', [event('a', 13)]);
    await settle();
    runtime.socket.say('subscription', 'a', { cursor: 'e2-0' });
    runtime.socket.event('a', 1);
    assert.deepEqual(seen, [13, 1]);
  });

  it('goes on where its polls are refused for good, which is told', async () => {
    const { runtime, told, seen } = withSecond({ since: 'e1-12' });
    await settle();
    runtime.poll.refuse(403, 'forbidden');
    await settle();
    runtime.socket.event('a', 14);
    assert.deepEqual(told.errors, [{ code: 'forbidden', message: 'refused: forbidden', topic: 'a' }]);
    assert.deepEqual(seen, [14]);
  });

  it('does not spin where its token is refused, nor end the connection', async () => {
    const { runtime, manager, told } = openPage({ getToken: () => 't1' });
    manager.subscribe('a', () => {});
    manager.connect();
    await settle();
    runtime.socket.accept();
    runtime.socket.acknowledge('e1-10');
    manager.subscribe('a', () => {}, { since: 'e1-5' });
    await settle();
    runtime.poll.refuse(401, 'unauthorized');
    await settle();
    runtime.poll.refuse(401, 'unauthorized');
    await settle();
    assert.equal(runtime.polls.length, 2);
    assert.equal(manager.getStatus().state, 'connected');
    assert.deepEqual(told.errors.map(({ code, topic }) => [code, topic]), [['unauthorized', 'a']]);
  });

  it('may throw without losing what follows', async () => {
    const { runtime, manager, goLive } = openPage();
    goLive();
    const seen = [];
    manager.subscribe('a', ({ offset }) => {
      seen.push(offset);
      throw new Error('broken handler');
    }, { since: 'e1-5' });
    await settle();
    runtime.poll.answer('e1-10', [event('a', 9), event('a', 10)]);
    await settle();
    assert.deepEqual(seen, [9, 10]);
    assert.equal(runtime.reports.length, 2);
  });

  it('asks no more once it left, and not while the page is disconnected', async () => {
    const { runtime, manager, leave, seen } = withSecond({ since: 'e1-12' });
    await settle();
    manager.disconnect();
    await runtime.advance(60_000);
    assert.equal(runtime.polls.length, 1);
    assert.equal(runtime.poll.aborted, true);
    manager.connect();
    runtime.socket.accept();
    await settle();
    assert.equal(runtime.polls.length, 2);
    leave();
    await runtime.advance(60_000);
    assert.equal(runtime.polls[1].aborted, true);
    assert.deepEqual(seen, []);
    assert.equal(runtime.socket.sent.filter(({ action }) => action === 'unsubscribe').length, 0);
  });
});

describe('options of subscribe()', () => {
  for (const history of ['5', -1, 1.5, NaN, null]) {
    it(`say that ${JSON.stringify(history)} is no history`, () => {
      const { manager } = openPage();
      assert.throws(() => manager.subscribe('a', () => {}, { history }), { name: 'TypeError', message: /is no history/ });
      assert.deepEqual(manager.getStats().topics, []);
    });
  }

  it('are looked at for a topic that is known, too', () => {
    const { manager, goLive } = openPage();
    goLive();
    assert.throws(() => manager.subscribe('a', () => {}, { since: 'garbage!' }), /"garbage!" is no cursor/);
    assert.throws(() => manager.subscribe('a', () => {}, { history: -1 }), TypeError);
  });
});
