import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { wsManager } from '../client/spanwire.js';

/** @typedef {import('../client/spanwire.js').Envelope} Envelope */
/** @typedef {import('../client/spanwire.js').Status} Status */
/** @typedef {import('../client/spanwire.js').WebSocketManager} WebSocketManager */

/**
 * @typedef {object} TopicState
 * @property {Envelope | undefined} last the newest event
 * @property {Envelope[]} events the newest `keep` events, oldest first
 * @property {number} gaps how often events were missed for good; reload what the page shows when it grows
 */

/**
 * @typedef {object} TopicOptions
 * @property {number} [keep] how many events to hold; default: 1
 * @property {number} [history] so many of the last events first
 * @property {string} [since] a cursor to resume from
 * @property {WebSocketManager} [manager] default: the page's one
 */

/** @type {TopicState} */
const NOTHING = { last: undefined, events: [], gaps: 0 };

/** @type {(action: () => void) => unknown} not rendered more often than the screen is drawn */
const soon = (action) => 'requestAnimationFrame' in globalThis ? requestAnimationFrame(action) : setTimeout(action, 16);

/** @param {string} key topics, joined */
const topicsOf = (key) => key.split(',').filter(Boolean);

/** @type {WeakMap<WebSocketManager, Map<string, ReturnType<typeof topicStore>>>} stores in use, by topics and options */
const stores = new WeakMap();

/**
 * The events of a topic as state. Components render at most once per frame, however many events come; those that ask
 * for the same see the same, also where one comes later.
 * @param {string | string[]} topics an empty array follows nothing
 * @param {TopicOptions} [options] take effect with the first render and when topics change
 * @returns {TopicState}
 */
export function useTopic(topics, { keep = 1, history = 0, since, manager = wsManager } = {}) {
  const names = [topics].flat();
  const key = names.join();
  const store = useMemo(() => sharedStore(manager, key, { keep, history, since }), [manager, key]);
  return useSyncExternalStore(store.subscribe, store.read, () => NOTHING);
}

/**
 * Calls a function with each event of a topic, without rendering.
 * @param {string | string[]} topics
 * @param {(event: Envelope) => void} handler the one of the last render is called; it need not be memoized
 * @param {Omit<TopicOptions, 'keep'>} [options]
 */
export function useTopicHandler(topics, handler, { history = 0, since, manager = wsManager } = {}) {
  const latest = useRef(handler);
  latest.current = handler;
  const key = [topics].flat().join();
  useEffect(() => {
    return manager.subscribe(topicsOf(key), (event) => latest.current(event), { history, since });
  }, [manager, key]);
}

/**
 * State and transport of the connection; the component renders when one of them changes.
 * @param {WebSocketManager} [manager]
 * @returns {Status}
 */
export function useConnectionStatus(manager = wsManager) {
  const store = useMemo(() => statusStore(manager), [manager]);
  return useSyncExternalStore(store.subscribe, store.read, store.read);
}

/**
 * @param {WebSocketManager} manager
 * @param {string} key
 * @param {{keep: number, history: number, since?: string}} options
 */
function sharedStore(manager, key, options) {
  const ofManager = stores.get(manager) ?? new Map();
  stores.set(manager, ofManager);
  const name = JSON.stringify([key, options]);
  const known = ofManager.get(name);
  if (known) return known;
  const enlist = (/** @type {boolean} */ inUse) => inUse ? ofManager.set(name, made) : ofManager.delete(name);
  const made = topicStore(manager, topicsOf(key), options, enlist);
  enlist(true);  // for components of the same rendering
  return made;
}

/**
 * @param {WebSocketManager} manager
 * @param {string[]} topics
 * @param {{keep: number, history: number, since?: string}} options
 * @param {(inUse: boolean) => void} enlist
 */
function topicStore(manager, topics, { keep, history, since }, enlist) {
  let state = NOTHING;
  /** @type {Envelope[]} */
  let fresh = [];
  let asked = false;
  /** @type {Set<() => void>} */
  const renders = new Set();
  const show = () => {
    asked = false;
    if (!renders.size) return;
    const events = [...state.events, ...fresh].slice(-keep);
    state = { ...state, last: events.at(-1), events };
    fresh = [];
    for (const render of renders) render();
  };
  const askToShow = () => {
    if (!asked) soon(show);
    asked = true;
  };
  const begin = () => [
    manager.subscribe(topics, (event) => {
      fresh.push(event);
      if (fresh.length > 2 * keep) fresh = fresh.slice(-keep);
      askToShow();
    }, { history, since }),
    manager.onGap(({ topic }) => {
      if (!topics.includes(topic)) return;
      state = { ...state, gaps: state.gaps + 1 };
      askToShow();
    }),
  ];
  /** @type {(() => void)[]} */
  let leave = [];
  return {
    read: () => state,
    /** @param {() => void} render */
    subscribe(render) {
      if (!renders.size) leave = begin();
      enlist(true);
      renders.add(render);
      return () => {
        renders.delete(render);
        if (renders.size) return;
        for (const stop of leave) stop();
        enlist(false);
        [state, fresh] = [NOTHING, []];
      };
    },
  };
}

/** @param {WebSocketManager} manager */
function statusStore(manager) {
  let status = manager.getStatus();
  return {
    read: () => status,
    /** @param {() => void} render */
    subscribe(render) {
      const update = () => {
        status = manager.getStatus();
        render();
      };
      const leave = [manager.onState(update), manager.onTransport(update)];
      const now = manager.getStatus();
      if (now.state !== status.state || now.transport !== status.transport) update();
      return () => leave.forEach((stop) => stop());
    },
  };
}
