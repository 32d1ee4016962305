// Extension of htmx 2: <div hx-ext="spanwire" hx-spanwire="orders:42" hx-get="/orders" hx-trigger="spanwire">
//
// Each event of the topics (separated by commas) triggers `spanwire` on the element, and `spanwire:TYPE` with its type,
// such as `spanwire:order_shipped`; `spanwire:gap` where events were missed. The envelope is the detail, so
// hx-trigger="spanwire[detail.data.total > 100]" filters. hx-spanwire-history="10" asks for the last events first.
//
// Where a script tag brought htmx, importing this is enough. Where it is imported itself, and so is no global, call
// defineSpanwireExtension(htmx) before htmx looks at the page.
import { wsManager } from '../client/spanwire.js';

/** @type {WeakMap<Element, () => void>} */
const leaving = new WeakMap();

let isDefined = false;

/**
 * Makes the extension known to htmx: `import htmx from 'htmx.org'; defineSpanwireExtension(htmx)`.
 * @param {any} htmx
 * @param {import('../client/spanwire.js').WebSocketManager} [manager] default: the page's one
 */
export function defineSpanwireExtension(htmx, manager = wsManager) {
  isDefined = true;
  htmx.defineExtension('spanwire', {
    getSelectors: () => ['[hx-spanwire]', '[data-hx-spanwire]'],
    /**
     * @param {string} name
     * @param {CustomEvent<{elt: Element}>} event
     */
    onEvent(name, { detail: { elt } = /** @type {any} */ ({}) }) {
      if (name === 'htmx:beforeCleanupElement') leave(elt);
      if (name !== 'htmx:beforeProcessNode') return;
      const topics = attribute(elt, 'hx-spanwire')?.split(',').map((topic) => topic.trim()).filter(Boolean);
      leave(elt);
      if (topics?.length) leaving.set(elt, listen(htmx, manager, elt, topics));
    },
  });
}

/**
 * @param {any} htmx
 * @param {typeof wsManager} manager
 * @param {Element} element
 * @param {string[]} topics
 */
function listen(htmx, manager, element, topics) {
  const history = Number(attribute(element, 'hx-spanwire-history') ?? 0);
  const stops = [
    manager.subscribe(topics, (event) => {
      htmx.trigger(element, 'spanwire', event);
      htmx.trigger(element, `spanwire:${event.type}`, event);
    }, { history }),
    manager.onGap((gap) => {
      if (topics.includes(gap.topic)) htmx.trigger(element, 'spanwire:gap', gap);
    }),
  ];
  return () => stops.forEach((stop) => stop());
}

/** @param {Element} element */
function leave(element) {
  leaving.get(element)?.();
  leaving.delete(element);
}

/**
 * @param {Element} element
 * @param {string} name
 */
function attribute(element, name) {
  return element?.getAttribute?.(name) ?? element?.getAttribute?.(`data-${name}`) ?? undefined;
}

const { htmx } = /** @type {any} */ (globalThis);
if (htmx) defineSpanwireExtension(htmx);

globalThis.addEventListener?.('load', () => {
  if (isDefined || !document.querySelector('[hx-ext~="spanwire"], [data-hx-ext~="spanwire"]')) return;
  console.error('hx-ext="spanwire" is not there: htmx is no global, so call defineSpanwireExtension(htmx) of spanwire/htmx');
});
