import { byId, setText } from './dom.js';

/** Kept as long as the tab is open, and out of reach of other origins. */
const KEY = 'spanwire.token';

/**
 * Asks for a token where the bridge needs one and the browser has no cookie for it. A token in the address, as from a
 * link, is taken out of it at once, so that it is neither seen nor kept in the history.
 */
export class TokenGate {
  #dialog = byId('token-dialog');
  #opened;

  /** @param {() => void} opened connect now; called each time that a token was given */
  constructor(opened) {
    this.#opened = opened;
    const url = new URL(location.href);
    const given = url.searchParams.get('token');
    if (given) {
      sessionStorage.setItem(KEY, given);
      url.searchParams.delete('token');
      history.replaceState(null, '', url);
    }
    byId('token-form').addEventListener('submit', () => {
      sessionStorage.setItem(KEY, byId('token').value.trim());
      byId('token').value = '';
      this.#opened();
    });
  }

  /** @returns {string | null} */
  get token() {
    return sessionStorage.getItem(KEY);
  }

  /** Opens the gate at once where no token is needed, or one is there already. */
  async enter() {
    if (this.token || await isOpen()) this.#opened();
    else this.ask('');
  }

  /** @param {string} why the last one was not taken; empty where there was none */
  ask(why) {
    sessionStorage.removeItem(KEY);
    setText(byId('token-error'), why);
    if (!this.#dialog.open) this.#dialog.showModal();
  }
}

/** A bridge that cannot be reached counts as open: connecting goes on trying, and says so. */
async function isOpen() {
  try {
    const response = await fetch('api/poll?topics=stats');
    return response.status !== 401;
  } catch {
    return true;
  }
}
