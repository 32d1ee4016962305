// Publishers that write into a ledger what they were promised.
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

const STREAM_BATCHES = 20;

/** Events of random topics and sizes. */
function events(ledger, random, topics) {
  return Array.from({ length: random.integer(1, 12) }, () => {
    const topic = random.pick(topics);
    const n = ledger.begin(topic);
    const data = { n, key: `k${n % 3}`, pad: 'x'.repeat(random.chance(0.05) ? random.integer(0, 20_000) : random.integer(0, 100)) };
    return { topic, type: 'numbered', json_text: JSON.stringify(data) };
  });
}
const numberOf = ({ json_text: text }) => JSON.parse(text).n;

function acknowledge(ledger, batch, results) {
  results.forEach(({ response, error }, i) => {
    if (error) throw new Error(`an event was refused: ${JSON.stringify(error)}`);
    ledger.acknowledge(numberOf(batch[i]), response);
  });
}

async function publishSingly(publisher, ledger, batch) {
  for (const event of batch) ledger.acknowledge(numberOf(event), await publisher.publish(event));
}
async function publishBatch(publisher, ledger, batch) {
  acknowledge(ledger, batch, (await publisher.publishBatch(batch)).results);
}

/** A stream that several batches are on at the same time. */
async function publishStream(publisher, ledger, makeBatch) {
  const stream = publisher.stream();
  const sent = [];
  const done = new Promise((resolve, reject) => stream.once('error', reject).once('end', resolve));
  stream.on('data', ({ sequence, results }) => {
    try {
      acknowledge(ledger, sent[sequence - 1], results);
    } catch (error) {
      stream.destroy(error);
    }
  });
  for (let i = 0; i < STREAM_BATCHES; ++i) {
    const batch = makeBatch();
    if (!stream.write({ sequence: sent.push(batch), events: batch })) await once(stream, 'drain');
  }
  stream.end();
  await done;
}

/** Publishes in all ways, now fast and now slowly, until `deadline`. */
export async function publishUntil(deadline, publisher, ledger, random, topics) {
  const makeBatch = () => events(ledger, random, topics);
  while (Date.now() < deadline) {
    const way = random.integer(0, 9);
    if (way < 4) await publishSingly(publisher, ledger, makeBatch());
    else if (way < 9) await publishBatch(publisher, ledger, makeBatch());
    else await publishStream(publisher, ledger, makeBatch);
    // Held polls and empty windows need moments in which nothing comes.
    if (random.chance(0.3)) await pause(random.integer(1, 60));
  }
}
