// The real bridge and a real browser: what is published over gRPC is seen on the page, whatever happens in between.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { BlockingProxy } from '../blocking_proxy.mjs';
import { BridgeProcess } from '../bridge_process.mjs';
import { bridge, page, shows, showsText, usePage } from '../page_fixture.mjs';
import { any, Publisher } from '../publisher.mjs';

let publisher;

usePage({ makeBridge: () => new BridgeProcess(), hurried: true });
beforeEach(() => publisher = new Publisher(bridge.grpc));
afterEach(() => publisher.close());

const log = (message) => publisher.publish({ message: any('spanwire.v1.Log', { level: 'info', message, source: 'e2e' }) });

describe('the console of a real bridge', () => {
  it('shows what is published over gRPC, in every panel', async () => {
    await page.goto(bridge.url);
    await shows('#status[data-state="connected"]');
    await publisher.publish({ message: any('spanwire.v1.StatsUpdate', { metrics: { cpu_pct: 45.2, cpu0_pct: 41, mem_used_pct: 60.1 } }) });
    await publisher.publish({ message: any('spanwire.v1.Alert', { severity: 'critical', title: 'Disk is full', message: 'now' }) });
    await publisher.publish({ message: any('spanwire.v1.TaskUpdate',
      { task_id: 'proc-1', action: 'created', state: 'running', progress: 0.25, message: 'init' }) });
    await log('hello from gRPC');
    await showsText('.figure', '45');
    await showsText('#alerts', 'Disk is full');
    await showsText('#tasks', '25 %');
    await showsText('#logs', 'hello from gRPC');
    await showsText('#foot-transport', 'WebSocket');
    assert.equal(await page.isVisible('#insecure'), true);
  });

  it('shows what was published before the page was opened', async () => {
    await log('long ago');
    await page.goto(bridge.url);
    await showsText('#logs', 'long ago');
  });

  it('recovers when the bridge is killed and started again', async () => {
    await page.goto(bridge.url);
    await shows('#status[data-state="connected"]');
    await log('before the crash');
    await showsText('#logs', 'before the crash');
    await bridge.kill();
    await shows('#status[data-tone="bad"]');
    await bridge.start();
    await log('after the crash');
    await shows('#status[data-state="connected"]');
    await showsText('#logs', 'after the crash');
    assert.equal(await page.locator('.line.missed').count(), 1, 'the memory broker lost its log, and the page says so');
  });

  it('comes back by itself after a restart that was announced', async () => {
    await page.goto(bridge.url);
    await shows('#status[data-state="connected"]');
    await page.evaluate(() => {
      window.codes = [];
      window.wsManager.on('disconnect', ({ data }) => window.codes.push(data.code));
    });
    assert.equal(await bridge.stop(), 0);
    await page.waitForFunction(() => window.codes.includes(1012));
    await bridge.start();
    await shows('#status[data-state="connected"]');
  });

  for (const [webSockets, buffers, transport] of [['refuse', false, 'sse'], ['refuse', true, 'poll'], ['swallow', false, 'sse']]) {
    const name = `goes on by ${transport} behind a proxy that ${webSockets}s WebSockets${buffers ? ' and buffers streams' : ''}`;
    it(`${name}, and returns without a lost or doubled event`, async () => {
      const proxy = await new BlockingProxy(bridge.http).start();
      Object.assign(proxy, { webSockets, buffers });
      try {
        await page.goto(proxy.url);
        await page.evaluate(() => {
          window.seen = [];
          window.wsManager.subscribe('count', ({ data }) => window.seen.push(data.n));
        });
        await shows(`#status[data-transport="${transport}"]`);
        await page.waitForFunction(() => window.wsManager.getStats().topics.every(({ cursor }) => cursor));
        let n = 0;
        const publishTen = async () => {
          for (let i = 0; i < 10; i++) await publisher.json('count', 'tick', { n: n++ });
        };
        await publishTen();
        await page.waitForFunction(() => window.seen.length === 10);
        proxy.webSockets = 'pass';
        await page.evaluate(() => window.wsManager.connect());
        await publishTen();
        await shows('#status[data-transport="websocket"]');
        await publishTen();
        await page.waitForFunction(() => window.seen.length >= 30);
        assert.deepEqual(await page.evaluate(() => window.seen), Array.from({ length: n }, (_, i) => i));
      } finally {
        await proxy.stop();
      }
    });
  }

  it('sees every event once in two tabs, one of which was away', async () => {
    await page.goto(bridge.url);
    const other = await page.context().newPage();
    await other.goto(bridge.url);
    for (const tab of [page, other]) {
      await tab.evaluate(() => {
        window.seen = [];
        window.wsManager.subscribe('count', ({ data }) => window.seen.push(data.n), { history: 1 });
      });
      await tab.waitForFunction(() => window.wsManager.getStats().topics.find(({ topic }) => topic === 'count')?.cursor);
    }
    for (let n = 0; n < 60; n++) {
      await publisher.json('count', 'tick', { n });
      if (n === 20) await other.evaluate(() => window.wsManager.disconnect());
      if (n === 40) await other.evaluate(() => window.wsManager.connect());
    }
    for (const tab of [page, other]) {
      await tab.waitForFunction(() => window.seen.length >= 60);
      assert.deepEqual(await tab.evaluate(() => window.seen), Array.from({ length: 60 }, (_, i) => i));
    }
  });

  it('lets two tabs share a connection, under the policy that it serves', async () => {
    await page.goto(bridge.url);
    const other = await page.context().newPage();
    await other.goto(bridge.url);
    await publisher.json('count', 'tick', { n: 0 });
    for (const tab of [page, other]) {
      await tab.evaluate(async () => {
        const { WebSocketManager } = await import('/client/spanwire.js');
        const { sharedWebSocket } = await import('/integrations/shared_tabs.js');
        const manager = new WebSocketManager({ WebSocket: sharedWebSocket() });
        window.seen = [];
        manager.subscribe('count', ({ data }) => window.seen.push(data.n), { history: 10 });
        manager.connect();
      });
      await tab.waitForFunction(() => window.seen.join() === '0');
    }
    await publisher.json('count', 'tick', { n: 1 });
    for (const tab of [page, other]) await tab.waitForFunction(() => window.seen.join() === '0,1');
    const metrics = await (await fetch(`${bridge.url}metrics`)).text();
    assert.match(metrics, /spanwire_connections\{transport="websocket"\} 3\n/, 'one of each console, and the shared one');
  });

  it('serves a client of at most 8 KB, in one piece', async () => {
    const response = await fetch(`${bridge.url}client/spanwire.js`);
    const text = await response.text();
    assert.doesNotMatch(text, /^import /m);
    assert.match((await (await fetch(`${bridge.url}integrations/react.js`)).text()), /export function useTopic/);
    const request = get(`${bridge.url}client/spanwire.js`, { headers: { 'accept-encoding': 'gzip' } });
    const [answer] = await once(request, 'response');
    assert.equal(answer.headers['content-encoding'], 'gzip');
    const bytes = Buffer.concat(await answer.toArray());
    assert.ok(bytes.length <= 8192, `${bytes.length} bytes`);
    assert.equal(gunzipSync(bytes).toString(), text);
  });
});
