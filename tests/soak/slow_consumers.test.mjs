// Five of many subscribers stop reading. The others lose nothing, the bridge's memory stays within its bound, and the five
// are closed with 4008, come back with their cursor and are complete (docs/protocol.md, section 6).
//
// Until the five are closed in `make test`; in `make soak` among a hundred and for ten seconds at least.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { BridgeProcess, Publisher } from '../browser/foreign_clients.mjs';
import { temporaryFolder } from '../integration/programs.mjs';
import { Ledger } from './ledger.mjs';
import { TopicRecord } from './topic_record.mjs';
import { WebSocketLeg } from './websocket_leg.mjs';

const LONG = process.env.SOAK_SECONDS !== undefined;
const SUBSCRIBERS = LONG ? 100 : 40;
const STALLED = 5;
const STALL_MS = LONG ? 10_000 : 0;
const EVENT_BYTES = LONG ? 10_000 : 50_000;
const PAUSE_MS = LONG ? 10 : 0;
const BASELINE_EVENTS = LONG ? 300 : 50;
const MOST_EVENTS = 20_000;  // far beyond what it takes

const KIB = 1024;
const MIB = 1024 * KIB;
const QUEUE = 128 * KIB;
const HISTORY = 64 * MIB;
const TOPIC = 'feed';
const CONFIG = `
[limits]
event_size = "64KiB"
outbound_queue = "${QUEUE}"
[[topic]]
match = "*"
history = { max_events = ${MOST_EVENTS}, max_bytes = "${HISTORY}" }
`;
// What allocators and shards may hold beside history and queues. AddressSanitizer keeps what was freed for a while.
const SLACK = 16 * MIB;
const isInstrumented = (pid) => readFileSync(`/proc/${pid}/maps`, 'utf8').includes('/libasan');

const residentBytes = (pid) => Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * KIB;
async function closedAsSlow(bridge) {
  const metrics = await (await fetch(`${bridge.url}metrics`)).text();
  return Number(/^spanwire_slow_consumers_closed_total (\d+)/m.exec(metrics)[1]);
}

class Subscriber {
  records = new Map([[TOPIC, new TopicRecord(TOPIC)]]);

  constructor(bridge, ledger) {
    this.bridge = bridge;
    this.ledger = ledger;
  }
  async connect() {
    this.leg = await WebSocketLeg.begin(this, this.bridge.url);
    this.leg.subscribe([TOPIC]);
    await this.#until(() => this.leg.isSubscribed(TOPIC));
  }
  /** Until it has everything that was published. */
  catchUp() {
    return this.#until(() => this.records.get(TOPIC).position.offset >= this.ledger.last(TOPIC));
  }
  /** Until the bridge has closed it. */
  async closed() {
    while (!this.leg.over) await this.leg.change();
  }
  async #until(condition) {
    while (!condition()) {
      assert.ok(!this.leg.over && !this.leg.fault, this.leg.fault?.message ?? `closed with ${this.leg.closeCode}`);
      await this.leg.change();
    }
  }
}

async function publish(publisher, ledger) {
  const n = ledger.begin(TOPIC);
  const answer = await publisher.json(TOPIC, 'numbered', { n, pad: 'x'.repeat(EVENT_BYTES) });
  ledger.acknowledge(n, answer);
}
/** @returns {Promise<number>} how long it took until the reader had it, in ms */
async function publishAndWait(publisher, ledger, reader) {
  const began = performance.now();
  await publish(publisher, ledger);
  await reader.catchUp();
  return performance.now() - began;
}
const percentile = (list, percent) => [...list].sort((a, b) => a - b)[Math.ceil(list.length * percent / 100) - 1];

describe('subscribers that stop reading', () => {
  it('are closed with 4008 and resume, and neither the others nor the memory suffer', async (t) => {
    const file = join(temporaryFolder(t), 'spanwire.toml');
    writeFileSync(file, CONFIG);
    const bridge = await new BridgeProcess(['--config', file]).start();
    t.after(() => bridge.kill());
    const publisher = new Publisher(bridge.grpc);
    t.after(() => publisher.close());
    const ledger = new Ledger();
    await publish(publisher, ledger);
    const subscribers = Array.from({ length: SUBSCRIBERS }, () => new Subscriber(bridge, ledger));
    await Promise.all(subscribers.map((subscriber) => subscriber.connect()));

    const stalled = subscribers.slice(0, STALLED);
    const reading = subscribers.slice(STALLED);
    const undisturbed = [];
    for (let i = 0; i < BASELINE_EVENTS; ++i) undisturbed.push(await publishAndWait(publisher, ledger, reading[0]));
    for (const { leg } of stalled) leg.pause();
    const disturbed = [];
    const before = residentBytes(bridge.pid);
    const began = Date.now();
    let most = before;
    while (Date.now() - began < STALL_MS || await closedAsSlow(bridge) < STALLED) {
      assert.ok(ledger.now < MOST_EVENTS, 'the stalled are closed long before');
      disturbed.push(await publishAndWait(publisher, ledger, reading[0]));
      most = Math.max(most, residentBytes(bridge.pid));
      await pause(PAUSE_MS);
    }
    await Promise.all(reading.map((subscriber) => subscriber.catchUp()));
    const bound = Math.min(HISTORY, ledger.now * EVENT_BYTES) + STALLED * QUEUE + SLACK;
    t.diagnostic(`${ledger.now} events of ${EVENT_BYTES} bytes; resident ${Math.round(before / MIB)} MiB before, ` +
      `${Math.round(most / MIB)} at most, ${Math.round((before + bound) / MIB)} allowed`);
    assert.ok(most - before < bound || isInstrumented(bridge.pid));
    const [usual, then] = [undisturbed, disturbed].map((times) => [50, 99].map((percent) => percentile(times, percent)));
    t.diagnostic(`a reader had an event after ${usual.map(Math.round)} ms (median, p99), ${then.map(Math.round)} ms while they stalled`);
    assert.ok(then[0] < 5 * usual[0] + 50, 'the others do not wait');
    assert.ok(!LONG || then[1] < 3 * usual[1] + 100, 'not at the 99th percentile either');

    await Promise.all(stalled.map(async (subscriber) => {
      subscriber.leg.resume();
      await subscriber.closed();
      assert.equal(subscriber.leg.closeCode, 4008);
      assert.deepEqual([subscriber.leg.disconnect?.code, subscriber.leg.disconnect?.reconnect], [4008, true]);
      await subscriber.connect();
      await subscriber.catchUp();
    }));
    for (const { records } of subscribers) records.get(TOPIC).check(ledger, MOST_EVENTS);
    for (const { records } of stalled) assert.equal(records.get(TOPIC).count(true), 1, 'recovered');
    for (const { leg } of subscribers) leg.cut();
    assert.equal(await bridge.stop(), 0);
  });
});
