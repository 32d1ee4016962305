import { element } from './dom.js';

/**
 * Shows one envelope as it came, below a list; nothing where none is chosen.
 * @param {HTMLElement} place
 * @param {import('../client/spanwire.js').Envelope | null} envelope
 */
export function showDetail(place, envelope) {
  place.hidden = !envelope;
  if (!envelope) return;
  const text = element('pre', '', JSON.stringify(envelope, null, 2));
  text.tabIndex = 0;
  text.setAttribute('role', 'region');
  text.setAttribute('aria-label', 'Chosen envelope');
  place.replaceChildren(text);
}
