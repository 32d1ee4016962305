// Signs tokens as an identity provider would, and has the bridge believe them.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mint } from './tokens.mjs';

export class TokenIssuer {
  #secret = randomBytes(48).toString('base64');
  #folder = mkdtempSync(join(tmpdir(), 'spanwire-issuer-'));

  constructor() {
    writeFileSync(join(this.#folder, 'secret'), this.#secret, { mode: 0o600 });
  }

  /** Flags of a bridge that takes its tokens, and to the second. */
  get flags() {
    return ['--auth-hs256-secret-file', join(this.#folder, 'secret'), '--auth-leeway', '0s'];
  }

  /**
   * @param {string} sub
   * @param {{seconds?: number, topics?: string[], publish?: string[], tenant_id?: string}} [claims]
   */
  token(sub, { seconds = 3600, ...claims } = {}) {
    return mint({ sub, exp: Math.ceil(Date.now() / 1000) + seconds, ...claims }, { secret: this.#secret });
  }

  close() {
    rmSync(this.#folder, { recursive: true });
  }
}
