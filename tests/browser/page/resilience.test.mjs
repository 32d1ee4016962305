// What happens to pages: networks that go, proxies that swallow, tabs that sleep, tokens that end. No event may be lost
// or doubled over it.
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { BlackHole } from '../black_hole.mjs';
import { launchBrowser } from '../browser.mjs';
import { bridge, browser, newPage, page, usePage } from '../page_fixture.mjs';

usePage();

let n;
beforeEach(() => n = 0);

/**
 * Opens a page that follows the topic `count` from its first event on. Its client's time runs five times as fast, so that
 * nobody waits for its deadlines.
 */
async function open(url = bridge.url, connect = '') {
  bridge.files.set('/tab.js', { type: 'text/javascript', body: `
    import { WebSocketManager } from './client/spanwire.js';
    const wsManager = new WebSocketManager({ runtime: {
      setTimeout: (action, ms) => setTimeout(action, ms / 5), now: () => 5 * performance.now(),
    } });
    Object.assign(window, { wsManager, seen: [], states: [], tokens: 0, token: 'first' });
    wsManager.onState(({ state }) => states.push(state));
    wsManager.subscribe('count', ({ data }) => seen.push(data.n), { history: 100 });
    wsManager.connect({ ${connect} });` });
  bridge.files.set('/try.html', { type: 'text/html', body: '<!doctype html><script type="module" src="tab.js"></script>' });
  bridge.files.set('/other.html', { type: 'text/html', body: '<!doctype html>elsewhere' });
  await page.goto(`${url}try.html`);
}
const publish = () => bridge.publish('count', 'tick', { n: n++ });
const status = () => page.evaluate(() => window.wsManager.getStatus());
const reaches = (key, value) => page.waitForFunction(
  ([name, wanted]) => window.wsManager?.getStatus()[name] === wanted, [key, value], { timeout: 20_000 });
const seesAll = () => page.waitForFunction(
  (count) => window.seen.join() === Array.from({ length: count }, (_, i) => i).join(), n, { timeout: 20_000 });
const happens = (type) => page.evaluate((name) => window.dispatchEvent(new Event(name)), type);

/**
 * Stops the processes that run the browser's pages, as a computer's sleep does: no timer, no message, no answer.
 * @param {import('playwright-core').CDPSession} devtools of the browser
 * @returns {() => void} wakes them up
 */
async function putToSleep(devtools) {
  const { processInfo } = await devtools.send('SystemInfo.getProcessInfo');
  const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  assert.ok(renderers.length);
  for (const id of renderers) process.kill(id, 'SIGSTOP');
  return () => renderers.forEach((id) => process.kill(id, 'SIGCONT'));
}

describe('a page', () => {
  for (const webSocket of ['swallow', 'deafen']) {
    it(`goes on over HTTP where a proxy lets WebSockets open but ${webSocket}s them`, async () => {
      bridge.webSocket = webSocket;
      await open();
      publish();
      await reaches('transport', 'sse');
      await seesAll();
      bridge.webSocket = 'open';
      await happens('online');
      await page.evaluate(() => window.wsManager.connect());
      await reaches('transport', 'websocket');
      publish();
      await seesAll();
    });
  }

  it('goes on by long poll where a proxy keeps streams back as well', async () => {
    bridge.webSocket = 'refuse';
    bridge.streams = 'hold';
    await open();
    await reaches('transport', 'poll');
    publish();
    await seesAll();
    await page.waitForFunction(() => window.wsManager.getStatus().state === 'polling');
  });

  it('notices a dead network when it is told of a change, and loses nothing', async () => {
    const network = await new BlackHole(new URL(bridge.url).host).start();
    try {
      await open(network.url);
      publish();
      await seesAll();
      network.cut();
      publish();
      await happens('offline');
      await reaches('transport', null);
      network.heal();
      await happens('online');
      await reaches('transport', 'websocket');
      publish();
      await seesAll();
    } finally {
      await network.stop();
    }
  });

  it('notices a dead network by its heartbeat, too', async () => {
    bridge.pingIntervalMs = 5000;
    const network = await new BlackHole(new URL(bridge.url).host).start();
    try {
      await open(network.url);
      await reaches('transport', 'websocket');
      network.cut();
      publish();
      await reaches('transport', null);
      network.heal();
      await seesAll();
    } finally {
      await network.stop();
    }
  });

  it('catches up when its tab slept', async () => {
    await open();
    publish();
    await seesAll();
    const devtools = await browser.newBrowserCDPSession();
    const wakeUp = await putToSleep(devtools);
    let answered = false;
    const answer = page.evaluate(() => 1).then(() => answered = true);
    try {
      publish();
      await bridge.kill();
      await bridge.start();
      publish();
      for (let i = 0; i < 100; i++) await devtools.send('Browser.getVersion');
      assert.equal(answered, false, 'the browser has answered a hundred times, and the page would have once');
    } finally {
      wakeUp();
    }
    await answer;
    await seesAll();
    await reaches('transport', 'websocket');
    publish();
    await seesAll();
  });

  it('leaves gracefully, and resumes when it comes back out of the back/forward cache', { timeout: 20_000 }, async () => {
    const cached = await launchBrowser({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });
    try {
      await page.context().close();
      await newPage(cached);
      await open();
      publish();
      await seesAll();
      await page.evaluate(() => addEventListener('pageshow', ({ persisted }) => window.restored = persisted));
      await page.goto(`${bridge.url}other.html`);
      while (bridge.connections) await new Promise(setImmediate);
      publish();
      await page.goBack({ waitUntil: 'commit' });
      await seesAll();
      assert.equal(await page.evaluate(() => window.restored), true);
      assert.deepEqual(await page.evaluate(() => window.states.slice(-3)), ['disconnected', 'connecting', 'connected']);
    } finally {
      await cached.close();
    }
  });
});

describe('a token', () => {
  const GET_TOKEN = 'getToken: async () => { tokens++; return token; }';

  it('is renewed before it ends, on the same connection', async () => {
    bridge.token = 'first';
    bridge.sessionMs = 6000;
    await open(bridge.url, GET_TOKEN);
    publish();
    await page.waitForFunction(() => window.tokens >= 3);
    publish();
    await seesAll();
    assert.deepEqual(await page.evaluate(() => window.states), ['connecting', 'connected']);
  });

  it('that ended is replaced, and nothing is missed', async () => {
    bridge.token = 'first';
    await open(bridge.url, GET_TOKEN);
    publish();
    await seesAll();
    bridge.token = 'second';
    await page.evaluate(() => window.token = 'second');
    bridge.disconnectAll(4001, 'expired', { reconnect: false });
    publish();
    await seesAll();
    assert.equal((await status()).state, 'connected');
  });

  it('that is refused for good ends in failed', async () => {
    bridge.token = 'another';
    await open(bridge.url, GET_TOKEN);
    await reaches('state', 'failed');
    assert.equal(await page.evaluate(() => window.tokens), 2);
    bridge.token = 'first';
    await page.evaluate(() => window.wsManager.connect());
    await reaches('state', 'connected');
  });
});
