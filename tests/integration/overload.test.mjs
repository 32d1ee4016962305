// A bridge that runs out of file descriptors: it waits for some to come free, without burning a processor meanwhile.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { BridgeProcess } from '../browser/foreign_clients.mjs';
import { temporaryFolder } from './programs.mjs';

const FILES = 128;
const CONNECTIONS = 2 * FILES;
const TICKS_PER_SECOND = 100;  // USER_HZ, on every Linux
const NO_MORE = /cannot accept connections/;

/** The bridge behind a shell that lowers its limit of open files. */
async function startWithFewFiles(t) {
  const program = process.env.SPANWIRE_BRIDGE;
  const shell = join(temporaryFolder(t), 'bridge');
  writeFileSync(shell, `#!/bin/sh\nulimit -n ${FILES}\nexec '${program}' "$@"\n`, { mode: 0o755 });
  process.env.SPANWIRE_BRIDGE = shell;
  try {
    return await new BridgeProcess(['--io-threads', '2']).start();
  } finally {
    process.env.SPANWIRE_BRIDGE = program;
  }
}

/** Seconds of processor time of all threads. */
function processorTime(pid) {
  const [user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ').slice(11, 13).map(Number);
  return (user + system) / TICKS_PER_SECOND;
}
async function complaints(bridge, count) {
  const lines = () => bridge.log.split('\n').filter((line) => NO_MORE.test(line)).length;
  while (lines() < count) await pause(10);
}

describe('a bridge without file descriptors', () => {
  it('does not spin, and accepts again when some come free', { timeout: 20_000 }, async (t) => {
    const bridge = await startWithFewFiles(t);
    t.after(() => bridge.kill());
    const { hostname, port } = new URL(bridge.url);
    const sockets = await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => {});
      await once(socket, 'connect');  // by the kernel, whether the bridge has accepted it or not
      return socket;
    }));
    // It says so once a second: what it used between two of these is what waiting costs.
    await complaints(bridge, 1);
    const [used, at] = [processorTime(bridge.pid), performance.now()];
    await complaints(bridge, 2);
    const share = (processorTime(bridge.pid) - used) / ((performance.now() - at) / 1000);
    t.diagnostic(`${Math.round(share * 100)} % of a processor while it cannot accept`);
    assert.ok(share < 0.2, `${share} of a processor`);

    for (const socket of sockets) socket.destroy();
    assert.equal((await fetch(`${bridge.url}healthz`)).status, 200);
    assert.equal(await bridge.stop(), 0);
  });
});
