/**
 * Tells what becomes of the page and its network.
 * @param {import('./spanwire.js').Runtime['page']} page
 * @param {object} listener
 * @param {(online: boolean) => void} listener.changed the network changed, or the page woke up
 * @param {() => void} listener.left the page is left, and may come back out of the browser's cache
 * @param {() => void} listener.returned it did, or is shown for the first time
 */
export function watchPage(page, { changed, left, returned }) {
  const on = (/** @type {string} */ type, /** @type {() => void} */ handler) => page.addEventListener?.(type, handler);
  for (const type of ['online', 'offline', 'resume']) on(type, () => changed(type !== 'offline'));
  on('visibilitychange', () => page.document?.hidden || changed(true));
  on('pagehide', left);
  on('pageshow', returned);
}
