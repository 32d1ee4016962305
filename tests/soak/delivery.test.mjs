// Random publishers and roaming subscribers against a real bridge: what each subscriber was told, over all transports and
// through every cut, must add up to what publishers were promised (docs/protocol.md, sections 2 to 5).
//
// A few seconds in `make test`, SOAK_SECONDS in `make soak`; SOAK_SEED repeats the choices of an earlier round.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { BridgeProcess, Publisher } from '../browser/foreign_clients.mjs';
import { temporaryFolder } from '../integration/programs.mjs';
import { Ledger } from './ledger.mjs';
import { publishUntil } from './load.mjs';
import { Random } from './random.mjs';
import { RoamingSubscriber } from './roaming_subscriber.mjs';

const SECONDS = Number(process.env.SOAK_SECONDS ?? 5) / 2;  // of each test
const ROUND_SECONDS = 15;  // at most: everything said in a round is kept until it is checked
const SUBSCRIBERS = 12;
const PUBLISHERS = 2;

const LONG_HISTORY = 5000;
const SHORT_HISTORY = 20;
const config = (shardInbox) => `
io_threads = 2
[limits]
client_messages_per_second = 100000
client_message_burst = 100000
shard_inbox = ${shardInbox}
[[topic]]
match = "short*"
history = { max_events = ${SHORT_HISTORY} }
[[topic]]
match = "throttled*"
history = { max_events = ${LONG_HISTORY}, max_bytes = "256MiB" }
throttle = { window = "30ms", max_batch = 5 }
[[topic]]
match = "conflated*"
history = { max_events = ${LONG_HISTORY}, max_bytes = "256MiB" }
throttle = { window = "30ms", max_batch = 20 }
conflate = "key"
[[topic]]
match = "*"
history = { max_events = ${LONG_HISTORY}, max_bytes = "256MiB" }
`;
/** Topics of its own for each round, by how many events they keep. */
const topicsOf = (round) => new Map([
  [`long:${round}:1`, LONG_HISTORY], [`long:${round}:2`, LONG_HISTORY],
  [`short:${round}:1`, SHORT_HISTORY], [`short:${round}:2`, SHORT_HISTORY],
  [`throttled:${round}`, LONG_HISTORY], [`conflated:${round}`, LONG_HISTORY],
]);

async function runRound(bridge, publisher, random, topics, seconds) {
  const ledger = new Ledger();
  const names = [...topics.keys()];
  for (const topic of names) {
    const n = ledger.begin(topic);
    ledger.acknowledge(n, await publisher.json(topic, 'numbered', { n }));
  }
  const subscribers = Array.from({ length: SUBSCRIBERS }, () => {
    const own = random.fork();
    return new RoamingSubscriber(bridge, ledger, own, own.some(names));
  });
  const deadline = Date.now() + seconds * 1000;
  const publishing = Promise.all(Array.from({ length: PUBLISHERS }, () =>
    publishUntil(deadline, publisher, ledger, random.fork(), names))).finally(() => ledger.finish());
  await Promise.all([publishing, ...subscribers.map((subscriber) => subscriber.roam())]);
  let repeated = 0;
  for (const { records } of subscribers) {
    for (const [topic, record] of records) repeated += record.check(ledger, topics.get(topic));
  }
  const total = (kind) => subscribers.reduce((sum, subscriber) => sum + subscriber.count(kind), 0);
  const dropped = subscribers.reduce((sum, { records }) => sum + [...records.values()].reduce((n, record) => n + record.dropped, 0), 0);
  assert.ok(total(true) > 0 && total('events') > ledger.acknowledged, 'the round did what it is meant to');
  return `${ledger.acknowledged} events, ${total('events')} deliveries, ${dropped} dropped; subscriptions: ${total('start')}, ` +
    `of them ${total(true)} recovered, ${total(false)} not; ${repeated} events repeated`;
}

async function run(t, shardInbox) {
  const file = join(temporaryFolder(t), 'spanwire.toml');
  writeFileSync(file, config(shardInbox));
  const bridge = await new BridgeProcess(['--config', file]).start();
  t.after(() => bridge.kill());
  const publisher = new Publisher(bridge.grpc);
  t.after(() => publisher.close());
  const end = Date.now() + SECONDS * 1000;
  for (let round = 1; round === 1 || end - Date.now() > 1000; ++round) {
    const seed = Random.seed();
    const seconds = Math.min(ROUND_SECONDS, (end - Date.now()) / 1000);
    t.diagnostic(`SOAK_SEED=${seed}`);
    t.diagnostic(await runRound(bridge, publisher, new Random(seed), topicsOf(round), seconds));
  }
  assert.equal(await bridge.stop(), 0);
}

describe('delivery is complete, in order and accounted for, whatever happens to connections', () => {
  it('while threads keep up', (t) => run(t, 65536));
  // Each burst is more than one may leave a thread to do: what it drops, subscribers get from history.
  it('while threads fall behind', (t) => run(t, 8));
});
