// A client that is nothing but a socket, with TLS or without: what it writes and what it reads are bytes.
import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { takeFrame } from './frames.mjs';

const DEADLINE_MS = 10_000;
const HEAD_END = '\r\n\r\n';

export class RawSocket {
  #socket;
  #received = Buffer.alloc(0);
  #ended = false;
  #deadline;
  #wake = () => {};

  /**
   * @param {string} address host:port
   * @param {import('node:tls').ConnectionOptions} [tls] speaks TLS, by these options
   */
  static async connect(address, tls) {
    const { hostname, port } = new URL(`http://${address}`);
    const options = { host: hostname, port: Number(port), allowHalfOpen: true, ...tls };
    const socket = tls ? connectTls(options) : connect(options);
    socket.setNoDelay(true);
    await once(socket, tls ? 'secureConnect' : 'connect');
    return new RawSocket(socket);
  }

  constructor(socket) {
    this.#socket = socket;
    this.#deadline = setTimeout(() => socket.destroy(new Error('the bridge was silent for too long')), DEADLINE_MS);
    socket.on('data', (data) => {
      this.#received = Buffer.concat([this.#received, data]);
      this.#wake();
    });
    socket.on('end', () => this.#end());
    socket.on('error', () => {});  // a reset is an end, too; what is missing then is the reader's matter
    socket.on('close', () => {
      clearTimeout(this.#deadline);
      this.#end();
    });
  }

  #end() {
    this.#ended = true;
    this.#wake();
  }

  /** Writes each piece with a call of its own, when the one before it has gone. Gives up silently where nobody reads. */
  async write(pieces) {
    for (const piece of pieces) {
      if (this.#socket.destroyed) return;
      await new Promise((done) => this.#socket.write(piece, done));
    }
  }
  /** Nothing more will be written. */
  finish() {
    this.#socket.end();
  }
  destroy() {
    this.#socket.destroy();
  }

  /** The head of an HTTP answer: its status, and its headers by lower-case name. */
  async readHead() {
    while (!this.#received.includes(HEAD_END) && !this.#ended) await this.#change();
    const end = this.#received.indexOf(HEAD_END);
    if (end < 0) throw new Error(`no HTTP answer but "${this.#received}"`);
    const [line, ...fields] = this.#received.subarray(0, end).toString('latin1').split('\r\n');
    this.#received = this.#received.subarray(end + HEAD_END.length);
    const headers = new Map(fields.map((field) => {
      const colon = field.indexOf(':');
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
    }));
    return { status: Number(line.split(' ')[1]), headers };
  }

  /** The body of an answer, of so many bytes. */
  async readBody(length) {
    while (this.#received.length < length && !this.#ended) await this.#change();
    const body = this.#received.subarray(0, length).toString();
    this.#received = this.#received.subarray(length);
    return body;
  }
  /** What comes until the peer ends its side. */
  async readEnd() {
    while (!this.#ended) await this.#change();
    return this.#received.toString('latin1');
  }

  /** The next frame, or null where the peer has ended its side. */
  async readFrame() {
    for (;;) {
      const taken = takeFrame(this.#received);
      if (taken) {
        this.#received = taken.rest;
        return taken.frame;
      }
      if (this.#ended) {
        if (this.#received.length > 0) throw new Error('the connection ended in the middle of a frame');
        return null;
      }
      await this.#change();
    }
  }

  #change() {
    return new Promise((resolve) => { this.#wake = resolve; });
  }
}
