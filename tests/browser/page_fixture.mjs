// What every test of a page needs: one browser for the file, and for each test a bridge and a page of its own, whose
// uncaught errors and violations of the content security policy fail it. The exports are bindings that follow the test.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach } from 'node:test';
import { hurry, launchBrowser, openPage } from './browser.mjs';
import { FakeBridge } from './fake_bridge.mjs';

const DEADLINE_MS = 20_000;

/** @type {import('playwright-core').Browser} */
export let browser;
/** @type {FakeBridge & import('./bridge_process.mjs').BridgeProcess} what usePage() was told to start */
export let bridge;
/** @type {import('playwright-core').Page} */
export let page;
/** @type {string[]} */
let errors;

/**
 * Call once at the top of a file.
 * @param {object} [options]
 * @param {() => {start(): Promise<any>, kill(): Promise<any>}} [options.makeBridge]
 * @param {boolean} [options.hurried] lets the page's timers run three times as fast
 * @param {import('playwright-core').BrowserContextOptions} [options.context]
 */
export function usePage({ makeBridge = () => new FakeBridge(), hurried = false, context } = {}) {
  before(async () => browser = await launchBrowser());
  after(() => browser?.close());
  beforeEach(async () => {
    bridge = await makeBridge().start();
    await newPage(browser, context);
    if (hurried) await hurry(page);
  });
  afterEach(async () => {
    await page.context().close();
    await bridge.kill();
    assert.deepEqual(errors, []);
  });
}

/**
 * Puts a page of another browser in the place of the test's.
 * @param {import('playwright-core').Browser} from
 * @param {import('playwright-core').BrowserContextOptions} [context]
 */
export async function newPage(from, context) {
  ({ page, errors } = await openPage(from, context));
}

/** @param {string} selector */
export const shows = (selector) => page.waitForSelector(selector, { timeout: DEADLINE_MS });
/** @param {string} selector */
export const text = (selector) => page.textContent(selector);
/**
 * @param {string} selector
 * @param {string} expected
 */
export const showsText = (selector, expected) => page.waitForFunction(
  ([where, what]) => document.querySelector(where)?.textContent.includes(what), [selector, expected], { timeout: DEADLINE_MS });
