import { wsManager } from '../client/spanwire.js';
import { throttledByKey } from './throttled_by_key.js';

/** @typedef {import('../client/spanwire.js').Envelope} Envelope */
/** @typedef {import('./throttled_by_key.js').Key} Key */

/**
 * What is used of TanStack Query's QueryClient, version 5.
 * @typedef {object} QueryClientLike
 * @property {(filters: {queryKey: any}) => Promise<unknown>} invalidateQueries
 * @property {(key: any, update: (data: any) => any) => unknown} setQueryData
 * @property {(filters: {queryKey: any}) => number} isFetching
 * @property {(filters: {mutationKey: any}) => number} isMutating
 * @property {() => {subscribe: (listener: () => void) => () => void}} getMutationCache
 */

/**
 * @typedef {object} BindOptions
 * @property {Key | ((event: Envelope) => Key)} queryKey what an event of the topic is about
 * @property {(data: any, event: Envelope) => any} [patch] new data from old; without it the query is fetched again. Called
 *   only where there is data
 * @property {Key} [mutationKey] while a mutation of this key is under way nothing is changed under it; default: the
 *   query's key
 * @property {number} [everyMs] a query is fetched again at most so often; default: 250
 * @property {number} [history]
 * @property {import('../client/spanwire.js').WebSocketManager} [manager]
 */

/**
 * Keeps queries true by the events of a topic: patches what is cached, or has it fetched again.
 *
 * An optimistic update is safe: events that come while its mutation is under way wait, and then the query is fetched
 * again, so that neither the guess nor an older answer stays. The same happens where a fetch was under way, since nobody
 * knows whether its answer knows of the event, and where events were missed.
 * @param {QueryClientLike} client
 * @param {string | string[]} topics
 * @param {BindOptions} options
 * @returns {() => void} ends it
 */
export function bindQuery(client, topics, {
  queryKey, patch, mutationKey, everyMs = 250, history = 0, manager = wsManager,
}) {
  const names = [topics].flat();
  /** @type {Map<string, Key>} keys of queries that a mutation holds back */
  const held = new Map();
  const isHeld = (/** @type {Key} */ key) => client.isMutating({ mutationKey: mutationKey ?? key }) > 0;
  const hold = (/** @type {Key} */ key) => held.set(JSON.stringify(key), key);
  // A mutation may have begun while the call waited.
  const refetch = throttledByKey((key) => isHeld(key) ? hold(key) : client.invalidateQueries({ queryKey: key }), everyMs);

  const stopEvents = manager.subscribe(names, (event) => {
    const key = typeof queryKey === 'function' ? queryKey(event) : queryKey;
    if (isHeld(key)) hold(key);
    else if (!patch || client.isFetching({ queryKey: key })) refetch.call(key);
    else client.setQueryData(key, (data) => data === undefined ? undefined : patch(data, event));
  }, { history });

  const stopMutations = client.getMutationCache().subscribe(() => {
    for (const [name, key] of held) {
      if (isHeld(key)) continue;
      held.delete(name);
      refetch.call(key);
    }
  });

  const stopGaps = manager.onGap(({ topic }) => {
    if (names.includes(topic)) refetch.call(typeof queryKey === 'function' ? [] : queryKey);
  });

  return () => {
    for (const stop of [stopEvents, stopMutations, stopGaps]) stop();
    refetch.stop();
  };
}
