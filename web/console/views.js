import { byId } from './dom.js';

/** What the address after # shows, and what the document is called then. */
const VIEWS = new Map([
  ['dashboard', 'Dashboard'], ['logs-view', 'Logs'], ['tasks-view', 'Tasks'], ['inbox', 'Inbox'], ['topics', 'Topics'],
]);

/**
 * The views are the same panels, arranged differently by CSS: the dashboard shows most of them, the others one or two
 * with room to breathe. So nothing is drawn twice, and what a panel knows it knows in every view.
 */
export class Views {
  constructor() {
    addEventListener('hashchange', () => this.#show());
    // Not by its address, which says what is seen and outlives a reload.
    byId('skip').addEventListener('click', (/** @type {Event} */ event) => {
      event.preventDefault();
      byId('board').focus();
    });
    this.#show();
  }

  #show() {
    const name = location.hash.slice(1);
    if (name && !VIEWS.has(name)) return;
    const view = name || 'dashboard';
    document.body.dataset.view = view;
    document.title = `${VIEWS.get(view)} · Spanwire`;
    for (const link of byId('views').querySelectorAll('a')) {
      if (link.hash === `#${view}`) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    scrollTo(0, 0);
  }
}
