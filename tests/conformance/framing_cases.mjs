// What a client may send over a WebSocket and what it must be answered: rows of RFC 6455 sections 5, 7 and 8.
// `send` are the frames, `expect` what the bridge says to them in the words of websocket_conformance.mjs: `answer ID` to an
// understood message, `error CODE` to one that is not, `pong PAYLOAD`, `close CODE`. Nothing else may come; a row without
// a close must leave the connection usable.
import { binary, close, fragments, frame, more, OPCODE, ping, pong, text } from './frames.mjs';

const MESSAGE_LIMIT = 64 * 1024;  // docs/protocol.md, section 7

/** A message that is answered with its `id`, at once since its action is none; padded to a size in bytes. */
function asking(id, size = 0) {
  const message = `{"action":"echo","id":${JSON.stringify(id)}`;
  return `${message}${' '.repeat(Math.max(0, size - Buffer.byteLength(message) - 1))}}`;
}
const answered = (id) => `answer ${JSON.stringify(id)}`;
const row = (section, name, send, ...expect) => ({ section, name, send: [send].flat(), expect });
const hex = (digits) => Buffer.from(digits.replaceAll(' ', ''), 'hex');
/** `bytes` inside the string of an otherwise good message. */
const quoted = (bytes) => Buffer.concat([Buffer.from('{"action":"echo","id":"'), bytes, Buffer.from('"}')]);
const halves = (message, at) => fragments(message.slice(0, at), message.slice(at));
const bytesOf = (message) => [...Buffer.from(message)].map((byte) => [byte]);

const MESSAGES = [
  row('5.6', 'a text message', text(asking('a')), answered('a')),
  row('5.6', 'two messages at once', [text(asking('a')), text(asking('b'))], answered('a'), answered('b')),
  row('5.6', 'an empty message', text(''), 'error bad_request'),
  row('5.6', 'a message with an id that has no JSON to be echoed as', text('{"action":"ping","id":1e400}'), 'error bad_request'),
  row('5.4', 'two fragments', halves(asking('a'), 9), answered('a')),
  row('5.4', 'fragments of one byte', fragments(...bytesOf(asking('a'))), answered('a')),
  row('5.4', 'an empty first fragment', fragments('', asking('a')), answered('a')),
  row('5.4', 'an empty last fragment', fragments(asking('a'), ''), answered('a')),
  row('5.4', 'empty fragments between', fragments('{"action"', '', '', ':"echo","id":"a"}'), answered('a')),
  row('5.4', 'nothing but empty fragments', fragments('', '', ''), 'error bad_request'),
  row('5.4', 'a whole message after a fragmented one', [...halves(asking('a'), 5), text(asking('b'))], answered('a'), answered('b')),
  row('5.4', 'two fragmented messages', [...halves(asking('a'), 5), ...halves(asking('b'), 7)], answered('a'), answered('b')),
  row('5.4', 'a last fragment that continues nothing', more(asking('a')), 'close 1002'),
  row('5.4', 'a fragment that continues nothing', more(asking('a'), { fin: false }), 'close 1002'),
  row('5.4', 'a fragment after the message was over', [text(asking('a')), more('')], answered('a'), 'close 1002'),
  row('5.4', 'a fragment after the last one', [...halves(asking('a'), 5), more('')], answered('a'), 'close 1002'),
  row('5.4', 'a message inside another', [text('{', { fin: false }), text(asking('a'))], 'close 1002'),
  row('5.4', 'a message begun inside another', [text('{', { fin: false }), text('{', { fin: false })], 'close 1002'),
  row('5.4', 'a binary message inside a text', [text('{', { fin: false }), binary('a')], 'close 1002'),
];

const LENGTHS = [
  ...[125, 126, 127, 128, 65535, MESSAGE_LIMIT].map((size) =>
    row('5.2', `a message of ${size} bytes`, text(asking('a', size)), answered('a'))),
  ...[[0, 16], [5, 16], [125, 16], [0, 64], [5, 64], [125, 64], [126, 64], [65535, 64]].map(([size, bits]) =>
    row('5.2', `a length of ${size} in ${bits} bits`, text('x'.repeat(size), { lengthBits: bits }), 'close 1002')),
  row('5.2', 'a continuation with a length of 5 in 16 bits', [text('{', { fin: false }), more('x'.repeat(5), { lengthBits: 16 })], 'close 1002'),
  row('5.2', 'a length with the top bit', text('', { lengthBits: 64, claim: 1n << 63n }), 'close 1002'),
  row('5.2', 'a length of all bits', text('', { lengthBits: 64, claim: (1n << 64n) - 1n }), 'close 1002'),
];

const SIZES = [
  row('7.4.1', 'a message one byte over the limit', text('x'.repeat(MESSAGE_LIMIT + 1)), 'close 1009'),
  row('7.4.1', 'a header that claims it', text('', { lengthBits: 64, claim: MESSAGE_LIMIT + 1 }), 'close 1009'),
  row('7.4.1', 'a header that claims 4 GiB', text('', { lengthBits: 64, claim: 1n << 32n }), 'close 1009'),
  row('7.4.1', 'a header that claims the most there is', text('', { lengthBits: 64, claim: (1n << 63n) - 1n }), 'close 1009'),
  row('7.4.1', 'fragments that reach the limit', halves(asking('a', MESSAGE_LIMIT), 40_000), answered('a')),
  row('7.4.1', 'fragments over the limit', fragments('x'.repeat(40_000), 'x'.repeat(40_000)), 'close 1009'),
  row('7.4.1', 'one byte more than a full fragment', fragments('x'.repeat(MESSAGE_LIMIT), 'x'), 'close 1009'),
  row('7.4.1', 'a last fragment that claims too much', [text('{', { fin: false }), more('', { lengthBits: 64, claim: (1n << 63n) - 1n })], 'close 1009'),
  row('7.4.1', 'an empty fragment at the limit', fragments(asking('a', MESSAGE_LIMIT), ''), answered('a')),
];

const RESERVED_OPCODES = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15];
const RESERVED = [
  ...RESERVED_OPCODES.map((opcode) => row('5.2', `opcode ${opcode}`, frame(opcode, 'a'), 'close 1002')),
  ...RESERVED_OPCODES.map((opcode) => row('5.2', `opcode ${opcode}, empty, inside a message`,
    [text('{', { fin: false }), frame(opcode)], 'close 1002')),
  ...[1, 2, 3, 4, 5, 6, 7].map((rsv) =>
    row('5.2', `reserved bits ${rsv.toString(2).padStart(3, '0')}`, text(asking('a'), { rsv }), 'close 1002')),
  ...[1, 2, 4].flatMap((rsv) => [
    row('5.2', `a ping with reserved bit ${rsv}`, ping('a', { rsv }), 'close 1002'),
    row('5.2', `a close with reserved bit ${rsv}`, close(1000, '', { rsv }), 'close 1002'),
    row('5.2', `a continuation with reserved bit ${rsv}`, [text('{', { fin: false }), more('}', { rsv })], 'close 1002'),
  ]),
];

const MASKS = [
  ...Object.entries(OPCODE).filter(([name]) => name !== 'continuation').map(([name, opcode]) =>
    row('5.1', `${name} without a mask`, frame(opcode, name === 'close' ? hex('03e8') : 'a', { mask: null }), 'close 1002')),
  row('5.1', 'a continuation without a mask', [text('{', { fin: false }), more('}', { mask: null })], 'close 1002'),
  row('5.1', 'an empty text without a mask', text('', { mask: null }), 'close 1002'),
  row('5.3', 'a mask of zeros', text(asking('a'), { mask: hex('00000000') }), answered('a')),
  row('5.3', 'a mask of ones', text(asking('a'), { mask: hex('ffffffff') }), answered('a')),
  row('5.3', 'a mask of its own for each fragment',
    [text(asking('a').slice(0, 7), { fin: false, mask: hex('01020304') }), more(asking('a').slice(7), { mask: hex('fefdfcfb') })], answered('a')),
  row('5.3', 'a ping under another mask inside a message',
    [text(asking('a').slice(0, 7), { fin: false, mask: hex('01020304') }), ping('p', { mask: hex('aabbccdd') }), more(asking('a').slice(7), { mask: hex('99887766') })],
    'pong 70', answered('a')),
];

const every_byte = Buffer.from(Array.from({ length: 125 }, (_, i) => i * 2 + 1));
const CONTROL = [
  row('5.5.2', 'an empty ping', ping(''), 'pong '),
  row('5.5.2', 'a ping with a payload', ping('hello'), 'pong 68656c6c6f'),
  row('5.5.2', 'a ping of 125 bytes', ping(every_byte), `pong ${every_byte.toString('hex')}`),
  row('5.5.2', 'a ping that is not UTF-8', ping(hex('ff fe 00')), 'pong fffe00'),
  row('5.5.2', 'pings in order', [ping('1'), ping('2'), ping('3')], 'pong 31', 'pong 32', 'pong 33'),
  row('5.5.3', 'a pong that nobody asked for', pong('hello')),
  row('5.5.3', 'an empty pong', pong('')),
  row('5.5.3', 'a pong of 125 bytes', pong(every_byte)),
  row('5.5', 'a ping of 126 bytes', ping('x'.repeat(126)), 'close 1002'),
  row('5.5', 'a pong of 126 bytes', pong('x'.repeat(126)), 'close 1002'),
  row('5.5', 'a close of 126 bytes', close(1000, 'x'.repeat(124)), 'close 1002'),
  row('5.5', 'a ping of 64 KiB', ping('x'.repeat(65536)), 'close 1002'),
  row('5.5', 'a ping with a length of 5 in 16 bits', ping('x'.repeat(5), { lengthBits: 16 }), 'close 1002'),
  row('5.5', 'a ping with a length of 5 in 64 bits', ping('x'.repeat(5), { lengthBits: 64 }), 'close 1002'),
  row('5.5', 'a fragmented ping', [ping('a', { fin: false }), more('b')], 'close 1002'),
  row('5.5', 'a fragmented pong', [pong('a', { fin: false }), more('b')], 'close 1002'),
  row('5.5', 'a fragmented close', [close(1000, '', { fin: false }), more('b')], 'close 1002'),
  row('5.4', 'a ping between fragments', [text('{"action":"echo",', { fin: false }), ping('p'), more('"id":"a"}')], 'pong 70', answered('a')),
  row('5.4', 'pings between all fragments', fragments(...bytesOf(asking('a'))).flatMap((piece) => [piece, ping('p')]).slice(0, -1),
    ...bytesOf(asking('a')).slice(1).map(() => 'pong 70'), answered('a')),
  row('5.4', 'a pong between fragments', [text('{"action":"echo",', { fin: false }), pong('p'), more('"id":"a"}')], answered('a')),
  row('5.4', 'a fragmented ping between fragments', [text('{', { fin: false }), ping('p', { fin: false }), more('}')], 'close 1002'),
  row('5.5.1', 'a close between fragments', [text('{', { fin: false }), close(1000)], 'close 1000'),
];

const GOOD_TEXTS = ['\u007f', '\u0080', '\u07ff', '\u0800', '\ud7ff', '\ue000', '\ufffd', '\ufffe', '\uffff', '\u{10000}', '\u{1ffff}', '\u{10ffff}', 'κόσμε'];
const BAD_TEXTS = {
  'a lone continuation byte': '80', 'the last continuation byte': 'bf', 'six continuation bytes': '80 bf 80 bf 80 bf',
  'an overlong NUL of 2 bytes': 'c0 80', 'an overlong slash of 2 bytes': 'c0 af', 'an overlong U+007F': 'c1 bf',
  'an overlong NUL of 3 bytes': 'e0 80 80', 'an overlong U+07FF': 'e0 9f bf', 'an overlong NUL of 4 bytes': 'f0 80 80 80',
  'an overlong U+FFFF': 'f0 8f bf bf', 'the first surrogate': 'ed a0 80', 'the last surrogate': 'ed bf bf',
  'a pair of surrogates': 'ed a0 80 ed b0 80', 'U+110000': 'f4 90 80 80', 'U+1FFFFF': 'f7 bf bf bf',
  'a sequence of 5 bytes': 'f8 88 80 80 80', 'a sequence of 6 bytes': 'fc 84 80 80 80 80', 'the byte FE': 'fe', 'the byte FF': 'ff',
  '2 bytes cut by a letter': 'c3 28', '3 bytes cut by a letter': 'e2 82 28', '4 bytes cut by a letter': 'f0 9f 92 28',
};
const UTF8 = [
  ...GOOD_TEXTS.map((good) => row('8.1', `${[...Buffer.from(good)].map((byte) => byte.toString(16)).join(' ')} is text`,
    text(asking(good)), answered(good))),
  ...GOOD_TEXTS.filter((good) => Buffer.byteLength(good) > 1).map((good) => row('8.1', `${good.codePointAt(0).toString(16)} with a ping inside the character`,
    fragments(...bytesOf(asking(good))).flatMap((piece, i) => (i === 23 ? [ping('p'), piece] : [piece])), 'pong 70', answered(good))),
  ...Object.entries(BAD_TEXTS).map(([name, digits]) => row('8.1', name, text(quoted(hex(digits))), 'close 1007')),
  ...Object.entries(BAD_TEXTS).map(([name, digits]) => row('8.1', `${name}, in fragments of one byte`,
    fragments(...bytesOf(quoted(hex(digits)))), 'close 1007')),
  ...['c3', 'e2 82', 'f0 9f 92'].flatMap((digits) => [
    row('8.1', `a text that ends after ${digits}`, text(hex(digits)), 'close 1007'),
    row('8.1', `a text that ends after ${digits} and an empty fragment`, fragments(hex(digits), ''), 'close 1007'),
    row('8.1', `a character that ends after ${digits} and a fragment of letters`, fragments(hex(digits), 'abc'), 'close 1007'),
  ]),
  row('8.1', 'a byte that is wrong in the last of three fragments', fragments('κόσ', 'με', hex('ff')), 'close 1007'),
  row('8.1', 'a good message before a bad one', [text(asking('a')), text(hex('ff'))], answered('a'), 'close 1007'),
];

const BINARY = [
  row('7.4.1', 'a binary message', binary('hello'), 'close 1003'),
  row('7.4.1', 'an empty binary message', binary(''), 'close 1003'),
  row('7.4.1', 'a fragmented binary message', [binary('a', { fin: false }), more('b')], 'close 1003'),
  row('7.4.1', 'a binary message after a text', [text(asking('a')), binary('b')], answered('a'), 'close 1003'),
];

const GOOD_CODES = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999];
const BAD_CODES = [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535];
const CLOSING = [
  row('5.5.1', 'a close without a code', close(), 'close 1000'),
  ...GOOD_CODES.map((code) => row('7.4', `close ${code}`, close(code), `close ${code}`)),
  ...BAD_CODES.map((code) => row('7.4', `close ${code}, which must not be sent`, close(code), 'close 1002')),
  row('5.5.1', 'a close with one byte', frame(OPCODE.close, 'a'), 'close 1002'),
  row('5.5.1', 'a reason', close(1000, 'going home'), 'close 1000'),
  row('5.5.1', 'a reason of 123 bytes', close(1000, 'x'.repeat(123)), 'close 1000'),
  row('5.5.1', 'a reason beyond ASCII', close(1000, 'κόσμε'), 'close 1000'),
  row('8.1', 'a reason that is not UTF-8', close(1000, hex('ff')), 'close 1007'),
  row('8.1', 'a reason that ends inside a character', close(1000, hex('e2 82')), 'close 1007'),
  row('8.1', 'a reason with a surrogate', close(4000, hex('ed a0 80')), 'close 1007'),
  row('7.1.5', 'a message before the close', [text(asking('a')), close(1000)], answered('a'), 'close 1000'),
  row('5.5.1', 'a message after the close', [close(1000), text(asking('a'))], 'close 1000'),
  row('5.5.1', 'a ping after the close', [close(1000), ping('p')], 'close 1000'),
  row('5.5.1', 'a second close', [close(1000), close(4000)], 'close 1000'),
  row('5.5.1', 'rubbish after the close', [close(1000), hex('ff ff ff ff')], 'close 1000'),
  row('5.5.1', 'a rest of a message after the close', [text('{', { fin: false }), close(1001), more('}')], 'close 1001'),
  row('7.1.7', 'a message after a fault', [frame(3), text(asking('a'))], 'close 1002'),
  row('7.1.7', 'a ping after a fault', [binary(''), ping('p')], 'close 1003'),
  row('7.1.7', 'a close after a fault', [text(hex('ff')), close(1000)], 'close 1007'),
  row('7.1.7', 'a second fault', [frame(3), text(hex('ff'))], 'close 1002'),
];

export const GROUPS = {
  'messages and fragments': MESSAGES,
  'lengths of frames': LENGTHS,
  'sizes of messages': SIZES,
  'what is reserved': RESERVED,
  'masks': MASKS,
  'control frames': CONTROL,
  'UTF-8': UTF8,
  'binary messages': BINARY,
  'closing': CLOSING,
};
