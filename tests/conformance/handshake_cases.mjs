// Opening handshakes and what RFC 6455 has a server answer (sections 4.2 and 4.4; where it leaves the status open, the
// one of docs/protocol.md, section 5).

/** The key of section 1.3, and its answer. */
export const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
export const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

const HEADERS = {
  Host: 'localhost',
  Upgrade: 'websocket',
  Connection: 'Upgrade',
  'Sec-WebSocket-Key': KEY,
  'Sec-WebSocket-Version': '13',
};

/**
 * A request, right but for the changes.
 * @param {Record<string, string | string[] | null>} changes headers; null leaves one out, an array gives it repeatedly
 */
export function request(changes = {}, { line = 'GET /ws HTTP/1.1', body = '' } = {}) {
  const fields = Object.entries({ ...HEADERS, ...changes }).flatMap(([name, value]) =>
    value === null ? [] : [value].flat().map((one) => `${name}: ${one}\r\n`));
  return `${line}\r\n${fields.join('')}\r\n${body}`;
}

const accepted = (name, section, changes, options) =>
  ({ name, section, request: request(changes, options), status: 101 });
const refused = (name, section, status, changes, { headers = {}, ...options } = {}) =>
  ({ name, section, request: request(changes, options), status, headers });

const VERSION_13 = { headers: { 'sec-websocket-version': '13', upgrade: 'websocket' } };

export const HANDSHAKES = [
  accepted('the key of the RFC', '1.3'),
  accepted('the other path', '4.2.1', {}, { line: 'GET /api/ws/realtime HTTP/1.1' }),
  accepted('a path with a query', '4.1', {}, { line: 'GET /ws?heartbeat=json HTTP/1.1' }),
  accepted('an absolute URL as target', '4.2.1', {}, { line: 'GET http://localhost/ws HTTP/1.1' }),
  accepted('names of headers in lower case', '4.2.1', {
    Upgrade: null, upgrade: 'websocket', 'Sec-WebSocket-Key': null, 'sec-websocket-key': KEY,
    'Sec-WebSocket-Version': null, 'sec-websocket-version': '13',
  }),
  accepted('values in other cases', '4.2.1', { Upgrade: 'WebSocket', Connection: 'UPGRADE' }),
  accepted('Connection as a list', '4.2.1', { Connection: 'keep-alive, Upgrade' }),
  accepted('Connection twice', '4.2.1', { Connection: ['keep-alive', 'Upgrade'] }),
  accepted('Upgrade as a list', '4.2.1', { Upgrade: 'h2c, websocket' }),
  accepted('white space around the key', '4.2.1', { 'Sec-WebSocket-Key': `  ${KEY}  ` }),
  accepted('an extension that is not spoken', '9.1', { 'Sec-WebSocket-Extensions': 'x-no-such-extension; a=1' }),
  accepted('compression, which is off', '9.1', { 'Sec-WebSocket-Extensions': 'permessage-deflate' }),
  accepted('subprotocols, of which there are none', '4.2.2', { 'Sec-WebSocket-Protocol': 'chat, superchat' }),
  accepted('the own origin', '4.2.1', { Origin: 'http://localhost' }),
  accepted('headers that mean nothing here', '4.2.1', { 'X-Unknown': 'yes', Cookie: 'a=b' }),

  refused('no key', '4.2.1', 400, { 'Sec-WebSocket-Key': null }),
  refused('an empty key', '4.2.1', 400, { 'Sec-WebSocket-Key': '' }),
  refused('a key of 15 bytes', '4.2.1', 400, { 'Sec-WebSocket-Key': Buffer.alloc(15).toString('base64') }),
  refused('a key of 17 bytes', '4.2.1', 400, { 'Sec-WebSocket-Key': Buffer.alloc(17).toString('base64') }),
  refused('a key that is not base64', '4.2.1', 400, { 'Sec-WebSocket-Key': '!!!!!!!!!!!!!!!!!!!!!!==' }),
  refused('a key given twice', '11.3.1', 400, { 'Sec-WebSocket-Key': [KEY, KEY] }),
  refused('no version', '4.2.1', 426, { 'Sec-WebSocket-Version': null }, VERSION_13),
  refused('version 8', '4.4', 426, { 'Sec-WebSocket-Version': '8' }, VERSION_13),
  refused('version 14', '4.4', 426, { 'Sec-WebSocket-Version': '14' }, VERSION_13),
  refused('a version that is no number', '4.4', 426, { 'Sec-WebSocket-Version': 'thirteen' }, VERSION_13),
  refused('no Upgrade', '4.2.1', 426, { Upgrade: null }, { headers: { upgrade: 'websocket' } }),
  refused('Upgrade to something else', '4.2.1', 426, { Upgrade: 'h2c' }, { headers: { upgrade: 'websocket' } }),
  refused('no Connection', '4.2.1', 426, { Connection: null }, { headers: { upgrade: 'websocket' } }),
  refused('Connection without upgrade', '4.2.1', 426, { Connection: 'keep-alive' }, { headers: { upgrade: 'websocket' } }),
  refused('POST', '4.2.1', 405, {}, { line: 'POST /ws HTTP/1.1', headers: { allow: 'GET, OPTIONS' } }),
  refused('HEAD', '4.2.1', 405, {}, { line: 'HEAD /ws HTTP/1.1', headers: { allow: 'GET, OPTIONS' } }),
  refused('PUT', '4.2.1', 405, {}, { line: 'PUT /ws HTTP/1.1', headers: { allow: 'GET, OPTIONS' } }),
  refused('HTTP/1.0', '4.2.1', 400, {}, { line: 'GET /ws HTTP/1.0' }),
  refused('no Host', '4.2.1', 400, { Host: null }),
  refused('Host twice', '4.2.1', 400, { Host: ['localhost', 'localhost'] }),
  refused('a body', '4.1', 400, { 'Content-Length': '5' }, { body: 'hello' }),
  refused('a foreign origin', '4.2.2', 403, { Origin: 'https://elsewhere.example' }),
  refused('the origin null', '10.2', 403, { Origin: 'null' }),
  refused('a foreign name of the host', '10.2', 403, { Host: 'rebound.example' }),
  refused('a resource that does not exist', '4.2.2', 404, {}, { line: 'GET /socket HTTP/1.1' }),
  refused('a broken escape in the query', '4.2.2', 400, {}, { line: 'GET /ws?a=%zz HTTP/1.1' }),
];
