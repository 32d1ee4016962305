import { byId, setText } from './dom.js';
import { clock, duration } from './units.js';

/** @typedef {import('../client/spanwire.js').WebSocketManager} WebSocketManager */

/** So long before its end a session is worth a word. */
const SOON_MS = 5 * 60_000;

/** Who one is to the bridge, and until when; or the way to say so, where some of it is public. */
export class Account {
  #gate;
  /** @type {string | undefined} */
  #user;
  /** When the session ends, by this machine's clock: the bridge's may differ. */
  #endsAt = 0;

  /**
   * @param {WebSocketManager} manager
   * @param {import('./token_gate.js').TokenGate} gate
   */
  constructor(manager, gate) {
    this.#gate = gate;
    manager.on('connected', ({ timestamp, data }) => this.#greeted(timestamp, data));
    byId('sign-out').addEventListener('click', () => gate.signOut());
    byId('sign-in').addEventListener('click', () => gate.ask(''));
    byId('renew').addEventListener('click', () => {
      byId('account').hidePopover();
      gate.ask('');
    });
    setInterval(() => this.#showEnd(), 1000);
  }

  /**
   * @param {string} timestamp by whose clock the session ends
   * @param {Record<string, any>} connected
   */
  #greeted(timestamp, { user_id: user, tenant_id: tenant, session_expires_at: end, secure }) {
    byId('sign-in').hidden = !secure || !!user || !!this.#gate.token;
    // Where something is public, everybody is greeted as nobody first, and again once their token is read.
    if (!user && this.#gate.token) return;
    if (this.#user && user !== this.#user) return this.#gate.startOver();
    this.#user = user;
    this.#endsAt = end ? Date.now() + Date.parse(end) - Date.parse(timestamp) : 0;
    byId('who').hidden = !user;
    setText(byId('who-user'), user ?? '');
    setText(byId('account-user'), user ?? '');
    byId('account-tenant-row').hidden = !tenant;
    setText(byId('account-tenant'), tenant ?? '');
    byId('account-end-row').hidden = !end;
    byId('renew').hidden = !end;
    byId('sign-out').hidden = !this.#gate.token;
    this.#showEnd();
  }

  #showEnd() {
    if (!this.#endsAt) return;
    const left = Math.max(0, this.#endsAt - Date.now());
    const soon = left < SOON_MS;
    byId('who').toggleAttribute('data-soon', soon);
    setText(byId('who-left'), soon ? ` · ${left ? `${duration(left)} left` : 'ended'}` : '');
    setText(byId('account-end'), `${clock(this.#endsAt)}, ${left ? `in ${duration(left)}` : 'ended'}`);
  }
}
