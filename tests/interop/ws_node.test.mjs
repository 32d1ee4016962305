// The `ws` package as a subscriber: a WebSocket implementation that is not ours on either side.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, afterEach, before, describe, it } from 'node:test';
import { BridgeProcess, Publisher, WebSocket } from '../browser/foreign_clients.mjs';

const DEADLINE_MS = 5000;

let bridge;
let publisher;
const clients = [];

/** What comes with an emitter's event; fails where it does not come. */
const soon = (emitter, name) => once(emitter, name, { signal: AbortSignal.timeout(DEADLINE_MS) });

before(async () => {
  bridge = await new BridgeProcess().start();
  publisher = new Publisher(bridge.grpc);
});
after(async () => {
  publisher?.close();
  await bridge?.kill();
});
afterEach(() => clients.splice(0).forEach((client) => client.ws.terminate()));

/** A client whose messages are read one by one. */
class Client {
  #received = [];
  #waiting = [];

  constructor(path = 'api/ws/realtime', options = {}) {
    this.ws = new WebSocket(new URL(path, bridge.url.replace('http', 'ws')), options);
    this.ws.on('message', (data, isBinary) => {
      assert.equal(isBinary, false);
      const message = JSON.parse(data);
      const next = this.#waiting.shift();
      next ? next(message) : this.#received.push(message);
    });
    clients.push(this);
  }
  send(message) {
    this.ws.send(typeof message === 'string' ? message : JSON.stringify(message));
  }
  /** The next message, control or event. */
  next() {
    const message = this.#received.shift();
    if (message) return Promise.resolve(message);
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => reject(new Error('no message came')), DEADLINE_MS);
      this.#waiting.push((next) => {
        clearTimeout(deadline);
        resolve(next);
      });
    });
  }
  async greeted() {
    const message = await this.next();
    assert.equal(message.type, 'connected');
    return message.data;
  }
}

describe('a WebSocket client of another make', () => {
  for (const path of ['api/ws/realtime', 'ws']) {
    it(`is greeted on /${path}`, async () => {
      const { protocol, client_id: id, ping_interval_ms: interval, secure } = await new Client(path).greeted();
      assert.equal(protocol, 1);
      assert.ok(id);
      assert.equal(interval, 30_000);
      assert.equal(secure, false);
    });
  }

  for (const verb of ['action', 'type']) {
    it(`subscribes and unsubscribes with "${verb}"`, async () => {
      const client = new Client();
      await client.greeted();
      client.send({ [verb]: 'subscribe', topic: `by:${verb}`, id: 7 });
      const subscription = await client.next();
      assert.equal(subscription.type, 'subscription');
      assert.equal(subscription.data.id, 7);
      await publisher.json(`by:${verb}`, 'note', { n: 1 });
      const event = await client.next();
      assert.deepEqual([event.type, event.topic, event.data], ['note', `by:${verb}`, { n: 1 }]);
      client.send({ [verb]: 'unsubscribe', topic: `by:${verb}` });
      const unsubscription = await client.next();
      assert.deepEqual([unsubscription.type, unsubscription.data.reason], ['unsubscription', 'client']);
    });
  }

  it('resumes where it stood', async () => {
    const first = new Client();
    await first.greeted();
    first.send({ action: 'subscribe', topic: 'resume' });
    const { cursor } = (await first.next()).data;
    first.ws.terminate();
    for (let n = 0; n < 3; n++) await publisher.json('resume', 'note', { n });
    const second = new Client();
    await second.greeted();
    second.send({ action: 'subscribe', topics: ['resume'], since: { resume: cursor } });
    assert.deepEqual((await second.next()).data, { cursor, recovered: true });
    for (let n = 0; n < 3; n++) assert.deepEqual((await second.next()).data, { n });
  });

  it('is told that a cursor of another log is not recoverable, and gets the history it asked for', async () => {
    await publisher.json('lost', 'note', { n: 1 });
    const client = new Client();
    await client.greeted();
    client.send({ action: 'subscribe', topic: 'lost', since: 'zzzz-1', history: 5 });
    assert.equal((await client.next()).data.recovered, false);
    assert.deepEqual((await client.next()).data, { n: 1 });
  });

  it('pings in both ways', async () => {
    const client = new Client();
    await client.greeted();
    client.send({ action: 'ping', id: 'p1' });
    const { type, data } = await client.next();
    assert.equal(type, 'pong');
    assert.equal(data.id, 'p1');
    client.ws.ping('are you there');
    const [payload] = await soon(client.ws, 'pong');
    assert.equal(String(payload), 'are you there');
  });

  it('may send in fragments', async () => {
    const client = new Client();
    await client.greeted();
    const text = JSON.stringify({ action: 'ping', id: 'päng' });
    for (let i = 0; i < text.length; i++) client.ws.send(text[i], { fin: i === text.length - 1 });
    assert.equal((await client.next()).data.id, 'päng');
  });

  it('keeps its connection through messages that make no sense', async () => {
    const client = new Client();
    await client.greeted();
    for (const [message, code] of [['{', 'bad_request'], ['[]', 'bad_request'], [{ action: 'dance' }, 'unknown_action'],
      [{ action: 'subscribe', topic: 'no spaces' }, 'bad_topic'], [{ action: 'subscribe', topic: 'a', since: '?' }, 'bad_cursor']]) {
      client.send(message);
      const answer = await client.next();
      assert.deepEqual([answer.type, answer.data.code], ['error', code], JSON.stringify(message));
    }
    client.send({ action: 'ping' });
    assert.equal((await client.next()).type, 'pong');
  });

  it('is closed with 1003 for a binary message', async () => {
    const client = new Client();
    await client.greeted();
    client.ws.send(Buffer.from([1, 2, 3]));
    const [code] = await soon(client.ws, 'close');
    assert.equal(code, 1003);
  });

  it('is closed with 1009 for a message over the limit', async () => {
    const client = new Client();
    await client.greeted();
    client.send('x'.repeat(65 * 1024));
    const [code] = await soon(client.ws, 'close');
    assert.equal(code, 1009);
  });

  it('closes in agreement', async () => {
    const client = new Client();
    await client.greeted();
    client.ws.close(1000, 'bye');
    const [code] = await soon(client.ws, 'close');
    assert.equal(code, 1000);
  });

  it('is refused from a foreign origin before the upgrade', async () => {
    const client = new Client('api/ws/realtime', { origin: 'https://evil.example' });
    const [error] = await soon(client.ws, 'error');
    assert.match(error.message, /403/);
  });
});
