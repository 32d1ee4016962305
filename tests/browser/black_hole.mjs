// A network between browser and bridge that can stop to carry anything, without closing a thing.
import { connect, createServer } from 'node:net';

export class BlackHole {
  /** While true nothing passes, in either direction. */
  #dead = false;
  #target;
  #server;
  #sockets = new Set();

  /** @param {string} target host:port */
  constructor(target) {
    this.#target = target;
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}/`;
  }

  async start() {
    const [host, port] = this.#target.split(':');
    this.#server = createServer((near) => {
      const far = connect(Number(port), host);
      for (const [socket, other] of [[near, far], [far, near]]) {
        this.#sockets.add(socket);
        socket.on('data', (bytes) => this.#dead || other.write(bytes));
        socket.on('close', () => {
          this.#sockets.delete(socket);
          if (!this.#dead) other.destroy();
        });
        socket.on('error', () => socket.destroy());
      }
    });
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  /** What is on its way is lost, as are the connections that were open. */
  cut() {
    this.#dead = true;
  }
  heal() {
    this.#dead = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop() {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
