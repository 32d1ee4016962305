// A page with a client on a fake runtime, and a diary of all that the client told it.
import { FakeRuntime } from './fake_runtime.mjs';

/** The modules, or what CMake makes of them. */
const { WebSocketManager } = await import(process.env.SPANWIRE_CLIENT ?? '../../../web/client/spanwire.js');

export function openPage(options = {}) {
  const runtime = new FakeRuntime();
  const manager = new WebSocketManager({ url: 'http://bridge.test/', runtime, ...options });
  const told = { states: [], transports: [], connects: 0, endings: [], errors: [], gaps: [], events: [] };
  manager.onState(({ state }) => told.states.push(state));
  manager.onTransport((transport) => told.transports.push(transport));
  manager.onConnect(() => told.connects++);
  manager.onDisconnect((ending) => told.endings.push(ending));
  manager.onError((error) => told.errors.push(error));
  manager.onGap((gap) => told.gaps.push(gap));
  /** Writes down what a handler sees, as `topic offset`. */
  const note = ({ topic, offset }) => told.events.push(`${topic} ${offset}`);
  /** Subscribes, connects and is answered. */
  const goLive = (topics = ['a'], cursor = 'e1-10') => {
    const unsubscribe = manager.subscribe(topics, note);
    manager.connect();
    runtime.socket.accept();
    runtime.socket.acknowledge(cursor);
    return unsubscribe;
  };
  /** Refuses WebSockets as soon as they are dialled, so many times. */
  const refuseWebSocket = async (times = 4) => {
    for (let i = 0; i < times; i++) {
      await runtime.advance(manager.getStatus().retryInMs);
      runtime.socket.drop();
    }
    await runtime.advance(0);
  };
  return { runtime, manager, told, note, goLive, refuseWebSocket };
}

export const event = (topic, offset) =>
  ({ type: 'thing', topic, timestamp: '2026-01-15T14:05:00.000Z', data: { n: offset }, offset });
