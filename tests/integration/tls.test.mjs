// TLS on both ports, with certificates as tools/dev-certs makes them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { BridgeProcess, Publisher, tlsCredentials, WebSocket } from '../browser/foreign_clients.mjs';
import { run, temporaryFolder } from './programs.mjs';

const DEV_CERTS = fileURLToPath(new URL('../../tools/dev-certs', import.meta.url));
const DEADLINE_MS = 10_000;

/** What dev-certs makes, in a folder. */
class Certificates {
  constructor(folder) {
    this.folder = folder;
    this.make();
  }
  make() {
    return execFileSync(DEV_CERTS, [this.folder], { encoding: 'utf8' });
  }
  path(name) {
    return join(this.folder, name);
  }
  read(name) {
    return readFileSync(this.path(name));
  }
  get ca() {
    return this.read('ca.pem');
  }
  /** What a client shows of itself. */
  get client() {
    return { cert: this.read('client.pem'), key: this.read('client-key.pem') };
  }
  get flags() {
    return ['--tls-cert-file', this.path('server.pem'), '--tls-key-file', this.path('server-key.pem')];
  }
}

async function bridgeWith(t, certificates, args = []) {
  const bridge = await new BridgeProcess([...certificates.flags, ...args]).start();
  t.after(() => bridge.kill());
  return bridge;
}

/** Shakes hands on the HTTP port. @returns the connection; rejects with what the bridge objects to */
const connect = (bridge, certificates, options = {}) => connectTo(bridge.http, certificates, options);

/** Shakes hands with an address. */
async function connectTo(address, certificates, options = {}) {
  const [host, port] = address.split(':');
  const socket = tls.connect({ host, port, ca: certificates.ca, servername: 'localhost', ...options });
  await once(socket, 'secureConnect');
  return socket;
}

/** @returns {Promise<{status: number, body: string}>} */
function get(bridge, certificates, path, options = {}) {
  return new Promise((resolve, reject) => {
    const request = https.get(`https://${bridge.http}${path}`, { servername: 'localhost', ca: certificates.ca, agent: false, ...options },
      (response) => {
        let body = '';
        response.on('data', (data) => { body += data; });
        response.on('end', () => resolve({ status: response.statusCode, body }));
      });
    request.on('error', reject);
  });
}

/** A WebSocket that collects what comes. */
async function open(bridge, certificates, options = {}) {
  const socket = new WebSocket(`wss://${bridge.http}/ws`, { ca: certificates.ca, servername: 'localhost', ...options });
  const messages = [];
  socket.on('message', (data) => messages.push(JSON.parse(data)));
  await once(socket, 'open');
  const until = async (condition) => {
    while (!messages.some(condition)) await once(socket, 'message');
    return messages.find(condition);
  };
  return { socket, messages, until, send: (message) => socket.send(JSON.stringify(message)) };
}

const ofType = (wanted) => ({ type }) => type === wanted;

async function logged(bridge, line) {
  const deadline = Date.now() + DEADLINE_MS;
  while (!line.test(bridge.log)) {
    assert.ok(Date.now() < deadline, `no ${line} in the log:\n${bridge.log}`);
    await new Promise(setImmediate);
  }
}

describe('dev-certs', () => {
  it('makes what is missing, and leaves the rest and private keys to their owner', (t) => {
    const certificates = new Certificates(temporaryFolder(t));
    const ca = certificates.ca;
    assert.equal(certificates.make(), '');
    for (const key of ['ca-key.pem', 'server-key.pem', 'client-key.pem']) {
      assert.equal(statSync(certificates.path(key)).mode & 0o777, 0o600, key);
    }
    rmSync(certificates.path('server-key.pem'));
    assert.match(certificates.make(), /^made .*server\.pem\n$/);
    assert.deepEqual(certificates.ca, ca);
  });
});

describe('over TLS', () => {
  let folder;
  let certificates;
  let bridge;
  let publisher;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spanwire-test-'));
    certificates = new Certificates(folder);
    bridge = await new BridgeProcess(certificates.flags).start();
    publisher = new Publisher(bridge.grpc, { credentials: tlsCredentials(certificates.ca) });
  });
  after(async () => {
    publisher?.close();
    await bridge?.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  it('a WebSocket gets what is published by gRPC', async () => {
    const client = await open(bridge, certificates);
    client.send({ action: 'subscribe', topic: 'a' });
    await client.until(ofType('subscription'));
    const data = { text: 'x'.repeat(100_000) };
    await publisher.json('a', 'big', data);
    assert.deepEqual((await client.until(ofType('big'))).data, data);
    client.socket.close();
    await once(client.socket, 'close');
  });

  it('a poll gets it, and an event stream', async () => {
    const { body } = await get(bridge, certificates, '/api/poll?topics=b');
    const poll = get(bridge, certificates, `/api/poll?topics=b&cursor=${JSON.parse(body).cursor}&wait=20`);
    const streamed = new Promise((resolve, reject) => {
      https.get(`https://${bridge.http}/api/sse?topics=b`, { ca: certificates.ca }, (response) => {
        let text = '';
        response.on('data', async (data) => {
          text += data;
          if (text.includes('"subscription"') && !text.includes('"n":1')) await publisher.json('b', 't', { n: 1 });
          if (text.includes('"n":1')) {
            response.destroy();
            resolve(text);
          }
        });
      }).on('error', reject);
    });
    assert.match(await streamed, /"n":1/);
    const { messages } = JSON.parse((await poll).body);
    assert.deepEqual(messages[0].data, { n: 1 });
  });

  it('agrees on TLS 1.3 and http/1.1', async () => {
    const socket = await connect(bridge, certificates, { ALPNProtocols: ['h2', 'http/1.1'] });
    assert.equal(socket.alpnProtocol, 'http/1.1');
    assert.equal(socket.getProtocol(), 'TLSv1.3');
    socket.destroy();
  });

  // gRPC hangs up without an alert, so its port shows what is refused only beside what is taken.
  const HUNG_UP = { code: 'ECONNRESET' };
  for (const [port, protocol, tooOld, tooWeak] of [
    ['http', 'http/1.1', { code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' }, /handshake failure/],
    ['grpc', 'h2', HUNG_UP, HUNG_UP],
  ]) {
    const shakeHands = (options) => connectTo(bridge[port], certificates, { ALPNProtocols: [protocol], ...options });

    it(`refuses TLS 1.0 and 1.1 on the ${port} port`, async () => {
      for (const version of ['TLSv1', 'TLSv1.1']) {
        const old = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' };
        await assert.rejects(shakeHands(old), tooOld, version);
      }
    });

    it(`refuses ciphers without forward secrecy or authenticated encryption on the ${port} port`, async () => {
      for (const ciphers of ['AES128-GCM-SHA256', 'AES256-SHA', 'ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256', 'ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES256-SHA']) {
        await assert.rejects(shakeHands({ maxVersion: 'TLSv1.2', ciphers }), tooWeak, ciphers);
      }
    });

    it(`takes TLS 1.2 and 1.3 with both on the ${port} port`, async () => {
      for (const version of ['TLSv1.2', 'TLSv1.3']) {
        const socket = await shakeHands({ minVersion: version, maxVersion: version });
        assert.equal(socket.getProtocol(), version);
        assert.match(socket.getCipher().standardName, /^TLS_(ECDHE_|AES_|CHACHA20_).*(GCM|POLY1305)/);
        socket.destroy();
      }
    });
  }

  it('refuses a client that speaks HTTP/2 only', async () => {
    await assert.rejects(connect(bridge, certificates, { ALPNProtocols: ['h2'] }),
      { code: 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL' });
  });

  it('refuses a client that does not speak HTTP/2 on the grpc port', async () => {
    for (const ALPNProtocols of [['http/1.1'], undefined]) {
      const refused = connectTo(bridge.grpc, certificates, { ALPNProtocols }).then(async (socket) => {
        socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
        const answer = [];
        for await (const data of socket) answer.push(data);
        return Buffer.concat(answer).toString();
      });
      assert.equal(await refused.catch(() => ''), '', `${ALPNProtocols}`);
    }
  });

  it('tells who comes without TLS', async () => {
    const response = await fetch(`http://${bridge.http}/healthz`);
    assert.equal(response.status, 400);
    assert.match((await response.json()).detail, /speaks TLS/);
  });

  it('resumes a session', async () => {
    const first = await connect(bridge, certificates);
    const [session] = await once(first, 'session');
    first.destroy();
    const second = await connect(bridge, certificates, { session });
    assert.ok(second.isSessionReused());
    second.destroy();
  });

  it('serves curl', () => {
    const body = execFileSync('curl', ['--silent', '--cacert', certificates.path('ca.pem'),
      `https://localhost:${bridge.http.split(':')[1]}/healthz`], { encoding: 'utf8' });
    assert.equal(body, 'ok\n');
  });

  it('refuses a publisher without TLS', async () => {
    const plain = new Publisher(bridge.grpc);
    await assert.rejects(plain.json('a', 't', {}));
    plain.close();
  });

  it('says in its metrics when the certificate expires', async () => {
    const { body } = await get(bridge, certificates, '/metrics');
    const [, seconds] = /^spanwire_tls_certificate_expiry_timestamp_seconds (\S+)$/m.exec(body);
    const days = (Number(seconds) - Date.now() / 1000) / 86400;
    assert.ok(days > 300 && days < 370, seconds);
  });
});

describe('a new certificate', () => {
  /** The certificate that a connection was shown. */
  const shownBy = async (bridge, certificates) => {
    const socket = await connect(bridge, certificates);
    const { fingerprint256 } = socket.getPeerCertificate();
    socket.destroy();
    return fingerprint256;
  };
  const renew = (certificates) => {
    rmSync(certificates.path('server-key.pem'));
    certificates.make();
  };

  it('is shown after SIGHUP, on both ports, and drops nobody', async (t) => {
    const certificates = new Certificates(temporaryFolder(t));
    const bridge = await bridgeWith(t, certificates, ['--file-check-interval', '1h']);
    const publisher = new Publisher(bridge.grpc, { credentials: tlsCredentials(certificates.ca) });
    t.after(() => publisher.close());
    const client = await open(bridge, certificates);
    client.send({ action: 'subscribe', topic: 'a' });
    await client.until(ofType('subscription'));
    await publisher.json('a', 'before', {});
    const old = await shownBy(bridge, certificates);
    renew(certificates);
    assert.equal(await shownBy(bridge, certificates), old);
    process.kill(bridge.pid, 'SIGHUP');
    await logged(bridge, /certificates reloaded/);
    assert.notEqual(await shownBy(bridge, certificates), old);
    await publisher.json('a', 'after', {});
    await client.until(ofType('after'));
    const [host, port] = bridge.grpc.split(':');
    const socket = tls.connect({ host, port, ca: certificates.ca, servername: 'localhost', ALPNProtocols: ['h2'] });
    await once(socket, 'secureConnect');
    assert.equal(socket.getPeerCertificate().fingerprint256, await shownBy(bridge, certificates));
    socket.destroy();
    client.socket.terminate();
  });

  it('is found by itself where the file changes', async (t) => {
    const certificates = new Certificates(temporaryFolder(t));
    const bridge = await bridgeWith(t, certificates, ['--file-check-interval', '50ms']);
    const old = await shownBy(bridge, certificates);
    renew(certificates);
    await logged(bridge, /certificates reloaded/);
    assert.notEqual(await shownBy(bridge, certificates), old);
  });

  it('that is bad changes nothing, is told loudly and counted', async (t) => {
    const certificates = new Certificates(temporaryFolder(t));
    const bridge = await bridgeWith(t, certificates, ['--file-check-interval', '1h']);
    const old = await shownBy(bridge, certificates);
    writeFileSync(certificates.path('bad.pem'), 'no certificate');
    renameSync(certificates.path('bad.pem'), certificates.path('server.pem'));
    process.kill(bridge.pid, 'SIGHUP');
    await logged(bridge, /error certificates not reloaded.*server\.pem/);
    assert.equal(await shownBy(bridge, certificates), old);
    const publisher = new Publisher(bridge.grpc, { credentials: tlsCredentials(certificates.ca) });
    await publisher.json('a', 't', {});
    publisher.close();
    assert.match((await get(bridge, certificates, '/metrics')).body, /^spanwire_tls_reload_failures_total 1$/m);
  });
});

describe('client certificates', () => {
  it('where they are required, nobody comes in without a good one', async (t) => {
    const certificates = new Certificates(temporaryFolder(t));
    const bridge = await bridgeWith(t, certificates, ['--tls-client-ca-file', certificates.path('ca.pem'),
      '--tls-http-client-auth', 'required', '--tls-grpc-client-auth', 'required']);
    assert.equal((await get(bridge, certificates, '/healthz', certificates.client)).status, 200);
    await assert.rejects(get(bridge, certificates, '/healthz'));
    const stranger = new Certificates(temporaryFolder(t));
    await assert.rejects(get(bridge, certificates, '/healthz', stranger.client));

    const member = new Publisher(bridge.grpc, { credentials: tlsCredentials(certificates.ca, certificates.client) });
    assert.ok((await member.json('a', 't', {})).offset);
    member.close();
    for (const client of [undefined, stranger.client]) {
      const publisher = new Publisher(bridge.grpc, { credentials: tlsCredentials(certificates.ca, client) });
      await assert.rejects(publisher.json('a', 't', {}));
      publisher.close();
    }
  });

  it('are asked of publishers only and may be left out, unless told otherwise', async (t) => {
    const certificates = new Certificates(temporaryFolder(t));
    const bridge = await bridgeWith(t, certificates, ['--tls-client-ca-file', certificates.path('ca.pem')]);
    assert.equal((await get(bridge, certificates, '/healthz')).status, 200);
    for (const client of [undefined, certificates.client]) {
      const publisher = new Publisher(bridge.grpc, { credentials: tlsCredentials(certificates.ca, client) });
      assert.ok((await publisher.json('a', 't', {})).offset);
      publisher.close();
    }
    const stranger = new Publisher(bridge.grpc,
      { credentials: tlsCredentials(certificates.ca, new Certificates(temporaryFolder(t)).client) });
    await assert.rejects(stranger.json('a', 't', {}));
    stranger.close();
  });
});

describe('the log of a bridge with TLS', () => {
  const knock = async (address) => {
    const [host, port] = address.split(':');
    const socket = net.connect({ host, port });
    socket.on('error', () => {});  // a reset is an answer too
    socket.end('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    socket.resume();
    await once(socket, 'close');
  };

  it('is not filled by strangers at the gRPC port, and has its format whatever gRPC says', async (t) => {
    const certificates = new Certificates(temporaryFolder(t));
    const bridge = await bridgeWith(t, certificates, ['--log-format', 'json']);
    for (let i = 0; i < 200; ++i) await knock(bridge.grpc);
    await logged(bridge, /a gRPC connection ended before TLS was agreed on/);
    await bridge.stop();
    const lines = bridge.log.trimEnd().split('\n').map((line) => JSON.parse(line));
    assert.ok(lines.length < 50, `${lines.length} lines`);
    const [failure] = lines.filter(({ message }) => message.startsWith('a gRPC connection ended'));
    assert.equal(failure.level, 'warning');
    assert.match(failure.error, /http request/);
  });
});

describe('bad TLS settings', () => {
  const refusal = async (args) => {
    const { code, stderr } = await run('spanwire-bridge', ['--http-listen', '127.0.0.1:0', '--grpc-listen', '127.0.0.1:0', ...args]);
    assert.equal(code, 2, stderr);
    return stderr;
  };

  it('name the setting and the file, and end the bridge with 2', async (t) => {
    const certificates = new Certificates(temporaryFolder(t));
    const [cert, key, client] = ['server.pem', 'server-key.pem', 'client-key.pem'].map((name) => certificates.path(name));
    assert.match(await refusal(['--tls-cert-file', cert]), /--tls-cert-file: .* give tls\.key_file too/);
    assert.match(await refusal(['--tls-cert-file', cert, '--tls-key-file', '/nowhere.pem']), /--tls-key-file: \/nowhere\.pem: /);
    assert.match(await refusal(['--tls-cert-file', key, '--tls-key-file', key]), /--tls-cert-file: .*server-key\.pem: it holds no/);
    assert.match(await refusal(['--tls-cert-file', cert, '--tls-key-file', client]), /--tls-key-file: .*client-key\.pem: it is not the key/);
  });
});

describe('TLS on one port', () => {
  it('leaves the other plain', async (t) => {
    const certificates = new Certificates(temporaryFolder(t));
    const bridge = await bridgeWith(t, certificates, ['--tls-http', 'false']);
    assert.equal((await fetch(`${bridge.url}healthz`)).status, 200);
    const publisher = new Publisher(bridge.grpc, { credentials: tlsCredentials(certificates.ca) });
    assert.ok((await publisher.json('a', 't', {})).offset);
    publisher.close();
  });
});
