// The bridge's HTTP port against hostile requests over bare TCP. What is tried is in the table; here is how.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { BridgeProcess } from '../browser/bridge_process.mjs';
import { HTTP_CASES } from './http_cases.mjs';
import { RawSocket } from './raw_socket.mjs';

const PROBE = Buffer.from('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');

let bridge;
before(async () => { bridge = await new BridgeProcess().start(); });
after(() => bridge?.kill());

async function play({ status, bytes, ends, after: rest }) {
  const socket = await RawSocket.connect(bridge.http);
  await socket.write([bytes, ...(rest ? [Buffer.from(rest)] : [])]);
  const answer = await socket.readHead();
  assert.equal(answer.status, status);
  assert.equal(answer.headers.has('set-cookie'), false);
  const body = await socket.readBody(Number(answer.headers.get('content-length') ?? 0));
  if (status >= 400) {
    assert.equal(answer.headers.get('content-type'), 'application/problem+json');
    const problem = JSON.parse(body);
    assert.equal(problem.status, status);
    assert.ok(problem.code && problem.detail);
  }
  // What comes behind is another request, or nothing at all.
  await socket.write([PROBE]);
  if (ends) {
    assert.equal(answer.headers.get('connection'), 'close');
    assert.equal(await socket.readEnd(), '');
  } else {
    assert.equal((await socket.readHead()).status, 200);
  }
  socket.destroy();
}

describe('hostile requests', () => {
  for (const group of new Set(HTTP_CASES.map((row) => row.group))) {
    describe(group, () => {
      for (const row of HTTP_CASES.filter((each) => each.group === group)) {
        it(`${row.name} → ${row.status}`, () => play(row));
      }
    });
  }
});
