import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WebSocketManager } from '../../../web/client/spanwire.js';
import { sharedWebSocket } from '../../../web/integrations/shared_tabs.js';
import { TabHub } from '../../../web/integrations/tab_hub.js';
import { FakeRuntime, settle } from './fake_runtime.mjs';
import { event } from './page.mjs';

/** Two ends of a message port. Messages are structured clones and come in a later turn, as with real ones. */
function ports() {
  const make = () => ({
    onmessage: null, other: null, closed: false,
    postMessage(message) {
      const data = structuredClone(message);
      queueMicrotask(() => this.other.onmessage?.({ data }));
    },
    close() {
      this.closed = true;
    },
  });
  const [a, b] = [make(), make()];
  [a.other, b.other] = [b, a];
  return [a, b];
}

/** A browser with a worker and tabs in it. */
function browser() {
  const worker = new FakeRuntime();
  const hub = new TabHub('ws://bridge.test/api/ws/realtime', {
    WebSocket: worker.WebSocket,
    fetch: async (url, init = {}) => worker.fetch(url, { signal: new AbortController().signal, headers: {}, ...init }),
    now: worker.now,
  });
  const openTab = (options = {}) => {
    const runtime = new FakeRuntime();
    const WebSocket = sharedWebSocket({ start: () => {
      const [mine, theirs] = ports();
      queueMicrotask(() => hub.join(theirs));
      return { port: mine, onerror: null };
    } });
    const manager = new WebSocketManager({ url: 'http://bridge.test/', runtime, WebSocket, ...options });
    const seen = [];
    const gaps = [];
    manager.onGap((gap) => gaps.push(gap));
    const follow = (topic, more) => manager.subscribe(topic, ({ offset }) => seen.push(offset), more);
    manager.connect();
    return { runtime, manager, seen, gaps, follow };
  };
  return { worker, hub, openTab };
}

/** A browser with one tab that is live on topic `a`. */
async function withOneTab() {
  const { worker, hub, openTab } = browser();
  const first = openTab();
  first.follow('a');
  await settle();
  worker.socket.greet();
  await settle();
  worker.socket.pong();
  worker.socket.acknowledge('e1-10');
  await settle();
  return { worker, hub, openTab, first };
}

describe('tabs that share a connection', () => {
  it('are connected by one WebSocket, each topic subscribed once', async () => {
    const { worker, openTab, first } = await withOneTab();
    assert.equal(first.manager.getStatus().state, 'connected');
    const second = openTab();
    second.follow('a');
    await settle();
    worker.socket.pong();
    worker.poll.answer('e1-10');
    await settle();
    worker.socket.event('a', 11);
    await settle();
    assert.equal(second.manager.getStatus().state, 'connected');
    assert.deepEqual([first.seen, second.seen], [[11], [11]]);
    assert.equal(worker.sockets.length, 1);
    assert.equal(worker.socket.sent.filter(({ action }) => action === 'subscribe').length, 1);
  });

  it('that come later get their own history, and nothing twice or not at all meanwhile', async () => {
    const { worker, openTab, first } = await withOneTab();
    worker.socket.event('a', 11);
    const second = openTab();
    second.follow('a', { history: 2 });
    await settle();
    assert.deepEqual([worker.poll.history, worker.poll.cursor], ['2', undefined]);
    worker.socket.event('a', 12);
    worker.socket.event('a', 13);
    worker.poll.answer('e1-12', [event('a', 11), event('a', 12)]);
    await settle();
    worker.socket.event('a', 14);
    await settle();
    assert.deepEqual([first.seen, second.seen], [[11, 12, 13, 14], [11, 12, 13, 14]]);
    assert.deepEqual(second.gaps, []);
  });

  it('that resume get what they missed, or hear of a gap', async () => {
    const { worker, openTab } = await withOneTab();
    const [resumed, lost] = [openTab(), openTab()];
    resumed.follow('a', { since: 'e1-5' });
    lost.follow('a', { since: 'e0-5' });
    await settle();
    const [one, other] = worker.polls;
    one.answer('e1-9', [event('a', 9)], { more: true });
    other.answer('e1-10', [], { topics: { a: { recovered: false } } });
    await settle();
    worker.poll.answer('e1-10', [event('a', 10)]);
    await settle();
    worker.socket.event('a', 11);
    await settle();
    assert.deepEqual([resumed.seen, lost.seen], [[9, 10, 11], [11]]);
    assert.deepEqual([resumed.gaps.length, lost.gaps.length], [0, 1]);
  });

  it('lose nothing of a long catch-up over a pong that comes meanwhile', async () => {
    const { worker, openTab } = await withOneTab();
    const second = openTab();
    second.follow('a', { since: 'e1-5' });
    await settle();
    worker.socket.pong();
    worker.poll.answer('e1-9', [event('a', 8), event('a', 9)], { more: true });
    await settle();
    second.runtime.page.dispatchEvent(new Event('online'));  // asks for a sign of life
    await settle();
    worker.socket.pong({ cursor: 'e1-20' });
    await settle();
    worker.poll.answer('e1-20', [event('a', 10), event('a', 15), event('a', 20)]);
    await settle();
    worker.socket.event('a', 21);
    await settle();
    assert.deepEqual(second.seen, [8, 9, 10, 15, 20, 21]);
  });

  it('are moved on by a pong once they have caught up', async () => {
    const { worker, first } = await withOneTab();
    await first.runtime.advance(30_000);
    worker.socket.pong({ cursor: 'e1-300' });
    await settle();
    assert.deepEqual(first.manager.getStats().topics.map(({ cursor }) => cursor), ['e1-300']);
  });

  it('go on with a topic that was left and wanted again at once, whoever wants it', async () => {
    const { worker, openTab } = await withOneTab();
    const second = openTab();
    const leave = second.follow('b');
    await settle();
    worker.socket.pong();
    worker.socket.acknowledge('e1-10');
    await settle();
    leave();
    second.follow('b');
    await settle();
    worker.socket.say('unsubscription', 'b', { reason: 'client' });
    worker.socket.acknowledge('e1-10');
    await settle();
    for (const offset of [11, 12]) worker.socket.event('b', offset);
    await settle();
    assert.deepEqual(second.seen, [11, 12]);
  });

  it('leave a topic when the last of them does, and the bridge with the last tab', async () => {
    const { worker, hub, openTab, first } = await withOneTab();
    const second = openTab();
    const leave = second.follow('a');
    await settle();
    worker.poll.answer('e1-10');
    first.manager.disconnect();
    await settle();
    assert.equal(worker.socket.sent.at(-1).action, 'subscribe');
    leave();
    await settle();
    assert.deepEqual(worker.socket.sent.at(-1), { action: 'unsubscribe', topics: ['a'] });
    second.manager.disconnect();
    await settle();
    assert.equal(worker.socket.closedWith, 1000);
    assert.equal(hub.size, 0);
  });

  it('are all told when the connection ends, and resume over one new one', async () => {
    const { worker, openTab, first } = await withOneTab();
    const second = openTab();
    second.follow('a');
    await settle();
    worker.socket.pong();
    worker.poll.answer('e1-10');
    await settle();
    worker.socket.drop(1012, 'restart');
    await settle();
    for (const tab of [first, second]) assert.equal(tab.manager.getStatus().state, 'disconnected');
    await first.runtime.advance(1000);
    await second.runtime.advance(1000);
    assert.equal(worker.sockets.length, 2);
    worker.socket.greet();
    await settle();
    worker.socket.acknowledge('e1-10', true);
    worker.poll.answer('e1-12', [event('a', 12)]);
    worker.socket.event('a', 12);
    await settle();
    assert.deepEqual([first.seen, second.seen], [[12], [12]]);
  });

  it('are forgotten when they died without a word, but not when they are only slow', async () => {
    const { worker, hub, openTab, first } = await withOneTab();
    const dead = openTab();
    dead.follow('b');
    await settle();
    assert.equal(hub.size, 2);
    await worker.advance(60_000);
    await first.runtime.advance(30_000);
    await worker.advance(100_000);
    hub.sweep();
    assert.equal(hub.size, 1);
    assert.deepEqual(worker.socket.sent.at(-1), { action: 'unsubscribe', topics: ['b'] });
  });

  it('each hear of a refusal, and ask again by themselves where it passes', async () => {
    const { worker, first, openTab } = await withOneTab();
    const second = openTab();
    second.follow('a');
    await settle();
    worker.socket.pong();
    worker.poll.refuse(503, 'overloaded');
    await settle();
    await second.runtime.advance(1000);
    worker.poll.answer('e1-10');
    await settle();
    worker.socket.event('a', 11);
    await settle();
    assert.deepEqual([first.seen, second.seen], [[11], [11]]);
  });

  it('ask again where too much came while they caught up, rather than hold it all', async () => {
    const { worker, openTab } = await withOneTab();
    const second = openTab();
    second.follow('a');
    await settle();
    worker.socket.pong();
    for (let offset = 11; offset <= 10_011; offset++) worker.socket.event('a', offset);
    worker.poll.answer('e1-10');
    await settle();
    assert.deepEqual(second.seen, []);
    await second.runtime.advance(1000);
    worker.poll.answer('e1-10011');
    await settle();
    worker.socket.event('a', 10_012);
    await settle();
    assert.deepEqual(second.seen.slice(-1), [10_012]);
  });

  it('share a token: the newest counts, and the poll of a later tab carries it', async () => {
    const { worker, openTab } = browser();
    const first = openTab({ getToken: () => 't1' });
    first.follow('a');
    await settle();
    worker.socket.readyState = 1;
    worker.socket.onopen({});
    await settle();
    assert.equal(worker.socket.sent[0].token, 't1');
    worker.socket.greet();
    await settle();
    const second = openTab({ getToken: () => 't2' });
    second.follow('a');
    await settle();
    assert.equal(worker.socket.sent.at(-1).token, 't2');
    assert.equal(worker.poll.authorization, 'Bearer t2');
  });

  it('all hear of the topic that the bridge subscribes by itself, those that come later too', async () => {
    const { worker, openTab, first } = await withOneTab();
    const heard = [];
    first.manager.on('thing', ({ topic, offset }) => heard.push(`first ${topic} ${offset}`));
    worker.socket.say('subscription', 'user:42', { cursor: 'e1-10' });
    const second = openTab({ token: 't' });
    second.manager.on('thing', ({ topic, offset }) => heard.push(`second ${topic} ${offset}`));
    await settle();
    worker.socket.event('user:42', 11);
    await settle();
    assert.deepEqual(heard, ['first user:42 11', 'second user:42 11']);
  });

  it('have a WebSocket each where there is no SharedWorker, or it does not start', async () => {
    class Own {}
    assert.equal(sharedWebSocket({ start: undefined, fallback: Own }), Own);
    let worker;
    const Shared = sharedWebSocket({ start: () => worker = { port: { postMessage() {} }, onerror: null }, fallback: Own });
    const endings = [];
    Object.assign(new Shared('ws://x/'), { onclose: ({ code }) => endings.push(code) });
    worker.onerror();
    assert.deepEqual(endings, [1006]);
    assert.ok(new Shared('ws://x/') instanceof Own);
    const Foreign = sharedWebSocket({ start: () => {
      throw new Error('SecurityError');
    }, fallback: Own });
    assert.ok(new Foreign('ws://x/') instanceof Own);
  });
});
