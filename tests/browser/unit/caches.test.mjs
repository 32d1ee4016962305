import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MutationObserver, QueryClient } from '@tanstack/query-core';
import { bindQuery } from '../../../web/integrations/tanstack_query.js';
import { mutateOnTopic, subscribeTopic } from '../../../web/integrations/swr.js';
import { settle } from './fake_runtime.mjs';
import { openPage } from './page.mjs';

const patch = (orders, { data }) => [...orders, data.n];

/** A page that is live on the topic `orders`, with a cached query. */
function withCache(options) {
  const page = openPage();
  const client = new QueryClient();
  client.mount();
  let fetches = 0;
  client.setQueryDefaults(['orders'], { queryFn: async () => ['fetched', ++fetches], staleTime: Infinity });
  client.setQueryData(['orders'], [1]);
  const stop = bindQuery(client, 'orders', { queryKey: ['orders'], manager: page.manager, everyMs: 20, ...options });
  page.manager.connect();
  page.runtime.socket.accept();
  page.runtime.socket.acknowledge('e1-10');
  let invalidated = 0;
  let toldAgain = () => {};
  client.invalidateQueries = () => ++invalidated > 1 && toldAgain();
  return Object.assign(page, { client, stop, data: () => client.getQueryData(['orders']), invalidated: () => invalidated,
    again: new Promise((resolve) => toldAgain = resolve),
    event: (offset) => page.runtime.socket.event('orders', offset) });
}

describe('a TanStack query bound to a topic', () => {
  it('is patched in order, without a fetch', () => {
    const { event, data, invalidated } = withCache({ patch });
    event(11);
    event(12);
    assert.deepEqual(data(), [1, 11, 12]);
    assert.equal(invalidated(), 0);
  });

  it('is left alone where nothing is cached yet', () => {
    const { client, event, data } = withCache({ patch });
    client.removeQueries({ queryKey: ['orders'] });
    event(11);
    assert.equal(data(), undefined);
  });

  it('is invalidated at once, and once more for all that follow soon', async () => {
    const { event, invalidated, again } = withCache({});
    for (const offset of [11, 12, 13]) event(offset);
    assert.equal(invalidated(), 1);
    await again;
    assert.equal(invalidated(), 2);
  });

  it('keeps an optimistic update until its mutation is over, then fetches the truth', async () => {
    const { client, event, data, invalidated } = withCache({ patch });
    let finish;
    const mutation = new MutationObserver(client, {
      mutationKey: ['orders'],
      mutationFn: () => new Promise((resolve) => finish = resolve),
      onMutate: () => client.setQueryData(['orders'], ['guess']),
    });
    const done = mutation.mutate();
    await settle();
    assert.deepEqual(data(), ['guess']);
    event(11);
    assert.deepEqual(data(), ['guess'], 'not overwritten');
    assert.equal(invalidated(), 0);
    finish();
    await done;
    await settle();
    assert.equal(invalidated(), 1);
  });

  it('keeps it too where the fetch was due before the mutation began, and over a gap', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { client, event, data, invalidated, runtime } = withCache({});
    event(11);
    event(12);  // is due in 20 ms
    assert.equal(invalidated(), 1);
    let finish;
    const mutation = new MutationObserver(client, {
      mutationKey: ['orders'],
      mutationFn: () => new Promise((resolve) => finish = resolve),
      onMutate: () => client.setQueryData(['orders'], ['guess']),
    });
    const done = mutation.mutate();
    await settle();
    t.mock.timers.tick(25);
    runtime.socket.say('subscription', 'orders', { cursor: 'e2-0' });
    t.mock.timers.tick(25);
    assert.equal(invalidated(), 1);
    assert.deepEqual(data(), ['guess']);
    finish();
    await done;
    await settle();
    t.mock.timers.tick(25);
    assert.equal(invalidated(), 2);
  });

  it('is fetched again rather than patched while a fetch is under way, whose answer may be older', async () => {
    const { client, event, invalidated, data } = withCache({ patch });
    let answer;
    client.fetchQuery({ queryKey: ['orders'], queryFn: () => new Promise((resolve) => answer = resolve), staleTime: 0 });
    await settle();
    event(11);
    assert.equal(invalidated(), 1);
    assert.deepEqual(data(), [1]);
    answer?.(['old']);
  });

  it('is fetched again after a gap', () => {
    const { runtime, invalidated } = withCache({ patch });
    runtime.socket.say('subscription', 'orders', { cursor: 'e2-0' });
    assert.equal(invalidated(), 1);
  });

  it('finds its key by the event', () => {
    const { client, event } = withCache({ patch, queryKey: ({ data }) => ['order', data.n] });
    client.setQueryData(['order', 11], []);
    client.setQueryData(['order', 12], []);
    event(12);
    assert.deepEqual([client.getQueryData(['order', 11]), client.getQueryData(['order', 12])], [[], [12]]);
  });

  it('hears nothing after the end', () => {
    const { event, data, stop, runtime } = withCache({ patch });
    stop();
    event(11);
    assert.deepEqual(data(), [1]);
    assert.equal(runtime.socket.sent.at(-1).action, 'unsubscribe');
  });
});

describe('SWR', () => {
  function live() {
    const page = openPage();
    return Object.assign(page, { begin: () => {
      page.manager.connect();
      page.runtime.socket.accept();
      page.runtime.socket.acknowledge('e1-10');
    } });
  }

  it('takes a topic as a subscription, and its error', () => {
    const { runtime, manager, begin } = live();
    let data = 0;
    const errors = [];
    const next = (error, update) => error ? errors.push(error.code) : data = update(data);
    const stop = subscribeTopic({ manager, reduce: (sum, event) => sum + event.data.n })(['live', 'a'], { next });
    begin();
    runtime.socket.event('a', 11);
    runtime.socket.event('a', 12);
    assert.equal(data, 23);
    runtime.socket.say('subscription', 'a', { cursor: 'e2-0' });
    runtime.socket.say('error', 'a', { code: 'forbidden', message: 'no', action: 'subscribe' });
    assert.deepEqual(errors, ['gap', 'forbidden']);
    stop();
    assert.equal(runtime.socket.sent.at(-1).action, 'unsubscribe');
  });

  it('is fetched again at once, and once more for all that follow soon', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { runtime, manager, begin } = live();
    let fetches = 0;
    const stop = mutateOnTopic(async () => void ++fetches, 'a', '/api/orders', { manager });
    begin();
    for (let offset = 11; offset < 111; ++offset) runtime.socket.event('a', offset);
    assert.equal(fetches, 1);
    t.mock.timers.tick(250);
    assert.equal(fetches, 2);
    runtime.socket.event('a', 111);
    stop();
    t.mock.timers.tick(1000);
    assert.equal(fetches, 2);
  });

  it('revalidates or patches a key by the events of a topic', () => {
    const { runtime, manager, begin } = live();
    const calls = [];
    const mutate = async (key, change, options) => void calls.push([key, change?.([1]), options?.revalidate]);
    const stop = mutateOnTopic(mutate, 'a', '/api/orders', { manager });
    mutateOnTopic(mutate, 'a', ({ data }) => `/api/orders/${data.n}`, { manager, patch });
    begin();
    runtime.socket.event('a', 11);
    assert.deepEqual(calls, [['/api/orders', undefined, undefined], ['/api/orders/11', [1, 11], false]]);
    stop();
    runtime.socket.event('a', 12);
    assert.deepEqual(calls.at(-1), ['/api/orders/12', [1, 12], false]);
    assert.equal(calls.length, 3);
  });
});
