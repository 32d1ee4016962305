// Pictures of the console in its moods, for the README and for those who change its looks: npm run screenshots -- FOLDER
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ELSEWHERE, launchBrowser, openPage } from './browser.mjs';
import { FakeBridge } from './fake_bridge.mjs';
import { PlausibleHost } from './plausible_host.mjs';

const folder = process.argv[2] ?? 'screenshots';
mkdirSync(folder, { recursive: true });
const DESKTOP = { viewport: { width: 1360, height: 900 }, deviceScaleFactor: 2 };
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

const browser = await launchBrowser();
const full = await new FakeBridge().start();
full.node = 'web-1';
const host = new PlausibleHost((topic, type, data, at) => full.publish(topic, type, data, at));
host.pastSeconds(310);
full.publish('alerts', 'alert', { severity: 'critical', title: 'Disk is nearly full',
  message: '/var is at 96 %. Free some space or grow the volume.', labels: { host: 'db-1', metric: 'disk_used_pct' } });
for (const [i, [level, title, body, link]] of [
  ['info', 'Backup finished', '12.4 GiB in 8 minutes, 3 files were skipped.', '/backups/4711'],
  ['success', 'Release 2.14 is live', 'All 24 instances run it.', ''],
  ['warning', 'Certificate expires soon', 'live.example ends on 1 December. Renew it this week.', 'https://live.example/certificates'],
  ['error', 'Nightly report failed', 'The database refused the connection. It is tried again at 03:00.', ''],
].entries()) full.publish('notifications', 'notification', { notification_id: `n${i}`, level, title, body, link }, new Date(Date.now() - 600_000 + 100_000 * i));
full.publish('notifications', 'notification_read', { notification_ids: ['n0'] });
const empty = await new FakeBridge().start();

async function picture(name, bridge, options, prepare = async () => {}) {
  const { page, errors } = await openPage(browser, options);
  await page.goto(bridge.url.replace('127.0.0.1', options.host ?? '127.0.0.1'));
  if (options.asks) await page.waitForSelector('#token-dialog[open]');
  else await page.waitForSelector('[data-state="connected"]');
  if (bridge === full && !options.asks) await page.waitForSelector('.figure');
  await prepare(page);
  await page.waitForTimeout(400);
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: options.fullPage });
  if (errors.length) console.error(name, errors);
  await page.context().close();
}

const view = (name) => async (page) => {
  await page.click(`nav a[href="#${name}"]`);
};

const signIn = async (page) => {
  await page.fill('#token', 'shown');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.figure', { state: 'attached' });
};

// Those of the README: docs/images.
full.token = 'shown';
full.sessionMs = 34 * 60_000;
for (const [name, options, show] of [
  ['console', { ...DESKTOP, deviceScaleFactor: 1, colorScheme: 'light' }, 'dashboard'],
  ['console-logs', { viewport: { width: 1360, height: 800 }, colorScheme: 'dark' }, 'logs-view'],
  ['console-phone', { ...PHONE, viewport: { width: 390, height: 800 }, deviceScaleFactor: 1.5, colorScheme: 'light' }, 'inbox'],
]) {
  await picture(name, full, { ...options, asks: true }, async (page) => {
    await signIn(page);
    await view(show)(page);
  });
}
full.token = '';

await picture('light', full, { ...DESKTOP, colorScheme: 'light' });
await picture('dark', full, { ...DESKTOP, colorScheme: 'dark' });
await picture('hover', full, { ...DESKTOP, colorScheme: 'light' }, async (page) => {
  await page.click('#logs-pause');
  await page.hover('.figure:nth-of-type(3) .chart', { position: { x: 200, y: 40 } });
  host.pastSeconds(2);
});
const follow = async (page) => {
  await view('topics')(page);
  for (const topic of ['alerts', 'stats', 'notifications']) {
    await page.fill('#follow-topic', topic);
    await page.keyboard.press('Enter');
  }
  await page.waitForSelector('.envelope');
  await page.focus('#envelopes');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
};
for (const [scheme, device, suffix] of [['light', DESKTOP, ''], ['dark', DESKTOP, '-dark'], ['light', PHONE, '-phone'], ['dark', PHONE, '-phone-dark']]) {
  await picture(`logs${suffix}`, full, { ...device, colorScheme: scheme }, view('logs-view'));
  await picture(`tasks${suffix}`, full, { ...device, colorScheme: scheme }, view('tasks-view'));
  await picture(`inbox${suffix}`, full, { ...device, colorScheme: scheme }, view('inbox'));
  await picture(`topics${suffix}`, full, { ...device, colorScheme: scheme }, follow);
}
full.token = 'shown';
for (const [scheme, device, suffix] of [['light', DESKTOP, ''], ['dark', PHONE, '-phone-dark']]) {
  await picture(`token${suffix}`, full, { ...device, colorScheme: scheme, asks: true }, async (page) => {
    await page.fill('#token', 'wrong');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.getElementById('token-problem').textContent);
  });
  await picture(`account${suffix}`, full, { ...device, colorScheme: scheme, asks: true }, async (page) => {
    await signIn(page);
    await page.click('#who');
  });
}
for (const topic of ['stats', 'alerts', 'tasks', 'logs']) full.forbidden.add(topic);
await picture('closed', full, { ...DESKTOP, colorScheme: 'light', asks: true }, async (page) => {
  await page.fill('#token', 'shown');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-closed]');
});
full.forbidden.clear();
full.token = '';
for (const [scheme, device, suffix] of [['light', DESKTOP, ''], ['dark', PHONE, '-phone-dark']]) {
  await picture(`open${suffix}`, full, { ...device, colorScheme: scheme, host: ELSEWHERE });
}
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
