import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { bridge, page, usePage } from '../page_fixture.mjs';

const HTMX = new URL('../node_modules/htmx.org/dist/htmx.min.js', import.meta.url);

usePage();

/** Shows a page of somebody's own, served from the bridge's origin under a strict policy. */
async function show(body) {
  bridge.files.set('/htmx.min.js', { type: 'text/javascript', body: readFileSync(HTMX) });
  bridge.files.set('/try.html', { type: 'text/html', body: `<!doctype html><title>Try</title>${body}` });
  await page.goto(`${bridge.url}try.html`);
}
const connect = () => page.evaluate(() => window.wsManager.connect());
const confirmed = () => page.waitForFunction(() => window.wsManager.getStats().topics.every(({ cursor }) => cursor));

describe('the htmx extension', () => {
  const HEAD = `<meta name="htmx-config" content='{"includeIndicatorStyles": false, "allowEval": false}'>
    <script src="htmx.min.js"></script><script type="module" src="integrations/htmx.js"></script>`;

  it('fetches when an event of the topic comes', async () => {
    let orders = 0;
    await page.route('**/orders', (route) => route.fulfill({ contentType: 'text/html', body: `order ${++orders}` }));
    await show(`${HEAD}<main hx-ext="spanwire">
      <p id="p" hx-spanwire="orders:42" hx-get="orders" hx-trigger="spanwire:shipped">none</p></main>`);
    await connect();
    await confirmed();
    bridge.publish('orders:42', 'other', {});
    bridge.publish('orders:42', 'shipped', {});
    await page.waitForFunction(() => document.getElementById('p').textContent === 'order 1');
  });

  it('gives the envelope with it, also to elements that come later, and leaves with them', async () => {
    await show(`${HEAD}<main hx-ext="spanwire"><div id="place"></div></main>`);
    await connect();
    await page.evaluate(() => {
      window.details = [];
      document.body.addEventListener('spanwire', ({ detail }) => window.details.push(detail.data.n));
      window.htmx.swap('#place', '<p hx-spanwire="a, b" hx-spanwire-history="1">x</p>', { swapStyle: 'innerHTML' });
    });
    await confirmed();
    bridge.publish('b', 'tick', { n: 7 });
    await page.waitForFunction(() => window.details.join() === '7');
    assert.equal(await page.evaluate(() => window.wsManager.getStats().topics.length), 2);
    await page.evaluate(() => window.htmx.swap('#place', '', { swapStyle: 'innerHTML' }));
    assert.equal(await page.evaluate(() => window.wsManager.getStats().topics.length), 0);
  });
});

describe('<spanwire-status>', () => {
  const dot = () => page.evaluate(() => {
    const root = document.querySelector('spanwire-status').shadowRoot;
    const style = getComputedStyle(root.querySelector('.dot'));
    return { colour: style.backgroundColor, moves: getComputedStyle(root.querySelector('.dot'), '::after').animationName,
      words: root.querySelector('[role=status]').textContent };
  });
  const BODY = '<script type="module" src="integrations/status_element.js"></script><spanwire-status></spanwire-status>';
  const state = (name) => page.waitForSelector(`spanwire-status[state="${name}"]`);

  it('is red, then green, then red again, and says so', async () => {
    await show(BODY);
    await state('disconnected');
    assert.deepEqual(await dot(), { colour: 'rgb(196, 50, 59)', moves: 'none', words: 'Disconnected' });
    await connect();
    await state('connected');
    assert.deepEqual(await dot(), { colour: 'rgb(26, 127, 71)', moves: 'pulse', words: 'Live' });
    await page.evaluate(() => window.wsManager.disconnect());
    await state('disconnected');
  });

  it('is amber while polling, and does not move for those who prefer it so', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await show(BODY);
    await page.evaluate(() => {
      window.wsManager.subscribe('a', () => {});
      window.wsManager.startPolling();
    });
    await state('polling');
    assert.deepEqual(await dot(), { colour: 'rgb(176, 116, 0)', moves: 'none', words: 'Live, by polling' });
  });
});

describe('tabs that share a connection', () => {
  const SCRIPT = `
    import { wsManager } from './client/spanwire.js';
    import { sharedWebSocket } from './integrations/shared_tabs.js';
    window.seen = [];
    wsManager.subscribe('count', ({ data }) => window.seen.push(data.n), { history: 5 });
    wsManager.connect({ WebSocket: sharedWebSocket() });`;
  const openTab = async () => {
    const tab = await page.context().newPage();
    await tab.goto(`${bridge.url}try.html`);
    await tab.waitForFunction(() => window.wsManager?.getStats().topics[0].cursor);
    return tab;
  };
  const sees = (tab, numbers) => tab.waitForFunction((wanted) => window.seen.join() === wanted, numbers.join());

  it('hold one connection, lose and double nothing as tabs come and go, and when it breaks', async () => {
    bridge.files.set('/tab.js', { type: 'text/javascript', body: SCRIPT });
    await show('<script type="module" src="tab.js"></script>');
    let n = 0;
    const publish = () => bridge.publish('count', 'tick', { n: n++ });
    publish();
    const first = await openTab();
    const second = await openTab();
    publish();
    for (const tab of [page, first, second]) await sees(tab, [0, 1]);
    assert.equal(bridge.connections, 1);
    await first.close();
    publish();
    bridge.disconnectAll(1012, 'restart', { afterMs: 20 });
    publish();
    for (const tab of [page, second]) await sees(tab, [0, 1, 2, 3]);
    const third = await openTab();
    publish();
    for (const tab of [page, second, third]) await sees(tab, [0, 1, 2, 3, 4]);
    assert.equal(bridge.connections, 1);
  });
});
