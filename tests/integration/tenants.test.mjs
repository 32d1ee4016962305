// What one tenant can see does not depend on any other: the same random operations of one tenant are played on a bridge
// that another tenant uses too, with the same topics, users and keys, and on one that it has for itself. Both must look the
// same to it, to the last offset and error text. SOAK_SEED=... replays a run.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { BridgeProcess, mint, Publisher, SECRET } from '../browser/foreign_clients.mjs';
import { Random } from '../soak/random.mjs';
import { Client } from './client.mjs';
import { EventStream } from './event_stream.mjs';
import { start, temporaryFolder } from './programs.mjs';

const TOPICS = ['news', 'gift-list:1', 'user:ann', 'secret'];
const OPERATIONS = 60;
const RUNS = 4;
// Small enough that histories overflow, and that one tenant's use would be felt by another if they shared a bound.
const SETTINGS = `
[auth]
hs256_secret_file = "secret"
[[topic]]
match = "news"
access = "authenticated"
history = { max_events = 5 }
`;

/** What each tenant does at first, so that no run of the dice leaves out an event, a refusal or a resumption. */
const BEGINNING = [
  { kind: 'publish', topic: 'news', id: '', position: '' },
  { kind: 'subscribe', topic: 'secret', id: '', position: '' },
  { kind: 'poll', topic: 'news', id: '', position: 'own' },
];

/** What a tenant does, as a list that does not depend on what comes of it. */
function script(random) {
  return Array.from({ length: OPERATIONS }, (_, n) => {
    if (n < BEGINNING.length) return { ...BEGINNING[n], n };
    const topic = random.pick(TOPICS);
    const kind = random.pick(['publish', 'publish', 'publish', 'subscribe', 'unsubscribe', 'poll', 'stream', 'ping', 'visit']);
    return { kind, topic, n, id: random.chance(0.3) ? `id-${random.integer(1, 5)}` : '', position: random.pick(['', 'own', 'foreign', 'ahead']) };
  });
}

/** One tenant on one bridge, and everything it was ever told. */
class Tenant {
  told = [];
  #bridge;
  #name;
  #client;
  #publisher;
  #subscribed = new Set(['user:ann']);
  #epoch = null;
  #head = 0;
  #streams = 0;
  #seen = 0;
  #watch;

  static async on(bridge, name) {
    const tenant = new Tenant();
    tenant.#bridge = bridge;
    tenant.#name = name;
    tenant.#publisher = new Publisher(bridge.grpc, { token: mint({ sub: 'service', tenant_id: name, publish: ['*', 'user:*'] }) });
    tenant.#client = new Client(bridge, `?token=${tenant.#token}`);
    await tenant.#client.got('subscription', 'user:ann');
    const admin = mint({ sub: 'admin', tenant_id: name, roles: ['admin.read'] });
    tenant.#watch = start('spanwire', ['--server', bridge.grpc, '--token', admin, 'connections', 'watch', '--transport', 'websocket', '-o', 'json']);
    await tenant.#watched('KIND_EXISTING');
    return tenant;
  }
  get #token() {
    return mint({ tenant_id: this.#name, topics: ['gift-list:*'] });
  }

  async do({ kind, topic, n, id, position }) {
    this.told.push({ kind, topic, n });
    if (kind === 'publish') await this.#publish(topic, n, id);
    if (kind === 'subscribe') await this.#subscribe(topic, n, position);
    if (kind === 'unsubscribe') await this.#unsubscribe(topic, n);
    if (kind === 'poll') await this.#poll(topic, position);
    if (kind === 'stream') await this.#stream(topic, position);
    if (kind === 'visit') await this.#visit();
    if (kind === 'ping') await this.#reply({ action: 'ping', id: n }, 'pong');
    this.#collect();
  }
  close() {
    this.#publisher.close();
    this.#client.socket.terminate();
    return this.#watch.stop('SIGINT');
  }

  async #publish(topic, n, id) {
    const event = { topic, type: 'n', json_text: JSON.stringify({ n }), id, tenant_id: this.#name };
    const result = await this.#publisher.publish(event).catch(({ code, details }) => ({ code, details }));
    if (result.epoch) [this.#epoch, this.#head] = [result.epoch, Math.max(this.#head, result.offset)];
    // Streams that were cut count until that is noticed.
    const { local_subscribers: subscribers = 0, ...rest } = result;
    assert.ok(subscribers <= this.#streams + (this.#subscribed.has(topic) ? 1 : 0), JSON.stringify(result));
    this.told.push(rest);
    if (!this.#subscribed.has(topic) || result.duplicate || result.code) return;
    await this.#client.find((message) => message.topic === topic && message.offset === result.offset, `${topic} ${result.offset}`);
  }
  async #subscribe(topic, n, position) {
    const reply = await this.#reply({ action: 'subscribe', topic, id: n, since: this.#cursor(position) ?? null });
    if (reply.type !== 'subscription') return;
    this.#subscribed.add(topic);
    await this.#reply({ action: 'ping', id: `after ${n}` });
  }
  async #unsubscribe(topic, n) {
    this.#subscribed.delete(topic);
    await this.#reply({ action: 'unsubscribe', topic, id: n });
  }
  async #poll(topic, position) {
    const cursor = this.#cursor(position);
    const response = await fetch(`${this.#bridge.url}api/poll?topics=${topic}&wait=0&history=3${cursor ? `&cursor=${cursor}` : ''}`,
      { headers: { Authorization: `Bearer ${this.#token}` } });
    this.told.push({ status: response.status, ...await response.json() });
  }
  async #stream(topic, position) {
    const cursor = this.#cursor(position);
    this.#streams += 1;
    const stream = await EventStream.open(`${this.#bridge.url}api/sse?topics=${topic}${cursor ? `&cursor=${cursor}` : ''}`,
      { headers: { Authorization: `Bearer ${this.#token}` } });
    if (stream.response.status === 200) {
      await stream.until(() => stream.messages.some(({ type, topic: of }) => type === 'subscription' && of === topic));
      this.told.push(...stream.messages.filter(({ type, topic: of }) => type === 'connected' || (type === 'subscription' && of === topic))
        .map((message) => this.#judged(message)));
    }
    this.told.push({ status: stream.response.status });
    await stream.cut();
  }
  /** Somebody comes as a browser does: first without a name, then with a token. The administrator sees it. */
  async #visit() {
    const visitor = await new Client(this.#bridge).opened();
    visitor.send({ action: 'auth', token: this.#token });
    await visitor.got('subscription', 'user:ann');
    await this.#watched('KIND_IDENTIFIED');
    visitor.socket.terminate();
    await this.#watched('KIND_CLOSED');
  }
  /** The next thing that the administrator's watch tells must be this, of the own tenant. */
  async #watched(expected) {
    const { value = '{}' } = await this.#watch.lines.next();
    const { kind, connection } = JSON.parse(value);
    assert.deepEqual([kind, connection?.user_id, connection?.tenant_id ?? ''], [expected, 'ann', this.#name], value);
  }
  /** Sends a message and waits for its answer. */
  async #reply(message) {
    this.#client.send(message);
    return this.#client.find(({ data }) => data?.id === message.id, `the answer to ${JSON.stringify(message)}`);
  }
  #cursor(position) {
    if (position === 'foreign') return 'Zz09-3';
    if (!position || !this.#epoch) return undefined;
    return `${this.#epoch}-${position === 'ahead' ? 1000 : 1}`;
  }
  #collect() {
    this.told.push(...this.#client.messages.slice(this.#seen).map((message) => this.#judged(message)));
    this.#seen = this.#client.messages.length;
  }
  /**
   * A cursor that is pushed says how far the bridge has come with what the tenant itself published a moment ago, which is
   * not the same every time; but never further than that, nor in another log.
   */
  #judged({ data: { cursor, ...data }, ...message }) {
    if (cursor === undefined) return { ...message, data };
    const [epoch, offset] = cursor.split('-');
    if (this.#epoch && !(message.type === 'subscription' && data.recovered)) assert.equal(epoch, this.#epoch);
    assert.ok(Number(offset) <= this.#head, `${JSON.stringify(message)}: ${cursor} of ${this.#head}`);
    return { ...message, data: { ...data, cursor: 'judged' } };
  }

  /** The same without what differs from bridge to bridge: its epoch, who it is, times. */
  get seen() {
    const text = JSON.stringify(this.told).replaceAll(this.#epoch ?? '\0', 'EPOCH');
    return JSON.parse(text, (key, value) =>
      ['timestamp', 'client_id', 'session_expires_at', 'node', 'trace_id'].includes(key) ? undefined : value);
  }
}

/** Plays scripts, `[tenant, operations]` each, at the same time but step by step, and gives what each tenant saw. */
async function play(t, scripts) {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'secret'), SECRET, { mode: 0o600 });
  writeFileSync(join(folder, 'spanwire.toml'), SETTINGS);
  const bridge = await new BridgeProcess(['--config', join(folder, 'spanwire.toml')]).start();
  t.after(() => bridge.kill());
  const tenants = await Promise.all(scripts.map(([name]) => Tenant.on(bridge, name)));
  for (let step = 0; step < OPERATIONS; ++step) {
    await Promise.all(tenants.map((tenant, i) => tenant.do(scripts[i][1][step])));
  }
  await Promise.all(tenants.map((tenant) => tenant.close()));
  return tenants.map(({ seen }) => seen);
}

describe('a tenant', () => {
  const seed = Random.seed();
  it(`sees the same whoever else is there (seed ${seed})`, async (t) => {
    const random = new Random(seed);
    for (let run = 0; run < RUNS; ++run) {
      const acme = ['acme', script(random)];
      const globex = ['', script(random)];
      const [together, [acmeAlone], [globexAlone]] =
        await Promise.all([play(t, [acme, globex]), play(t, [acme]), play(t, [globex])]);
      assert.deepEqual(together[0], acmeAlone, `seed ${seed}, run ${run}`);
      assert.deepEqual(together[1], globexAlone, `seed ${seed}, run ${run}`);
      const text = JSON.stringify(together[0]);
      assert.ok(/"offset":\d/.test(text) && /forbidden/.test(text) && /recovered/.test(text), 'the script does too little');
    }
  });
});
