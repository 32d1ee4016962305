// The npm package, as somebody gets it who installs it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { example } from '../manual.mjs';

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
const installed = () => join(folder, 'node_modules/spanwire');
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

  const compile = (file, text) => {
    writeFileSync(join(folder, file), text);
    try {
      execFileSync(tsc, ['--noEmit', '--strict', '--target', 'es2022', '--module', 'esnext', '--moduleResolution',
        'bundler', '--jsx', 'react-jsx', file], { cwd: folder, encoding: 'utf8' });
    } catch ({ stdout }) {
      assert.fail(stdout);
    }
  };

  it('tells a strict TypeScript consumer what is right and what is not', () => compile('consumer.ts', CONSUMER));

  it('fits the manual\'s examples of React and of tokens', () => {
    symlinkSync(join(root, 'tests/browser/node_modules/@types'), join(folder, 'node_modules/@types'));
    compile('orders.tsx', example('React', 'jsx').replace('{ customer }', '{ customer }: { customer: string }'));
    compile('tokens.ts', `import { wsManager } from 'spanwire';\n${example('Authentication', 'js')}`);
  });

  it('holds nothing that is not reached from what it exports', () => {
    const reached = new Set(['package.json', 'README.md']);
    const reach = (file) => {
      if (reached.has(file)) return;
      reached.add(file);
      const text = readFileSync(join(installed(), file), 'utf8');
      for (const [, to] of text.matchAll(/(?:from |import |import\(|new URL\()['"](\.[^'"]+\.js)['"]/g)) {
        reach(join(dirname(file), file.endsWith('.d.ts') ? to.replace(/\.js$/, '.d.ts') : to));
      }
    };
    const { exports } = JSON.parse(readFileSync(join(installed(), 'package.json'), 'utf8'));
    for (const file of Object.values(exports).flatMap((entry) => Object.values(entry))) reach(file.slice(2));
    const held = readdirSync(installed(), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
      .map((entry) => relative(installed(), join(entry.parentPath ?? entry.path, entry.name)));
    const dead = held.filter((file) => !reached.has(file) && !reached.has(file.replace(/^types\/(.*)\.d\.ts$/, '$1.js')));
    assert.deepEqual(dead, []);
  });
});
