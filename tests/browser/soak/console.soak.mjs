// The logs page under load, by npm run soak: 1,000 lines a second for 30 s without a task of over 50 ms, then its memory
// over as many minutes as SOAK_MINUTES says (default 10), which must not grow once the page holds all the lines it may.
// Takes the whole machine: not part of the tests.
import { launchBrowser, openPage } from '../browser.mjs';
import { FakeBridge } from '../fake_bridge.mjs';

const LINES_PER_SECOND = 1000;
const SMOOTH_SECONDS = Number(process.env.SOAK_SECONDS ?? 30);
const MEMORY_MINUTES = Number(process.env.SOAK_MINUTES ?? 10);
const LONGEST_TASK_MS = 50;
/** Lines until the page drops the oldest, with some to spare. */
const FULL = 120_000;
const GROWTH_ALLOWED = 1.1;

const LEVELS = ['trace', 'debug', 'info', 'info', 'info', 'warning', 'error'];
const bridge = await new FakeBridge().start();
bridge.historyLimit = 100;
let n = 0;
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

const browser = await launchBrowser();
const { page, errors } = await openPage(browser, { viewport: { width: 1360, height: 900 } });
await page.goto(`${bridge.url}#logs-view`);
await page.waitForSelector('#status[data-state="connected"]');
const seesAll = () => page.waitForFunction((last) =>
  document.querySelector('.line:last-child')?.textContent.includes(`/orders/${last} `), n - 1, { timeout: 60_000 });
const problems = [];

// ---- Smooth

await publishFor(3);  // what is compiled and laid out for the first time is not what is asked about
await seesAll();
await page.evaluate(() => {
  window.longTasks = [];
  window.frames = 0;
  new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map(({ duration }) => Math.round(duration))))
    .observe({ type: 'longtask' });
  const count = () => ++window.frames && requestAnimationFrame(count);
  count();
});
await publishFor(SMOOTH_SECONDS);
await seesAll();
const { longTasks, frames } = await page.evaluate(() => ({ longTasks: window.longTasks, frames: window.frames }));
console.log(`${LINES_PER_SECOND} lines/s for ${SMOOTH_SECONDS} s: ${(frames / SMOOTH_SECONDS).toFixed(0)} frames/s, ` +
  `${longTasks.length} tasks over ${LONGEST_TASK_MS} ms${longTasks.length ? `, the longest ${Math.max(...longTasks)} ms` : ''}`);
if (longTasks.length) problems.push(`long tasks: ${longTasks.join(' ')} ms`);

// ---- Memory

if (MEMORY_MINUTES > 0) {
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
  console.log(`full: ${first.mib.toFixed(1)} MiB, ${first.nodes} nodes`);
  for (let minute = 1; minute <= MEMORY_MINUTES; minute++) {
    await publishFor(60);
    await seesAll();
    const { mib, nodes } = await heap();
    console.log(`minute ${minute}: ${mib.toFixed(1)} MiB, ${nodes} nodes`);
    if (mib > first.mib * GROWTH_ALLOWED) problems.push(`grew to ${mib.toFixed(1)} MiB in minute ${minute}`);
    if (nodes > first.nodes * GROWTH_ALLOWED) problems.push(`grew to ${nodes} nodes in minute ${minute}`);
  }
}

await browser.close();
await bridge.kill();
for (const problem of [...errors, ...problems]) console.error(problem);
process.exitCode = errors.length + problems.length ? 1 : 0;
