// An HTTP proxy as companies have them: passes plain requests on, and does something to WebSockets.
import { createServer, request as httpRequest } from 'node:http';
import { connect } from 'node:net';

export class BlockingProxy {
  /** `refuse` upgrades, `swallow` every frame after them, or `pass` them on. */
  webSockets = 'refuse';
  /** Whether answers are passed on only when they are complete, which event streams never are. */
  buffers = false;
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
          if (this.buffers && answer.headers['content-type'] === 'text/event-stream') return answer.resume();
          response.writeHead(answer.statusCode, answer.headers);
          answer.pipe(response);
        });
      onward.on('error', () => response.destroy());
      response.on('close', () => onward.destroy());
      request.pipe(onward);
    });
    this.#server.on('connection', (socket) => this.#keep(socket));
    this.#server.on('upgrade', (request, socket, head) => {
      if (this.webSockets === 'refuse') {
        socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
        return;
      }
      const onward = this.#keep(connect(Number(port), hostname));
      const headers = request.rawHeaders.reduce((lines, part, i) => lines + part + (i % 2 ? '\r\n' : ': '), '');
      onward.write(`${request.method} ${request.url} HTTP/1.1\r\n${headers}\r\n`);
      onward.write(head);
      if (this.webSockets === 'swallow') onward.once('data', (answer) => socket.write(headOf(answer)));
      else onward.pipe(socket).pipe(onward);
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

/** @param {Buffer} answer that may have frames behind its head */
const headOf = (answer) => answer.subarray(0, answer.indexOf('\r\n\r\n') + 4);
