// A bridge of a few pages for tests of the client and the console: WebSocket, Server-Sent Events and long poll of
// docs/protocol.md over one log, the static files, and every kind of trouble a network makes.
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { clientBundle } from './client_bundle.mjs';

const WEB = new URL('../../web/', import.meta.url);
const CONTENT_TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const CLIENT = clientBundle();

export class FakeBridge {
  /** `open`, `refuse` (403 to every upgrade), `swallow` (accept it, then nothing) or `deafen` (only greet). */
  webSocket = 'open';
  pingIntervalMs = 30_000;
  /** How long a session lasts before its token expires; 0: for good. */
  sessionMs = 0;
  /** `open`, `absent` (404) or `hold` (as a proxy that passes nothing on before the end). */
  streams = 'open';
  /** Where set, the token that is needed; any other, or none, ends with 4001 or 401. */
  token = '';
  /** Topics that nobody may read. */
  forbidden = new Set();
  /** Whether those without a token are let in nevertheless, as nobody. */
  admitsAnybody = false;
  /** Whose token that is. */
  user = 'ada';
  /** @type {Map<string, {type: string, body: string | Buffer, policy?: string}>} further files, by path */
  files = new Map();
  secure = false;
  node = 'fake';
  port = 0;
  historyLimit = 1000;

  #server = null;
  #sockets = new Set();
  #sessions = new Set();
  #waiting = new Set();
  #epoch = 'e1';
  #offset = 0;
  /** @type {Map<string, object[]>} */
  #topics = new Map();
  #lost = new Map();

  get url() {
    return `http://127.0.0.1:${this.port}/`;
  }
  get connections() {
    return this.#sessions.size;
  }

  async start() {
    const upgrades = new WebSocketServer({ noServer: true });
    this.#server = createServer((request, response) => this.#serve(request, response));
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('upgrade', (request, socket, head) => {
      if (this.webSocket === 'refuse' || !/^\/(api\/ws\/realtime|ws)(\?|$)/.test(request.url)) {
        socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
        return;
      }
      upgrades.handleUpgrade(request, socket, head, (ws) => this.#open(ws));
    });
    await new Promise((resolve, reject) => {
      this.#server.once('error', reject).listen(this.port, '127.0.0.1', resolve);
    });
    this.port = this.#server.address().port;
    return this;
  }

  /** Dies without a word, as on SIGKILL. start() brings it back on the same port with the same log. */
  async kill() {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    this.#sessions.clear();
    this.#waiting.clear();
    await closed;
  }

  /** What a restarted memory broker has: a new, empty log. */
  forget() {
    this.#epoch = `e${Number(this.#epoch.slice(1)) + 1}`;
    this.#offset = 0;
    this.#topics.clear();
    this.#lost.clear();
  }

  publish(topic, type, data, timestamp = new Date()) {
    const event = { type, topic, timestamp: timestamp.toISOString(), data, offset: ++this.#offset };
    const history = this.#topics.get(topic) ?? [];
    history.push(event);
    if (history.length > this.historyLimit) this.#lost.set(topic, history.shift().offset);
    this.#topics.set(topic, history);
    for (const session of this.#sessions) {
      if (session.topics.has(topic)) session.ws.send(JSON.stringify(event));
    }
    for (const wake of [...this.#waiting]) wake(topic, event);
    return event.offset;
  }

  /** Ends every WebSocket the way the bridge does. */
  disconnectAll(code, reason, { reconnect = true, afterMs } = {}) {
    for (const { ws } of this.#sessions) {
      this.#say(ws, 'disconnect', '$bridge', { code, reason, reconnect, after_ms: afterMs });
      ws.close(code, reason);
    }
  }

  // ---- WebSocket

  #open(ws) {
    ws.on('error', () => {});
    if (this.webSocket === 'swallow') return;
    const session = { ws, topics: new Set() };
    ws.on('close', () => this.#sessions.delete(session));
    ws.on('message', (text) => {
      const message = JSON.parse(text);
      if (message.action === 'auth') return this.#authenticate(session, message.token);
      if (!this.#sessions.has(session) && message.action !== 'ping') {
        return this.#say(ws, 'error', '$bridge', { code: 'unauthorized', message: 'send a token first', id: message.id });
      }
      if (this.webSocket !== 'deafen') this.#handle(session, message);
    });
    if (!this.token || this.admitsAnybody) this.#greet(session, '');
  }

  #authenticate(session, token) {
    if (!this.token) {
      return this.#say(session.ws, 'error', '$bridge', { code: 'unauthorized', message: 'connect without a token' });
    }
    if (token === this.token) return this.#greet(session, this.user);
    this.#say(session.ws, 'disconnect', '$bridge', { code: 4001, reason: 'bad token', reconnect: true });
    session.ws.close(4001, 'bad token');
  }

  #greet(session, user) {
    const isNew = user && session.user !== user;
    session.user = user;
    this.#sessions.add(session);
    this.#say(session.ws, 'connected', '$bridge', this.#welcome(user));
    if (isNew) this.#handle(session, { action: 'subscribe', topic: `user:${this.user}` });
  }

  #welcome(user = this.token && this.user) {
    return {
      user_id: user || undefined,
      client_id: `c${Math.random().toString(36).slice(2, 10)}`, protocol: 1, ping_interval_ms: this.pingIntervalMs,
      server: 'spanwire-bridge/0.1.0', node: this.node, secure: this.secure || !!this.token,
      session_expires_at: this.sessionMs ? new Date(Date.now() + this.sessionMs).toISOString() : undefined,
    };
  }

  #handle({ ws, topics }, { action, id, topic, topics: names = [topic], since, history = 0 }) {
    if (action === 'pong') return undefined;
    if (action === 'ping') return this.#say(ws, 'pong', '$bridge', { cursor: this.#cursor(), id });
    if (action !== 'subscribe' && action !== 'unsubscribe') {
      return this.#say(ws, 'error', '$bridge', { code: 'unknown_action', message: `no action "${action}"`, action, id });
    }
    for (const name of names) {
      if (action === 'unsubscribe') {
        topics.delete(name);
        this.#say(ws, 'unsubscription', name, { reason: 'client', id });
        continue;
      }
      if (this.forbidden.has(name)) {
        this.#say(ws, 'error', name, { code: 'forbidden', message: 'your token does not allow this topic', action, id });
        continue;
      }
      topics.add(name);
      const cursor = typeof since === 'object' ? since[name] : since;
      const recovered = cursor ? this.#canResume(name, cursor) : undefined;
      const missed = recovered ? this.#after(name, cursor) : this.#last(name, history);
      const start = recovered ? cursor : this.#cursor(missed.length ? missed[0].offset - 1 : undefined);
      this.#say(ws, 'subscription', name, { cursor: start, recovered, id });
      for (const event of missed) ws.send(JSON.stringify(event));
    }
  }

  #say(ws, type, topic, data) {
    ws.send(JSON.stringify({ type, topic, data, timestamp: new Date().toISOString() }));
  }

  // ---- the log

  #cursor(offset = this.#offset) {
    return `${this.#epoch}-${offset}`;
  }
  #canResume(topic, cursor) {
    const [epoch, offset] = cursor.split('-');
    return epoch === this.#epoch && Number(offset) <= this.#offset && (this.#lost.get(topic) ?? 0) <= Number(offset);
  }
  #after(topic, cursor) {
    const offset = Number(cursor.split('-')[1]);
    return (this.#topics.get(topic) ?? []).filter((event) => event.offset > offset);
  }
  #last(topic, n) {
    return n ? (this.#topics.get(topic) ?? []).slice(-n) : [];
  }

  // ---- HTTP

  #serve(request, response) {
    const url = new URL(request.url, this.url);
    if (url.pathname.startsWith('/api/')) return this.#api(url, request, response);
    if (url.pathname === '/client/spanwire.js') {
      response.writeHead(200, { 'content-type': CONTENT_TYPES['.js'], 'cache-control': 'no-cache' });
      response.end(CLIENT);
      return;
    }
    const own = this.files.get(url.pathname);
    if (own) {
      response.writeHead(200, {
        'content-type': own.type, 'content-security-policy': own.policy ?? "default-src 'self'",
      });
      response.end(own.body);
      return;
    }
    const path = url.pathname === '/' ? 'console/index.html'
      : url.pathname.startsWith('/favicon') ? 'console/favicon.svg' : url.pathname.slice(1);
    const file = new URL(path, WEB);
    if (!file.href.startsWith(WEB.href) || !CONTENT_TYPES[extname(path)] || !existsSync(file)) {
      return this.#refuse(response, 404, 'not_found', `no ${url.pathname}`);
    }
    response.writeHead(200, {
      'content-type': CONTENT_TYPES[extname(path)],
      'content-security-policy': "default-src 'self'",
      'cache-control': 'no-cache',
    });
    createReadStream(fileURLToPath(file)).pipe(response);
  }

  #refuse(response, status, code, detail) {
    response.writeHead(status, {
      'content-type': 'application/problem+json', ...(status === 401 && { 'www-authenticate': 'Bearer' }),
    });
    response.end(JSON.stringify({ status, code, detail }));
  }

  #api({ pathname, searchParams }, request, response) {
    if (this.token && request.headers.authorization !== `Bearer ${this.token}`) {
      return this.#refuse(response, 401, 'unauthorized', 'bad token');
    }
    const closed = (searchParams.get('topics') ?? '').split(',').find((topic) => this.forbidden.has(topic));
    if (closed) return this.#refuse(response, 403, 'forbidden', `your token does not allow ${closed}`);
    if (pathname === '/api/poll') return this.#poll(searchParams, response);
    if (pathname === '/api/sse' && this.streams !== 'absent') return this.#stream(searchParams, response);
    return this.#refuse(response, 404, 'not_found', `no ${pathname}`);
  }

  #stream(query, response) {
    const names = [...new Set([...query.get('topics').split(','), ...(this.token ? [`user:${this.user}`] : [])])];
    const cursor = query.get('cursor');
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.flushHeaders();
    if (this.streams === 'hold') return;
    const say = (type, topic, data) =>
      response.write(`data: ${JSON.stringify({ type, topic, data, timestamp: new Date().toISOString() })}\n\n`);
    const tell = (event) => response.write(`id: ${this.#cursor(event.offset)}\ndata: ${JSON.stringify(event)}\n\n`);
    say('connected', '$bridge', this.#welcome());
    const resumed = names.filter((name) => cursor && this.#canResume(name, cursor));
    for (const name of names) {
      const recovered = cursor ? resumed.includes(name) : undefined;
      say('subscription', name, { cursor: recovered ? cursor : this.#cursor(), recovered });
    }
    resumed.flatMap((name) => this.#after(name, cursor)).sort((a, b) => a.offset - b.offset).forEach(tell);
    const wake = (topic, event) => names.includes(topic) && tell(event);
    this.#waiting.add(wake);
    response.on('close', () => this.#waiting.delete(wake));
  }

  #poll(query, response) {
    const names = query.get('topics').split(',');
    const cursor = query.get('cursor');
    const answer = () => {
      this.#waiting.delete(wake);
      clearTimeout(timer);
      const recovered = names.map((name) => [name, { recovered: !!cursor && this.#canResume(name, cursor) }]);
      const messages = names.flatMap((name, i) => recovered[i][1].recovered ? this.#after(name, cursor)
        : this.#last(name, Number(query.get('history') ?? 0))).sort((a, b) => a.offset - b.offset);
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(JSON.stringify({
        messages, cursor: this.#cursor(), more: false, topics: cursor ? Object.fromEntries(recovered) : {},
      }));
    };
    const wake = (topic) => names.includes(topic) && answer();
    let timer;
    const settled = !cursor || names.some((name) => !this.#canResume(name, cursor) || this.#after(name, cursor).length);
    if (settled) return answer();
    this.#waiting.add(wake);
    timer = setTimeout(answer, 1000 * Number(query.get('wait') ?? 25));
    response.on('close', () => {
      this.#waiting.delete(wake);
      clearTimeout(timer);
    });
  }
}
