// Programs whose environment names an HTTP proxy: what it gets to read.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BridgeProcess, mint, SECRET } from '../browser/foreign_clients.mjs';
import { run, temporaryFolder } from './programs.mjs';
import { RecordingProxy } from './recording_proxy.mjs';

const DEV_CERTS = fileURLToPath(new URL('../../tools/dev-certs', import.meta.url));
// A name that no resolver knows and that the certificate does not have: only by the proxy is anything reached.
const ELSEWHERE = 'bridge.invalid:50051';

async function behindProxy(t, settings = '') {
  const folder = temporaryFolder(t);
  const file = (name, text) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  file('secret', SECRET);
  const config = file('spanwire.toml', `[auth]\nhs256_secret_file = "secret"\n${settings}`);
  const bridge = await new BridgeProcess(['--config', config]).start();
  t.after(() => bridge.kill());
  const proxy = await new RecordingProxy().start(bridge.grpc);
  t.after(() => proxy.stop());
  const token = mint({ sub: 'hostmon', publish: ['*'], roles: ['admin.read'] });
  const tokenFile = file('token', token);
  const env = { ...proxy.env, XDG_CONFIG_HOME: folder, SPANWIRE_TOKEN: '', SPANWIRE_TOKEN_FILE: '' };
  return { bridge, proxy, token, tokenFile, env };
}

const PROGRAMS = {
  spanwire: ['topics', 'list', '--timeout', '2s'],
  'spanwire-hostmon': ['--once', '--interval', '0.1', '--top', '0'],
};

for (const [program, args] of Object.entries(PROGRAMS)) {
  describe(program, () => {
    it('goes to this machine by no proxy', async (t) => {
      const { bridge, proxy, tokenFile, env } = await behindProxy(t);
      const { code, stderr } = await run(program, ['--server', bridge.grpc, '--token-file', tokenFile, ...args], { env });
      assert.equal(code, 0, stderr);
      assert.equal(proxy.seen, '');
    });

    it('shows no proxy a token in plain text, even where plain text is wanted', async (t) => {
      const { proxy, token, tokenFile, env } = await behindProxy(t);
      const { code } = await run(program, ['--server', ELSEWHERE, '--insecure', '--token-file', tokenFile, ...args], { env });
      assert.notEqual(code, 0);
      assert.ok(!proxy.seen.includes(token));
      assert.equal(proxy.seen, '');
    });

    it('goes to other machines by a proxy over TLS, which shows it nothing', async (t) => {
      const certificates = temporaryFolder(t);
      execFileSync(DEV_CERTS, [certificates]);
      const { proxy, token, tokenFile, env } = await behindProxy(t,
        `[tls]\ncert_file = "${certificates}/server.pem"\nkey_file = "${certificates}/server-key.pem"\n`);
      await run(program, ['--server', ELSEWHERE, '--ca', `${certificates}/ca.pem`, '--token-file', tokenFile, ...args], { env });
      assert.match(proxy.seen, /^CONNECT bridge\.invalid:50051 /);
      assert.ok(!proxy.seen.includes(token));
    });
  });
}
