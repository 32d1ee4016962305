// Publishers and administrators with tokens, against the real bridge: the CLI, the SDK (hostmon) and a foreign client.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BridgeProcess, errorInfoOf, mint, Publisher, SECRET } from '../browser/foreign_clients.mjs';
import { Client } from './client.mjs';
import { run, start, temporaryFolder } from './programs.mjs';

const DEV_CERTS = fileURLToPath(new URL('../../tools/dev-certs', import.meta.url));
const inSeconds = (seconds) => Math.floor(Date.now() / 1000) + seconds;
const note = (topic, more = {}) => ({ topic, type: 'note', json_text: '{"v":1}', ...more });
const ADMIN = { sub: 'admin', roles: ['admin.read', 'admin.write'] };

/** A bridge with authentication, a folder for files, and the CLI with a token of `claims`. */
async function secured(t, { auth = 'leeway = "0s"' } = {}) {
  const folder = temporaryFolder(t);
  const file = (name, text, mode = 0o600) => {
    writeFileSync(join(folder, name), text, { mode });
    return join(folder, name);
  };
  file('secret', SECRET);
  const config = file('spanwire.toml', `[auth]\nhs256_secret_file = "secret"\n${auth}\n[[topic]]\nmatch = "*"\naccess = "authenticated"\n`);
  const startBridge = async () => {
    const bridge = await new BridgeProcess(['--config', config, '--log-level', 'debug']).start();
    t.after(() => bridge.kill());
    return bridge;
  };
  const bridge = await startBridge();
  const env = { XDG_CONFIG_HOME: folder, SPANWIRE_TOKEN: '', SPANWIRE_TOKEN_FILE: '' };
  const cli = (args, { token, server = bridge.grpc, ...more } = {}) =>
    run('spanwire', ['--server', server, ...args], { env: { ...env, ...(token ? { SPANWIRE_TOKEN: token } : {}), ...more } });
  const publisher = (claims) => {
    const made = new Publisher(bridge.grpc, { token: mint(claims) });
    t.after(() => made.close());
    return made;
  };
  return { bridge, startBridge, folder, file, config, env, cli, publisher };
}
/** Code and reason of a call that is refused. */
async function refusalOf(calling) {
  const error = await calling.then(() => assert.fail('it was taken'), (e) => e);
  return `${error.code} ${errorInfoOf(error).reason}`;
}

describe('a publisher', () => {
  it('publishes what its token allows, into its tenant', async (t) => {
    const { publisher } = await secured(t);
    const acme = publisher({ sub: 'orders', tenant_id: 'acme', publish: ['orders:*'] });
    assert.equal((await acme.publish(note('orders:1'))).offset, 1);
    assert.equal(await refusalOf(acme.publish(note('logs'))), '7 TOPIC_NOT_ALLOWED');
    assert.equal(await refusalOf(acme.publish(note('orders:1', { tenant_id: 'other' }))), '7 TENANT_NOT_ALLOWED');
    const any = publisher({ sub: 'orders', tenant_id: 'acme', publish: ['*'], roles: ['any_tenant'] });
    assert.equal((await any.publish(note('logs', { tenant_id: 'other' }))).offset, 1);
  });

  it('whose token counts for nothing is told why, without the token', async (t) => {
    const { bridge } = await secured(t);
    for (const [token, answer] of [
      ['', '16 UNAUTHENTICATED_CALL'],
      ['x.y.z', '16 TOKEN_MALFORMED'],
      [mint({ exp: inSeconds(-60) }), '16 TOKEN_EXPIRED'],
      [mint({}, { secret: 'another secret that is long enough for the algorithm' }), '16 TOKEN_SIGNATURE'],
    ]) {
      const publisher = new Publisher(bridge.grpc, token ? { token } : {});
      assert.equal(await refusalOf(publisher.publish(note('t'))), answer);
      publisher.close();
      if (token.length > 20) assert.ok(!bridge.log.includes(token.slice(0, 40)), 'the log repeats the token');
    }
  });
});

describe('an administrator', () => {
  it('sees and steers the own tenant only', async (t) => {
    const { bridge, cli, publisher } = await secured(t);
    await publisher({ tenant_id: 'other', publish: ['*'] }).publish(note('secret-of-other'));
    await publisher({ tenant_id: 'acme', publish: ['*'] }).publish(note('ours'));
    const theirs = new Client(bridge, `?token=${mint({ sub: 'bob', tenant_id: 'other' })}`);
    const ours = new Client(bridge, `?token=${mint({ sub: 'ann', tenant_id: 'acme' })}`);
    await Promise.all([theirs.got('connected'), ours.got('connected')]);
    const token = mint({ ...ADMIN, tenant_id: 'acme' });
    const seen = await cli(['topics', 'list', '-o', 'json'], { token });
    assert.deepEqual(JSON.parse(seen.stdout).topics.map(({ name }) => name).sort(), ['ours', 'user:ann']);
    const connections = await cli(['connections', 'list', '-o', 'json'], { token });
    assert.deepEqual(JSON.parse(connections.stdout).connections.map(({ user_id }) => user_id), ['ann']);
    assert.equal((await cli(['topics', 'list', '--tenant', 'other'], { token })).code, 4);
    const stats = JSON.parse((await cli(['stats', '-o', 'json'], { token })).stdout);
    assert.deepEqual([stats.own_tenant_only, stats.connections, stats.events_published], [true, '1', '0']);
    const closed = await cli(['connections', 'close', '--all', '--yes', '-o', 'json'], { token });
    assert.equal(JSON.parse(closed.stdout).closed, 1);
    assert.equal((await ours.closed).code, 4010);
    assert.equal(theirs.socket.readyState, theirs.socket.OPEN);
    theirs.socket.close();
  });

  it('closes the connections of one user', async (t) => {
    const { bridge, cli } = await secured(t);
    const [ann, bob] = ['ann', 'bob'].map((sub) => new Client(bridge, `?token=${mint({ sub })}`));
    await Promise.all([ann.got('connected'), bob.got('connected')]);
    const closed = await cli(['connections', 'close', '--user', 'ann'], { token: mint(ADMIN) });
    assert.equal(closed.code, 0, closed.stderr);
    assert.equal((await ann.closed).code, 4010);
    assert.equal(bob.socket.readyState, bob.socket.OPEN);
    bob.socket.close();
  });

  it('sees a user who says so only after connecting, as a browser does', async (t) => {
    const { bridge } = await secured(t);
    const known = new Client(bridge, `?token=${mint({ sub: 'ann' })}`);
    await known.got('connected');
    const watch = start('spanwire', ['--server', bridge.grpc, '--token', mint(ADMIN), 'connections', 'watch', '--user', 'ann', '-o', 'json']);
    const next = async () => {
      const { kind, connection } = JSON.parse((await watch.lines.next()).value);
      return [kind, connection.client_id];
    };
    assert.equal((await next())[0], 'KIND_EXISTING');
    const late = await new Client(bridge).opened();
    late.send({ action: 'auth', token: mint({ sub: 'ann' }) });
    const { data } = await late.got('connected');
    assert.deepEqual(await next(), ['KIND_IDENTIFIED', data.client_id]);
    late.socket.terminate();
    assert.deepEqual(await next(), ['KIND_CLOSED', data.client_id]);
    known.socket.terminate();
    await watch.stop('SIGINT');
  });

  it('needs the role, and is told which', async (t) => {
    const { cli } = await secured(t);
    const none = await cli(['connections', 'list']);
    assert.equal(none.code, 4);
    assert.match(none.stderr, /UNAUTHENTICATED_CALL/);
    const reader = await cli(['connections', 'close', '--all'], { token: mint({ roles: ['admin.read'] }) });
    assert.equal(reader.code, 4);
    assert.match(reader.stderr, /admin\.write/);
    const drain = await cli(['drain'], { token: mint(ADMIN) });
    assert.equal(drain.code, 4);
    assert.match(drain.stderr, /any_tenant/);
    assert.equal((await cli(['health'])).code, 0);
  });
});

describe('revoking', () => {
  it('ends connections and streams at once, and lasts over a restart', async (t) => {
    const { bridge, startBridge, cli, folder } = await secured(t, { auth: 'revocations_file = "revoked"' });
    const token = mint({ sub: 'ann', jti: 't-1', iat: inSeconds(-5) });
    const client = new Client(bridge, `?token=${token}`);
    await client.got('connected');
    const watcher = mint({ ...ADMIN, sub: 'watcher', iat: inSeconds(-5) });
    const watch = start('spanwire', ['--server', bridge.grpc, '--token', watcher, 'connections', 'watch', '-o', 'json']);
    await watch.lines.next();
    const revoked = await cli(['token', 'revoke', '--jti', 't-1'], { token: mint(ADMIN) });
    assert.match(revoked.stderr, /1 connections, 0 streams/);
    assert.equal((await client.closed).code, 4001);
    assert.match((await cli(['token', 'revoke', '--user', 'watcher'], { token: mint(ADMIN) })).stderr, /0 connections, 1 streams/);
    assert.equal(await watch.closed, 4);

    assert.equal(statSync(join(folder, 'revoked')).mode & 0o777, 0o600);
    await bridge.kill();
    const again = await startBridge();
    assert.equal((await new Client(again, `?token=${token}`).closed).code, 4001);
    assert.equal((await cli(['topics', 'list'], { token: watcher, server: again.grpc })).code, 4);
    assert.equal((await cli(['topics', 'list'], { token: mint({ ...ADMIN, sub: 'watcher', iat: inSeconds(1) }), server: again.grpc })).code, 0);
  });

  it('is not forgotten in silence: a file that cannot be read keeps the bridge from starting', async (t) => {
    const { file, config } = await secured(t, { auth: 'revocations_file = "revoked"' });
    file('revoked', 'garbage\n');
    const { code, stderr } = await run('spanwire-bridge', ['--config', config, '--http-listen', '127.0.0.1:0', '--grpc-listen', '127.0.0.1:0']);
    assert.equal(code, 2);
    assert.match(stderr, /revoked:1: /);
  });
});

describe('the settings of a bridge', () => {
  it('sign and explain tokens that it takes', async (t) => {
    const { cli, config } = await secured(t, { auth: 'issuer = "https://id.example"\naudiences = ["spanwire"]' });
    const created = await run('spanwire', ['token', 'create', '--config', config, '--sub', 'me', '--role', 'admin.read']);
    assert.equal(created.code, 0, created.stderr);
    const token = created.stdout.trim();
    assert.equal((await cli(['topics', 'list'], { token })).code, 0);
    assert.equal((await run('spanwire', ['token', 'check', '--config', config], { input: token })).code, 0);
    const foreign = mint({ iss: 'https://evil.example', aud: 'spanwire' });
    const checked = await run('spanwire', ['token', 'check', '--config', config], { input: foreign });
    assert.equal(checked.code, 4);
    assert.match(checked.stdout, /TOKEN_ISSUER/);
  });
});

describe('contexts', () => {
  it('keep a bridge and a token file under a name', async (t) => {
    const { bridge, env, file, folder } = await secured(t);
    const spanwire = (...args) => run('spanwire', args, { env });
    const token = file('token', mint(ADMIN));
    assert.equal((await spanwire('context', 'add', 'dev', '--server', bridge.grpc, '--token-file', token)).code, 0);
    assert.equal((await spanwire('context', 'use', 'dev')).code, 0);
    const store = join(folder, 'spanwire', 'contexts.json');
    assert.equal(statSync(store).mode & 0o777, 0o600);
    assert.equal((await spanwire('topics', 'list')).code, 0);
    file('token', mint({ ...ADMIN, exp: inSeconds(-60) }));
    assert.equal((await spanwire('topics', 'list')).code, 4);
    assert.match((await spanwire('context', 'list')).stdout, /\* +dev +127\.0\.0\.1:\d+ +no +token/);
    assert.equal((await spanwire('context', 'use', 'nowhere')).code, 3);
    assert.equal((await spanwire('context', 'remove', 'dev')).code, 0);
    assert.equal((await spanwire('--context', 'dev', 'topics', 'list')).code, 2);
  });

  it('with a token are refused where others may read them', async (t) => {
    const { bridge, env, folder } = await secured(t);
    const token = mint(ADMIN);
    await run('spanwire', ['context', 'add', 'dev', '--server', bridge.grpc, '--token', token], { env });
    const store = join(folder, 'spanwire', 'contexts.json');
    assert.ok(readFileSync(store, 'utf8').includes(token));
    chmodSync(store, 0o644);
    const { code, stdout, stderr } = await run('spanwire', ['--context', 'dev', 'topics', 'list'], { env });
    assert.equal(code, 2);
    assert.match(stderr, /other users may read it/);
    assert.ok(!`${stdout}${stderr}`.includes(token));
  });
});

describe('a token', () => {
  it('is not seen in the process list', async (t) => {
    const { bridge } = await secured(t);
    const token = mint(ADMIN);
    const somebody = new Client(bridge, `?token=${mint()}`);
    await somebody.got('connected');
    const watch = start('spanwire', ['--server', bridge.grpc, '--token', token, 'connections', 'watch', '-o', 'json']);
    await watch.lines.next();
    const processes = readFileSync(`/proc/${watch.pid}/cmdline`, 'latin1');
    assert.ok(!processes.includes(token));
    assert.match(processes, /--token\0\*+\0connections/);
    await watch.stop('SIGINT');
    somebody.socket.close();
  });

  it('is not sent in plain text to another machine', async (t) => {
    const { cli } = await secured(t);
    const { code, stderr } = await cli(['topics', 'list', '--timeout', '1s'], { token: mint(ADMIN), server: 'bridge.invalid:50051' });
    assert.equal(code, 2);
    assert.match(stderr, /plain text/);
  });
});

describe('hostmon', () => {
  it('is let in with a token file, and goes on with the next token when one expires', async (t) => {
    const { bridge, file } = await secured(t);
    const path = file('token', mint({ sub: 'hostmon', publish: ['*'], exp: inSeconds(2) }));
    const reader = new Client(bridge, `?token=${mint()}`);
    await reader.got('connected');
    reader.send({ action: 'subscribe', topic: 'stats' });
    const monitor = start('spanwire-hostmon', ['--server', bridge.grpc, '--token-file', path, '--interval', '0.1', '--top', '0']);
    await reader.got('stats_update');
    file('token', mint({ sub: 'hostmon', publish: ['*'] }));
    const after = new Date((inSeconds(3)) * 1000).toISOString();
    await reader.find(({ type, timestamp }) => type === 'stats_update' && timestamp > after, 'figures after the first token');
    await monitor.stop();
    reader.socket.close();
  });

  it('waits and says so where it is not let in', async (t) => {
    const { bridge } = await secured(t);
    const { code, stderr } = await run('spanwire-hostmon', ['--server', bridge.grpc, '--once', '--interval', '0.1']);
    assert.equal(code, 1);
    assert.match(stderr, /UNAUTHENTICATED/);
  });
});

describe('over TLS', () => {
  /** Settings with TLS, a client CA, and what client.pem (CN spanwire-client) may do. */
  const tls = (certificates, more = '') => `leeway = "0s"
${more}
[tls]
cert_file = "${certificates}/server.pem"
key_file = "${certificates}/server-key.pem"
client_ca_file = "${certificates}/ca.pem"`;
  const CERTIFICATE = `[[auth.client_certificate]]
name = "NAME"
tenant = "acme"
publish = ["orders:*"]
roles = ["admin.read"]`;

  it('a client certificate that the settings name stands for a token', async (t) => {
    const folder = temporaryFolder(t);
    execFileSync(DEV_CERTS, [folder]);
    const name = /CN ?= ?(\S+)/.exec(execFileSync('openssl', ['x509', '-in', join(folder, 'client.pem'), '-noout', '-subject'], { encoding: 'utf8' }))[1];
    const { cli, folder: home } = await secured(t, { auth: tls(folder, CERTIFICATE.replace('NAME', name)) });
    const flags = ['--ca', join(folder, 'ca.pem'), '--cert', join(folder, 'client.pem'), '--key', join(folder, 'client-key.pem')];
    const published = await cli([...flags, 'publish', 'orders:1', '--type', 'note', '--data', '{}']);
    assert.equal(published.code, 0, published.stderr);
    assert.match((await cli([...flags, 'publish', 'logs', '--type', 'note', '--data', '{}'])).stderr, /TOPIC_NOT_ALLOWED/);
    const topics = JSON.parse((await cli([...flags, 'topics', 'list', '-o', 'json'])).stdout).topics;
    assert.deepEqual(topics.map(({ name: topic, tenant_id: tenant }) => [topic, tenant]), [['orders:1', 'acme']]);
    // A token decides alone, the certificate beside it lends nothing.
    const both = await cli([...flags, 'topics', 'list'], { token: mint({ tenant_id: 'acme' }) });
    assert.match(both.stderr, /ROLE_MISSING/);
    const withoutCertificate = await cli(['--ca', join(folder, 'ca.pem'), 'topics', 'list']);
    assert.match(withoutCertificate.stderr, /UNAUTHENTICATED_CALL/);
    assert.equal((await cli(['--ca', join(folder, 'ca.pem'), 'topics', 'list'], { token: mint(ADMIN) })).code, 0);
    assert.equal((await cli(['topics', 'list', '--timeout', '2s'], { token: mint(ADMIN) })).code, 5, 'plain text');

    // One of another authority does not get through the handshake, whatever it calls itself.
    const foreign = join(home, 'foreign');
    execFileSync(DEV_CERTS, [foreign]);
    const stranger = await cli(['--ca', join(folder, 'ca.pem'), '--cert', join(foreign, 'client.pem'), '--key', join(foreign, 'client-key.pem'), 'topics', 'list', '--timeout', '3s']);
    assert.notEqual(stranger.code, 0);
    assert.ok([4, 5].includes(stranger.code), stranger.stderr);
  });

  it('a client certificate may do less after SIGHUP, and what it had open ends', async (t) => {
    const folder = temporaryFolder(t);
    execFileSync(DEV_CERTS, [folder]);
    const certificate = (roles) => CERTIFICATE.replace('NAME', 'spanwire-client').replace('["admin.read"]', roles);
    const { bridge, cli, config } = await secured(t, { auth: `${tls(folder, certificate('["admin.read"]'))}\nhttp = false` });
    const flags = ['--ca', join(folder, 'ca.pem'), '--cert', join(folder, 'client.pem'), '--key', join(folder, 'client-key.pem')];
    const own = new Client(bridge, `?token=${mint({ tenant_id: 'acme' })}`);
    await own.got('connected');
    const watch = start('spanwire', ['--server', bridge.grpc, ...flags, 'connections', 'watch', '-o', 'json']);
    assert.equal(JSON.parse((await watch.lines.next()).value).kind, 'KIND_EXISTING');

    const reload = async (change) => {
      writeFileSync(config, change(readFileSync(config, 'utf8')));
      const before = bridge.log.length;
      process.kill(bridge.pid, 'SIGHUP');
      while (!/keys reloaded/.test(bridge.log.slice(before))) await new Promise(setImmediate);
      return bridge.log.slice(before);
    };
    assert.doesNotMatch(await reload((text) => text), /client certificates reloaded/);
    assert.match(await reload((text) => text.replace('["admin.read"]', '[]')), /client certificates reloaded certificates=1 streams_ended=1/);
    assert.equal(await watch.closed, 4);
    assert.match((await cli([...flags, 'topics', 'list'])).stderr, /ROLE_MISSING/);
    assert.equal((await cli([...flags, 'publish', 'orders:1', '--type', 'note', '--data', '{}'])).code, 0);
    own.socket.terminate();
  });

  it('a certificate that nobody is asked for is a mistake in the settings', async (t) => {
    const { config } = await secured(t);
    writeFileSync(config, `[auth]\nhs256_secret_file = "secret"\n${CERTIFICATE}\n`);
    const { code, stderr } = await run('spanwire-bridge', ['--config', config, '--check-config']);
    assert.equal(code, 2);
    assert.match(stderr, /auth\.client_certificate.*client_ca_file/);
  });

  it('hostmon publishes with a token', async (t) => {
    const folder = temporaryFolder(t);
    execFileSync(DEV_CERTS, [folder]);
    const { bridge, file } = await secured(t, { auth: tls(folder) });
    const token = file('token', mint({ sub: 'hostmon', publish: ['*'] }));
    const { code, stderr } = await run('spanwire-hostmon',
      ['--server', bridge.grpc, '--ca', join(folder, 'ca.pem'), '--token-file', token, '--once', '--interval', '0.1']);
    assert.equal(code, 0, stderr);
  });
});
