// Hostile and odd HTTP requests, byte by byte, and the status that each is answered with: RFC 9112 on how requests are
// framed, RFC 9110 on what they mean, and what attackers make of bridges behind proxies. A row that is refused for its
// framing must end the connection, since nobody knows where a next request would begin; `next` rows must not.
const HOST = 'Host: localhost';
const CRLF = '\r\n';

const raw = (group, name, status, bytes, more = {}) => ({ group, name, status, bytes: Buffer.from(bytes, 'latin1'), ends: true, ...more });
/** A request line and headers; the connection goes on behind it. */
const get = (group, name, status, target, headers = [], more = {}) =>
  raw(group, name, status, [`GET ${target} HTTP/1.1`, HOST, ...headers, '', ''].join(CRLF), { ends: false, ...more });
const head = (line, headers = [HOST]) => [line, ...headers, '', ''].join(CRLF);
const post = (headers, body = '') => `${head('POST /api/poll HTTP/1.1', [HOST, ...headers])}${body}`;
/** Would be answered with 404 if it were taken for a request. */
const SMUGGLED = `GET /smuggled HTTP/1.1${CRLF}${HOST}${CRLF}${CRLF}`;
const BODY = '{"topics":["a"]}';

export const HTTP_CASES = [
  // ---- Where one request ends and the next begins (RFC 9112, sections 6 and 7)
  raw('smuggling', 'Content-Length beside Transfer-Encoding', 400, post(['Content-Length: 4', 'Transfer-Encoding: chunked'], `0\r\n\r\n${SMUGGLED}`)),
  raw('smuggling', 'Transfer-Encoding beside Content-Length', 400, post(['Transfer-Encoding: chunked', 'Content-Length: 4'], `0\r\n\r\n${SMUGGLED}`)),
  raw('smuggling', 'two lengths that differ', 400, post(['Content-Length: 0', 'Content-Length: 44'], SMUGGLED)),
  raw('smuggling', 'two lengths that agree', 400, post([`Content-Length: ${BODY.length}`, `Content-Length: ${BODY.length}`], BODY)),
  raw('smuggling', 'a list of lengths', 400, post([`Content-Length: ${BODY.length}, ${BODY.length}`], BODY)),
  raw('smuggling', 'a negative length', 400, post(['Content-Length: -1'], SMUGGLED)),
  raw('smuggling', 'a length with a plus', 400, post([`Content-Length: +${BODY.length}`], BODY)),
  raw('smuggling', 'a length in hex', 400, post(['Content-Length: 0x10'], BODY)),
  raw('smuggling', 'a length beyond 64 bits', 400, post(['Content-Length: 18446744073709551617'], BODY)),
  raw('smuggling', 'an empty length', 400, post(['Content-Length:'], SMUGGLED)),
  raw('smuggling', 'a length that is no number', 400, post(['Content-Length: ten'], BODY)),
  raw('smuggling', 'two Transfer-Encodings', 400, post(['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], '0\r\n\r\n')),
  raw('smuggling', 'chunked twice', 501, post(['Transfer-Encoding: chunked, chunked'], '0\r\n\r\n')),
  raw('smuggling', 'another coding before chunked', 501, post(['Transfer-Encoding: gzip, chunked'], '0\r\n\r\n')),
  raw('smuggling', 'identity', 501, post(['Transfer-Encoding: identity'], BODY)),
  raw('smuggling', 'a coding that only ends so', 501, post(['Transfer-Encoding: xchunked'], '0\r\n\r\n')),
  raw('smuggling', 'a coding hidden behind a vertical tab', 400, post(['Transfer-Encoding: \x0bchunked'], '0\r\n\r\n')),
  raw('smuggling', 'Transfer-Encoding in HTTP/1.0', 400, `${head('POST /api/poll HTTP/1.0', [HOST, 'Transfer-Encoding: chunked'])}0\r\n\r\n`),
  raw('smuggling', 'a space before the colon', 400, post(['Transfer-Encoding : chunked'], '0\r\n\r\n')),
  raw('smuggling', 'a header name with a space', 400, post(['Content Length: 5'], BODY)),
  raw('smuggling', 'a chunk size that is no number', 400, post(['Transfer-Encoding: chunked'], 'x\r\n\r\n')),
  raw('smuggling', 'a negative chunk size', 400, post(['Transfer-Encoding: chunked'], '-1\r\n\r\n')),
  raw('smuggling', 'a chunk size beyond 64 bits', 400, post(['Transfer-Encoding: chunked'], '10000000000000000\r\n\r\n')),
  raw('smuggling', 'a chunk longer than it says', 400, post(['Transfer-Encoding: chunked'], `1\r\n${BODY}\r\n0\r\n\r\n`)),
  raw('smuggling', 'a line of chunk extensions without end', 400, post(['Transfer-Encoding: chunked'], `1;${'x'.repeat(20_000)}`)),
  // ---- What a head is made of (RFC 9112, sections 2 to 5)
  raw('head', 'no Host', 400, head('GET / HTTP/1.1', [])),
  raw('head', 'two Hosts', 400, head('GET / HTTP/1.1', [HOST, 'Host: evil.example'])),
  raw('head', 'HTTP/2 by prior knowledge', 400, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  raw('head', 'TLS on the plain port', 400, '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'),
  raw('head', 'HTTP/0.9', 400, 'GET /\r\n'),
  raw('head', 'HTTP/3.1', 400, head('GET / HTTP/3.1')),
  raw('head', 'a version that is none', 400, head('GET / HTTQ/1.1')),
  raw('head', 'no target', 400, head('GET  HTTP/1.1')),
  raw('head', 'a target without a slash', 400, head('GET healthz HTTP/1.1')),
  raw('head', 'a target with a space', 400, head('GET /health z HTTP/1.1')),
  raw('head', 'a target with a control byte', 400, head('GET /health\x01 HTTP/1.1')),
  raw('head', 'a NUL in a header', 400, head('GET / HTTP/1.1', [HOST, 'X: a\x00b'])),
  raw('head', 'a bare CR in a header', 400, head('GET / HTTP/1.1', [HOST, 'X: a\rSet-Cookie: b'])),
  raw('head', 'a header without a name', 400, head('GET / HTTP/1.1', [HOST, ': x'])),
  raw('head', 'a header without a colon', 400, head('GET / HTTP/1.1', [HOST, 'nonsense'])),
  raw('head', 'white space before the first header', 400, head('GET / HTTP/1.1', [` X: y`, HOST])),
  raw('head', 'a control byte in a header name', 400, head('GET / HTTP/1.1', [HOST, 'X\x07Y: z'])),
  raw('head', 'only garbage', 400, '\x00\xff\xfe\x80\r\n\r\n'),
  raw('head', 'a proxy header (PROXY protocol)', 400, `PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n${head('GET / HTTP/1.1')}`),
  raw('head', 'a head that is too large', 431, head('GET / HTTP/1.1', [HOST, `X: ${'x'.repeat(8 * 1024)}`])),
  raw('head', 'too many headers', 431, head('GET / HTTP/1.1', [HOST, ...Array(2000).fill('X: y')])),
  raw('head', 'a URL that is too long', 414, head(`GET /${'x'.repeat(8 * 1024)} HTTP/1.1`)),
  raw('head', 'a body that is too large', 413, post([`Content-Length: ${64 * 1024 + 1}`])),
  raw('head', 'chunks that are too much together', 413, post(['Transfer-Encoding: chunked'], `10001\r\n${'x'.repeat(0x10001)}\r\n0\r\n\r\n`)),
  get('head', 'an Expect that is none', 200, '/healthz', ['Expect: a-miracle']),
  get('head', 'a body on a GET', 200, '/healthz', ['Content-Length: 2'], { after: 'ok' }),
  raw('head', 'a line break too many before it', 200, `\r\n${head('GET /healthz HTTP/1.1')}`, { ends: false }),
  raw('head', 'HTTP/1.0', 200, head('GET /healthz HTTP/1.0', [])),
  raw('head', 'absolute form', 200, head('GET http://localhost/healthz HTTP/1.1'), { ends: false }),
  // ---- Methods (RFC 9110, section 9)
  ...['TRACE', 'CONNECT', 'PUT', 'DELETE', 'PATCH', 'get', 'PROPFIND'].map((method) =>
    raw('methods', method, method === 'CONNECT' ? 400 : 405, head(`${method} ${method === 'CONNECT' ? 'localhost:1' : '/api/poll'} HTTP/1.1`), { ends: method === 'CONNECT' })),
  raw('methods', 'OPTIONS of everything', 204, head('OPTIONS * HTTP/1.1'), { ends: false }),
  raw('methods', 'GET of everything', 400, head('GET * HTTP/1.1')),
  // ---- Files (path traversal)
  ...['/../etc/passwd', '/console/../../etc/passwd', '/console/%2e%2e/%2e%2e/etc/passwd', '/console/..%2f..%2fetc/passwd',
    '/console/..\\..\\etc\\passwd', '/console/....//etc/passwd', '//etc/passwd', '/console//etc/passwd', '/client/./spanwire.js',
    '/client/%00', '/client/spanwire.js%00.html', '/client/', '/client', '/console', '/.git/config', '/%2e/', '/;/', '/CLIENT/spanwire.js',
    '/file:///etc/passwd'].map((path) => get('files', path, 404, path)),
  // ---- Injection into what is answered
  get('injection', 'a line break in a topic', 400, '/api/poll?topics=a%0d%0aSet-Cookie:%20x'),
  get('injection', 'a line break in a path', 404, '/a%0d%0aSet-Cookie:%20x'),
  get('injection', 'markup in a path', 404, '/<script>alert(1)</script>'),
  get('injection', 'markup in a topic', 400, '/api/poll?topics=<script>'),
  get('injection', 'a line break in a cursor', 400, '/api/poll?topics=a&cursor=e-1%0d%0aid:%20x'),
  get('injection', 'a line break in a last event id', 400, '/api/sse?topics=a', ['Last-Event-ID: e%0a1']),
  get('injection', 'a broken escape', 400, '/api/poll?topics=%zz'),
  get('injection', 'an escape that is cut off', 400, '/api/poll?topics=%'),
  get('injection', 'a query that is no UTF-8', 400, '/api/poll?topics=%ff%fe'),
  get('injection', 'an overlong slash', 400, '/api/poll?topics=%c0%af'),
  // ---- Whom a page may speak for (CSRF, DNS rebinding)
  get('origin', 'a page of elsewhere polls', 403, '/api/poll?topics=a', ['Origin: https://evil.example']),
  get('origin', 'a page of nowhere polls', 403, '/api/poll?topics=a', ['Origin: null']),
  get('origin', 'a page of the same host and another port', 403, '/api/sse?topics=a', ['Origin: http://localhost:1']),
  get('origin', 'an origin that only begins so', 403, '/api/poll?topics=a', ['Origin: http://localhost.evil.example']),
  get('origin', 'an origin that only ends so', 403, '/api/poll?topics=a', ['Origin: http://evil-localhost']),
  get('origin', 'an origin that is none', 403, '/api/poll?topics=a', ['Origin: javascript:alert(1)']),
  raw('origin', 'a name that leads here', 403, head('GET /api/poll?topics=a HTTP/1.1', ['Host: rebound.example']), { ends: false }),
  raw('origin', 'a name that leads here, in absolute form', 403, head('GET http://rebound.example/api/poll?topics=a HTTP/1.1'), { ends: false }),
  raw('origin', 'a Host that is none', 403, head('GET /api/poll?topics=a HTTP/1.1', ['Host: a b']), { ends: false }),
  raw('origin', 'an empty Host', 403, head('GET /api/poll?topics=a HTTP/1.1', ['Host:']), { ends: false }),
  raw('origin', 'a Host with a user', 403, head('GET /api/poll?topics=a HTTP/1.1', ['Host: localhost@evil.example']), { ends: false }),
  get('origin', 'a host that a header forwards', 200, '/healthz', ['X-Forwarded-Host: evil.example', 'Forwarded: host=evil.example']),
  // ---- Bodies
  raw('bodies', 'no JSON', 400, post(['Content-Length: 1'], '{'), { ends: false }),
  raw('bodies', 'JSON nested a thousand deep', 400, post(['Content-Length: 2000'], '['.repeat(1000) + ']'.repeat(1000)), { ends: false }),
  raw('bodies', 'JSON that is no UTF-8', 400, post(['Content-Length: 15'], '{"topics":["\xff"]}'.slice(0, 15)), { ends: false }),
  raw('bodies', 'numbers for topics', 400, post(['Content-Length: 14'], '{"topics":[1]}'), { ends: false }),
  raw('bodies', 'a number that is none', 400, post(['Content-Length: 29'], '{"topics":["a"],"wait":1e9999}'.slice(0, 29)), { ends: false }),
];
