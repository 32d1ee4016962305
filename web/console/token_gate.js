import { BrowserStorage } from './browser_storage.js';
import { byId, setText } from './dom.js';
import { isLoopback } from './loopback.js';

/** What the tab keeps where its user wants that: out of reach of other origins, gone with the tab. */
const KEPT = 'spanwire.token';
/** What one load of the page hands to the next, which takes it away at once. */
const HANDED_ON = 'spanwire.token.once';

const tab = new BrowserStorage('sessionStorage');

/**
 * Holds the token, and asks for one where the bridge takes none of those that it was shown. A token in the address, as
 * from a link, is taken out of it at once, so that it is neither seen nor kept in the history: make this first.
 */
export class TokenGate {
  #dialog = byId('token-dialog');
  #token = takeFromAddress() ?? takeHandedOn() ?? tab.get(KEPT);

  /** @param {() => void} given called each time that somebody gave one */
  constructor(given) {
    byId('token-plain').hidden = location.protocol === 'https:' || isLoopback(location.hostname);
    byId('token-form').addEventListener('submit', () => {
      this.#keep(byId('token').value.trim(), byId('token-keep').checked);
      byId('token').value = '';
      given();
    });
  }

  /** Empty where there is none, or the browser has a cookie instead. */
  get token() {
    return this.#token ?? '';
  }

  /** Whether the bridge is known to take none of the tokens that it was shown. */
  isNeeded = false;

  get isAsking() {
    return this.#dialog.open;
  }

  /** @param {string} why empty where nothing was wrong before */
  ask(why) {
    setText(byId('token-problem'), why);
    byId('token-keep').checked = !!tab.get(KEPT);
    if (!this.isAsking) this.#dialog.showModal();
  }

  /** Forgets the token and all that it let the page see. */
  signOut() {
    tab.remove(KEPT);
    location.reload();
  }

  /** The token is somebody else's: begins anew, so that nothing is left of what the one before was shown. */
  startOver() {
    tab.set(HANDED_ON, this.token);
    location.reload();
  }

  /**
   * @param {string} token
   * @param {boolean} inTab
   */
  #keep(token, inTab) {
    this.#token = token;
    if (inTab) tab.set(KEPT, token);
    else tab.remove(KEPT);
  }
}

/** @returns {string | null} */
function takeFromAddress() {
  const url = new URL(location.href);
  const inHash = new URLSearchParams(url.hash.slice(1)).get('token');
  const token = url.searchParams.get('token') ?? inHash;
  if (token === null) return null;
  url.searchParams.delete('token');
  if (inHash !== null) url.hash = '';
  history.replaceState(null, '', url);
  return token;
}

/** @returns {string | null} */
function takeHandedOn() {
  const token = tab.get(HANDED_ON);
  tab.remove(HANDED_ON);
  return token;
}
