// The examples of docs/browser.md, as somebody gets them who copies and pastes.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { example } from '../manual.mjs';
import { bridge, page, showsText, usePage } from '../page_fixture.mjs';

const HTMX = readFileSync(new URL('../node_modules/htmx.org/dist/htmx.min.js', import.meta.url));

usePage();

const show = async (body) => {
  bridge.files.set('/htmx.min.js', { type: 'text/javascript', body: HTMX });
  bridge.files.set('/example.html', { type: 'text/html', body, policy: "default-src 'self' 'unsafe-inline' 'unsafe-eval'" });
  await page.goto(`${bridge.url}example.html`);
};
const confirmed = () => page.waitForFunction(() => window.wsManager.getStats().topics.every(({ cursor }) => cursor));

describe('the manual\'s example', () => {
  it('of a page shows orders and the state', async () => {
    bridge.publish('orders:42', 'order_shipped', { order_id: 'A-1' });
    await show(example('In a page', 'html'));
    await showsText('#orders', 'A-1');
    bridge.publish('orders:42', 'order_shipped', { order_id: 'A-2' });
    await showsText('#orders li:last-child', 'A-2');
    await showsText('#link', 'connected');
  });

  it('of htmx fetches on an event', async () => {
    await page.route('**/orders', (route) => route.fulfill({ contentType: 'text/html', body: '<li>A-3</li>' }));
    await show(example('htmx', 'html'));
    await confirmed();
    bridge.publish('orders:42', 'order_shipped', {});
    await showsText('ul', 'A-3');
  });

  it('of the status element says how it stands', async () => {
    await show(example('A dot that says how it stands', 'html'));
    await page.waitForSelector('spanwire-status[state="disconnected"]');
    await page.evaluate(() => window.wsManager.connect());
    await page.waitForSelector('spanwire-status[state="connected"]');
  });

  it('of shared tabs connects', async () => {
    await show(`<script type="module">${example('One connection for many tabs', 'js')}</script>`);
    await page.waitForFunction(() => window.wsManager?.getStatus().state === 'connected');
    assert.equal(bridge.connections, 1);
  });
});
