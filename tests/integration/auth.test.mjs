// Who belongs gets in, by every door, and only to what is theirs.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { BridgeProcess, mint, Publisher, SECRET, WebSocket } from '../browser/foreign_clients.mjs';
import { Client } from './client.mjs';
import { EventStream } from './event_stream.mjs';
import { run, temporaryFolder } from './programs.mjs';

const RULES = `
[[topic]]
match = "status"
access = "public"
[[topic]]
match = "news"
access = "authenticated"
`;
const PUBLISH_ALL = mint({ sub: 'service', publish: ['*', 'user:*'] });
const inSeconds = (seconds) => Math.floor(Date.now() / 1000) + seconds;

/** A bridge with authentication, gone at the end of the test `t`. */
async function bridgeWith(t, { rules = '', auth = 'leeway = "0s"', limits = '', args = [] } = {}) {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'secret'), `${SECRET}\n`, { mode: 0o600 });
  const config = join(folder, 'spanwire.toml');
  const text = (topics) => `[auth]\nhs256_secret_file = "secret"\n${auth}\n[limits]\n${limits}\n${topics}`;
  writeFileSync(config, text(rules));
  const bridge = await new BridgeProcess(['--config', config, '--log-level', 'debug', ...args]).start();
  t.after(() => bridge.kill());
  const publisher = new Publisher(bridge.grpc, { token: PUBLISH_ALL });
  t.after(() => publisher.close());
  return { bridge, publisher, folder, setRules: (topics) => writeFileSync(config, text(topics)) };
}

const poll = (bridge, query, headers = {}) => fetch(`${bridge.url}api/poll?${query}`, { headers });

/** The problem of a refused request. */
async function problem(response) {
  assert.equal(response.headers.get('content-type'), 'application/problem+json');
  const { status, code, detail } = await response.json();
  assert.equal(status, response.status);
  return { status, code, detail };
}

describe('a token', () => {
  it('is taken from the URL, a header, a cookie, and the first message', async (t) => {
    const { bridge } = await bridgeWith(t);
    const token = mint();
    for (const [query, options] of [
      [`?token=${token}`, {}],
      ['', { headers: { Authorization: `Bearer ${token}` } }],
      ['', { headers: { authorization: `bearer ${token}` } }],
      ['', { headers: { Cookie: `a=b; spanwire_token=${token}` }, origin: `http://${bridge.http}` }],
    ]) {
      const client = new Client(bridge, query, options);
      const { data } = await client.got('connected');
      assert.equal(data.user_id, 'ann');
      assert.equal(data.secure, true);
      assert.ok(Date.parse(data.session_expires_at) > Date.now());
      await client.got('subscription', 'user:ann');
      client.socket.close();
    }
    const late = await new Client(bridge).opened();
    late.send({ action: 'subscribe', topic: 'news' });
    assert.equal((await late.got('error')).data.code, 'unauthorized');
    late.send({ action: 'auth', token, id: 1 });
    assert.equal((await late.got('connected')).data.id, 1);
    assert.deepEqual(late.messages.map(({ type }) => type).slice(0, 2), ['error', 'connected']);
    late.socket.close();
    const answer = await poll(bridge, 'topics=user:ann&wait=0', { Authorization: `Bearer ${token}` });
    assert.equal(answer.status, 200);
  });

  it('in a cookie counts only from a page that says where it is from', async (t) => {
    const { bridge } = await bridgeWith(t);
    const cookie = { Cookie: `spanwire_token=${mint()}` };
    assert.equal((await problem(await poll(bridge, 'topics=user:ann', cookie))).status, 403);
    assert.equal((await problem(await poll(bridge, 'topics=user:ann', { ...cookie, Origin: 'https://evil.example' }))).status, 403);
    assert.equal((await poll(bridge, 'topics=user:ann', { ...cookie, Origin: `http://${bridge.http}` })).status, 200);
    const socket = new WebSocket(`ws://${bridge.http}/ws`, { headers: cookie });
    const [, response] = await once(socket, 'unexpected-response');
    assert.equal(response.statusCode, 403);
  });

  it('that does not count closes a WebSocket behind the upgrade, with 4001', async (t) => {
    const { bridge } = await bridgeWith(t);
    const forged = mint({}, { secret: 'x'.repeat(64) });
    for (const bad of ['nonsense', '', forged, mint({ exp: inSeconds(-60) }), mint({}, { header: { alg: 'none' } })]) {
      const client = await new Client(bridge, `?token=${bad}`).opened();
      assert.equal((await client.closed).code, 4001);
      assert.deepEqual(client.messages.map(({ type }) => type), ['disconnect']);
      assert.equal(client.messages[0].data.code, 4001);
    }
    const late = await new Client(bridge).opened();
    late.send({ action: 'auth', token: forged });
    assert.equal((await late.closed).code, 4001);
    assert.deepEqual(late.messages.map(({ type, data }) => data.code && [type, data.code]), [['error', 'unauthorized'], ['disconnect', 4001]]);
  });

  it('that does not count, or none, is 401 with a challenge on polls and event streams', async (t) => {
    const { bridge } = await bridgeWith(t);
    for (const path of ['poll', 'sse']) {
      const bad = await fetch(`${bridge.url}api/${path}?topics=news&token=x`);
      assert.equal(bad.headers.get('www-authenticate'), 'Bearer error="invalid_token"');
      assert.deepEqual((({ status, code }) => ({ status, code }))(await problem(bad)), { status: 401, code: 'unauthorized' });
      const none = await fetch(`${bridge.url}api/${path}?topics=news`);
      assert.equal(none.headers.get('www-authenticate'), 'Bearer');
      assert.equal((await problem(none)).code, 'unauthorized');
      const two = await fetch(`${bridge.url}api/${path}?topics=news&token=x&token=y`);
      assert.equal((await problem(two)).status, 400);
    }
  });

  it('must come in time', async (t) => {
    const { bridge } = await bridgeWith(t, { limits: 'auth_timeout = "200ms"' });
    const client = await new Client(bridge).opened();
    assert.equal((await client.closed).code, 4001);
    assert.deepEqual(client.messages.map(({ type }) => type), ['disconnect']);
  });

  it('is in no log, metric or answer', async (t) => {
    const { bridge, publisher } = await bridgeWith(t);
    const token = mint({ topics: ['t'] });
    const client = new Client(bridge, `?token=${token}`);
    await client.got('connected');
    await publisher.json('user:ann', 'note', {});
    await client.got('note');
    const bad = `${token.slice(0, -6)}AAAAAA`;
    const scraper = mint({ sub: 'prometheus', roles: ['admin.read', 'any_tenant'] });
    const metrics = await fetch(`${bridge.url}metrics`, { headers: { Authorization: `Bearer ${scraper}` } });
    assert.equal(metrics.status, 200);
    const answers = [await (await poll(bridge, `topics=news&token=${bad}`)).text(), await metrics.text()];
    client.socket.close();
    await client.closed;
    await bridge.stop();
    const signature = token.split('.')[2];
    for (const text of [bridge.log, ...answers, JSON.stringify(client.messages)]) {
      assert.ok(!text.includes(signature) && !text.includes(bad.split('.')[2]) && !text.includes(SECRET));
    }
    assert.match(bridge.log, /client connected/);
    assert.match(bridge.log, /token refused reason=TOKEN_SIGNATURE .*door=\/api\/poll peer=127\.0\.0\.1:/);
  });
});

describe('metrics, which are of all tenants,', () => {
  it('are for tokens that read all tenants, and on an address of operators for whoever reaches it', async (t) => {
    const { bridge } = await bridgeWith(t);
    const status = async (headers) => {
      const response = await fetch(`${bridge.url}metrics`, { headers });
      assert.equal((await response.text()).includes('spanwire_events_published_total'), response.status === 200);
      return response.status;
    };
    const bearer = (...roles) => ({ Authorization: `Bearer ${mint({ roles })}` });
    assert.equal(await status({}), 401);
    assert.equal(await status({ Cookie: `spanwire_token=${mint({ roles: ['admin.read', 'any_tenant'] })}` }), 401);
    assert.equal(await status(bearer()), 403);
    assert.equal(await status(bearer('admin.read')), 403);
    assert.equal(await status(bearer('admin.read', 'any_tenant')), 200);
    for (const probe of ['healthz', 'readyz']) assert.equal((await fetch(bridge.url + probe)).status, 200);

    const { bridge: apart } = await bridgeWith(t, { args: ['--ops-listen', '127.0.0.1:0', '--log-level', 'info'] });
    assert.equal((await fetch(`${apart.url}metrics`, { headers: bearer('admin.read', 'any_tenant') })).status, 404);
    assert.doesNotMatch(apart.log, /tokens come in without TLS/);
  });

  it('are warned of, with the tokens, on an address of operators that is off loopback and without TLS', async (t) => {
    const { bridge } = await bridgeWith(t, { args: ['--ops-listen', '0.0.0.0:0'] });
    assert.equal(await bridge.stop(), 0);
    assert.match(bridge.log, /tokens come in without TLS/);
  });
});

describe('a session', () => {
  it('ends with 4001 when its token expires, and polls and event streams end too', async (t) => {
    const { bridge } = await bridgeWith(t);
    const token = mint({ exp: inSeconds(2) });
    const client = new Client(bridge, `?token=${token}`);
    await client.got('connected');
    const stream = await EventStream.open(`${bridge.url}api/sse?topics=user:ann`, { headers: { Authorization: `Bearer ${token}` } });
    const held = await poll(bridge, 'topics=user:ann', { Authorization: `Bearer ${token}` });
    const { cursor } = await held.json();
    const ended = await poll(bridge, `topics=user:ann&cursor=${cursor}&wait=30`, { Authorization: `Bearer ${token}` });
    assert.equal(ended.status, 200);
    assert.deepEqual((await ended.json()).messages, []);
    assert.equal((await client.closed).code, 4001);
    assert.equal(await stream.closed, true);
    assert.equal(stream.messages.at(-1).data.code, 4001);
    assert.equal((await poll(bridge, `topics=user:ann&cursor=${cursor}`, { Authorization: `Bearer ${token}` })).status, 401);
  });

  it('goes on with a fresh token, which may allow less but not be of somebody else', async (t) => {
    const { bridge, publisher } = await bridgeWith(t, { rules: RULES });
    const first = mint({ exp: inSeconds(2), topics: ['gift-list:*'] });
    const client = new Client(bridge, `?token=${first}`);
    await client.got('connected');
    client.send({ action: 'subscribe', topics: ['news', 'gift-list:1'] });
    await client.got('subscription', 'gift-list:1');
    client.send({ action: 'auth', token: mint({ sub: 'bob' }), id: 'bob' });
    assert.equal((await client.got('error')).data.code, 'forbidden');
    client.send({ action: 'auth', token: mint() });
    const { data } = await client.got('unsubscription', 'gift-list:1');
    assert.equal(data.reason, 'forbidden');
    while ((await poll(bridge, `topics=user:ann&token=${first}`)).status === 200) continue;  // until it has expired
    await publisher.json('gift-list:1', 'n', {});
    await publisher.json('news', 'n', { last: true });
    assert.deepEqual((await client.got('n')).data, { last: true });
    assert.equal(client.messages.filter(({ type }) => type === 'connected').length, 2);
    client.socket.close();
  });

  it('reads what is public, what its claims name, its own, and nothing else, on every transport', async (t) => {
    const { bridge, publisher } = await bridgeWith(t, { rules: RULES });
    const token = mint({ topics: ['gift-list:*', 'user:*'] });
    const named = new Client(bridge, `?token=${token}`);
    const nobody = new Client(bridge);
    assert.equal((await nobody.got('connected')).data.user_id, undefined);
    const expected = [
      ['status', 200, 200], ['news', 200, 401], ['gift-list:1', 200, 401], ['logs', 403, 401],
      ['user:ann', 200, 401], ['user:bob', 403, 401],
    ];
    await named.got('connected');
    for (const [topic, withToken, without] of expected) {
      const headers = { Authorization: `Bearer ${token}` };
      assert.equal((await poll(bridge, `topics=status,${topic}`, headers)).status, withToken, `poll ${topic}`);
      assert.equal((await poll(bridge, `topics=status,${topic}`)).status, without, `poll ${topic} without token`);
      for (const [options, status] of [[{ headers }, withToken], [{}, without]]) {
        const stream = await EventStream.open(`${bridge.url}api/sse?topics=${topic}`, options);
        assert.equal(stream.response.status, status, `sse ${topic}`);
        await stream.cut();
      }
      for (const [client, status] of [[named, withToken], [nobody, without]]) {
        client.send({ action: 'subscribe', topic });
        if (status === 200) await client.got('subscription', topic);
        else assert.equal((await client.got('error', topic)).data.code, status === 401 ? 'unauthorized' : 'forbidden');
      }
    }
    const { detail } = await problem(await poll(bridge, 'topics=status,logs', { Authorization: `Bearer ${token}` }));
    assert.match(detail, /logs/);
    await publisher.json('user:bob', 'secret', {});
    await publisher.json('status', 'n', {});
    for (const client of [named, nobody]) {
      await client.got('n');
      assert.equal(client.messages.find(({ type }) => type === 'secret'), undefined);
      client.socket.close();
    }
  });

  it('has its own topic on a WebSocket and an event stream, resumed by the cursor of the URL', async (t) => {
    const { bridge, publisher } = await bridgeWith(t);
    const token = mint();
    const { offset, epoch } = await publisher.json('user:ann', 'n', { n: 1 });
    await publisher.json('user:ann', 'n', { n: 2 });
    const cursor = `${epoch}-${offset}`;
    const client = new Client(bridge, `?token=${token}&cursor=${cursor}`);
    assert.deepEqual((await client.got('n')).data, { n: 2 });
    assert.equal((await client.got('subscription', 'user:ann')).data.recovered, true);
    client.socket.close();
    const stream = await EventStream.open(`${bridge.url}api/sse?topics=user:ann&cursor=${cursor}&token=${token}`);
    await stream.until(() => stream.offsets.length === 1);
    assert.equal(stream.messages.filter(({ type }) => type === 'subscription').length, 1);
    await stream.cut();
  });

  it('sees only its tenant', async (t) => {
    const { bridge, publisher } = await bridgeWith(t, { rules: RULES });
    const acme = new Client(bridge, `?token=${mint({ tenant_id: 'acme' })}`);
    assert.equal((await acme.got('connected')).data.tenant_id, 'acme');
    acme.send({ action: 'subscribe', topic: 'news' });
    const { data } = await acme.got('subscription', 'news');
    await publisher.json('news', 'other', {});
    const own = new Publisher(bridge.grpc, { token: mint({ sub: 's', tenant_id: 'acme', publish: ['*'] }) });
    await own.publish({ topic: 'news', type: 'mine', json_text: '{}', tenant_id: 'acme' });
    own.close();
    const mine = await acme.got('mine');
    assert.equal(mine.offset, 1);
    assert.match(data.cursor, /-0$/);
    assert.equal(acme.messages.find(({ type }) => type === 'other'), undefined);
    acme.socket.close();
  });
});

describe('keys and rules', () => {
  it('are reloaded when they change, without dropping anyone', async (t) => {
    const { bridge, folder } = await bridgeWith(t, { args: ['--file-check-interval', '50ms'] });
    const client = new Client(bridge, `?token=${mint()}`);
    await client.got('connected');
    const other = 'another secret, of sixty-four bytes, for the time after rotation';
    const fresh = mint({}, { secret: other });
    assert.equal((await poll(bridge, `topics=user:ann&token=${fresh}`)).status, 401);
    writeFileSync(join(folder, 'next'), other, { mode: 0o600 });
    renameSync(join(folder, 'next'), join(folder, 'secret'));
    while ((await poll(bridge, `topics=user:ann&token=${fresh}`)).status !== 200) continue;
    assert.equal((await poll(bridge, `topics=user:ann&token=${mint()}`)).status, 401);
    client.send({ action: 'ping' });
    await client.got('pong');
    writeFileSync(join(folder, 'secret'), 'short');
    while (!/keys not reloaded/.test(bridge.log)) assert.equal((await poll(bridge, `topics=user:ann&token=${fresh}`)).status, 200);
    client.socket.close();
  });

  it('that change with SIGHUP end what they no longer allow', async (t) => {
    const { bridge, setRules } = await bridgeWith(t, { rules: RULES });
    const client = new Client(bridge, `?token=${mint()}`);
    await client.got('connected');
    client.send({ action: 'subscribe', topic: 'news' });
    await client.got('subscription', 'news');
    setRules('');
    process.kill(bridge.pid, 'SIGHUP');
    assert.equal((await client.got('unsubscription', 'news')).data.reason, 'forbidden');
    client.socket.close();
  });

  it('that are missing or wrong end the bridge with 2 and a sentence', async (t) => {
    const folder = temporaryFolder(t);
    const config = join(folder, 'spanwire.toml');
    writeFileSync(join(folder, 'short'), 'x'.repeat(31));
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(join(folder, 'public.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
    writeFileSync(join(folder, 'private.json'), JSON.stringify({ keys: [privateKey.export({ format: 'jwk' })] }));
    const outcome = async (text) => {
      writeFileSync(config, text);
      return run('spanwire-bridge', ['--config', config, '--http-listen', '127.0.0.1:0', '--grpc-listen', '127.0.0.1:0']);
    };
    for (const [text, sentence] of [
      ['[auth]\n', /no key to check tokens with/],
      ['[auth]\nhs256_secret_file = "nowhere"\n', /nowhere/],
      ['[auth]\nhs256_secret_file = "short"\n', /short: .*32/],
      ['[auth]\nsecret = "x"\n', /auth\.secret: unknown key/],
      ['[[topic]]\nmatch = "a"\naccess = "all"\n', /topic\.access/],
      ['[auth]\nhs256_secret_file = "public.pem"\n', /public\.pem: it holds a key or certificate in PEM/],
      ['[auth]\njwks_file = "private.json"\n', /private\.json: keys\[0\]: it holds a private key/],
      ['allowed_origins = ["https://app.example/"]\n', /:1: allowed_origins: expected an origin as browsers send it/],
      ['allowed_hosts = ["https://pub.example"]\n', /:1: allowed_hosts: expected a host/],
    ]) {
      const { code, stderr } = await outcome(text);
      assert.equal(code, 2, text);
      assert.match(stderr, sentence);
    }
  });

  it('that are said of in flags or variables without a key end it too, rather than let everybody in', async () => {
    const ports = ['--http-listen', '127.0.0.1:0', '--grpc-listen', '127.0.0.1:0'];
    for (const [args, env] of [
      [['--auth-hs256-secret-file', '']],  // as an unset variable of a shell gives it
      [['--auth-revocations-file', 'revoked']],
      [['--auth-cookie', 'x']],
      [['--auth-leeway', '1s']],
      [[], { SPANWIRE_AUTH_JWKS_FILE: '' }],
      [[], { SPANWIRE_AUTH_PUBLIC_KEY_FILES: '' }],
    ]) {
      const { code, stderr } = await run('spanwire-bridge', [...ports, ...args], { env });
      assert.equal(code, 2, `${args} ${JSON.stringify(env)}`);
      assert.match(stderr, /(--auth-|SPANWIRE_AUTH_).*: no key to check tokens with/);
    }
  });
});
