import { wsManager } from '../client/spanwire.js';
import { throttledByKey } from './throttled_by_key.js';

/** @typedef {import('../client/spanwire.js').Envelope} Envelope */

/**
 * For `useSWRSubscription` of swr/subscription: `const { data } = useSWRSubscription('orders:42', subscribeTopic())`.
 * The key is the topic, or an array that ends with it. Missed events are an `error` with the code `gap` until the next
 * event comes: reload what the page shows.
 * @param {import('../client/spanwire.js').SubscribeOptions & {
 *   manager?: import('../client/spanwire.js').WebSocketManager,
 *   reduce?: (data: any, event: Envelope) => any,
 * }} [options] `reduce` makes data of an event and the data before; default: the event itself
 * @returns {(key: any, next: {next: (error: Error | null, data?: any) => void}) => () => void}
 */
export function subscribeTopic({ manager = wsManager, reduce = (_, event) => event, ...options } = {}) {
  return (key, { next }) => {
    const topic = [key].flat().at(-1);
    const stops = [
      manager.subscribe(topic, (event) => next(null, (/** @type {any} */ data) => reduce(data, event)), options),
      manager.onError((error) => {
        if (error.topic === topic) next(Object.assign(new Error(error.message), { code: error.code }));
      }),
      manager.onGap((gap) => {
        if (gap.topic === topic) next(Object.assign(new Error(`events of ${topic} were missed`), { code: 'gap' }));
      }),
    ];
    return () => stops.forEach((stop) => stop());
  };
}

/**
 * Keeps a key of SWR true by the events of a topic.
 * @param {(key: any, data?: any, options?: {revalidate: boolean}) => Promise<any>} mutate of `useSWRConfig()`
 * @param {string | string[]} topics
 * @param {any | ((event: Envelope) => any)} key what an event is about
 * @param {{
 *   patch?: (data: any, event: Envelope) => any,
 *   everyMs?: number,
 *   manager?: import('../client/spanwire.js').WebSocketManager,
 * }} [options] with `patch`, data is changed without being fetched; missed events always lead to a fetch. A key is fetched
 *   at most once in `everyMs` (250)
 * @returns {() => void} ends it
 */
export function mutateOnTopic(mutate, topics, key, { patch, everyMs = 250, manager = wsManager } = {}) {
  const names = [topics].flat();
  const refetch = throttledByKey((which) => mutate(which), everyMs);
  const keyOf = (/** @type {Envelope} */ event) => typeof key === 'function' ? key(event) : key;
  const stops = [
    manager.subscribe(names, (event) => {
      if (!patch) return refetch.call(keyOf(event));
      const changed = (/** @type {any} */ data) => data === undefined ? undefined : patch(data, event);
      mutate(keyOf(event), changed, { revalidate: false });
    }),
    manager.onGap(({ topic }) => {
      if (names.includes(topic)) mutate(typeof key === 'function' ? () => true : key);
    }),
    refetch.stop,
  ];
  return () => stops.forEach((stop) => stop());
}
