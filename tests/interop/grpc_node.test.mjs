// Node's own gRPC stack as a publisher: nothing of ours but the .proto files.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { any, BridgeProcess, errorInfoOf, filesOf, listServices, Publisher } from '../browser/foreign_clients.mjs';

const INVALID_ARGUMENT = 3;
const FAILED_PRECONDITION = 9;

let bridge;
let publisher;

before(async () => {
  bridge = await new BridgeProcess().start();
  publisher = new Publisher(bridge.grpc);
});
after(async () => {
  publisher?.close();
  await bridge?.kill();
});

/** The last events of a topic, by poll. */
async function lastOf(topic, n = 1) {
  const response = await fetch(`${bridge.url}api/poll?topics=${topic}&history=${n}`);
  return (await response.json()).messages;
}

describe('a gRPC client of another make', () => {
  it('learns every service, with its messages, by reflection', async () => {
    const services = await listServices(bridge.grpc);
    assert.ok(services.includes('grpc.health.v1.Health') && services.includes('spanwire.v1.PublisherService'));
    for (const service of services) assert.ok(await filesOf(bridge.grpc, service) > 0, service);
  });

  it('publishes a typed message, whose options say where it goes', async () => {
    const answer = await publisher.publish({ message: any('spanwire.v1.StatsUpdate', { metrics: { cpu: 45.2, mem: 60.1 } }) });
    assert.equal(answer.topic, 'stats');
    assert.ok(answer.offset > 0 && answer.epoch);
    const [event] = await lastOf('stats');
    assert.equal(event.type, 'stats_update');
    assert.deepEqual(event.data, { cpu: 45.2, mem: 60.1 });
    assert.equal(event.offset, answer.offset);
  });

  it('publishes JSON as text and as a Struct', async () => {
    await publisher.publish({ topic: 'free', type: 'note', json_text: '{ "a": [1, "ü"] }' });
    await publisher.publish({ topic: 'free', type: 'note', json: { fields: { b: { boolValue: true } } } });
    assert.deepEqual((await lastOf('free', 2)).map(({ data }) => data), [{ a: [1, 'ü'] }, { b: true }]);
  });

  it('publishes an entity event', async () => {
    await publisher.publish({
      topic: 'orders', type: 'order', json_text: '{"total":5}', entity: { kind: 'KIND_ADDED', entity_id: 'o1' },
    });
    const [event] = await lastOf('orders');
    assert.equal(event.event, 'ADDED');
    assert.equal(event.data.entity_id, 'o1');
    assert.deepEqual(event.data.payload, { total: 5 });
  });

  it('may repeat itself: an id is published once', async () => {
    const event = { topic: 'once', type: 'note', json_text: '{}', id: 'k1' };
    const first = await publisher.publish(event);
    const second = await publisher.publish(event);
    assert.deepEqual([first.duplicate, second.duplicate], [false, true]);
    assert.equal(second.offset, first.offset);
    assert.equal((await lastOf('once', 10)).length, 1);
  });

  it('is refused with a status, a reason and a sentence', async () => {
    const refused = (code, reason) => (error) => {
      assert.equal(error.code, code);
      const info = errorInfoOf(error);
      assert.equal(info.domain, 'spanwire');
      if (reason) assert.equal(info.reason, reason);
      assert.match(info.reason, /^[A-Z][A-Z_]+$/);
      assert.ok(error.details.length > 10, error.details);
      return true;
    };
    await assert.rejects(publisher.json('no spaces', 'note', {}), refused(INVALID_ARGUMENT));
    await assert.rejects(publisher.publish({ message: { type_url: 'type.googleapis.com/un.Known', value: Buffer.alloc(0) } }),
      refused(FAILED_PRECONDITION, 'UNKNOWN_TYPE'));
    await assert.rejects(publisher.publish({ topic: 'a', type: 'note', json_text: '[1]' }), refused(INVALID_ARGUMENT));
  });

  it('has only the bad events of a batch refused', async () => {
    const { results } = await publisher.publishBatch([
      { topic: 'batch', type: 'note', json_text: '{"n":1}' },
      { topic: '$bridge', type: 'note', json_text: '{}' },
      { topic: 'batch', type: 'note', json_text: '{"n":2}' },
    ]);
    assert.deepEqual(results.map(({ result }) => result), ['response', 'error', 'response']);
    assert.equal(results[1].error.code, INVALID_ARGUMENT);
    assert.deepEqual((await lastOf('batch', 5)).map(({ data }) => data.n), [1, 2]);
  });

  it('publishes on a stream and is answered in order', async () => {
    const stream = publisher.stream();
    const sequences = [];
    stream.on('data', ({ sequence, results }) => {
      sequences.push(sequence);
      assert.equal(results.length, 2);
    });
    for (let sequence = 1; sequence <= 20; sequence++) {
      stream.write({ sequence, events: [1, 2].map((n) => ({ topic: 'stream', type: 'n', json_text: `{"n":${n}}` })) });
    }
    stream.end();
    await new Promise((resolve, reject) => stream.on('end', resolve).on('error', reject));
    assert.deepEqual(sequences, Array.from({ length: 20 }, (_, i) => i + 1));
  });
});
