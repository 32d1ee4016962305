// The bridge that the tables are tried on, spoken to by bare TCP or by TLS: what is behind either is to be the same.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BridgeProcess } from '../browser/bridge_process.mjs';
import { RawSocket } from './raw_socket.mjs';

const DEV_CERTS = fileURLToPath(new URL('../../tools/dev-certs', import.meta.url));

export class Target {
  #bridge;
  #folder = null;
  #ca;

  /** @param {'TCP' | 'TLS'} over */
  async start(over) {
    const flags = [];
    if (over === 'TLS') {
      this.#folder = mkdtempSync(join(tmpdir(), 'spanwire-test-'));
      execFileSync(DEV_CERTS, [this.#folder]);
      this.#ca = readFileSync(join(this.#folder, 'ca.pem'));
      flags.push('--tls-cert-file', join(this.#folder, 'server.pem'), '--tls-key-file', join(this.#folder, 'server-key.pem'));
    }
    this.#bridge = await new BridgeProcess(flags).start();
  }

  async stop() {
    await this.#bridge?.kill();
    if (this.#folder) rmSync(this.#folder, { recursive: true, force: true });
  }

  /** A connection that nothing has been written to. */
  connect() {
    return RawSocket.connect(this.#bridge.http, this.#ca && { ca: this.#ca, servername: 'localhost' });
  }

  /** The request, with its own origin as a page on this bridge has it. */
  asFromOwnPage(request) {
    return this.#ca ? request.replace('Origin: http://localhost\r\n', 'Origin: https://localhost\r\n') : request;
  }
}
