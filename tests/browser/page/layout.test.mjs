// How the console looks where room, colours or the link are short.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { violations } from '../axe.mjs';
import { bridge, page, shows, showsText, usePage } from '../page_fixture.mjs';

usePage();

const open = async (view = '') => {
  await page.goto(`${bridge.url}${view}`);
  await shows('#status[data-state="connected"]');
};
const tasks = (count) => {
  for (let i = 0; i < count; i++) {
    bridge.publish('tasks', 'task_update', { task_id: `t${i}`, state: 'running', progress: i / count, message: `task ${i}` });
  }
};
/** What sticks out of its parent's content box, of elements that are seen. */
const overhangs = (selector) => page.locator(selector).evaluateAll((nodes) => nodes.flatMap((node) => {
  const { left, right } = node.getBoundingClientRect();
  const parent = node.parentElement.getBoundingClientRect();
  return left < parent.left - 0.01 || right > parent.right + 0.01 ? [[node.textContent, left, right]] : [];
}));

describe('a page 320 px wide', () => {
  it('keeps task cards in their panel and labels on the screen', async () => {
    await page.setViewportSize({ width: 320, height: 640 });
    tasks(5);
    await open('#tasks-view');
    await showsText('#tasks-count', '5 running');
    assert.deepEqual(await overhangs('.task'), []);
    const labels = await page.locator('nav.views a').evaluateAll((links) => links.map((link) => {
      const range = document.createRange();
      range.selectNodeContents(link);
      const { left, right } = range.getBoundingClientRect();
      return [left, right];
    }));
    labels.forEach(([left, right], i) => {
      assert.ok(left >= (labels[i - 1]?.[1] ?? 0) && right <= 320, `label ${i} from ${left} to ${right}`);
    });
  });
});

describe('a header 320 px wide', () => {
  it('has room for the longest state beside the name', async () => {
    await page.setViewportSize({ width: 320, height: 640 });
    await open();
    const [name, dot, state] = await page.evaluate(() => {
      document.getElementById('status-text').textContent = 'Live by event stream';
      return ['.brand h1', '.dot', '#status-text'].map((selector) => {
        const range = document.createRange();
        const node = document.querySelector(selector);
        range.selectNodeContents(node);
        return node.textContent ? range.getBoundingClientRect().toJSON() : node.getBoundingClientRect().toJSON();
      });
    });
    assert.ok(name.right < dot.left && state.right <= 320, `${name.right}, ${dot.left}, ${state.right}`);
  });
});

describe('the figures', () => {
  it('stay within the screen with 128 cores, and those are reached by keyboard', async () => {
    const cores = Object.fromEntries(Array.from({ length: 128 }, (_, i) => [`cpu${i}_pct`, i * 7 % 100]));
    bridge.publish('stats', 'stats_update', { cpu_pct: 50, mem_used_pct: 40, ...cores });
    await open();
    await shows('.core:nth-child(128)');
    const { height } = await page.locator('.figure:nth-of-type(2) canvas').boundingBox();
    assert.ok(height <= 240, `the memory chart is ${height} px high`);
    assert.ok((await page.locator('.figure').first().boundingBox()).height < 480);
    await page.focus('.cores');
    await page.keyboard.press('End');
    await page.waitForFunction(() => document.querySelector('.cores').scrollTop > 0);
    assert.deepEqual(await violations(page), []);
  });
});

describe('forced colours', () => {
  it('leave meters, the current view and the link to be seen', async () => {
    await page.emulateMedia({ forcedColors: 'active' });
    tasks(2);
    await open();
    await showsText('#tasks-count', '2 running');
    const style = (selector, property) => page.$eval(selector, (node, name) => getComputedStyle(node)[name], property);
    const ground = await style('body', 'backgroundColor');
    assert.notEqual(await style('.task .meter > span', 'backgroundColor'), ground);
    assert.notEqual(await style('.dot', 'backgroundColor'), ground);
    assert.equal(await style('.task .meter', 'borderTopStyle'), 'solid');
    assert.notEqual(await style('nav [aria-current]', 'borderBottomColor'), await style('nav a:not([aria-current])', 'borderBottomColor'));
  });
});

describe('the skip link', () => {
  it('leads to the content and leaves the address, and so the view, alone', async () => {
    await open('#tasks-view');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'board');
    assert.equal(new URL(page.url()).hash, '#tasks-view');
    await page.reload();
    await shows('body[data-view="tasks-view"]');
  });
});

describe('a page without its bridge', () => {
  for (const colorScheme of ['light', 'dark']) {
    it(`has no accessibility violation that axe knows, ${colorScheme}`, async () => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      tasks(2);
      await open();
      await bridge.kill();
      await shows('#notice:not([hidden])');
      try {
        for (const width of [1360, 320]) {
          await page.setViewportSize({ width, height: 640 });
          assert.deepEqual(await violations(page), [], `${width} px`);
          assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
        }
      } finally {
        await bridge.start();  // for the fixture, which ends it
      }
    });
  }
});
