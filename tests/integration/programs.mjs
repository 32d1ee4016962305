// The programs under test as child processes, each awaited by what it says or how it ends.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

const BIN = process.env.SPANWIRE_BIN ?? dirname(process.env.SPANWIRE_BRIDGE ?? '');
const DEADLINE_MS = 20_000;

/** Runs a program to its end. */
export async function run(program, args, { input = '', env = {} } = {}) {
  const child = spawn(join(BIN, program), args, { stdio: 'pipe', env: { ...process.env, ...env } });
  const deadline = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data) => { stdout += data; });
  child.stderr.on('data', (data) => { stderr += data; });
  child.stdin.on('error', () => {});  // a program may end without reading it
  child.stdin.end(input);
  const [code, signal] = await once(child, 'close');
  clearTimeout(deadline);
  return { code: code ?? signal, stdout, stderr };
}

/**
 * Starts a program that goes on. `lines` gives what it prints to stdout, one by one, and ends when it does; it is read from
 * the beginning, since Node drops what a child that has ended wrote to a pipe that nobody reads.
 */
export function start(program, args) {
  const child = spawn(join(BIN, program), args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const deadline = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS);
  const closed = once(child, 'close').then(([code, signal]) => {
    clearTimeout(deadline);
    return code ?? signal;
  });
  child.stderr.resume();
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return { pid: child.pid, lines, stop: (signal = 'SIGTERM') => (child.kill(signal), closed), closed };
}

/** A folder that is gone at the end of the test `t`. */
export function temporaryFolder(t) {
  const folder = mkdtempSync(join(tmpdir(), 'spanwire-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
