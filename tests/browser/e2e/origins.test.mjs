// A page that the bridge does not serve: docs/browser.md, "From another origin".
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { BlockingProxy } from '../blocking_proxy.mjs';
import { BridgeProcess } from '../bridge_process.mjs';
import { bridge, page, usePage } from '../page_fixture.mjs';
import { Publisher } from '../publisher.mjs';
import { TokenIssuer } from '../token_issuer.mjs';

const issuer = new TokenIssuer();
/** The server of the page, and what it serves. */
let server;
let origin;
let html;
let publisher;

before(async () => {
  server = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(html));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://localhost:${server.address().port}`;
});
after(() => {
  server.close();
  issuer.close();
});
usePage({ makeBridge: () => new BridgeProcess([...issuer.flags, '--allowed-origins', origin]), hurried: true });
beforeEach(() => publisher = new Publisher(bridge.grpc, { token: issuer.token('service', { publish: ['*'] }) }));
afterEach(() => publisher.close());

const open = async (from, client) => {
  html = `<!doctype html><ul id="orders"></ul><script type="module">
    import { wsManager } from '${client}client/spanwire.js';
    wsManager.subscribe('orders:42', ({ data }) => {
      const line = document.createElement('li');
      line.textContent = data.order_id;
      document.getElementById('orders').append(line);
    }, { history: 10 });
    wsManager.connect({ token: '${issuer.token('ada', { topics: ['orders:*'] })}' });
  </script>`;
  await page.goto(from);
};
const reaches = (transport) => page.waitForFunction(
  (wanted) => window.wsManager?.getStatus().transport === wanted, transport, { timeout: 20_000 });
const shows = (orders) => page.waitForFunction(
  (wanted) => [...document.querySelectorAll('li')].map((line) => line.textContent).join() === wanted, orders.join());

describe('a page of another origin', () => {
  it('imports the client from a bridge that lists it, and is live', async () => {
    await publisher.json('orders:42', 'order_shipped', { order_id: 'A-1' });
    await open(origin, bridge.url);
    await reaches('websocket');
    await publisher.json('orders:42', 'order_shipped', { order_id: 'A-2' });
    await shows(['A-1', 'A-2']);
  });

  for (const [buffers, transport] of [[false, 'sse'], [true, 'poll']]) {
    it(`goes on by ${transport} with its token where WebSockets are blocked`, async () => {
      const proxy = await new BlockingProxy(bridge.http).start();
      proxy.buffers = buffers;
      try {
        await publisher.json('orders:42', 'order_shipped', { order_id: 'A-1' });
        await open(origin, proxy.url);
        await reaches(transport);
        await publisher.json('orders:42', 'order_shipped', { order_id: 'A-2' });
        await shows(['A-1', 'A-2']);
      } finally {
        await proxy.stop();
      }
    });
  }

  it('that is not listed gets nothing', async () => {
    const refused = [];
    page.on('console', (message) => refused.push(message.text()));
    await open(origin.replace('localhost', '127.0.0.1'), bridge.url);
    await page.waitForLoadState('load');
    assert.ok(refused.some((text) => /blocked by CORS policy/.test(text)), refused.join());
    assert.equal(await page.evaluate(() => window.wsManager), undefined);
  });
});
