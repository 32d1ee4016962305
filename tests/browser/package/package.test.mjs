// The npm package, as somebody gets it who installs it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const tsc = join(root, 'tests/browser/node_modules/.bin/tsc');

const CONSUMER = `
import { WebSocketManager, wsManager, type Envelope, type Status } from 'spanwire';
import { bindQuery } from 'spanwire/tanstack-query';
import { mutateOnTopic } from 'spanwire/swr';

const other = new WebSocketManager({ url: 'https://live.example/', getToken: async () => 'token', giveUp: true });
const leave: () => void = wsManager.subscribe(['a', 'b'], (event: Envelope) => event.offset + 1, { history: 5 });
const status: Status = other.getStatus();
wsManager.onTransport((transport) => transport === 'sse' && leave());
bindQuery; mutateOnTopic; status.state === 'failed';
// @ts-expect-error a state that does not exist
status.state === 'excited';
// @ts-expect-error history is a number
wsManager.subscribe('a', () => {}, { history: 'all' });
`;

let folder;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'spanwire-package-'));
  execFileSync(join(root, 'tools/pack-client.sh'), [folder], { env: { ...process.env, SPANWIRE_SKIP_INSTALL: '1' } });
  const [, version] = /^project\(spanwire VERSION (\S+)/m.exec(readFileSync(join(root, 'CMakeLists.txt'), 'utf8'));
  const modules = join(folder, 'node_modules/spanwire');
  execFileSync('mkdir', ['-p', modules]);
  execFileSync('tar', ['-xzf', join(folder, `spanwire-${version}.tgz`), '--strip-components=1', '-C', modules]);
});
after(() => rmSync(folder, { recursive: true }));

describe('the npm package', () => {
  it('has every file that it exports, with types', () => {
    const { exports } = JSON.parse(readFileSync(join(folder, 'node_modules/spanwire/package.json'), 'utf8'));
    for (const file of Object.values(exports).flatMap((entry) => Object.values(entry))) {
      assert.ok(existsSync(join(folder, 'node_modules/spanwire', file)), file);
    }
  });

  it('is imported by name', () => {
    const script = "import { wsManager } from 'spanwire'; console.log(wsManager.getStatus().state)";
    writeFileSync(join(folder, 'try.mjs'), script);
    assert.equal(execFileSync(process.execPath, ['try.mjs'], { cwd: folder, encoding: 'utf8' }).trim(), 'disconnected');
  });

  it('tells a strict TypeScript consumer what is right and what is not', () => {
    writeFileSync(join(folder, 'consumer.ts'), CONSUMER);
    try {
      execFileSync(tsc, ['--noEmit', '--strict', '--target', 'es2022', '--module', 'esnext', '--moduleResolution',
        'bundler', 'consumer.ts'], { cwd: folder, encoding: 'utf8' });
    } catch ({ stdout }) {
      assert.fail(stdout);
    }
  });
});
