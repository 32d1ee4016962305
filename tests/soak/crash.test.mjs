// A bridge that is killed while the SDK publishes and subscribers listen, and comes back with nothing. Publishers resend
// until they are promised a position; subscribers are told that their history is gone, exactly where it is.
//
// Two crashes in `make test`, as many as fit into SOAK_SECONDS in `make soak`.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { BridgeProcess } from '../browser/foreign_clients.mjs';
import { temporaryFolder } from '../integration/programs.mjs';
import { Ledger } from './ledger.mjs';
import { NumberedPublisher } from './numbered_publisher.mjs';
import { Random } from './random.mjs';
import { RoamingSubscriber } from './roaming_subscriber.mjs';

const SECONDS = Number(process.env.SOAK_SECONDS ?? 0);
const LEAST_CRASHES = 2;
const SUBSCRIBERS = 6;
const SHORT_HISTORY = 50;
const LONG_HISTORY = 100_000;
const TOPICS = new Map([['long:1', LONG_HISTORY], ['long:2', LONG_HISTORY], ['short', SHORT_HISTORY]]);
const CONFIG = `
io_threads = 2
[limits]
client_messages_per_second = 100000
client_message_burst = 100000
[[topic]]
match = "short"
history = { max_events = ${SHORT_HISTORY} }
[[topic]]
match = "*"
history = { max_events = ${LONG_HISTORY}, max_bytes = "256MiB" }
`;

/** A bridge that dies and rises on the same ports. */
class MortalBridge extends BridgeProcess {
  #up = Promise.resolve();

  /** Resolves while it is there. */
  up() {
    return this.#up;
  }
  async crash() {
    this.#up = this.kill().then(() => this.start());
    await this.#up;
  }
}

describe('a bridge that is killed', () => {
  it('loses nothing that it does not report, and publishers resend', async (t) => {
    const seed = Random.seed();
    t.diagnostic(`SOAK_SEED=${seed}`);
    const random = new Random(seed);
    const file = join(temporaryFolder(t), 'spanwire.toml');
    writeFileSync(file, CONFIG);
    const bridge = await new MortalBridge(['--config', file]).start();
    t.after(() => bridge.kill());
    const ledger = new Ledger();
    t.after(() => ledger.finish());
    const publisher = new NumberedPublisher(bridge.grpc, ledger);
    t.after(() => publisher.kill());
    const topics = [...TOPICS.keys()];
    const publishSome = async () => {
      for (let count = random.integer(20, 400); count > 0; --count) publisher.publish(random.pick(topics));
      await ledger.after(random.integer(1, ledger.now - ledger.acknowledged));
    };
    await publishSome();
    const subscribers = Array.from({ length: SUBSCRIBERS }, () => new RoamingSubscriber(bridge, ledger, random.fork(), topics));
    const roaming = Promise.all(subscribers.map((subscriber) => subscriber.roam()));

    const end = Date.now() + SECONDS * 1000;
    let crashes = 0;
    for (; crashes < LEAST_CRASHES || Date.now() < end; ++crashes) {
      for (let i = random.integer(1, 5); i > 0; --i) await publishSome();
      for (let i = random.integer(20, 400); i > 0; --i) publisher.publish(random.pick(topics));
      await bridge.crash();  // in the middle of those
    }
    await publishSome();
    assert.equal(await publisher.finish(), 0);
    assert.deepEqual(publisher.failures, []);
    assert.equal(ledger.acknowledged, ledger.now, 'every event was promised a position');
    ledger.checkOrder();
    ledger.finish();
    await roaming;

    for (const { records } of subscribers) {
      for (const [topic, record] of records) record.check(ledger, TOPICS.get(topic));
    }
    const total = (kind) => subscribers.reduce((sum, subscriber) => sum + subscriber.count(kind), 0);
    t.diagnostic(`${crashes} crashes, ${ledger.epochs.length} epochs; ${ledger.acknowledged} events, ${total('events')} deliveries; ` +
      `subscriptions: ${total('start')}, of them ${total(true)} recovered, ${total(false)} not`);
    assert.ok(ledger.epochs.length > 1, 'a crash ends an epoch');
    assert.equal(await bridge.stop(), 0);
  });
});
