// A client on a WebSocket, asked for what it was told.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocket } from '../browser/foreign_clients.mjs';

const DEADLINE_MS = 10_000;

/** A WebSocket that remembers what it was told. */
export class Client {
  messages = [];
  #waiting = [];

  constructor(bridge, query = '', options = {}) {
    this.socket = new WebSocket(`ws://${bridge.http}/ws${query}`, options);
    this.socket.on('message', (data) => {
      this.messages.push(JSON.parse(data));
      this.#wake();
    });
    this.closed = once(this.socket, 'close').then(([code, reason]) => {
      this.#wake();
      return { code, reason: String(reason) };
    });
  }
  #wake() {
    for (const wake of this.#waiting.splice(0)) wake();
  }
  async opened() {
    await once(this.socket, 'open');
    return this;
  }
  send(message) {
    this.socket.send(JSON.stringify(message));
  }
  /** The first message of that type, and topic where one is given, once it is here. */
  async got(type, topic) {
    return this.find((message) => message.type === type && (!topic || message.topic === topic), `${type} ${topic ?? ''}`);
  }
  /** The first message that `fits`, once it is here. */
  async find(fits, name = 'the message') {
    const deadline = AbortSignal.timeout(DEADLINE_MS);
    deadline.addEventListener('abort', () => this.#wake());
    for (;;) {
      const found = this.messages.find(fits);
      if (found) return found;
      const told = () => `instead of ${name}: ${JSON.stringify(this.messages.slice(-20))}`;
      assert.ok(this.socket.readyState <= WebSocket.OPEN, `closed ${told()}`);
      assert.ok(!deadline.aborted, `nothing ${told()}`);
      await new Promise((resolve) => this.#waiting.push(resolve));
    }
  }
}
