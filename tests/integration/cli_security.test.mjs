// What the programs say, and exit with, where a token, a certificate or the port is not what it should be.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BridgeProcess, mint, SECRET } from '../browser/foreign_clients.mjs';
import { run, temporaryFolder } from './programs.mjs';

const DEV_CERTS = fileURLToPath(new URL('../../tools/dev-certs', import.meta.url));
const ADMIN = { sub: 'admin', roles: ['admin.read', 'admin.write'] };

/** Certificates, and others of another authority. */
function certificates(t) {
  const [folder, others] = [temporaryFolder(t), temporaryFolder(t)];
  for (const made of [folder, others]) execFileSync(DEV_CERTS, [made]);
  return { ours: (name) => join(folder, name), theirs: (name) => join(others, name) };
}

async function secured(t, settings = '') {
  const folder = temporaryFolder(t);
  const file = (name, text) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  file('secret', SECRET);
  const config = file('spanwire.toml', `[auth]\nhs256_secret_file = "secret"\nleeway = "0s"\n${settings}`);
  const bridge = await new BridgeProcess(['--config', config]).start();
  t.after(() => bridge.kill());
  const env = { XDG_CONFIG_HOME: folder, SPANWIRE_TOKEN: '', SPANWIRE_TOKEN_FILE: '' };
  /** Runs a program, and looks at how it ended. */
  const says = async (program, args, code, ...words) => {
    const ended = await run(program, args, { env });
    assert.equal(ended.code, code, ended.stderr);
    for (const word of words) assert.match(ended.stderr, word);
    return ended.stderr;
  };
  return { bridge, file, says };
}
const tls = (ours, more = '') => `[tls]\ncert_file = "${ours('server.pem')}"\nkey_file = "${ours('server-key.pem')}"\n${more}`;

describe('spanwire says what to do', () => {
  const LIST = ['topics', 'list', '--timeout', '5s'];

  it('where it is TLS that does not fit', async (t) => {
    const { ours, theirs } = certificates(t);
    const { bridge, file, says } = await secured(t, tls(ours));
    const token = ['--token-file', file('token', mint(ADMIN))];
    const list = (...flags) => ['--server', bridge.grpc, ...token, ...flags, ...LIST];
    await says('spanwire', list('--ca', ours('ca.pem')), 0);
    await says('spanwire', list('--ca', theirs('ca.pem')), 5, /certificate is not trusted: /, /is not the CA that signed it/);
    await says('spanwire', list('--tls'), 5, /certificate is not trusted: /, /with --ca FILE/);
    await says('spanwire', list(), 5, /that port speaks TLS/, /--ca FILE .*or --tls/);
    await says('spanwire', list('--ca', ours('ca.pem'), '--cert', ours('client.pem'), '--key', theirs('client-key.pem')), 2,
      /--key .* is not the private key of --cert/);
    await says('spanwire', ['--server', bridge.http, ...token, ...LIST], 5, /that is an HTTP port/);
    await says('spanwire', ['--server', bridge.http, '--ca', ours('ca.pem'), ...LIST], 5, /that is an HTTP port/);
  });

  it('where a client certificate is wanted', async (t) => {
    const { ours, theirs } = certificates(t);
    const { bridge, file, says } = await secured(t,
      tls(ours, `client_ca_file = "${ours('ca.pem')}"\ngrpc_client_auth = "required"\n`));
    const list = (...flags) => ['--server', bridge.grpc, '--token-file', file('token', mint(ADMIN)), '--ca', ours('ca.pem'), ...flags, ...LIST];
    await says('spanwire', list(), 5, /asks for a client certificate/, /--cert FILE and --key FILE/);
    await says('spanwire', list('--cert', theirs('client.pem'), '--key', theirs('client-key.pem')), 5, /does not take the client certificate/);
    await says('spanwire', list('--cert', ours('client.pem'), '--key', ours('client-key.pem')), 0);
  });

  it('where the port has no TLS', async (t) => {
    const { ours } = certificates(t);
    const { bridge, says } = await secured(t);
    await says('spanwire', ['--server', bridge.grpc, '--ca', ours('ca.pem'), ...LIST], 5, /does not speak TLS/, /leave --ca .* out/);
  });

  it('where nobody is shown', async (t) => {
    const { bridge, says } = await secured(t);
    const told = await says('spanwire', ['--server', bridge.grpc, ...LIST], 4, /--token-file FILE or SPANWIRE_TOKEN_FILE/, /spanwire context add/);
    assert.doesNotMatch(told, /metadata/);
  });

  it('where the list of revocations is full', async (t) => {
    const { bridge, file, says } = await secured(t, 'max_revocations = 1\n');
    const revoke = (id) => ['--server', bridge.grpc, '--token-file', file('token', mint(ADMIN)), 'token', 'revoke', '--jti', id];
    await says('spanwire', revoke('a'), 0);
    const told = await says('spanwire', revoke('b'), 1, /auth\.max_revocations/, /none of them ever goes/);
    assert.doesNotMatch(told, /Try again/);
  });
});

describe('hostmon says at once', () => {
  it('which option is wrong', async (t) => {
    const { ours, theirs } = certificates(t);
    const { bridge, file, says } = await secured(t);
    const hostmon = (...flags) => ['--server', bridge.grpc, ...flags];  // without --once: it must not even begin
    await says('spanwire-hostmon', hostmon('--token-file', '/nowhere/token'), 2, /^hostmon: --token-file \/nowhere\/token cannot be read/);
    await says('spanwire-hostmon', hostmon('--token', 'a', '--token-file', file('token', 'b')), 2, /both --token and --token-file/);
    await says('spanwire-hostmon', hostmon('--cert', ours('client.pem')), 2, /--cert is given without --key/);
    await says('spanwire-hostmon', hostmon('--cert', ours('client.pem'), '--key', theirs('client-key.pem')), 2, /is not the private key/);
    await says('spanwire-hostmon', hostmon('--ca', file('garbage', 'x')), 2, /holds no certificate/);
  });

  it('that the bridge does not let it in, and not that there is none', async (t) => {
    const { bridge, file, says } = await secured(t);
    const token = file('token', mint({ publish: ['*'], exp: Math.floor(Date.now() / 1000) - 60 }));
    const told = await says('spanwire-hostmon', ['--server', bridge.grpc, '--token-file', token, '--once', '--interval', '0.1', '--top', '0'],
      1, /the bridge does not let it in: .*\(TOKEN_EXPIRED\)/);
    assert.doesNotMatch(told, /no bridge/);
  });
});
