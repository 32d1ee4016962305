// An HTTP proxy as companies have them: passes plain requests on, and refuses WebSocket upgrades while `blocks` is true.
import { createServer, request as httpRequest } from 'node:http';
import { connect } from 'node:net';

export class BlockingProxy {
  blocks = true;
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
    const [hostname, port] = this.#target.split(':');
    this.#server = createServer((request, response) => {
      const onward = httpRequest({ hostname, port, path: request.url, method: request.method, headers: request.headers },
        (answer) => {
          response.writeHead(answer.statusCode, answer.headers);
          answer.pipe(response);
        });
      onward.on('error', () => response.destroy());
      response.on('close', () => onward.destroy());
      request.pipe(onward);
    });
    this.#server.on('connection', (socket) => this.#keep(socket));
    this.#server.on('upgrade', (request, socket, head) => {
      if (this.blocks) {
        socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
        return;
      }
      const onward = this.#keep(connect(Number(port), hostname));
      const headers = request.rawHeaders.reduce((lines, part, i) => lines + part + (i % 2 ? '\r\n' : ': '), '');
      onward.write(`${request.method} ${request.url} HTTP/1.1\r\n${headers}\r\n`);
      onward.write(head);
      onward.pipe(socket).pipe(onward);
      onward.on('close', () => socket.destroy());
      socket.on('close', () => onward.destroy());
    });
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  async stop() {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #keep(socket) {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket)).on('error', () => socket.destroy());
    return socket;
  }
}
