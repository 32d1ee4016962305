// The client as the bridge serves it: its modules made into one by cmake/EmbedWeb.cmake.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** @returns {string} */
export function clientBundle() {
  const folder = mkdtempSync(join(tmpdir(), 'spanwire-client-'));
  try {
    const bundle = join(folder, 'spanwire.js');
    execFileSync('cmake', [`-DWEB_ROOT=${root('web')}`, `-DBUNDLE=${bundle}`, '-P', root('cmake/EmbedWeb.cmake')]);
    return readFileSync(bundle, 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
