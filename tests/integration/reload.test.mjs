// SIGHUP: topic policies change while the bridge runs, and nothing else does.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { BridgeProcess, Publisher, WebSocket } from '../browser/foreign_clients.mjs';
import { run, temporaryFolder } from './programs.mjs';

const DEADLINE_MS = 10_000;

const policy = (keys) => `[[topic]]\nmatch = "t*"\n${keys}\n`;
const keep = (events) => policy(`history = { max_events = ${events} }`);

/** A bridge with a settings file, both gone at the end of the test `t`. */
async function bridgeWith(t, text, args = []) {
  const file = join(temporaryFolder(t), 'spanwire.toml');
  writeFileSync(file, text);
  const bridge = await new BridgeProcess(['--config', file, ...args]).start();
  t.after(() => bridge.kill());
  return { bridge, file };
}

/** Sends SIGHUP and waits for `outcome` in the log. @returns the lines that the reload logged */
async function reload(bridge, outcome) {
  const before = bridge.log.length;
  process.kill(bridge.pid, 'SIGHUP');
  const deadline = Date.now() + DEADLINE_MS;
  while (!outcome.test(bridge.log.slice(before))) {
    assert.ok(Date.now() < deadline, `no ${outcome} in the log:\n${bridge.log}`);
    assert.equal((await fetch(`${bridge.url}healthz`)).status, 200);
  }
  return bridge.log.slice(before);
}
const RELOADED = /topic policies reloaded/;
const NOT_RELOADED = /settings not reloaded, those from before stay in force/;

/** What the topic still holds, as administrators see it. */
async function history(bridge, topic) {
  const { stdout, stderr } = await run('spanwire', ['topics', 'history', topic, '-o', 'json', '--server', bridge.grpc]);
  assert.equal(stderr, '');
  const answer = JSON.parse(stdout);
  return { offsets: answer.events.map(({ offset }) => Number(offset)), lostThrough: Number(answer.topic.lost_through) };
}

async function publish(bridge, count) {
  const publisher = new Publisher(bridge.grpc);
  const events = Array.from({ length: count }, (_, v) => ({ topic: 't', type: 'n', json_text: `{"v":${v}}` }));
  const { results } = await publisher.publishBatch(events);
  publisher.close();
  return results.map(({ response }) => response);
}

describe('SIGHUP', () => {
  it('puts a changed policy in force for topics that exist, and cursors learn what that cost', async (t) => {
    const { bridge, file } = await bridgeWith(t, keep(100));
    const [{ epoch }] = await publish(bridge, 5);
    assert.deepEqual(await history(bridge, 't'), { offsets: [1, 2, 3, 4, 5], lostThrough: 0 });
    writeFileSync(file, keep(2));
    assert.match(await reload(bridge, RELOADED), /policies=1/);
    assert.deepEqual(await history(bridge, 't'), { offsets: [4, 5], lostThrough: 3 });
    const poll = async (offset) => (await fetch(`${bridge.url}api/poll?topics=t&cursor=${epoch}-${offset}&wait=0`)).json();
    assert.equal((await poll(2)).topics.t.recovered, false);
    assert.deepEqual((await poll(3)).messages.map(({ offset }) => offset), [4, 5]);
    writeFileSync(file, keep(4));
    await reload(bridge, RELOADED);
    await publish(bridge, 3);
    assert.deepEqual(await history(bridge, 't'), { offsets: [5, 6, 7, 8], lostThrough: 4 });
    assert.equal(await bridge.stop(), 0);
  });

  it('changes nothing where the file is bad, says why, and takes the file when it is mended', async (t) => {
    const { bridge, file } = await bridgeWith(t, keep(2));
    await publish(bridge, 3);
    for (const [bad, reason] of [
      [keep('"many"'), /spanwire\.toml:3: topic\.history\.max_events: expected a whole number/],
      [policy('conflate = "id"'), /spanwire\.toml:3: topic\.conflate: has no effect alone/],
      ['[[topic\n', /spanwire\.toml:1: not TOML/],
      [`${keep(9)}[limits]\nevent_size = "much"\n`, /spanwire\.toml:5: limits\.event_size: expected a size/],
      [`outbound_queue = "1MiB"\n${keep(9)}`, /spanwire\.toml:1: outbound_queue: unknown key/],
    ]) {
      writeFileSync(file, bad);
      assert.match(await reload(bridge, NOT_RELOADED), reason);
      assert.deepEqual(await history(bridge, 't'), { offsets: [2, 3], lostThrough: 1 });
    }
    writeFileSync(file, keep(1));
    await reload(bridge, RELOADED);
    assert.deepEqual(await history(bridge, 't'), { offsets: [3], lostThrough: 2 });
    assert.equal(await bridge.stop(), 0);
  });

  it('names the settings that need a restart, and those alone', async (t) => {
    const { bridge, file } = await bridgeWith(t, `node = "n1"\n${keep(2)}`, ['--ping-interval', '9s']);
    assert.doesNotMatch(await reload(bridge, RELOADED), /restart/);
    writeFileSync(file, `node = "n2"\nping_interval = "1s"\n[limits]\nmax_connections = 77\n${keep(3)}`);
    const said = await reload(bridge, RELOADED);
    assert.match(said, /cannot while the bridge runs: restart it settings=node,limits\.max_connections\n/,
      'ping_interval is given by a flag, which the file does not change');
    assert.equal(await bridge.stop(), 0);
  });

  it('throttles a topic that is being read, and counts what that leaves out by pattern', async (t) => {
    const { bridge, file } = await bridgeWith(t, keep(100));
    const ws = new WebSocket(new URL('ws', bridge.url.replace('http', 'ws')));
    const received = [];
    let expect = () => false;
    const arrived = (what) => new Promise((resolve) => { expect = (message) => what(message) && resolve(message); });
    ws.on('message', (data) => {
      const message = JSON.parse(data);
      received.push(message);
      expect(message);
    });
    await once(ws, 'open');
    const subscribed = arrived(({ type }) => type === 'subscription');
    ws.send('{"action":"subscribe","topic":"t"}');
    await subscribed;
    writeFileSync(file, policy('throttle = { window = "50ms", max_batch = 2 }'));
    await reload(bridge, RELOADED);
    const batched = arrived(({ type }) => type === 'batch');
    await publish(bridge, 5);
    const { data } = await batched;
    assert.deepEqual(received.filter(({ offset }) => offset).map(({ offset }) => offset), [1], 'the first at once');
    assert.deepEqual([data.messages.map(({ offset }) => offset), data.dropped], [[4, 5], 2]);
    const metrics = await (await fetch(`${bridge.url}metrics`)).text();
    assert.match(metrics, /^spanwire_topic_throttle_dropped_total\{pattern="t\*"\} 2$/m);
    const { stdout } = await run('spanwire', ['stats', '--server', bridge.grpc]);
    assert.match(stdout, /^t\*\s+2\s+0\s+0$/m);
    ws.terminate();
    assert.equal(await bridge.stop(), 0);
  });

  it('has nothing to read again without a file, and goes on', async (t) => {
    const bridge = await new BridgeProcess().start();
    t.after(() => bridge.kill());
    await reload(bridge, /settings not reloaded: topic policies and client certificates are in the file of --config/);
    assert.equal(await bridge.stop(), 0);
  });
});
