import assert from 'node:assert/strict';
import { register } from 'node:module';
import { describe, it } from 'node:test';
import React from 'react';
import { act, create } from 'react-test-renderer';
import { openPage } from './page.mjs';

register('./resolve_packages.mjs', import.meta.url);
const { useConnectionStatus, useTopic, useTopicHandler } = await import('../../../web/integrations/react.js');
globalThis.IS_REACT_ACT_ENVIRONMENT = true;
/** Frames are drawn when a test says so. */
let frames = [];
globalThis.requestAnimationFrame = (draw) => frames.push(draw);
const drawFrame = () => act(async () => frames.splice(0).forEach((draw) => draw()));

/** Renders a component that shows what a hook gives, and counts its renders. */
async function renderHook(hook) {
  const seen = { value: undefined, renders: 0 };
  const Component = (props) => {
    seen.value = hook(props);
    seen.renders++;
    return null;
  };
  let root;
  await act(async () => root = create(React.createElement(Component, { topic: 'a' })));
  return Object.assign(seen, {
    rerender: (props) => act(async () => root.update(React.createElement(Component, props))),
    unmount: () => act(async () => root.unmount()),
  });
}

function connected() {
  const page = openPage();
  page.manager.connect();
  page.runtime.socket.accept();
  return page;
}

describe('useTopic', () => {
  it('holds the newest events, with one render a frame', async () => {
    const { runtime, manager } = connected();
    const hook = await renderHook(() => useTopic('a', { keep: 2, history: 5, manager }));
    assert.deepEqual(hook.value, { last: undefined, events: [], gaps: 0 });
    assert.equal(runtime.socket.sent[0].history, 5);
    runtime.socket.acknowledge('e1-10');
    for (const offset of [11, 12, 13]) runtime.socket.event('a', offset);
    assert.equal(frames.length, 1);
    await drawFrame();
    assert.deepEqual(hook.value.events.map(({ offset }) => offset), [12, 13]);
    assert.equal(hook.value.last.offset, 13);
    assert.equal(hook.renders, 2);
  });

  it('follows nothing where there is no topic yet', async () => {
    const { runtime, manager } = connected();
    const hook = await renderHook(({ topic }) => {
      useTopicHandler(topic === 'a' ? [] : [topic], () => {}, { manager });
      return useTopic(topic === 'a' ? [] : [topic], { manager });
    });
    assert.deepEqual(hook.value.events, []);
    assert.deepEqual(runtime.socket.sent.filter(({ action }) => action === 'subscribe'), []);
    await hook.rerender({ topic: 'b' });
    assert.deepEqual(runtime.socket.sent.filter(({ action }) => action === 'subscribe').map(({ topics }) => topics), [['b']]);
  });

  it('follows its topic, and leaves the bridge with the component', async () => {
    const { runtime, manager } = connected();
    const hook = await renderHook(({ topic }) => useTopic(topic, { manager }));
    runtime.socket.acknowledge('e1-10');
    await hook.rerender({ topic: 'b' });
    assert.deepEqual(runtime.socket.sent.map(({ action, topics }) => `${action} ${topics}`),
      ['subscribe a', 'unsubscribe a', 'subscribe b']);
    await hook.unmount();
    assert.deepEqual(runtime.socket.sent[3], { action: 'unsubscribe', topics: ['b'] });
  });

  it('does not subscribe again for an array that is equal', async () => {
    const { runtime, manager } = connected();
    const hook = await renderHook(() => useTopic(['a', 'b'], { manager }));
    await hook.rerender({});
    assert.equal(runtime.socket.sent.length, 1);
  });

  it('shows a component that comes later what the others have already, over one subscription', async () => {
    const { runtime, manager } = connected();
    const options = { keep: 2, history: 2, manager };
    const first = await renderHook(() => useTopic('a', options));
    runtime.socket.acknowledge('e1-10');
    runtime.socket.event('a', 11);
    await drawFrame();
    const second = await renderHook(() => useTopic('a', options));
    assert.deepEqual(second.value.events.map(({ offset }) => offset), [11]);
    await first.unmount();
    runtime.socket.event('a', 12);
    await drawFrame();
    assert.deepEqual(second.value.events.map(({ offset }) => offset), [11, 12]);
    await second.unmount();
    assert.deepEqual(runtime.socket.sent.map(({ action }) => action), ['subscribe', 'unsubscribe']);
    const third = await renderHook(() => useTopic('a', options));
    assert.deepEqual(third.value.events, []);
  });

  it('counts gaps', async () => {
    const { runtime, manager } = connected();
    const hook = await renderHook(() => useTopic('a', { manager }));
    runtime.socket.acknowledge('e1-10');
    runtime.socket.say('subscription', 'a', { cursor: 'e2-0' });
    await drawFrame();
    assert.equal(hook.value.gaps, 1);
  });
});

describe('useTopicHandler', () => {
  it('calls the handler of the last render, and renders nothing', async () => {
    const { runtime, manager } = connected();
    const calls = [];
    const hook = await renderHook(({ mark = 'first' }) => useTopicHandler('a', ({ offset }) => calls.push([mark, offset]), { manager }));
    runtime.socket.acknowledge('e1-10');
    runtime.socket.event('a', 11);
    await hook.rerender({ mark: 'second' });
    runtime.socket.event('a', 12);
    assert.deepEqual(calls, [['first', 11], ['second', 12]]);
    assert.equal(hook.renders, 2);
    assert.equal(runtime.socket.sent.length, 1);
  });
});

describe('useConnectionStatus', () => {
  it('renders when the state changes', async () => {
    const { runtime, manager } = openPage();
    const hook = await renderHook(() => useConnectionStatus(manager));
    assert.equal(hook.value.state, 'disconnected');
    await act(async () => manager.connect());
    assert.equal(hook.value.state, 'connecting');
    await act(async () => runtime.socket.accept());
    assert.deepEqual([hook.value.state, hook.value.transport], ['connected', 'websocket']);
    await hook.unmount();
    manager.disconnect();
    assert.equal(hook.value.state, 'connected');
  });
});
