// The console's logs page under load: 1,000 lines a second for 30 s without a task of over 50 ms, then its memory for
// SOAK_SECONDS, which must not grow once the page holds all the lines it may. `make soak` only.
//
// Tasks are measured by the processor time they take, since others may be at work on the machine; how long they took by
// the clock, and which ones the page itself was told of as long, is said beside it.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launchBrowser, openPage } from '../browser/browser.mjs';
import { FakeBridge } from '../browser/fake_bridge.mjs';

const SECONDS = Number(process.env.SOAK_SECONDS ?? 0);
const LINES_PER_SECOND = 1000;
const LONGEST_TASK_MS = 50;
const SMOOTH_SECONDS = Math.min(30, SECONDS);
/** Lines until the page drops the oldest, with some to spare. */
const FULL = 120_000;
const GROWTH_ALLOWED = 1.1;
const LEVELS = ['trace', 'debug', 'info', 'info', 'info', 'warning', 'error'];

describe('the logs page', { skip: !SECONDS && 'only in make soak' }, () => {
  let browser;
  let bridge;
  let page;
  let errors;
  let n = 0;

  before(async () => {
    browser = await launchBrowser();
    bridge = await new FakeBridge().start();
    bridge.historyLimit = 100;
    ({ page, errors } = await openPage(browser, { viewport: { width: 1360, height: 900 } }));
    await page.goto(`${bridge.url}#logs-view`);
    await page.waitForSelector('#status[data-state="connected"]');
  });
  after(async () => {
    await browser?.close();
    await bridge?.kill();
  });

  const publish = (count) => {
    for (let i = 0; i < count; i++, n++) {
      bridge.publish('logs', 'log', { level: LEVELS[n % LEVELS.length], source: `service-${n % 9}`,
        message: `GET /orders/${n} 200`, fields: { ms: n % 97, user: `u-${n % 1000}` } });
    }
  };
  /** Publishes at the rate for so many seconds, in steps of 20 ms, catching up where the machine was late. */
  const publishFor = (seconds) => new Promise((resolve) => {
    const began = performance.now();
    let published = 0;
    const timer = setInterval(() => {
      const due = Math.floor(Math.min(seconds, (performance.now() - began) / 1000) * LINES_PER_SECOND);
      publish(due - published);
      published = due;
      if (due < seconds * LINES_PER_SECOND) return;
      clearInterval(timer);
      resolve();
    }, 20);
  });
  const seesAll = () => page.waitForFunction((last) =>
    document.querySelector('.line:last-child')?.textContent.includes(`/orders/${last} `), n - 1, { timeout: 60_000 });

  /** What the page's main thread did: how long each of its tasks took, in milliseconds. */
  const tasksOf = (trace) => {
    const { traceEvents } = JSON.parse(trace);
    const mains = new Set(traceEvents.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`));
    return traceEvents.filter(({ name, ph, pid, tid }) => ph === 'X' && name.endsWith('RunTask') && mains.has(`${pid} ${tid}`))
      .map(({ dur, tdur }) => ({ clock: dur / 1000, processor: (tdur ?? 0) / 1000 }));
  };

  it(`stays smooth at ${LINES_PER_SECOND} lines a second`, async (test) => {
    await publishFor(3);  // what is compiled and laid out for the first time is not what is asked about
    await seesAll();
    await page.evaluate(() => {
      window.longTasks = [];
      new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map(({ duration }) => duration)))
        .observe({ type: 'longtask' });
      window.frames = 0;
      const count = () => ++window.frames && requestAnimationFrame(count);
      count();
    });
    await browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
    await publishFor(SMOOTH_SECONDS);
    await seesAll();
    const frames = await page.evaluate(() => window.frames);
    const longTasks = await page.evaluate(() => window.longTasks);
    const tasks = tasksOf(await browser.stopTracing());
    const longest = (by) => Math.max(...tasks.map((task) => task[by]));
    test.diagnostic(`${(frames / SMOOTH_SECONDS).toFixed(0)} frames a second; ${tasks.length} tasks, the longest took ` +
      `${longest('processor').toFixed(0)} ms of the processor, ${longest('clock').toFixed(0)} ms by the clock; ` +
      `long tasks by PerformanceObserver: ${longTasks.map((ms) => `${ms.toFixed(0)} ms`).join(', ') || 'none'}`);
    assert.ok(tasks.length > LINES_PER_SECOND / 60, 'the trace shows the page');
    assert.ok(longest('processor') > 0 && longest('processor') <= LONGEST_TASK_MS);
  });

  it('holds no more memory after a while', async (test) => {
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Performance.enable');
    const heap = async () => {
      await devtools.send('HeapProfiler.collectGarbage');
      const { metrics } = await devtools.send('Performance.getMetrics');
      const of = (name) => metrics.find((metric) => metric.name === name).value;
      return { mib: of('JSHeapUsedSize') / 2 ** 20, nodes: of('Nodes') };
    };
    while (n < FULL) {
      publish(2000);
      await seesAll();
    }
    const first = await heap();
    test.diagnostic(`full: ${first.mib.toFixed(1)} MiB, ${first.nodes} nodes`);
    for (let seconds = 60; seconds <= SECONDS; seconds += 60) {
      await publishFor(60);
      await seesAll();
      const { mib, nodes } = await heap();
      test.diagnostic(`after ${seconds} s: ${mib.toFixed(1)} MiB, ${nodes} nodes`);
      assert.ok(mib <= first.mib * GROWTH_ALLOWED, `it grew from ${first.mib} to ${mib} MiB`);
      assert.ok(nodes <= first.nodes * GROWTH_ALLOWED, `it grew from ${first.nodes} to ${nodes} nodes`);
    }
    assert.deepEqual(errors, []);
  });
});
