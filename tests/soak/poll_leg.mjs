// A stretch of a subscriber's way by long polls. One cursor serves all its topics: the least of its positions.
import assert from 'node:assert/strict';
import { formatCursor, parseCursor } from './cursor.mjs';
import { exchange } from './exchange.mjs';

/**
 * One poll, recorded where it was answered.
 * @param {import('./websocket_leg.mjs').Traveller} traveller
 * @param {string[]} topics all without a position, or all with one in the same epoch
 * @param {{wait: number, post?: boolean, signal?: AbortSignal}} options
 * @returns {Promise<{answered: boolean, refused: Error | null}>} `refused` where the bridge is not there
 */
export async function poll(traveller, url, topics, { wait, post = false, signal }) {
  const positions = topics.map((topic) => traveller.records.get(topic).position);
  const asked = positions.reduce((least, one) => (one && one.offset < least.offset ? one : least), positions[0]);
  const fields = { topics, wait, ...(asked ? { cursor: formatCursor(asked) } : {}) };
  let response;
  try {
    response = await exchange(`${url}api/poll${post ? '' : `?${new URLSearchParams(fields)}`}`, {
      signal, ...(post ? { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(fields) } : {}),
    });
  } catch (error) {
    return { answered: false, refused: signal?.aborted ? null : error };
  }
  assert.equal(response.status, 200, response.body);
  assert.equal(response.headers['cache-control'], 'no-store');
  record(traveller, topics, asked, JSON.parse(response.body));
  return { answered: true, refused: null };
}

function record({ records, ledger }, topics, asked, { messages, cursor, topics: states }) {
  const through = parseCursor(cursor);
  if (asked) {
    assert.deepEqual(Object.keys(states).sort(), [...topics].sort(), 'where a cursor was given, every topic is named');
    assert.ok(through.epoch !== asked.epoch || through.offset >= asked.offset, `the cursor went back to ${cursor}`);
  }
  for (const topic of topics) {
    const recovered = asked ? states[topic].recovered : undefined;
    const topic_record = records.get(topic);
    topic_record.start({ cursor: recovered ? asked : through, asked, recovered, now: ledger.now });
    for (const message of messages) if (message.topic === topic) topic_record.event(message);
    topic_record.through(through);
  }
}
