// `spanwire drain`: an administrator ends a bridge in order.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { BridgeProcess, WebSocket } from '../browser/foreign_clients.mjs';
import { run } from './programs.mjs';

const drain = (bridge, ...args) => run('spanwire', ['drain', '--server', bridge.grpc, ...args]);

describe('spanwire drain', () => {
  it('has the bridge tell its clients to come back, and exit with 0', async (t) => {
    const bridge = await new BridgeProcess(['--drain-timeout', '15s']).start();
    t.after(() => bridge.kill());
    const ws = new WebSocket(new URL('ws', bridge.url.replace('http', 'ws')));
    await once(ws, 'message');
    const closed = once(ws, 'close');
    const { code, stdout, stderr } = await drain(bridge);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, 'draining: 1 connection to tell, gone within 15s\n');
    assert.equal((await closed)[0], 1012);
    assert.equal(await bridge.exited(), 0);
    assert.equal((await drain(bridge)).code, 5, 'it is gone');
  });

  it('answers with the API message as JSON', async (t) => {
    const bridge = await new BridgeProcess().start();
    t.after(() => bridge.kill());
    const { stdout } = await drain(bridge, '-o', 'json');
    assert.deepEqual(JSON.parse(stdout), { connections: '0', timeout: '30s', already_draining: false });
    assert.equal(await bridge.exited(), 0);
  });
});
