// What no well-behaved service sends and no ordinary browser does: the console takes it and stays true.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ELSEWHERE } from '../browser.mjs';
import { bridge, page, shows, showsText, text, usePage } from '../page_fixture.mjs';

usePage();

const DAY_MS = 86_400_000;

const open = async (url = bridge.url) => {
  await page.goto(url);
  await shows('#status[data-state="connected"]');
};
const stats = (cpu, at) => bridge.publish('stats', 'stats_update', { cpu_pct: cpu }, at);
const task = (id, more) => bridge.publish('tasks', 'task_update', { task_id: id, state: 'running', message: `m ${id}`, ...more });
const log = (message) => bridge.publish('logs', 'log', { level: 'info', message, source: 'test' });

describe('a figure', () => {
  it('goes on after one that was dated a day ahead', async () => {
    await open();
    stats(11);
    stats(99, new Date(Date.now() + DAY_MS));
    await showsText('.figure .value', '99');
    stats(22);
    await showsText('.figure .value', '22');
    await page.reload();
    await showsText('.figure .value', '22');
  });
});

describe('tasks', () => {
  it('show no share beyond 0 and 100 %, and none that is no number', async () => {
    await open();
    task('word', { progress: 'abc' });
    task('five', { progress: 5 });
    task('less', { progress: -1 });
    task(7, { progress: null, state: null, message: null });
    await showsText('#tasks-count', '4 running');
    const shares = await page.locator('.task').evaluateAll((tasks) => Object.fromEntries(tasks.map((node) =>
      [node.querySelector('.id').textContent, node.querySelector('.share').textContent])));
    assert.deepEqual(shares, { word: '0 %', five: '100 %', less: '0 %', 7: '0 %' });
    assert.doesNotMatch(await text('#tasks'), /null|undefined/);
  });
});

describe('counts', () => {
  it('speak of one as people do', async () => {
    await open();
    log('only');
    await showsText('#logs', 'only');
    assert.equal(await text('#logs-count'), '1 line');
    await page.click('nav a[href="#topics"]');
    await page.fill('#follow-topic', 'logs');
    await page.keyboard.press('Enter');
    await showsText('#followed', '1 event ·');
  });
});

describe('a log that is paused for long', () => {
  it('counts truly what came, and marks where more came than could be kept', async () => {
    bridge.historyLimit = 100;
    await open(`${bridge.url}#logs-view`);
    for (let i = 0; i < 20; i++) log(`before ${i}`);
    await showsText('.line:last-child', 'before 19');
    await page.click('#logs-pause');
    for (let i = 0; i < 108_000; i++) log(`meanwhile ${i}`);
    await page.waitForFunction(() => document.getElementById('logs-pause').textContent.endsWith('108,000 new'), null,
      { timeout: 60_000 });
    await page.click('#logs-pause');
    await showsText('.line:last-child', 'meanwhile 107999');
    await page.evaluate(() => document.getElementById('logs').scrollTop = 0);
    await showsText('.line.missed', '10,000 lines came here and could not be kept');
    const lines = await page.locator('.line .text').evaluateAll((texts) => texts.map(({ textContent }) => textContent));
    const hole = lines.findIndex((line) => line.startsWith('10,000'));
    assert.match(lines[hole - 1], /^before 19$/);
    assert.match(lines[hole + 1], /^meanwhile 10000$/);
    assert.equal(await text('#logs-count'), '98,020 lines');
  });
});

describe('the topic explorer', () => {
  it('marks what came and could not be kept while the page was hidden', async () => {
    await open(`${bridge.url}#topics`);
    await page.fill('#follow-topic', 'count');
    await page.keyboard.press('Enter');
    await showsText('#followed', '0 events');
    bridge.publish('count', 'tick', { n: 'first' });
    await showsText('#envelopes', 'first');
    await page.evaluate(() => {  // a hidden page gets no frames
      const { requestAnimationFrame: atOnce } = window;
      const held = [];
      window.requestAnimationFrame = (draw) => held.push(draw);
      window.comeBack = () => {
        window.requestAnimationFrame = atOnce;
        for (const draw of held) draw(0);
      };
    });
    for (let n = 0; n < 10_500; n++) bridge.publish('count', 'tick', { n });
    await showsText('#followed', '10,501 events');
    await page.evaluate(() => window.comeBack());
    await showsText('.envelope:last-child', '{"n":10499}');
    await page.evaluate(() => document.getElementById('envelopes').scrollTop = 0);
    await showsText('.envelope[data-note]', '{"dropped":1000}');
    const rows = await page.locator('.envelope .data').evaluateAll((cells) => cells.map(({ textContent }) => textContent));
    assert.deepEqual(rows.slice(0, 3), ['{"n":"first"}', '{"dropped":1000}', '{"n":1000}']);
  });
});

describe('a browser', () => {
  it('that keeps nothing for the page shows everything nevertheless', async () => {
    await page.addInitScript(() => {
      for (const name of ['localStorage', 'sessionStorage']) {
        Object.defineProperty(window, name, { get() { throw new DOMException('denied', 'SecurityError'); } });
      }
    });
    bridge.token = 'secret';
    await page.goto(bridge.url);
    await shows('#token-dialog[open]');
    await page.check('#token-keep');
    await page.fill('#token', 'secret');
    await page.keyboard.press('Enter');
    await shows('#status[data-state="connected"]');
    bridge.publish('notifications', 'notification', { notification_id: 'a', title: 'A' });
    await page.click('nav a[href="#inbox"]');
    await showsText('#unread', '1');
    await page.click('.note button');
    await page.waitForSelector('#unread', { state: 'hidden' });
  });

  it('whose space is used up marks as read until the page is left', async () => {
    await page.addInitScript(() => {
      Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };
    });
    await open(`${bridge.url}#inbox`);
    bridge.publish('notifications', 'notification', { notification_id: 'a', title: 'A' });
    await showsText('#unread', '1');
    await page.click('#mark-read');
    await page.waitForSelector('#unread', { state: 'hidden' });
  });

  it('without a clipboard, as over plain HTTP, copies the old way', async () => {
    await open(bridge.url.replace('127.0.0.1', ELSEWHERE));
    assert.equal(await page.evaluate(() => navigator.clipboard), undefined);
    await page.evaluate(() => document.addEventListener('copy', () => window.copied = String(getSelection())));
    await page.click('#copy');
    await showsText('#copy', 'Copied');
    assert.equal(await page.evaluate(() => window.copied), await text('#command'));
  });

  it('that lets nobody copy says so, with the command selected', async () => {
    await open();
    await page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
      document.execCommand = () => false;
    });
    await page.click('#copy');
    await showsText('#copy', 'Selected: copy by keyboard');
    assert.equal(await page.evaluate(() => String(getSelection())), await text('#command'));
  });
});
