// An HTTP proxy that tunnels (CONNECT) to one place, wherever it is asked to, and keeps all it was sent: what its owner
// could read.
import { connect, createServer } from 'node:net';

export class RecordingProxy {
  /** All that clients sent, as Latin-1. */
  seen = '';
  #server;
  #sockets = new Set();

  /** @param {string} target host:port */
  async start(target) {
    const [host, port] = target.split(':');
    this.#server = createServer((near) => {
      this.#keep(near);
      near.once('data', (asked) => {
        this.seen += asked.toString('latin1');
        const far = this.#keep(connect(Number(port), host));
        near.write('HTTP/1.1 200 Connection established\r\n\r\n');
        near.on('data', (bytes) => {
          this.seen += bytes.toString('latin1');
          far.write(bytes);
        });
        far.on('data', (bytes) => near.write(bytes));
        near.on('close', () => far.destroy());
        far.on('close', () => near.destroy());
      });
    });
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }
  #keep(socket) {
    this.#sockets.add(socket);
    return socket.on('error', () => socket.destroy()).on('close', () => this.#sockets.delete(socket));
  }

  /** The variables by which programs are told of it. */
  get env() {
    const url = `http://127.0.0.1:${this.#server.address().port}`;
    return { http_proxy: url, https_proxy: url, grpc_proxy: url, no_proxy: '', no_grpc_proxy: '' };
  }

  async stop() {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
