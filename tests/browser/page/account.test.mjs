// The console of a bridge that asks who one is, and of one that should.
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { violations } from '../axe.mjs';
import { ELSEWHERE, hurry } from '../browser.mjs';
import { bridge, page, shows, showsText, text, usePage } from '../page_fixture.mjs';

usePage();

const TOKEN = 'secret';
/** Addresses that were asked for. */
let asked;
beforeEach(() => {
  bridge.token = TOKEN;
  asked = [];
  page.on('request', (request) => asked.push(request.url()));
});

const log = (message) => bridge.publish('logs', 'log', { level: 'info', message, source: 'test' });
const asksForToken = () => shows('#token-dialog[open]');
const isLive = () => shows('#status[data-state="connected"]');
const give = async (token) => {
  await page.fill('#token', token);
  await page.keyboard.press('Enter');
};
const enter = async () => {
  await page.goto(bridge.url);
  await asksForToken();
  await give(TOKEN);
  await isLive();
};
const openAccount = async () => {
  await page.click('#who');
  await shows('#account:popover-open');
};
const stored = () => page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }, document.cookie]));

describe('a bridge that needs a token', () => {
  it('is asked for one at once, says when it is not taken, and serves who has the right one', async () => {
    await page.goto(bridge.url);
    await asksForToken();
    assert.equal(await page.evaluate(() => document.activeElement.id), 'token');
    assert.equal(await text('#token-problem'), '');
    await give('wrong');
    await showsText('#token-problem', 'bad token');
    await give(TOKEN);
    await isLive();
    assert.equal(await page.isVisible('#token-dialog'), false);
    await page.click('nav a[href="#topics"]');
    await page.fill('#follow-topic', 'logs');
    await page.keyboard.press('Enter');
    log('for those who may');
    await showsText('#envelopes', 'for those who may');
  });

  it('is asked for one where WebSocket is blocked, too', async () => {
    bridge.webSocket = 'refuse';
    await page.goto(bridge.url);
    await page.evaluate(() => {
      const { setTimeout: atItsPace } = window;
      window.setTimeout = (action, ms) => atItsPace(action, ms / 10);
    });
    await asksForToken();
    await give(TOKEN);
    await shows('#status[data-transport="sse"]');
  });

  it('finds the token nowhere but in memory: it is asked for again after a reload', async () => {
    await enter();
    assert.doesNotMatch(await stored(), new RegExp(TOKEN));
    assert.ok(asked.every((url) => !url.includes(TOKEN)), asked.join());
    await page.reload();
    await asksForToken();
  });

  it('finds it in the tab where its user wants that, until they sign out', async () => {
    await page.goto(bridge.url);
    await asksForToken();
    await page.check('#token-keep');
    await give(TOKEN);
    await isLive();
    await page.reload();
    await isLive();
    await openAccount();
    await page.click('#sign-out');
    await asksForToken();
    assert.doesNotMatch(await stored(), new RegExp(TOKEN));
  });

  for (const address of ['?token=secret#logs-view', '#token=secret']) {
    it(`takes it from the address ${address}, and out of it`, async () => {
      await page.goto(`${bridge.url}${address}`);
      await isLive();
      assert.equal(page.url(), address.startsWith('?') ? `${bridge.url}#logs-view` : bridge.url);
      assert.ok(asked.slice(1).every((url) => !url.includes(TOKEN)), asked.join());
      assert.equal(await page.evaluate(() => history.length), 2, 'nothing to go back to but the blank page');
    });
  }

  it('says who one is and when that ends, by keyboard as well', async () => {
    bridge.sessionMs = 45 * 60_000;
    await enter();
    assert.match(await text('#who'), /ada/);
    await page.focus('#who');
    await page.keyboard.press('Enter');
    await showsText('#account-end', 'in 45 min');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'renew');
    await page.keyboard.press('Escape');
    assert.equal(await page.isVisible('#account'), false);
  });

  it('warns of the end, takes another token before it, and misses nothing', async () => {
    bridge.sessionMs = 4 * 60_000;
    await enter();
    log('before');
    await showsText('#logs', 'before');
    await showsText('#who-left', '4 min left');
    bridge.sessionMs = 3_600_000;
    await openAccount();
    await page.click('#renew');
    await asksForToken();
    await give(TOKEN);
    await page.waitForFunction(() => document.getElementById('who-left').textContent === '');
    log('after');
    await showsText('#logs', 'after');
    assert.deepEqual(await page.locator('.line .text').allTextContents(), ['before', 'after']);
  });

  it('asks again when the session has ended, and goes on from there', async () => {
    await enter();
    log('before');
    await showsText('#logs', 'before');
    bridge.token = 'another';
    bridge.disconnectAll(4001, 'token expired', { reconnect: true });
    await asksForToken();
    assert.match(await text('#token-problem'), /session has ended/);
    log('meanwhile');
    await give('another');
    await showsText('#logs', 'meanwhile');
    assert.deepEqual(await page.locator('.line .text').allTextContents(), ['before', 'meanwhile']);
    assert.equal(await page.isVisible('#notice'), false);
  });

  it('shows nothing of one user to the next', async () => {
    await enter();
    log('for ada');
    await showsText('#logs', 'for ada');
    bridge.forget();
    Object.assign(bridge, { user: 'bob', token: 'of bob' });
    bridge.disconnectAll(4001, 'token expired', { reconnect: true });
    await asksForToken();
    await give('of bob');
    await showsText('#who', 'bob');
    log('for bob');
    await showsText('#logs', 'for bob');
    assert.deepEqual(await page.locator('.line .text').allTextContents(), ['for bob']);
    assert.doesNotMatch(await stored(), /of bob/);
  });

  it('and shows some of it to everybody offers to sign in, and does not begin anew with each reconnect', async () => {
    bridge.admitsAnybody = true;
    await page.goto(bridge.url);
    await isLive();
    assert.equal(await page.isVisible('#token-dialog'), false);
    await page.click('#sign-in');
    await give(TOKEN);
    await showsText('#who', 'ada');
    assert.equal(await page.isVisible('#sign-in'), false);
    log('before');
    await showsText('#logs', 'before');
    await page.evaluate(() => window.sameDocument = true);
    bridge.disconnectAll(1012, 'restart', { afterMs: 20 });
    log('after');
    await showsText('#logs', 'after');
    await showsText('#who', 'ada');
    assert.equal(await page.evaluate(() => window.sameDocument), true);
  });

  for (const [webSocket, transport] of [['open', 'websocket'], ['refuse', 'sse']]) {
    it(`is not said to be quiet where the token does not allow a topic, by ${transport}`, async () => {
      bridge.webSocket = webSocket;
      for (const topic of ['stats', 'alerts', 'tasks']) bridge.forbidden.add(topic);
      await hurry(page);
      await page.goto(`${bridge.url}#token=${TOKEN}`);
      await shows(`#status[data-transport="${transport}"]`);
      await showsText('.alerts .closed', 'Your token does not allow the topic alerts');
      await showsText('.figures .closed', 'stats');
      assert.equal(await page.isVisible('#alerts-empty'), false);
      assert.equal(await page.isVisible('#figures-empty'), false);
      log('but logs are');
      await showsText('#logs', 'but logs are');
      assert.deepEqual(await violations(page), []);
      bridge.forbidden.clear();
      bridge.webSocket = 'open';
      await page.evaluate(() => {
        window.wsManager.disconnect();
        window.wsManager.connect();
      });
      await page.waitForSelector('.alerts .closed', { state: 'hidden' });
      assert.equal(await page.isVisible('#alerts-empty'), true);
    });
  }

  it('lets the dialog be left, and offers the way back', async () => {
    await page.goto(bridge.url);
    await asksForToken();
    await page.keyboard.press('Escape');
    await showsText('#notice', 'Not signed in');
    await page.click('#retry');
    await asksForToken();
    await give(TOKEN);
    await isLive();
    assert.equal(await page.isVisible('#notice'), false);
  });
});

describe('a bridge without authentication', () => {
  beforeEach(() => bridge.token = '');

  it('is quietly marked on loopback', async () => {
    await page.goto(bridge.url);
    await isLive();
    await shows('#insecure:not([hidden])');
    assert.equal(await page.isVisible('#insecure-notice'), false);
    assert.equal(await page.isVisible('#who'), false);
  });

  it('is loudly said to be open where others reach it, in every view', async () => {
    await page.goto(bridge.url.replace('127.0.0.1', ELSEWHERE));
    await isLive();
    await showsText('#insecure-notice', `Whoever reaches ${ELSEWHERE}`);
    for (const view of ['logs-view', 'topics']) {
      await page.click(`nav a[href="#${view}"]`);
      assert.equal(await page.isVisible('#insecure-notice'), true);
    }
  });

  it('is not, where it has authentication', async () => {
    bridge.secure = true;
    await page.goto(bridge.url.replace('127.0.0.1', ELSEWHERE));
    await isLive();
    assert.equal(await page.isVisible('#insecure-notice'), false);
    assert.equal(await page.isVisible('#insecure'), false);
  });
});

describe('what asks and tells who one is', () => {
  for (const colorScheme of ['light', 'dark']) {
    it(`has no accessibility violation that axe knows, and fits a phone, ${colorScheme}`, async () => {
      bridge.sessionMs = 4 * 60_000;
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width: 360, height: 700 });
      const isFine = async (what) => {
        assert.deepEqual(await violations(page), [], what);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360, what);
      };
      await page.goto(bridge.url.replace('127.0.0.1', ELSEWHERE));
      await asksForToken();
      await shows('#token-plain:not([hidden])');
      await give('wrong');
      await showsText('#token-problem', 'bad token');
      await isFine('dialog');
      await give(TOKEN);
      await isLive();
      await openAccount();
      await isFine('account');
      bridge.token = '';
      await page.reload();
      await shows('#insecure-notice:not([hidden])');
      await isFine('notice');
    });
  }
});
