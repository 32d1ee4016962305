// The bridge's WebSocket against RFC 6455, frame by frame. What is tried is in the tables; here is how.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { GROUPS } from './framing_cases.mjs';
import { close, OPCODE, ping, text } from './frames.mjs';
import { ACCEPT, HANDSHAKES, request } from './handshake_cases.mjs';
import { Target } from './target.mjs';

const target = new Target();

/** A server's frame in a few words, when it is one that a server may send (RFC 6455, sections 5.1 to 5.5). */
function describeFrame({ fin, rsv, masked, minimal, opcode, payload }) {
  assert.deepEqual({ fin, rsv, masked, minimal }, { fin: true, rsv: 0, masked: false, minimal: true });
  if (opcode >= OPCODE.close) assert.ok(payload.length <= 125, 'a control frame has at most 125 bytes');
  switch (opcode) {
    case OPCODE.text: {
      const { type, data } = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
      if (type !== 'error') return type;
      return 'id' in data ? `answer ${JSON.stringify(data.id)}` : `error ${data.code}`;
    }
    case OPCODE.pong:
      return `pong ${payload.toString('hex')}`;
    case OPCODE.close:
      new TextDecoder('utf-8', { fatal: true }).decode(payload.subarray(2));
      return `close ${payload.readUInt16BE(0)}`;
    default:
      return `opcode ${opcode}`;
  }
}

/** Frames until the bridge ends its side, in words. It must end after a close, and say nothing more. */
async function conversation(socket) {
  const words = [];
  for (let frame = await socket.readFrame(); frame; frame = await socket.readFrame()) {
    words.push(describeFrame(frame));
    if (frame.opcode === OPCODE.close) socket.finish();
  }
  return words;
}

const PROBE = [ping('still there?'), close(1000)];
const PROBED = [`pong ${Buffer.from('still there?').toString('hex')}`, 'close 1000'];

/** How the bytes of a row reach the bridge must make no difference. */
const CUTS = {
  'at once': (frames) => [Buffer.concat(frames)],
  'in pieces': (frames) => {
    const bytes = Buffer.concat(frames);
    const step = Math.ceil(bytes.length / 200);  // single bytes where they are few
    return Array.from({ length: Math.ceil(bytes.length / step) }, (_, i) => bytes.subarray(i * step, (i + 1) * step));
  },
};

async function play({ send, expect }, cut) {
  const open = !expect.some((words) => words.startsWith('close'));
  const socket = await target.connect();
  await socket.write([request()]);
  assert.equal((await socket.readHead()).status, 101);
  const [words] = await Promise.all([conversation(socket), socket.write(cut(open ? [...send, ...PROBE] : send))]);
  socket.destroy();
  assert.deepEqual(words, ['connected', ...expect, ...(open ? PROBED : [])]);
}

/** Declares the tests of all rows. @param {'TCP' | 'TLS'} over */
export function conformsOver(over) {
  before(() => target.start(over));
  after(() => target.stop());

  describe('frames (RFC 6455)', () => {
    for (const [group, rows] of Object.entries(GROUPS)) {
      describe(group, () => {
        for (const row of rows) {
          it(`${row.section}: ${row.name} → ${row.expect.join(', ') || 'nothing'}`, async () => {
            await Promise.all(Object.values(CUTS).map((cut) => play(row, cut)));
          });
        }
      });
    }

    it('5.5.1: frames that come with the handshake are read', async () => {
      const socket = await target.connect();
      await socket.write([Buffer.concat([Buffer.from(request()), text('{"action":"echo","id":"early"}'), ...PROBE])]);
      assert.equal((await socket.readHead()).status, 101);
      assert.deepEqual(await conversation(socket), ['connected', 'answer "early"', ...PROBED]);
      socket.destroy();
    });

    it('7.1.1: a client that leaves after its close is answered all the same', async () => {
      const socket = await target.connect();
      await socket.write([request(), close(1001)]);
      socket.finish();
      assert.equal((await socket.readHead()).status, 101);
      assert.deepEqual(await conversation(socket), ['connected', 'close 1001']);
    });

    it('7.1.5: a client that leaves without a close, in the middle of a frame, is let go', async () => {
      const socket = await target.connect();
      await socket.write([request(), text('{"action":"ping"}').subarray(0, 9)]);
      assert.equal((await socket.readHead()).status, 101);
      // Before it leaves: Node drops what it has not decrypted by then.
      assert.equal(describeFrame(await socket.readFrame()), 'connected');
      socket.finish();
      assert.deepEqual(await conversation(socket), []);
    });
  });

  describe('handshakes (RFC 6455)', () => {
    for (const row of HANDSHAKES) {
      it(`${row.section}: ${row.name} → ${row.status}`, async () => {
        const socket = await target.connect();
        await socket.write([target.asFromOwnPage(row.request)]);
        const { status, headers } = await socket.readHead();
        assert.equal(status, row.status);
        if (status === 101) {
          assert.equal(headers.get('sec-websocket-accept'), ACCEPT);
          assert.equal(headers.get('upgrade').toLowerCase(), 'websocket');
          assert.equal(headers.get('connection').toLowerCase(), 'upgrade');
          assert.equal(headers.has('sec-websocket-extensions'), false, 'no extension is in use');
          assert.equal(headers.has('sec-websocket-protocol'), false, 'no subprotocol is in use');
          assert.equal(describeFrame(await socket.readFrame()), 'connected');
        } else {
          for (const [name, value] of Object.entries(row.headers)) assert.equal(headers.get(name), value, name);
          assert.equal(headers.get('content-type'), 'application/problem+json');
        }
        socket.destroy();
      });
    }
  });
}
