// Pictures of the console in its moods, for the README and for those who change its looks: npm run screenshots -- FOLDER
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launchBrowser, openPage } from './browser.mjs';
import { FakeBridge } from './fake_bridge.mjs';
import { PlausibleHost } from './plausible_host.mjs';

const folder = process.argv[2] ?? 'screenshots';
mkdirSync(folder, { recursive: true });
const DESKTOP = { viewport: { width: 1360, height: 900 }, deviceScaleFactor: 2 };
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

const browser = await launchBrowser();
const full = await new FakeBridge().start();
const host = new PlausibleHost((topic, type, data, at) => full.publish(topic, type, data, at));
host.pastSeconds(310);
full.publish('alerts', 'alert', { severity: 'critical', title: 'Disk is nearly full',
  message: '/var is at 96 %. Free some space or grow the volume.', labels: { host: 'db-1', metric: 'disk_used_pct' } });
const empty = await new FakeBridge().start();

async function picture(name, bridge, options, prepare = async () => {}) {
  const { page, errors } = await openPage(browser, options);
  await page.goto(bridge.url);
  await page.waitForSelector('[data-state="connected"]');
  if (bridge === full) await page.waitForSelector('.figure');
  await prepare(page);
  await page.waitForTimeout(400);
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: options.fullPage });
  if (errors.length) console.error(name, errors);
  await page.context().close();
}

await picture('light', full, { ...DESKTOP, colorScheme: 'light' });
await picture('dark', full, { ...DESKTOP, colorScheme: 'dark' });
await picture('hover', full, { ...DESKTOP, colorScheme: 'light' }, async (page) => {
  await page.click('#logs-pause');
  await page.hover('.figure:nth-of-type(3) .chart', { position: { x: 200, y: 40 } });
  host.pastSeconds(2);
});
await picture('tiles', full, { ...DESKTOP, colorScheme: 'dark' }, async () => {
  for (let i = 40; i >= 0; i--) {
    full.publish('stats', 'stats_update', { cpu: 45.2 + i % 7, queue_depth: i * 31, cache_hit_pct: 92 - i / 9, heap_bytes: 5e8 + i * 1e7 },
      new Date(Date.now() - 5000 * i));
  }
});
await picture('phone', full, { ...PHONE, colorScheme: 'light', fullPage: true });
await picture('phone-dark', full, { ...PHONE, colorScheme: 'dark' });
await picture('empty', empty, { ...DESKTOP, colorScheme: 'light' });
await picture('empty-phone', empty, { ...PHONE, colorScheme: 'dark' });
await picture('disconnected', full, { ...DESKTOP, colorScheme: 'light' }, async (page) => {
  await full.kill();
  await page.waitForSelector('#notice:not([hidden])');
});

await browser.close();
await empty.kill();
