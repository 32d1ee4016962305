import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bridge, page, shows, showsText, text, usePage } from '../page_fixture.mjs';
import { PlausibleHost } from '../plausible_host.mjs';

usePage({ hurried: true });

const open = async (state = 'connected') => {
  await page.goto(bridge.url);
  await shows(`#status[data-state="${state}"]`);
};
const log = (message, level = 'info') => bridge.publish('logs', 'log', { level, message, source: 'test' });

describe('the console', () => {
  it('says how to publish until the first figure comes', async () => {
    await open();
    assert.match(await text('#figures-empty'), /spanwire publish stats/);
    bridge.publish('stats', 'stats_update', { cpu_pct: 12.5 });
    await showsText('.figure', '13');
    assert.equal(await page.isVisible('#figures-empty'), false);
  });

  it('shows figures, alerts, tasks and logs of the past and as they come', async () => {
    const host = new PlausibleHost((...event) => bridge.publish(...event));
    host.pastSeconds(130);
    await open();
    await shows('.core:nth-child(4)');
    for (const title of ['CPU', 'Memory', 'Network', 'Disk']) await showsText('#figures', title);
    await showsText('#alerts', 'Resolved'.toLowerCase());
    assert.equal(await page.locator('.task').count(), 8);
    bridge.publish('stats', 'stats_update', { cpu_pct: 77, mem_used_pct: 88 }, new Date(Date.now() + 1000));
    await showsText('.figure', '77');
    log('a line just now', 'error');
    await showsText('.line[data-level="error"]:last-child', 'a line just now');
  });

  it('gives a metric it does not know a tile of its own', async () => {
    await open();
    bridge.publish('stats', 'stats_update', { queue_depth: 1240, heap_bytes: 1048576 });
    await showsText('.more', 'queue_depth');
    assert.match(await text('.more'), /1\.24k/);
    assert.match(await text('.more'), /1MiB/);
  });

  it('updates an alert in place and keeps it as resolved', async () => {
    await open();
    const labels = { host: 'db1' };
    bridge.publish('alerts', 'alert', { severity: 'warning', title: 'CPU is busy', message: 'now at 90 %', labels });
    bridge.publish('alerts', 'alert', { severity: 'critical', title: 'Disk is full', message: 'at once', labels: {} });
    await showsText('#alerts-count', '2 active');
    assert.match(await text('.alert:first-child'), /Disk is full/);
    bridge.publish('alerts', 'alert', { severity: 'resolved', title: 'CPU is busy', message: '', labels });
    await shows('.alert[data-severity="resolved"]');
    await showsText('#alerts-count', '1 active');
    assert.equal(await page.locator('.alert').count(), 2);
  });

  it('updates a task where it is, sorts by progress, and removes what was deleted', async () => {
    await open();
    const task = (id, progress, action = 'updated') =>
      bridge.publish('tasks', 'task_update', { task_id: id, action, state: 'running', progress, message: id });
    task('a', 0.2);
    task('b', 0.5);
    await showsText('.task:first-child', 'b');
    await page.evaluate(() => window.row = document.querySelector('.task:last-child'));
    task('a', 0.9);
    await showsText('.task:first-child', '90 %');
    assert.ok(await page.evaluate(() => window.row === document.querySelector('.task:first-child')), 'the same row');
    task('b', 0, 'deleted');
    await showsText('#tasks-count', '1 running');
    assert.equal(await page.locator('.task').count(), 1);
  });

  it('treats what is published as text, never as markup', async () => {
    await open();
    log('<img src=x onerror="window.hacked = true">');
    await showsText('.line', '<img');
    assert.equal(await page.evaluate(() => window.hacked), undefined);
    assert.equal(await page.locator('.line img').count(), 0);
  });

  it('keeps the newest log line in view, and only what is in view in the document', async () => {
    await open();
    for (let i = 0; i < 3000; i++) log(`line ${i}`);
    await showsText('#logs .line:last-child', 'line 2999');
    assert.equal(await text('#logs-count'), '3,000 lines');
    assert.ok(await page.locator('.line').count() < 60);
    assert.ok(await page.evaluate(() => {
      const list = document.getElementById('logs');
      return list.scrollHeight - list.scrollTop - list.clientHeight < 2;
    }));
  });

  it('stands still while paused, and then shows what waited', async () => {
    await open();
    log('before');
    await showsText('#logs', 'before');
    await page.click('#logs-pause');
    log('meanwhile');
    await showsText('#logs-pause', '1 new');
    assert.doesNotMatch(await text('#logs'), /meanwhile/);
    await page.click('#logs-pause');
    await showsText('#logs', 'meanwhile');
  });

  it('lets the reader scroll up, and offers the way back', async () => {
    await open();
    for (let i = 0; i < 100; i++) log(`line ${i}`);
    await showsText('.line:last-child', 'line 99');
    await page.evaluate(() => document.getElementById('logs').scrollTop = 0);
    await shows('#logs-newest:not([hidden])');
    log('one more');
    await showsText('#logs-count', '101 lines');
    assert.equal(await page.evaluate(() => document.getElementById('logs').scrollTop), 0);
    await page.click('#logs-newest');
    await showsText('.line:last-child', 'one more');
  });

  it('tells of missing authentication, and only then', async () => {
    await open();
    assert.equal(await page.isVisible('#insecure'), true);
    bridge.secure = true;
    await open();
    assert.equal(await page.isVisible('#insecure'), false);
  });

  it('moves nothing for those who prefer it so', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await open();
    const animation = await page.evaluate(() =>
      getComputedStyle(document.querySelector('.dot'), '::after').animationName);
    assert.equal(animation, 'none');
  });

  it('fits a phone without scrolling sideways', async () => {
    await page.setViewportSize({ width: 360, height: 700 });
    new PlausibleHost((...event) => bridge.publish(...event)).pastSeconds(20);
    await open();
    await shows('.figure');
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
  });
});

describe('the link', () => {
  it('turns red when the bridge dies, and heals without a missed line when it is back', async () => {
    await open();
    log('first');
    await showsText('#logs', 'first');
    await bridge.kill();
    await shows('#status[data-tone="bad"]');
    await shows('#notice:not([hidden])');
    log('while away');
    assert.equal(await page.isVisible('#retry'), true);
    await bridge.start();
    // At once, since it goes away when the page is back by itself.
    await page.$eval('#retry', (button) => button.click());
    await shows('#status[data-tone="good"]');
    await showsText('#logs', 'while away');
    assert.equal(await page.isVisible('#notice'), false);
    assert.equal(await page.locator('.line').count(), 2);
  });

  it('marks where lines may be missing after the log was lost', async () => {
    await open();
    log('first');
    await showsText('#logs', 'first');
    await bridge.kill();
    bridge.forget();
    log('in the new log');
    await bridge.start();
    await showsText('#logs', 'in the new log');
    assert.equal(await page.locator('.line.missed').count(), 1);
    assert.equal(await page.locator('.line').count(), 3);
  });

  for (const [streams, transport] of [['open', 'sse'], ['absent', 'poll']]) {
    it(`goes on by ${transport} where WebSocket is refused, and returns to it`, async () => {
      bridge.webSocket = 'refuse';
      bridge.streams = streams;
      log('history');
      await page.goto(bridge.url);
      await shows(`#status[data-transport="${transport}"]`);
      log('by HTTP');
      await showsText('#logs', 'by HTTP');
      bridge.webSocket = 'open';
      await page.evaluate(() => window.wsManager.connect());
      await shows('#status[data-transport="websocket"]');
      log('by WebSocket');
      await showsText('#logs', 'by WebSocket');
      assert.deepEqual(await page.locator('.line .text').allTextContents(), ['history', 'by HTTP', 'by WebSocket']);
    });
  }

  it('sees each event once, in order, through death and blockade', async () => {
    await open();
    await page.evaluate(() => {
      window.seen = [];
      window.wsManager.subscribe('count', ({ data }) => window.seen.push(data.n));
    });
    await page.waitForFunction(() => window.wsManager.getStats().topics.find(({ topic }) => topic === 'count').cursor);
    let n = 0;
    const counting = setInterval(() => bridge.publish('count', 'tick', { n: n++ }), 5).unref();
    const seenSoFar = () => page.evaluate(() => window.seen.length);
    const seesMore = async () => {
      const before = await seenSoFar();
      await page.waitForFunction((count) => window.seen.length > count + 20, before, { timeout: 15_000 });
    };
    await seesMore();
    bridge.disconnectAll(1012, 'restart', { afterMs: 50 });
    await seesMore();
    bridge.webSocket = 'refuse';
    await bridge.kill();
    await bridge.start();
    await shows('#status[data-transport="sse"]');
    await seesMore();
    bridge.streams = 'absent';
    await bridge.kill();
    await bridge.start();
    await shows('#status[data-transport="poll"]');
    await seesMore();
    bridge.webSocket = 'open';
    await page.evaluate(() => window.wsManager.connect());
    await shows('#status[data-state="connected"]');
    await seesMore();
    clearInterval(counting);
    await page.waitForFunction((count) => window.seen.length >= count, n, { timeout: 5000 });
    assert.deepEqual(await page.evaluate(() => window.seen), Array.from({ length: n }, (_, i) => i));
  });
});
