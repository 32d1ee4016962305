// Publishing beyond what the bridge's memory is for: refused or paid with history, never absorbed, and told.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { BridgeProcess, errorInfoOf, Publisher } from '../browser/foreign_clients.mjs';
import { run } from './programs.mjs';

const KIB = 1024;
const MIB = 1024 * KIB;

async function bridgeWith(t, ...args) {
  const bridge = await new BridgeProcess(args).start();
  const publisher = new Publisher(bridge.grpc);
  t.after(() => { publisher.close(); return bridge.kill(); });
  return { bridge, publisher };
}
const note = (topic, bytes, more = {}) => ({ topic, type: 'n', json_text: JSON.stringify({ v: 'x'.repeat(bytes) }), ...more });
const metric = async (bridge, name) => {
  const text = await (await fetch(`${bridge.url}metrics`)).text();
  return Number(new RegExp(`^${name.replace(/[{}]/g, '\\$&')} (\\d+)$`, 'm').exec(text)[1]);
};
const residentBytes = ({ pid }) => Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * KIB;
// AddressSanitizer keeps what was freed for a while.
const isInstrumented = ({ pid }) => readFileSync(`/proc/${pid}/maps`, 'utf8').includes('/libasan');

/** Code and reason of a publish that is refused. */
async function refusalOf(publishing) {
  const error = await publishing.then(() => assert.fail('it was taken'), (e) => e);
  return `${error.code} ${errorInfoOf(error).reason}`;
}
const [INVALID_ARGUMENT, RESOURCE_EXHAUSTED] = [3, 8];

describe('publishing beyond the memory for history', () => {
  it('spends the oldest history, and a cursor from before is told so', async (t) => {
    const limit = 256 * KIB;
    const { bridge, publisher } = await bridgeWith(t, '--broker-memory-limit', '256KiB');
    const { epoch } = await publisher.publish(note('t', 1));
    for (let i = 0; i < 20; ++i) {
      await publisher.publishBatch(Array.from({ length: 10 }, () => note('t', 8 * KIB)));
      assert.ok(await metric(bridge, 'spanwire_history_bytes') <= limit);
    }
    assert.ok(await metric(bridge, 'spanwire_history_events_evicted_total') > 100);
    const { stdout } = await run('spanwire', ['topics', 'history', 't', '-o', 'json', '--server', bridge.grpc]);
    const { topic, events } = JSON.parse(stdout);
    assert.equal(Number(topic.lost_through), Number(events[0].offset) - 1);
    const poll = await (await fetch(`${bridge.url}api/poll?topics=t&cursor=${epoch}-1&wait=0`)).json();
    assert.equal(poll.topics.t.recovered, false);
  });

  it('takes no more memory for it, however much is published', async (t) => {
    const { bridge, publisher } = await bridgeWith(t, '--broker-memory-limit', '4MiB', '--publish-in-flight', '4MiB');
    const batch = Array.from({ length: 100 }, () => note('t', 8 * KIB));
    const publish = async (batches) => {
      for (let i = 0; i < batches; ++i) await Promise.all([publisher.publishBatch(batch), publisher.publishBatch(batch)]);
    };
    await publish(10);  // allocators have what they need
    const before = residentBytes(bridge);
    await publish(40);
    const grown = residentBytes(bridge) - before;
    t.diagnostic(`${Math.round(40 * 2 * 100 * 8 / 1024)} MiB published, memory grew by ${(grown / MIB).toFixed(1)} MiB`);
    if (!isInstrumented(bridge)) assert.ok(grown < 16 * MIB, `${grown} bytes`);
  });

  it('refuses for good an event that could never be kept', async (t) => {
    const { publisher } = await bridgeWith(t, '--broker-memory-limit', '64KiB');
    assert.equal(await refusalOf(publisher.publish(note('t', 100 * KIB))), `${INVALID_ARGUMENT} EVENT_EXCEEDS_HISTORY`);
    assert.equal((await publisher.publish(note('t', 1))).offset, 1);
  });
});

describe('a publish message over its bound', () => {
  const ofMessage = (bytes) => Array.from({ length: 100 }, () => note('t', Math.floor(bytes / 100) - 30));

  it('is refused for good and in words, logged, and its events are counted', async (t) => {
    const { bridge, publisher } = await bridgeWith(t);
    const error = await publisher.publishBatch(ofMessage(5 * MIB)).then(() => assert.fail('it was taken'), (e) => e);
    const { reason, metadata } = errorInfoOf(error);
    assert.deepEqual([error.code, reason, metadata.limit], [INVALID_ARGUMENT, 'MESSAGE_TOO_LARGE', String(4 * MIB)]);
    assert.match(error.details, /at most 4194304 are allowed.*send fewer events at a time/);
    assert.equal(await metric(bridge, 'spanwire_events_rejected_total{reason="MESSAGE_TOO_LARGE"}'), 100);
    assert.match(bridge.log, /publish request refused reason=MESSAGE_TOO_LARGE .*events=100/);
  });

  it('is taken where the bound is raised, and so is a large event', async (t) => {
    const { publisher } = await bridgeWith(t, '--event-size', '8MiB', '--publish-message', '9MiB',
      '--outbound-queue', '16MiB', '--broker-memory-limit', '64MiB');
    assert.equal((await publisher.publishBatch(ofMessage(8 * MIB))).results.length, 100);
    assert.equal((await publisher.publish(note('large', 7 * MIB))).topic, 'large');
    assert.equal(await refusalOf(publisher.publish(note('large', 8 * MIB))), `${INVALID_ARGUMENT} EVENT_TOO_LARGE`);
  });
});

describe('more tenants than the bridge is for', () => {
  it('are refused for now, while those that have a place go on', async (t) => {
    const { publisher } = await bridgeWith(t, '--broker-max-tenants', '2');
    for (const tenant_id of ['a', 'b']) await publisher.publish(note('t', 1, { tenant_id }));
    const third = publisher.publish(note('t', 1, { tenant_id: 'c' }));
    assert.equal(await refusalOf(third), `${RESOURCE_EXHAUSTED} TOO_MANY_TENANTS`);
    assert.equal((await publisher.publish(note('t', 1, { tenant_id: 'a' }))).offset, 2);
  });
});
