// WebSocket frames written out bit by bit, right ones and wrong ones (RFC 6455, section 5.2).

export const OPCODE = { continuation: 0x0, text: 0x1, binary: 0x2, close: 0x8, ping: 0x9, pong: 0xa };
const MASK = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);  // of the examples in section 5.7

/** The bytes that follow the first two: a length is written in the form of `bits` (7, 16 or 64), minimal by default. */
function lengthField(length, bits) {
  const form = bits ?? (length < 126 ? 7 : length < 65536 ? 16 : 64);
  if (form === 7) return { code: Number(length), bytes: Buffer.alloc(0) };
  const bytes = Buffer.alloc(form / 8);
  if (form === 16) bytes.writeUInt16BE(Number(length));
  else bytes.writeBigUInt64BE(BigInt(length));
  return { code: form === 16 ? 126 : 127, bytes };
}

/**
 * One frame from a client.
 * @param {number} opcode
 * @param {string|Buffer|number[]} payload
 * @param {{fin?: boolean, rsv?: number, mask?: Buffer|null, lengthBits?: 7|16|64, claim?: number|bigint}} options
 *   `rsv` are the three reserved bits as a number (4 is RSV1); `mask` null leaves the frame unmasked; `claim` is a length
 *   that the header names instead of the payload's own
 */
export function frame(opcode, payload = '', { fin = true, rsv = 0, mask = MASK, lengthBits, claim } = {}) {
  const body = Buffer.from(payload);
  const { code, bytes } = lengthField(claim ?? body.length, lengthBits);
  const head = Buffer.from([(fin ? 0x80 : 0) | rsv << 4 | opcode, (mask ? 0x80 : 0) | code]);
  if (!mask) return Buffer.concat([head, bytes, body]);
  return Buffer.concat([head, bytes, mask, body.map((byte, i) => byte ^ mask[i % 4])]);
}

export const text = (payload, options) => frame(OPCODE.text, payload, options);
export const binary = (payload, options) => frame(OPCODE.binary, payload, options);
export const more = (payload, options) => frame(OPCODE.continuation, payload, options);
export const ping = (payload, options) => frame(OPCODE.ping, payload, options);
export const pong = (payload, options) => frame(OPCODE.pong, payload, options);
/** A close frame with a code and a reason; without a code it has no body. */
export function close(code, reason = '', options) {
  if (code === undefined) return frame(OPCODE.close, '', options);
  return frame(OPCODE.close, Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]), options);
}

/** A message in as many frames as there are pieces. */
export const fragments = (...pieces) => pieces.map((piece, i) =>
  frame(i === 0 ? OPCODE.text : OPCODE.continuation, piece, { fin: i === pieces.length - 1 }));

/**
 * Takes a frame from the front of `bytes`, which came from the server.
 * @returns {{frame: {fin: boolean, rsv: number, masked: boolean, minimal: boolean, opcode: number, payload: Buffer}, rest: Buffer} | null}
 */
export function takeFrame(bytes) {
  if (bytes.length < 2) return null;
  const code = bytes[1] & 0x7f;
  const payloadAt = 2 + (code === 126 ? 2 : code === 127 ? 8 : 0) + (bytes[1] & 0x80 ? 4 : 0);
  if (bytes.length < payloadAt) return null;
  const length = code === 126 ? bytes.readUInt16BE(2) : code === 127 ? Number(bytes.readBigUInt64BE(2)) : code;
  if (bytes.length < payloadAt + length) return null;
  return {
    frame: {
      fin: (bytes[0] & 0x80) !== 0,
      rsv: bytes[0] >> 4 & 7,
      opcode: bytes[0] & 0xf,
      masked: (bytes[1] & 0x80) !== 0,
      minimal: code === 126 ? length > 125 : code === 127 ? length > 65535 : true,
      payload: bytes.subarray(payloadAt, payloadAt + length),
    },
    rest: bytes.subarray(payloadAt + length),
  };
}
