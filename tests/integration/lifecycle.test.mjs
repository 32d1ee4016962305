// How the bridge starts, refuses to start, and stops.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { BridgeProcess, Publisher, WebSocket } from '../browser/foreign_clients.mjs';
import { run, temporaryFolder } from './programs.mjs';

/** A FileDescriptorSet of shop/orders.proto with the message shop.Order, which has no fields. */
const ORDERS = Buffer.concat([[0x0a, 28, 0x0a, 17], 'shop/orders.proto', [0x22, 7, 0x0a, 5], 'Order'].map((part) => Buffer.from(part)));

const bridge = (args, options) => run('spanwire-bridge', args, options);

/** Connects and waits for `connected`. */
async function connect(process, path = 'ws') {
  const ws = new WebSocket(new URL(path, process.url.replace('http', 'ws')));
  await once(ws, 'message');
  return ws;
}

describe('a bridge that cannot start', () => {
  const wrong = [
    [['--no-such-flag'], /--no-such-flag/],
    [['--http-listen', 'nonsense'], /--http-listen: expected an address/],
    [['--http-listen', '127.0.0.1:99999'], /--http-listen/],
    [['--http-listen', '0.0.0.0:0'], /--insecure/],
    [['--grpc-listen', '0.0.0.0:0'], /--insecure/],
    [['--io-threads', '65'], /--io-threads: expected a whole number from 0 to 64/],
    [['--log-level', 'loud'], /--log-level: expected one of/],
    [['--ping-interval', '-1s'], /--ping-interval: expected a duration/],
    [['--outbound-queue', '1KiB'], /--outbound-queue: at least twice/],
    [['--event-size', '1parsec'], /--event-size: expected a size/],
    [['--config', '/no/such/file.toml'], /cannot read \/no\/such\/file.toml/],
    [['--config', '/'], /cannot read \//],
  ];
  for (const [args, message] of wrong) {
    it(`exits with 2 and names the flag: ${args.join(' ')}`, async () => {
      const { code, stdout, stderr } = await bridge(args);
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
      assert.equal(stdout, '');
    });
  }

  it('exits with 2 and names the variable', async () => {
    const { code, stderr } = await bridge([], { env: { SPANWIRE_IO_THREADS: 'many' } });
    assert.equal(code, 2);
    assert.match(stderr, /SPANWIRE_IO_THREADS/);
  });

  it('exits with 2 and names the key and the line of the file', async (t) => {
    const file = join(temporaryFolder(t), 'spanwire.toml');
    for (const [text, message] of [
      ['node = "a"\nhtp_listen = "127.0.0.1:0"\n', /spanwire.toml:2: htp_listen: unknown key/],
      ['[limits]\nevent_size = "much"\n', /spanwire.toml:2: limits.event_size: expected a size/],
      ['node = \n', /spanwire.toml:1: not TOML/],
      ['[[topic]]\nmatch = "a b"\n', /spanwire.toml:2: topic.match/],
      ['[[topic]]\nmatch = "a"\nhistory = { max_age = 5 }\n', /spanwire.toml:3: topic.history.max_age/],
    ]) {
      writeFileSync(file, text);
      const { code, stderr } = await bridge(['--config', file]);
      assert.equal(code, 2);
      assert.match(stderr, message);
    }
  });

  it('exits with 1 and says what to do where a port is taken, on both listeners', async () => {
    const first = await new BridgeProcess().start();
    for (const args of [['--http-listen', first.http, '--grpc-listen', '127.0.0.1:0'],
      ['--http-listen', '127.0.0.1:0', '--grpc-listen', first.grpc]]) {
      const { code, stderr } = await bridge(args);
      assert.equal(code, 1, stderr);
      assert.match(stderr, /(http|grpc)-listen/);
    }
    await first.kill();
  });

  it('exits with 2 and names the schema folder, file and fault', async (t) => {
    const folder = temporaryFolder(t);
    const schemas = (dir) => ['--http-listen', '127.0.0.1:0', '--grpc-listen', '127.0.0.1:0', '--schema-dir', dir];
    assert.match((await bridge(schemas(join(folder, 'none')))).stderr, /none/);
    mkdirSync(join(folder, 'bad'));
    writeFileSync(join(folder, 'bad', 'orders.binpb'), 'this is no descriptor set');
    const { code, stderr } = await bridge(schemas(join(folder, 'bad')));
    assert.equal(code, 2);
    assert.match(stderr, /--schema-dir.*orders\.binpb/);
  });

  it('exits with 2 and names the line whose file is missing or bad, and is told so by --check-config', async (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, 'spanwire.toml');
    writeFileSync(join(folder, 'short'), 'abc');
    for (const [text, message] of [
      ['node = "a"\n[auth]\nhs256_secret_file = "nope"\n', /spanwire\.toml:3: auth\.hs256_secret_file: .*nope: cannot be opened/],
      ['[auth]\nhs256_secret_file = "short"\n', /spanwire\.toml:2: auth\.hs256_secret_file: .*short: the secret has 3 bytes/],
      ['[auth]\npublic_key_files = ["short"]\n', /spanwire\.toml:2: auth\.public_key_files: .*short: /],
      ['[tls]\nkey_file = "short"\ncert_file = "nope"\n', /spanwire\.toml:3: tls\.cert_file: .*nope: cannot be opened/],
      ['\nschema_dir = "nope"\n', /spanwire\.toml:2: schema_dir: cannot read .*nope/],
    ]) {
      writeFileSync(file, text);
      for (const flags of [[], ['--check-config']]) {
        const { code, stdout, stderr } = await bridge(['--config', file, '--http-listen', '127.0.0.1:0', '--grpc-listen', '127.0.0.1:0', ...flags]);
        assert.equal(code, 2, `${text} ${flags}: ${stdout}`);
        assert.match(stderr, message);
      }
    }
  });

  it('says so as an object where its log is made of those', async () => {
    const { code, stderr } = await bridge(['--check-config', '--schema-dir', '/no/such/folder', '--log-format', 'json']);
    assert.equal(code, 2);
    const { level, message } = JSON.parse(stderr);
    assert.equal(level, 'error');
    assert.match(message, /^--schema-dir: cannot read \/no\/such\/folder/);
  });

  it('exits with 2 where its file may not be read', { skip: process.getuid() === 0 && 'root may read everything' }, async (t) => {
    const file = join(temporaryFolder(t), 'spanwire.toml');
    writeFileSync(file, '');
    chmodSync(file, 0);
    assert.equal((await bridge(['--config', file])).code, 2);
  });
});

describe('a bridge that is asked', () => {
  it('prints its version and its help', async () => {
    assert.match((await bridge(['--version'])).stdout, /^spanwire-bridge\/\d+\.\d+\.\d+\n$/);
    const { code, stdout } = await bridge(['--help']);
    assert.equal(code, 0);
    assert.match(stdout, /--http-listen/);
    assert.match(stdout, /SPANWIRE_HTTP_LISTEN/);
  });

  it('exits with 1 where the answer does not arrive', () => {
    const full = openSync('/dev/full', 'w');
    for (const flag of ['--version', '--help', '--check-config']) {
      const { status, stderr } = spawnSync(process.env.SPANWIRE_BRIDGE, [flag], { stdio: ['ignore', full, 'pipe'], encoding: 'utf8' });
      assert.equal(status, 1, flag);
      assert.match(stderr, /cannot write to stdout: No space left on device/);
    }
    closeSync(full);
  });

  it('says what its schema folder brings, and warns where that is nothing', async (t) => {
    const folder = temporaryFolder(t);
    const check = () => bridge(['--check-config', '--schema-dir', folder, '--log-format', 'json']);
    const logOf = ({ code, stderr }) => (assert.equal(code, 0, stderr), JSON.parse(stderr));
    writeFileSync(join(folder, 'orders.descriptor'), ORDERS);
    const nothing = logOf(await check());
    assert.equal(nothing.level, 'warning');
    assert.match(nothing.message, /brings no event types: .*\.binpb, \.pb, \.desc, \.protoset/);
    assert.equal(nothing.files, '0');
    writeFileSync(join(folder, 'orders.binpb'), ORDERS);
    const something = logOf(await check());
    assert.equal(something.level, 'info');
    assert.deepEqual([something.files, something.types], ['1', '1']);
  });

  it('checks its settings without listening', async (t) => {
    const file = join(temporaryFolder(t), 'spanwire.toml');
    writeFileSync(file, '[[topic]]\nmatch = "stats*"\nhistory = { max_events = 10 }\n');
    assert.equal((await bridge(['--config', file, '--check-config'])).code, 0);
  });
});

describe('a running bridge', () => {
  it('tells its clients to come back, answers held polls and exits with 0 on SIGTERM', async () => {
    const process = await new BridgeProcess().start();
    const ws = await connect(process);
    const { cursor } = await (await fetch(`${process.url}api/poll?topics=a`)).json();
    const poll = fetch(`${process.url}api/poll?topics=a&cursor=${cursor}&wait=60`);
    while (!/transport="poll"} 1\b/.test(await (await fetch(`${process.url}metrics`)).text())) continue;  // it is held
    const words = [];
    ws.on('message', (data) => words.push(JSON.parse(data)));
    const closed = once(ws, 'close');
    const exited = process.stop();
    const [code] = await closed;
    assert.equal(code, 1012);
    assert.equal(words.length, 1);
    assert.equal(words[0].type, 'disconnect');
    assert.equal(words[0].data.code, 1012);
    assert.equal(words[0].data.reconnect, true);
    assert.ok(words[0].data.after_ms >= 0);
    assert.equal((await poll).status, 200);
    assert.equal(await exited, 0);
  });

  it('tells in its log who comes and goes, at debug only', async (t) => {
    const folder = temporaryFolder(t);
    for (const [level, told] of [['debug', true], ['info', false]]) {
      const file = join(folder, level);
      const log = openSync(file, 'w');
      const process = await new BridgeProcess(['--log-level', level], { stderr: log }).start();
      closeSync(log);
      const ws = await connect(process);
      ws.close();
      await once(ws, 'close');
      assert.equal(await process.stop(), 0);
      const lines = readFileSync(file, 'utf8');
      assert.match(lines, /info ready http=127/);
      assert.equal(/debug client connected client_id=\S+ transport=websocket remote_address=127/.test(lines), told, lines);
      assert.equal(/debug client left client_id=\S+ close_code=1\d+/.test(lines), told, lines);
    }
  });

  it('goes on serving where nobody can read that it is ready', async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.env.SPANWIRE_BRIDGE, ['--http-listen', '127.0.0.1:0', '--grpc-listen', '127.0.0.1:0'], { stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    const deadline = setTimeout(() => child.kill('SIGKILL'), 20_000);
    const exited = once(child, 'exit');
    let http;
    for await (const line of createInterface(child.stderr)) {
      http ??= / info ready http=(\S+)/.exec(line)?.[1];
      if (/nobody was told on stdout .*No space left/.test(line)) break;
    }
    assert.equal((await fetch(`http://${http}/readyz`)).status, 200);
    child.kill();
    assert.deepEqual(await exited, [0, null]);
    clearTimeout(deadline);
  });

  it('goes on serving where its log cannot be written, as on a full disk', async () => {
    const full = openSync('/dev/full', 'w');
    const process = await new BridgeProcess(['--log-level', 'trace'], { stderr: full }).start();
    closeSync(full);
    const publisher = new Publisher(process.grpc);
    await publisher.json('a', 't', { v: 1 });
    const { messages } = await (await fetch(`${process.url}api/poll?topics=a&history=1`)).json();
    assert.equal(messages.length, 1);
    publisher.close();
    assert.equal(await process.stop(), 0);
  });

  it('outlives clients that vanish at every moment', async () => {
    const process = await new BridgeProcess().start();
    const publisher = new Publisher(process.grpc);
    for (let i = 0; i < 20; ++i) {
      const ws = await connect(process);
      ws.send('{"action":"subscribe","topic":"a"}');
      const published = publisher.json('a', 't', { v: 'x'.repeat(10_000) });
      ws.terminate();
      await published;
    }
    const health = await fetch(`${process.url}healthz`);
    assert.equal(health.status, 200);
    publisher.close();
    assert.equal(await process.stop(), 0);
  });

  it('takes a policy from its file: history is bounded by it and a cursor before is not recovered', async (t) => {
    const file = join(temporaryFolder(t), 'spanwire.toml');
    writeFileSync(file, '[[topic]]\nmatch = "short*"\nhistory = { max_events = 2 }\n');
    const process = await new BridgeProcess(['--config', file]).start();
    const publisher = new Publisher(process.grpc);
    const { epoch } = await publisher.json('short', 't', {});
    for (let i = 0; i < 3; ++i) await publisher.json('short', 't', {});
    const poll = async (offset) =>
      (await fetch(`${process.url}api/poll?topics=short&cursor=${epoch}-${offset}&wait=0`)).json();
    assert.equal((await poll(1)).topics.short.recovered, false);
    const kept = await poll(2);
    assert.equal(kept.topics.short.recovered, true);
    assert.deepEqual(kept.messages.map(({ offset }) => offset), [3, 4]);
    publisher.close();
    assert.equal(await process.stop(), 0);
  });
});
