// The console's views beside the dashboard, by mouse, by keyboard, and as assistive technology sees them.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { violations } from '../axe.mjs';
import { bridge, page, shows, showsText, text, usePage } from '../page_fixture.mjs';
import { PlausibleHost } from '../plausible_host.mjs';

usePage();

const open = async (view = '') => {
  await page.goto(`${bridge.url}${view}`);
  await shows('#status[data-state="connected"]');
};
const log = (message, level = 'info') => bridge.publish('logs', 'log', { level, message, source: 'test' });

describe('the logs', () => {
  it('are filtered by level and words, with a count of what is shown', async () => {
    await open('#logs-view');
    log('one apple', 'info');
    log('two pears', 'warning');
    log('three Apples', 'error');
    bridge.publish('logs', 'log', { level: 'info', message: 'four', fields: { fruit: 'apple' } });
    await showsText('#logs-count', '4 lines');
    await page.fill('#logs-search', 'apple');
    await showsText('#logs-count', '3 of 4 lines');
    await page.selectOption('#logs-level', 'warning');
    await showsText('#logs-count', '1 of 4 lines');
    await showsText('.line', 'three Apples');
    log('five apples', 'critical');
    await showsText('#logs-count', '2 of 5 lines');
    await page.fill('#logs-search', 'plum');
    await showsText('#logs-empty', 'No line matches');
  });

  it('scroll through 100,000 lines with few of them in the document, and drop the oldest', async () => {
    await open('#logs-view');
    bridge.historyLimit = 10;
    for (let i = 0; i < 110_000; i++) log(`line ${i}`);
    await page.waitForFunction(() => document.querySelector('.line:last-child')?.textContent.includes('line 109999'), null,
      { timeout: 60_000 });
    const count = Number((await text('#logs-count')).replace(/\D/g, ''));
    assert.ok(count >= 90_000 && count <= 100_000, `${count}`);
    assert.ok(await page.locator('.line').count() < 100);
    const longest = await page.evaluate(async () => {
      const box = document.getElementById('logs');
      const frame = () => new Promise(requestAnimationFrame);
      let worst = 0;
      for (let i = 0; i <= 20; i++) {
        box.scrollTop = (box.scrollHeight - box.clientHeight) * (1 - i / 20);
        const began = performance.now();
        await frame();
        await frame();
        worst = Math.max(worst, performance.now() - began);
        if (!box.querySelector('.line')) throw new Error('a hole');
      }
      return worst;
    });
    assert.ok(longest < 500, `a jump took ${longest} ms`);
    assert.match(await text('.line'), new RegExp(`line ${110_000 - count}$`));
  });

  it('are walked through by keyboard, and a line is opened in full', async () => {
    await open('#logs-view');
    for (let i = 0; i < 200; i++) log(`line ${i}`);
    await showsText('.line:last-child', 'line 199');
    await page.focus('#logs');
    await page.keyboard.press('ArrowUp');
    await showsText('#logs-detail', '"line 199"');
    await page.keyboard.press('Home');
    await showsText('#logs-detail', '"line 0"');
    // The rows are drawn a frame later, and what screen readers are told must fit what is seen then.
    await page.waitForFunction(() => {
      const id = document.querySelector('#logs')?.getAttribute('aria-activedescendant');
      const row = document.querySelector('.line[aria-selected="true"]');
      return row?.id === id && row?.getAttribute('aria-posinset') === '1' && row.textContent?.endsWith('line 0');
    });
    await page.keyboard.press('Escape');
    await page.waitForSelector('#logs-detail', { state: 'hidden' });
  });
});

describe('the topic explorer', () => {
  const follow = async (topic) => {
    await page.fill('#follow-topic', topic);
    await page.keyboard.press('Enter');
  };

  it('follows any topic, from its history on, and shows offsets, cursor and transport', async () => {
    for (let i = 0; i < 20; i++) bridge.publish('orders:42', 'shipped', { n: i });
    await open('#topics');
    await follow('orders:42');
    await showsText('#envelopes', '{"n":19}');
    assert.equal(await page.locator('.envelope').count(), 10);
    bridge.publish('orders:42', 'shipped', { n: 20 });
    await showsText('.envelope:last-child', '{"n":20}');
    await showsText('#followed', 'e1-21 · 11 events · WebSocket');
    await page.click('.envelope:last-child');
    await showsText('#envelopes-detail', '"offset": 21');
    await page.click('.chip button');
    assert.equal(await page.locator('.chip').count(), 0);
    bridge.publish('orders:42', 'shipped', { n: 21 });
    log('by now it would have come');
    await page.click('nav a[href="#logs-view"]');
    await showsText('#logs', 'by now');
    await page.click('nav a[href="#topics"]');
    assert.equal(await page.locator('.envelope').count(), 11);
  });

  it('shows the history of a topic that the console already has', async () => {
    log('early');
    await open('#topics');
    await follow('logs');
    await showsText('#envelopes', 'early');
  });

  it('says why a topic cannot be had', async () => {
    bridge.forbidden.add('secrets');
    await open('#topics');
    await follow('secrets');
    await showsText('#followed', 'your token does not allow this topic');
    await showsText('#envelopes', 'forbidden');
  });

  it('refuses what cannot be a topic', async () => {
    await open('#topics');
    await follow('no spaces');
    assert.equal(await page.locator('.chip').count(), 0);
    assert.equal(await page.evaluate(() => document.getElementById('follow-topic').validity.patternMismatch), true);
  });
});

describe('every view', () => {
  const VIEWS = ['dashboard', 'logs-view', 'tasks-view', 'inbox', 'topics'];
  /** Fills every panel. */
  const publishAll = () => {
    new PlausibleHost((...event) => bridge.publish(...event)).pastSeconds(20);
    for (const level of ['trace', 'debug', 'info', 'warning', 'error', 'critical']) log(`at ${level}`, level);
    for (const level of ['info', 'success', 'warning', 'error']) {
      bridge.publish('notifications', 'notification', { notification_id: level, title: level, body: 'b', level, link: '/x' });
    }
    for (const severity of ['info', 'warning', 'critical', 'resolved']) {
      bridge.publish('alerts', 'alert', { severity, title: `a ${severity} one`, message: 'm', labels: {} });
    }
    for (const state of ['running', 'succeeded', 'failed', 'cancelled']) {
      bridge.publish('tasks', 'task_update', { task_id: state, action: 'updated', state, progress: 0.4, message: state });
    }
  };

  for (const colorScheme of ['light', 'dark']) {
    it(`has no accessibility violation that axe knows, ${colorScheme}`, async () => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      publishAll();
      await open();
      await shows('.figure');
      for (const view of VIEWS) {
        await page.click(`nav a[href="#${view}"]`);
        if (view === 'topics') {
          await page.fill('#follow-topic', 'logs');
          await page.keyboard.press('Enter');
          await showsText('#envelopes', 'critical');
          await page.click('.envelope:last-child');
        }
        assert.deepEqual(await violations(page), [], view);
      }
    });
  }

  it('is reached by keyboard, says so in the title, and comes back by the back button', async () => {
    await open();
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
    for (const [i, view] of VIEWS.entries()) {
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await shows(`body[data-view="${view}"]`);
      assert.equal(await page.locator('nav [aria-current]').count(), 1);
      if (i) assert.match(await page.title(), /^(Logs|Tasks|Inbox|Topics) · Spanwire$/);
    }
    await page.goBack();
    await shows('body[data-view="inbox"]');
  });

  it('fits a phone without scrolling sideways, light and dark', async () => {
    await page.setViewportSize({ width: 360, height: 700 });
    publishAll();
    for (const view of VIEWS) {
      await open(`#${view}`);
      await shows(`body[data-view="${view}"]`);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360, view);
    }
  });
});
