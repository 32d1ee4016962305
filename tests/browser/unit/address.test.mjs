// Where the bridge is, as pages say it.
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { clientBundle } from '../client_bundle.mjs';
import { openPage } from './page.mjs';

describe('the address of the bridge', () => {
  afterEach(() => delete globalThis.location);

  for (const [url, socket] of [
    ['https://live.example/', 'wss://live.example/api/ws/realtime'],
    ['http://live.example:8080/', 'ws://live.example:8080/api/ws/realtime'],
    ['ws://live.example/', 'ws://live.example/api/ws/realtime'],
    ['wss://live.example/sub/', 'wss://live.example/sub/api/ws/realtime'],
    ['/', 'wss://shop.example/api/ws/realtime'],
    ['/live/', 'wss://shop.example/live/api/ws/realtime'],
    ['./live/', 'wss://shop.example/orders/live/api/ws/realtime'],
    [new URL('https://live.example/'), 'wss://live.example/api/ws/realtime'],
  ]) {
    it(`may be ${url}, relative to the page`, () => {
      globalThis.location = { href: 'https://shop.example/orders/7' };
      const { runtime, manager } = openPage();
      manager.connect({ url });
      assert.equal(runtime.socket.url, socket);
    });
  }

  it('is asked by HTTP where it was given as that of a WebSocket', async () => {
    const asked = [];
    const { manager, runtime } = openPage({ url: 'ws://live.example/' });
    runtime.page = new EventTarget();
    const fetch = (url) => new Promise(() => asked.push(url));
    const polling = new manager.constructor({ url: 'ws://live.example/', runtime: { ...runtime, fetch } });
    polling.subscribe('a', () => {});
    polling.startPolling();
    await runtime.advance(0);
    assert.match(asked[0], /^http:\/\/live\.example\/api\/poll\?/);
  });

  for (const url of ['live.example', 'localhost:8080', '', 'ftp://live.example/']) {
    it(`is not "${url}", and says what it is to be`, () => {
      const { runtime, manager } = openPage();
      assert.throws(() => manager.connect({ url }), { name: 'TypeError', message: /is no url: pass https:/ });
      assert.equal(runtime.sockets.length, 0);
      manager.connect();
      assert.equal(runtime.socket.url, 'ws://bridge.test/api/ws/realtime');
    });
  }

  it('is needed only when connecting, and only by a classic script', () => {
    const classic = clientBundle().replaceAll('import.meta', '({})').replaceAll('export ', '');
    const { Manager, page } = new Function(`const window = {}; ${classic}; return { Manager: WebSocketManager, page: wsManager }`)();
    delete globalThis.wsManager;
    const sockets = [];
    const WebSocket = class {
      constructor(url) {
        sockets.push(url);
      }
    };
    const manager = new Manager({ runtime: { WebSocket, setTimeout: () => 0, clearTimeout() {} } });
    assert.throws(() => page.connect(), /is no url/);
    manager.connect({ url: 'https://live.example/' });
    assert.deepEqual(sockets, ['wss://live.example/api/ws/realtime']);
  });
});
