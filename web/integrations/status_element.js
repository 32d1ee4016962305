import { wsManager } from '../client/spanwire.js';

/** @typedef {import('../client/spanwire.js').State} State */

/** @type {Record<State, [tone: string, words: string]>} */
const WORDS = {
  connected: ['good', 'Live'],
  polling: ['busy', 'Live, by polling'],
  connecting: ['busy', 'Connecting'],
  disconnected: ['bad', 'Disconnected'],
  failed: ['bad', 'Not connected'],
};

/** @type {typeof HTMLElement} on a server there is nothing to derive from, nor anything to show */
const Element = globalThis.HTMLElement ?? class {};

const STYLE = `
  :host { display: inline-flex; align-items: center; gap: 0.5em; font: inherit; }
  :host([hidden]) { display: none; }
  .dot { position: relative; width: 0.625em; height: 0.625em; border-radius: 50%; background: var(--tone); flex: none; }
  .dot::after { content: ""; position: absolute; inset: 0; border-radius: 50%; border: 2px solid var(--tone); opacity: 0; }
  .good { --tone: var(--spanwire-good, #1a7f47); }
  .busy { --tone: var(--spanwire-busy, #b07400); }
  .bad { --tone: var(--spanwire-bad, #c4323b); }
  .good::after { animation: pulse 2.4s ease-out infinite; }
  .busy::after { animation: pulse 1.2s ease-out infinite; }
  @keyframes pulse { 0% { transform: scale(1); opacity: 0.6; } 70%, 100% { transform: scale(2.2); opacity: 0; } }
  @media (prefers-reduced-motion: reduce) { .dot::after { animation: none; } }
  .words { white-space: nowrap; }
  :host(:not([text])) .words {
    position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  }`;

/**
 * `<spanwire-status>`: a dot, green where events flow live, amber while polling or connecting, red otherwise. With the
 * attribute `text` it says so in words too; to screen readers it always does. Colours by the custom properties
 * `--spanwire-good`, `--spanwire-busy` and `--spanwire-bad`. Its attribute `state` follows the connection, for styles.
 */
export class SpanwireStatus extends Element {
  /** The connection that is shown; set it before the element is inserted. */
  manager = wsManager;
  #dot = document.createElement('span');
  #words = document.createElement('span');
  #stop = () => {};

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();  // a style element would be stopped by strict content security policies
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    this.#dot.setAttribute('aria-hidden', 'true');
    this.#words.className = 'words';
    this.#words.setAttribute('role', 'status');
    root.append(this.#dot, this.#words);
  }

  connectedCallback() {
    this.#show();
    this.#stop = this.manager.onState(() => this.#show());
  }

  disconnectedCallback() {
    this.#stop();
  }

  #show() {
    const { state } = this.manager.getStatus();
    const [tone, words] = WORDS[state];
    this.#dot.className = `dot ${tone}`;
    if (this.#words.textContent !== words) this.#words.textContent = words;
    this.setAttribute('state', state);
  }
}

if (globalThis.customElements && !customElements.get('spanwire-status')) customElements.define('spanwire-status', SpanwireStatus);
