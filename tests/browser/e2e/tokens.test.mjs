// Tokens in a real browser against the real bridge: they end, are renewed, run out, and say whose a topic is.
import assert from 'node:assert/strict';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import { BlockingProxy } from '../blocking_proxy.mjs';
import { BridgeProcess } from '../bridge_process.mjs';
import { bridge, page, shows, showsText, usePage } from '../page_fixture.mjs';
import { Publisher } from '../publisher.mjs';
import { TokenIssuer } from '../token_issuer.mjs';

const issuer = new TokenIssuer();
const READS = { topics: ['count', 'logs', 'stats', 'alerts', 'notifications', 'tasks'] };
let publisher;
let n;

usePage({ makeBridge: () => new BridgeProcess(issuer.flags) });
after(() => issuer.close());
beforeEach(async () => {
  n = 0;
  publisher = new Publisher(bridge.grpc, { token: issuer.token('service', { publish: ['*'] }) });
  await page.exposeFunction('tokenFor', (seconds) => issuer.token('ada', { seconds, ...READS }));
});
afterEach(() => publisher.close());

/** Opens a page of the bridge's origin with a client of its own. `options` is the text of connect()'s argument. */
async function open(url, options) {
  await page.goto(`${url}healthz`);
  await page.evaluate(async (text) => {
    const { WebSocketManager } = await import('/client/spanwire.js');
    const manager = window.manager = new WebSocketManager();
    Object.assign(window, { seen: [], states: [], errors: [], own: [], gaps: 0, asked: 0 });
    manager.onState(({ state }) => window.states.push(state));
    manager.onError((error) => window.errors.push(error));
    manager.onGap(() => window.gaps++);
    manager.subscribe('count', ({ data }) => window.seen.push(data.n), { history: 100 });
    manager.on('note', ({ topic, data }) => window.own.push(`${topic} ${data.text}`));
    manager.connect(new Function(`return (${text})`)());
  }, options);
  await reaches(({ state }) => state === 'connected' || state === 'polling');
}
const reaches = (test) => page.waitForFunction(`(${test})(window.manager.getStatus())`, null, { timeout: 20_000 });
const publish = () => publisher.json('count', 'tick', { n: n++ });
const seesAll = () => page.waitForFunction((count) => window.seen.length >= count, n, { timeout: 10_000 });
const told = (name) => page.evaluate((key) => window[key], name);
const inOrder = () => Array.from({ length: n }, (_, i) => i);

/** Publishes, one event after the other, until the page has asked for so many tokens. */
async function publishUntilAsked(times) {
  while (await told('asked') < times) {
    await publish();
    await seesAll();
  }
  await publish();
  await seesAll();
}

describe('a token that ends', () => {
  const SHORT = '{ getToken: () => { window.asked++; return window.tokenFor(3); } }';

  it('is renewed on the same WebSocket before it does', async () => {
    await open(bridge.url, SHORT);
    const { client_id: first } = await page.evaluate(() => window.manager.getStatus().bridge);
    await publishUntilAsked(4);
    assert.deepEqual(await told('states'), ['connecting', 'connected']);
    assert.equal(await page.evaluate(() => window.manager.getStatus().bridge.client_id), first);
    assert.deepEqual(await told('seen'), inOrder());
  });

  for (const [buffers, transport] of [[false, 'sse'], [true, 'poll']]) {
    it(`is replaced over ${transport}, and the page does not notice`, async () => {
      const proxy = await new BlockingProxy(bridge.http).start();
      proxy.buffers = buffers;
      try {
        await page.addInitScript(() => {
          const { setTimeout: atItsPace } = window;
          // Attempts at a WebSocket come soon; tokens are renewed at their time.
          window.setTimeout = (action, ms, ...rest) => atItsPace(action, window.manager?.getStatus().transport ? ms : ms / 5, ...rest);
        });
        await open(proxy.url, SHORT);
        await page.waitForFunction((wanted) => window.manager.getStatus().transport === wanted, transport, { timeout: 20_000 });
        await publish();
        await seesAll();
        const from = (await told('states')).length;
        await publishUntilAsked(await told('asked') + 3);
        assert.deepEqual((await told('states')).slice(from), []);
        assert.deepEqual(await told('seen'), inOrder());
        assert.equal(await told('gaps'), 0);
      } finally {
        await proxy.stop();
      }
    });
  }

  it('and cannot be renewed in time costs the connection, but no event', async () => {
    await open(bridge.url, `{ getToken: () => {
      if (++window.asked === 2) throw new Error('the issuer is away');
      return window.tokenFor(window.asked === 1 ? 2 : 3600);
    } }`);
    await publishUntilAsked(3);
    assert.deepEqual(await told('states'), ['connecting', 'connected', 'disconnected', 'connecting', 'connected']);
    assert.deepEqual(await told('seen'), inOrder());
    assert.equal(await told('gaps'), 0);
  });

  it('and is the only one ends it, with the reason', async () => {
    await open(bridge.url, `{ token: '${issuer.token('ada', { seconds: 1, ...READS })}' }`);
    await reaches(({ state }) => state === 'failed');
    assert.deepEqual((await told('errors')).map(({ code }) => code), ['unauthorized']);
    assert.match((await told('errors'))[0].message, /expired/);
  });
});

describe('who one is', () => {
  it('decides whose topic comes by itself, and what else may be had', async () => {
    await open(bridge.url, '{ getToken: () => window.tokenFor(3600) }');
    await page.waitForFunction(() => window.manager.getStats().topics.some(({ topic, cursor }) => topic === 'user:ada' && cursor));
    await publisher.json('user:ada', 'note', { text: 'for ada' });
    await publisher.json('user:bob', 'note', { text: 'for bob' });
    await page.waitForFunction(() => window.own.length);
    await page.evaluate(() => {
      window.manager.subscribe('user:bob', () => window.own.push('stolen'));
      window.manager.subscribe('secrets', () => window.own.push('stolen'));
    });
    await page.waitForFunction(() => window.errors.length === 2);
    assert.deepEqual((await told('errors')).map(({ code, topic }) => `${code} ${topic}`), ['forbidden user:bob', 'forbidden secrets']);
    await publisher.json('secrets', 'note', { text: 'not for ada' });
    await publish();
    await seesAll();
    assert.deepEqual(await told('own'), ['user:ada for ada']);
  });

  it('brings the history of the own topic, too', async () => {
    for (const text of ['one', 'two', 'three']) await publisher.json('user:ada', 'note', { text });
    await open(bridge.url, '{ getToken: () => window.tokenFor(3600) }');
    await page.evaluate(() => {
      window.manager.disconnect();
      window.own = [];
      window.other = new window.manager.constructor();
      window.other.subscribe('user:ada', ({ data }) => window.own.push(data.text), { history: 2 });
      window.other.connect({ getToken: () => window.tokenFor(3600) });
    });
    await page.waitForFunction(() => window.own.length === 2);
    await publisher.json('user:ada', 'note', { text: 'four' });
    await page.waitForFunction(() => window.own.length === 3);
    assert.deepEqual(await told('own'), ['two', 'three', 'four']);
  });

  it('is remembered across a crash of the bridge, and the own topic with it', async () => {
    await open(bridge.url, '{ getToken: () => window.tokenFor(3600) }');
    await bridge.kill();
    await reaches(({ state }) => state !== 'connected');
    await bridge.start();
    await reaches(({ state }) => state === 'connected');
    await publisher.json('user:ada', 'note', { text: 'after the crash' });
    await page.waitForFunction(() => window.own.length);
    assert.deepEqual(await told('own'), ['user:ada after the crash']);
  });
});

describe('tabs that share a connection', () => {
  it('renew it for all, and all hear of the topic that is their user\'s', async () => {
    const openTab = async (tab) => {
      await tab.goto(`${bridge.url}healthz`);
      await tab.evaluate(async () => {
        const { WebSocketManager } = await import('/client/spanwire.js');
        const { sharedWebSocket } = await import('/integrations/shared_tabs.js');
        const manager = window.manager = new WebSocketManager({ WebSocket: sharedWebSocket() });
        Object.assign(window, { seen: [], own: [], endings: 0, asked: 0 });
        manager.subscribe('count', ({ data }) => window.seen.push(data.n), { history: 100 });
        manager.on('note', ({ data }) => window.own.push(data.text));
        manager.onDisconnect(() => window.endings++);
        manager.connect({ getToken: () => {
          window.asked++;
          return window.tokenFor(3);
        } });
      });
      await tab.waitForFunction(() => window.manager.getStats().topics.length === 2
        && window.manager.getStats().topics.every(({ cursor }) => cursor));
    };
    const other = await page.context().newPage();
    await other.exposeFunction('tokenFor', (seconds) => issuer.token('ada', { seconds, ...READS }));
    await openTab(page);
    await publish();
    await openTab(other);
    await publishUntilAsked(4);
    await publisher.json('user:ada', 'note', { text: 'to both' });
    for (const tab of [page, other]) {
      await tab.waitForFunction((count) => window.seen.length === count && window.own.length, n);
      assert.deepEqual(await tab.evaluate(() => [window.seen, window.own, window.endings]), [inOrder(), ['to both'], 0]);
    }
  });
});

describe('the console of a bridge that asks', () => {
  it('asks at once, refuses what is no token, and shows what its user may see until their session ends', async () => {
    await page.goto(bridge.url);
    await shows('#token-dialog[open]');
    await page.fill('#token', 'no token');
    await page.keyboard.press('Enter');
    await showsText('#token-problem', 'That token was not taken');
    await page.fill('#token', issuer.token('ada', { seconds: 4, ...READS }));
    await page.keyboard.press('Enter');
    await shows('#status[data-state="connected"]');
    await showsText('#who', 'ada');
    await publisher.json('logs', 'log', { level: 'info', message: 'for those who may', source: 'e2e' });
    await showsText('#logs', 'for those who may');
    assert.equal(await page.isVisible('#insecure'), false);
    await showsText('#token-problem', 'Your session has ended');
    await page.fill('#token', issuer.token('ada', READS));
    await page.keyboard.press('Enter');
    await publisher.json('logs', 'log', { level: 'info', message: 'and goes on', source: 'e2e' });
    await showsText('#logs', 'and goes on');
    assert.equal(await page.locator('.line').count(), 2);
  });
});
