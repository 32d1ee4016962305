// The client as the bridge serves it does what its modules do: their unit tests once more.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { clientBundle } from '../client_bundle.mjs';

const UNIT = fileURLToPath(new URL('../unit/', import.meta.url));

it('the bundle passes the tests of the modules', () => {
  const tests = readdirSync(UNIT).filter((name) => name.endsWith('.test.mjs'))
    .filter((name) => readFileSync(join(UNIT, name), 'utf8').includes("from './page.mjs'"));
  assert.ok(tests.length >= 5, `${tests}`);
  const folder = mkdtempSync(join(tmpdir(), 'spanwire-bundle-'));
  try {
    const bundle = join(folder, 'spanwire.mjs');
    writeFileSync(bundle, clientBundle());
    const env = { ...process.env, SPANWIRE_CLIENT: bundle };
    delete env.NODE_TEST_CONTEXT;  // or it would report to this one
    execFileSync(process.execPath, ['--test', ...tests.map((name) => join(UNIT, name))], { env, encoding: 'utf8' });
  } catch ({ message, stdout }) {
    assert.fail(stdout ?? message);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
