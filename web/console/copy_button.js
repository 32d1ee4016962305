import { byId, setText } from './dom.js';

/** The button beside the command that publishes a first figure. */
export class CopyButton {
  #button = byId('copy');
  #command = byId('command');

  constructor() {
    this.#button.addEventListener('click', async () => {
      const said = await this.#copy() ? 'Copied' : 'Selected: copy by keyboard';
      setText(this.#button, said);
      setText(byId('announcer'), said);
    });
  }

  /** @returns {Promise<boolean>} where not, the command is left selected */
  async #copy() {
    try {
      // There is no clipboard over plain HTTP but from loopback, and the user may have forbidden it.
      if (navigator.clipboard) {
        await navigator.clipboard.writeText(this.#command.textContent);
        return true;
      }
    } catch {  // NotAllowedError: the old way may still be open
    }
    getSelection()?.selectAllChildren(this.#command);
    return document.execCommand('copy');
  }
}
