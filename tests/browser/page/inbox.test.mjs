// The console's inbox: what is read stays read, whatever publishers' clocks say, and what comes in masses stays bounded.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bridge, page, shows, showsText, text, usePage } from '../page_fixture.mjs';

usePage();

const DAY_MS = 86_400_000;

const open = async () => {
  await page.goto(`${bridge.url}#inbox`);
  await shows('#status[data-state="connected"]');
};
const notify = (id, more = {}, at) => bridge.publish('notifications', 'notification',
  { notification_id: id, title: `title ${id}`, body: 'body', level: 'info', link: '', ...more }, at);
const alert = (host, more = {}, at) => bridge.publish('alerts', 'alert',
  { severity: 'warning', title: `CPU of ${host}`, message: 'now', labels: { host }, ...more }, at);
const markRead = (id, where = page) => where.click(`[aria-label='Mark "title ${id}" read']`);
const unread = (count, where = page) => where.waitForFunction((wanted) => {
  const badge = document.getElementById('unread');
  return wanted ? !badge.hidden && badge.textContent === `${wanted}` : badge.hidden && document.querySelector('.note');
}, count);

describe('the inbox', () => {
  it('counts what is unread, and forgets it when read here, in another tab or by the service', async () => {
    await open();
    for (const id of ['a', 'b', 'c', 'd']) notify(id);
    bridge.publish('alerts', 'alert', { severity: 'critical', title: 'Disk is full', message: 'now', labels: {} });
    await showsText('#unread', '5');
    bridge.publish('notifications', 'notification_read', { notification_ids: ['a'] });
    await showsText('#unread', '4');
    await page.click('.note:first-child .quiet-button');
    await showsText('#unread', '3');
    const other = await page.context().newPage();
    await other.goto(`${bridge.url}#inbox`);
    await other.waitForFunction(() => document.getElementById('unread').textContent === '3');
    await other.click('#mark-read');
    await page.waitForSelector('#unread', { state: 'hidden' });
    await page.reload();
    await showsText('#notifications', 'title d');
    assert.equal(await page.isVisible('#unread'), false, 'remembered');
    notify('e');
    await showsText('#unread', '1');
    bridge.publish('notifications', 'all_read', {});
    await page.waitForSelector('#unread', { state: 'hidden' });
  });

  it('follows links of the web only', async () => {
    await open();
    notify('a', { link: 'javascript:alert(1)' });
    notify('b', { link: '/orders/42' });
    notify('c', { link: '//evil.example' });
    await showsText('#notifications-count', '3 unread');
    assert.deepEqual(await page.locator('.note a').evaluateAll((links) => links.map(({ pathname }) => pathname)), ['/orders/42']);
  });
});

describe('what is read', () => {
  it('is told by its place in the log: a clock a day ahead makes nothing born read, nor after a reload', async () => {
    await open();
    alert('db1', {}, new Date(Date.now() + DAY_MS));
    notify('a', {}, new Date(Date.now() + DAY_MS));
    await unread(2);
    await page.click('#mark-read');
    await unread(0);
    notify('b');
    alert('db2');
    await unread(2);
    await page.reload();
    await unread(2);
  });

  it('one by one is remembered after a reload, and by other tabs at once', async () => {
    await open();
    for (const id of ['a', 'b', 'c']) notify(id);
    await unread(3);
    const other = await page.context().newPage();
    await other.goto(`${bridge.url}#inbox`);
    await unread(3, other);
    await markRead('b');
    await unread(2);
    await unread(2, other);
    assert.equal(await other.locator('.note[data-unread]').filter({ hasText: 'title b' }).count(), 0);
    await markRead('a', other);
    await unread(1);
    await page.reload();
    await unread(1);
    assert.match(await text('.note[data-unread]'), /title c/);
  });

  it('is no more than the browser can bear, however much is marked', async () => {
    await open();
    for (let i = 0; i < 250; i += 50) {
      for (let j = i; j < i + 50; j++) notify(`n${j}`);
      await unread(50);
      await page.$$eval('.note[data-unread] button', (buttons) => buttons.forEach((button) => button.click()));
      await unread(0);
    }
    const kept = await page.evaluate(() => JSON.parse(localStorage['spanwire.read']));
    assert.equal(kept[0].single.length, 200);
    assert.equal(kept[0].single.at(-1), 250);
  });

  it('does not count in another log, whose offsets begin anew', async () => {
    await open();
    for (const id of ['a', 'b']) notify(id);
    await unread(2);
    await page.click('#mark-read');
    await unread(0);
    await bridge.kill();
    bridge.forget();
    notify('c');
    await bridge.start();
    await page.reload();
    await unread(1);
  });

  it('is nothing where the browser kept what this version cannot read', async () => {
    await open();
    for (const odd of ['{', '5', '[{"epoch":"e1"}]', '[null]']) {
      await page.evaluate((value) => localStorage['spanwire.read'] = value, odd);
      notify('a');
      await page.reload();
      await unread(1);
    }
  });

  it('leaves the keyboard at the next note, and at the heading after the last', async () => {
    await open();
    for (const id of ['a', 'b', 'c']) notify(id);
    await unread(3);
    const focused = () => page.evaluate(() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.id);
    await page.focus('[aria-label=\'Mark "title b" read\']');
    await page.keyboard.press('Enter');
    await unread(2);
    assert.equal(await focused(), 'Mark "title a" read');
    await page.keyboard.press('Enter');
    await unread(1);
    assert.equal(await focused(), 'Mark "title c" read', 'below there is none');
    await page.keyboard.press('Enter');
    await unread(0);
    assert.equal(await focused(), 'notifications-title');
    notify('d');
    await unread(1);
    await page.focus('#mark-read');
    await page.keyboard.press('Enter');
    await unread(0);
    assert.equal(await focused(), 'notifications-title');
  });
});

describe('alerts', () => {
  it('are bounded, with the worst on top and a word on how many more there are', async () => {
    await open();
    for (let i = 0; i < 300; i++) alert(`h${i}`);
    await showsText('#alerts-count', '300 active');
    await showsText('#alerts-more', 'and 200 more');
    alert('worst', { severity: 'critical' });
    await showsText('.alert:first-child', 'CPU of worst');
    for (let i = 300; i < 5000; i++) alert(`h${i}`);
    await showsText('.alert:nth-child(2)', 'CPU of h4999');
    assert.match(await text('.alert:first-child'), /CPU of worst/);
    assert.equal(await page.locator('.alert').count(), 100);
    assert.equal(await text('#alerts-count'), 'more than 1,000 active');
    assert.match(await text('#alerts-more'), /and more than 900 more/);
    alert('worst', { severity: 'resolved' });
    await showsText('.alert:last-child', 'CPU of worst');
    assert.equal(await page.locator('.alert').count(), 101);
  });

  it('and notifications with odd data are shown as well as can be, and never lost', async () => {
    await open();
    const odd = (topic, type, data) => bridge.publish(topic, type, data);
    odd('alerts', 'alert', { severity: 'critical', title: 'no labels', labels: null });
    odd('alerts', 'alert', { severity: null, title: 'no severity' });
    odd('alerts', 'alert', { severity: 5, title: { a: 1 }, message: null, labels: 'x' });
    odd('alerts', 'alert', { severity: 'resolved', labels: { never: 'seen' } });
    await showsText('#alerts-count', '3 active');
    assert.match(await text('#alerts'), /no labels.*\{"a":1\}.*no severity/);
    assert.doesNotMatch(await text('#alerts'), /null|undefined/);
    odd('notifications', 'notification', { title: null, body: undefined, level: null, link: 5 });
    odd('notifications', 'notification_read', { notification_ids: 5 });
    odd('notifications', 'notification_read', { notification_ids: 'abc' });
    odd('notifications', 'notification_read', {});
    notify('after');
    await showsText('#notifications-count', '2 unread');
    assert.doesNotMatch(await text('#notifications'), /null|undefined/);
  });
});
