// The CLI and the example service against a real bridge.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { BridgeProcess, Publisher, WebSocket } from '../browser/foreign_clients.mjs';
import { run, start, temporaryFolder } from './programs.mjs';

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

const spanwire = (...args) => run('spanwire', ['--server', bridge.grpc, ...args]);
async function json(...args) {
  const { code, stdout, stderr } = await spanwire(...args, '-o', 'json');
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}
/** A subscriber that is live, and its client id. */
async function subscriber(topic) {
  const ws = new WebSocket(`ws://${bridge.http}/ws`, { headers: { 'User-Agent': 'test-page/1.0' } });
  const [connected] = await once(ws, 'message');
  ws.send(JSON.stringify({ action: 'subscribe', topic }));
  await once(ws, 'message');
  return { ws, id: JSON.parse(connected).data.client_id };
}

describe('spanwire', () => {
  it('shows who is connected and with what', async () => {
    const { ws, id } = await subscriber('cli-a');
    const received = once(ws, 'message');
    await publisher.json('cli-a', 't', { v: 1 });
    await received;
    const { connections } = await json('connections', 'list', '--topic', 'cli-a');
    assert.equal(connections.length, 1);
    const [connection] = connections;
    assert.equal(connection.client_id, id);
    assert.equal(connection.transport, 'websocket');
    assert.equal(connection.user_agent, 'test-page/1.0');
    assert.match(connection.remote_address, /^127\.0\.0\.1:\d+$/);
    assert.deepEqual(connection.subscriptions.map(({ topic, state }) => [topic, state]), [['cli-a', 'STATE_LIVE']]);
    assert.equal(Number(connection.messages_sent), 3);
    assert.ok(Number(connection.bytes_sent) > 0);
    const table = await spanwire('connections', 'list');
    assert.match(table.stdout, /^CLIENT +USER +/);
    assert.match(table.stdout, new RegExp(id));
    assert.match((await spanwire('connections', 'show', id)).stdout, /cli-a/);
    ws.terminate();
  });

  it('closes a connection with 4010 and tells why', async () => {
    const { ws, id } = await subscriber('cli-b');
    const closed = once(ws, 'close');
    const disconnect = once(ws, 'message');
    assert.equal((await spanwire('connections', 'close', id, '--reason', 'maintenance')).code, 0);
    const message = JSON.parse((await disconnect)[0]);
    assert.equal(message.type, 'disconnect');
    assert.equal(message.data.reason, 'maintenance');
    assert.equal(message.data.reconnect, false);
    assert.equal((await closed)[0], 4010);
    assert.equal((await spanwire('connections', 'show', id)).code, 3);
  });

  it('watches connections come and go', async () => {
    const before = await subscriber('cli-c');
    const watch = start('spanwire', ['--server', bridge.grpc, 'connections', 'watch', '-o', 'json']);
    const next = async (kind, id) => {
      for (;;) {
        const { value, done } = await watch.lines.next();
        assert.equal(done, false, `no ${kind}`);
        const change = JSON.parse(value);
        if (change.kind === kind && (!id || change.connection.client_id === id)) return change;
      }
    };
    await next('KIND_EXISTING', before.id);
    const { ws, id } = await subscriber('cli-c');
    await next('KIND_OPENED', id);
    ws.terminate();
    const change = await next('KIND_CLOSED', id);
    assert.equal(change.close_code, 1006);
    before.ws.terminate();
    assert.equal(await watch.stop('SIGINT'), 0);
  });

  it('publishes and tails', async () => {
    const tail = start('spanwire', ['--server', bridge.grpc, 'tail', 'cli-d', '--history', '10', '--count', '2', '-o', 'json']);
    const { code, stdout } = await spanwire('publish', 'cli-d', '--type', 'note', '--data', '{"text":"one"}');
    assert.equal(code, 0);
    assert.match(stdout, /cli-d/);
    await json('publish', 'cli-d', '--type', 'note', '--data', '{"text":"two"}');
    const texts = [];
    for await (const line of tail.lines) {
      const envelope = JSON.parse(line);
      if (envelope.type === 'note') texts.push(envelope.data.text);
    }
    assert.deepEqual(texts, ['one', 'two']);
    assert.equal(await tail.closed, 0);
  });

  it('publishes a typed message that the bridge knows', async () => {
    const answer = await json('publish', '--message', 'spanwire.v1.Alert', '--data', '{"severity":"info","title":"t"}');
    assert.equal(answer.topic, 'alerts');
  });

  it('lists topics and shows one', async () => {
    await publisher.json('cli-e', 't', { v: 1 });
    const { topics } = await json('topics', 'list');
    assert.ok(topics.some(({ name }) => name === 'cli-e'));
    const { topic } = await json('topics', 'show', 'cli-e');
    assert.equal(Number(topic.history_events), 1);
    assert.equal((await spanwire('topics', 'show', 'never')).code, 3);
  });

  it('knows health, stats and schemas', async () => {
    assert.equal((await spanwire('health')).code, 0);
    assert.ok(Number((await json('stats')).events_published) > 0);
    assert.match((await spanwire('schema', 'list')).stdout, /spanwire\.v1\.StatsUpdate/);
  });

  it('exits with the code that says what went wrong', async () => {
    assert.equal((await spanwire('publish', 'a', '--type', 't', '--data', '{')).code, 2);
    assert.equal((await spanwire('publish', 'a b', '--type', 't', '--data', '{}')).code, 2);
    assert.equal((await spanwire('nonsense')).code, 2);
    assert.equal((await run('spanwire', ['--server', '127.0.0.1:1', 'health'])).code, 5);
  });
});

describe('spanwire-hostmon', () => {
  it('publishes this machine and the lines of a file', async (t) => {
    const file = join(temporaryFolder(t), 'app.log');
    writeFileSync(file, 'old line\n');
    const tail = start('spanwire', ['--server', bridge.grpc, 'tail', 'stats', 'tasks', 'logs', '--history', '100', '-o', 'json']);
    const next = async (type) => {
      for (;;) {
        const { value, done } = await tail.lines.next();
        assert.equal(done, false, `no ${type}`);
        const envelope = JSON.parse(value);
        if (envelope.type === type) return envelope.data;
      }
    };
    const hostmon = start('spanwire-hostmon', ['--server', bridge.grpc, '--follow', file, '--interval', '0.1', '--cpu-alert', '0']);
    const metrics = await next('stats_update');
    for (const name of ['cpu_pct', 'cpu0_pct', 'mem_used_pct', 'load1', 'net_rx_bytes_per_s']) {
      assert.equal(typeof metrics[name], 'number', name);
    }
    assert.match((await next('task_update')).task_id, /^proc-\d+$/);
    appendFileSync(file, 'ERROR disk is full\n');
    const log = await next('log');
    assert.equal(log.level, 'error');
    assert.match(log.message, /disk is full/);
    assert.equal(await hostmon.stop(), 0);
    await tail.stop('SIGINT');
  });
});
