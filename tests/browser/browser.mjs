// Headless Chromium for tests: Debian's own, or the one named by CHROMIUM.
import { chromium } from 'playwright-core';

/** A name for this machine that pages do not take for it. */
export const ELSEWHERE = 'live.example';

/** @param {import('playwright-core').LaunchOptions} [options] */
export function launchBrowser(options) {
  return chromium.launch({
    ...options,
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', `--host-resolver-rules=MAP ${ELSEWHERE} 127.0.0.1`],
  });
}

/**
 * A page that remembers what went wrong on it: uncaught errors, and what the content security policy stopped.
 * @param {import('playwright-core').Browser} browser
 * @param {import('playwright-core').BrowserContextOptions} [options]
 */
export async function openPage(browser, options) {
  const page = await (await browser.newContext(options)).newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content.Security.Policy/i.test(message.text())) errors.push(message.text());
  });
  return { page, errors };
}

/**
 * Lets a page's timers run three times as fast, so that nobody waits for the client's delays between attempts.
 * @param {import('playwright-core').Page} page
 */
export async function hurry(page) {
  await page.addInitScript(() => {
    const { setTimeout: atItsPace } = window;
    window.setTimeout = (action, ms, ...rest) => atItsPace(action, ms / 3, ...rest);
  });
}
