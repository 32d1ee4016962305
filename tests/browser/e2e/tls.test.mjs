// The real bridge behind TLS, in a real browser: wss, and what steps in for it over https.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BridgeProcess } from '../bridge_process.mjs';
import { bridge, page, shows, showsText, usePage } from '../page_fixture.mjs';
import { Publisher, tlsCredentials } from '../publisher.mjs';
import { TokenIssuer } from '../token_issuer.mjs';

const issuer = new TokenIssuer();
const folder = mkdtempSync(join(tmpdir(), 'spanwire-tls-'));
execFileSync(fileURLToPath(new URL('../../../tools/dev-certs', import.meta.url)), [folder]);
const FLAGS = [...issuer.flags, '--tls-cert-file', join(folder, 'server.pem'), '--tls-key-file', join(folder, 'server-key.pem')];
const TOKEN = issuer.token('ada', { topics: ['count', 'logs'] });
let publisher;

usePage({ makeBridge: () => new BridgeProcess(FLAGS), context: { ignoreHTTPSErrors: true } });
after(() => {
  issuer.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  publisher = new Publisher(bridge.grpc, { token: issuer.token('service', { publish: ['*'] }),
    credentials: tlsCredentials(readFileSync(join(folder, 'ca.pem'))) });
});
afterEach(() => publisher.close());

const address = () => bridge.url.replace('http:', 'https:');

describe('over TLS', () => {
  for (const transport of ['websocket', 'sse']) {
    it(`a page is live by ${transport}`, async () => {
      await page.goto(`${address()}healthz`);
      await page.evaluate(async ([token, wanted]) => {
        const { WebSocketManager } = await import('/client/spanwire.js');
        class Blocked {
          constructor() {
            throw new Error('blocked');
          }
        }
        window.manager = new WebSocketManager(wanted === 'websocket' ? {} : { WebSocket: Blocked });
        window.seen = [];
        window.manager.subscribe('count', ({ data }) => window.seen.push(data.n), { history: 10 });
        window.manager.connect({ token });
      }, [TOKEN, transport]);
      await page.waitForFunction((wanted) => window.manager.getStatus().transport === wanted, transport);
      for (let n = 0; n < 3; n++) await publisher.json('count', 'tick', { n });
      await page.waitForFunction(() => window.seen.join() === '0,1,2');
    });
  }

  it('the console does not warn of plain HTTP when it asks for a token', async () => {
    await page.goto(address());
    await shows('#token-dialog[open]');
    assert.equal(await page.isVisible('#token-plain'), false);
    await page.fill('#token', TOKEN);
    await page.keyboard.press('Enter');
    await shows('#status[data-transport="websocket"]');
    await showsText('#who', 'ada');
  });
});
