// Time, sockets and HTTP that stand still until a test moves them.

/** Lets promises that are ready go on. */
export async function settle() {
  for (let i = 0; i < 60; i++) await Promise.resolve();
}

/** The bridge's end of a WebSocket that the client dialled. */
class FakeSocket {
  readyState = 0;
  /** Frames but pings and pongs. */
  sent = [];
  pings = 0;
  pongs = 0;
  closedWith = null;

  constructor(runtime, url) {
    this.runtime = runtime;
    this.url = url;
    runtime.sockets.push(this);
  }

  // ---- what the client calls

  send(text) {
    const message = JSON.parse(text);
    if (message.action === 'ping') this.pings++;
    else if (message.action === 'pong') this.pongs++;
    else this.sent.push(message);
  }
  close(code) {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.closedWith = code;
  }

  // ---- what the bridge does

  /** Accepts, greets, and answers the ping. */
  accept(data = {}) {
    this.greet(data);
    this.pong();
  }
  /** Accepts and greets, but nothing that the client says gets through. */
  greet(data = {}) {
    this.readyState = 1;
    this.onopen?.({});
    this.say('connected', '$bridge', {
      client_id: 'c1', protocol: 1, ping_interval_ms: 30000, server: 'fake/1', node: 'n1', secure: true, ...data,
    });
  }
  pong(data = {}) {
    this.say('pong', '$bridge', data);
  }
  /** Accepts the upgrade and swallows everything, as some proxies do. */
  swallow() {
    this.readyState = 1;
    this.onopen?.({});
  }
  say(type, topic, data, more = {}) {
    this.onmessage?.({ data: JSON.stringify({ type, topic, timestamp: '2026-01-15T14:05:00.000Z', data, ...more }) });
  }
  event(topic, offset, data = { n: offset }) {
    this.say('thing', topic, data, { offset });
  }
  /** Answers the last subscribe frame, topic by topic, with `answer(topic)` or at `cursor`. */
  acknowledge(cursor, recovered) {
    const { id, topics } = this.sent.filter(({ action }) => action === 'subscribe').at(-1);
    for (const topic of topics) this.say('subscription', topic, { cursor, recovered, id });
  }
  drop(code = 1006, reason = '') {
    this.readyState = 3;
    this.onclose?.({ code, reason, wasClean: code !== 1006 });
  }
}

/** A response of Server-Sent Events, chunk by chunk. */
class FakeBody {
  #chunks = [];
  #wake = () => {};

  getReader() {
    return {
      read: async () => {
        while (!this.#chunks.length) await new Promise((resolve) => this.#wake = resolve);
        const chunk = this.#chunks.shift();
        if (chunk instanceof Error) throw chunk;
        return chunk === null ? { done: true } : { done: false, value: new TextEncoder().encode(chunk) };
      },
    };
  }
  push(chunk) {
    this.#chunks.push(chunk);
    this.#wake();
  }
  cut(error) {
    this.push(error);
  }
}

/** What the bridge does with a request for a stream. */
function streamingAnswers({ topics, cursor }, resolve) {
  const body = new FakeBody();
  return {
    body,
    open: () => resolve({ status: 200, ok: true, headers: new Headers({ 'content-type': 'text/event-stream' }), body }),
    say(type, topic, data, { id, ...more } = {}) {
      const message = { type, topic, timestamp: '2026-01-15T14:05:00.000Z', data, ...more };
      body.push(`${id ? `id: ${id}\n` : ''}data: ${JSON.stringify(message)}\n\n`);
    },
    event(topic, offset) {
      this.say('thing', topic, { n: offset }, { offset, id: `e1-${offset}` });
    },
    /** Answers, greets and confirms every topic. */
    begin() {
      this.open();
      this.say('connected', '$bridge', { client_id: 's1', protocol: 1, server: 'fake/1', node: 'n1', secure: true });
      for (const topic of topics) this.say('subscription', topic, { cursor, recovered: true });
    },
    heartbeat: () => body.push(': still here\n\n'),
    end: () => body.push(null),
  };
}

export class FakeRuntime {
  sockets = [];
  /** Polls that wait for an answer. */
  polls = [];
  /** Requests for Server-Sent Events. While `streams` is false they are answered with 404. */
  opened = [];
  streams = false;
  reports = [];
  page = new EventTarget();
  /** What random() says: 1 makes every delay its longest. */
  chance = 1;

  #now = 1000;
  #timers = new Map();
  #lastTimer = 0;

  constructor() {
    const runtime = this;
    this.WebSocket = class extends FakeSocket {
      constructor(url) {
        super(runtime, url);
      }
    };
  }

  get socket() {
    return this.sockets.at(-1);
  }
  get poll() {
    return this.polls.at(-1);
  }
  get stream() {
    return this.opened.at(-1);
  }

  // ---- what the client calls

  now = () => this.#now;
  random = () => this.chance;
  report = (error) => this.reports.push(error);
  setTimeout = (action, ms) => {
    this.#timers.set(++this.#lastTimer, { at: this.#now + ms, action });
    return this.#lastTimer;
  };
  clearTimeout = (timer) => this.#timers.delete(timer);
  fetch = (url, { signal, method = 'GET', body, headers, credentials }) => new Promise((resolve, reject) => {
    const { pathname, searchParams } = new URL(url);
    const query = method === 'GET' ? Object.fromEntries(searchParams) : JSON.parse(body);
    const topics = method === 'GET' ? query.topics.split(',') : query.topics;
    const request = { pathname, method, ...query, topics, aborted: false, authorization: headers.authorization, credentials };
    const respond = (status, type, text, more = {}) => resolve({
      status,
      ok: status === 200,
      headers: new Headers({ 'content-type': type, ...more }),
      text: async () => text,
      json: async () => JSON.parse(text),
    });
    request.answer = (cursor, messages = [], more = {}) => {
      const recovered = query.cursor ? Object.fromEntries(topics.map((topic) => [topic, { recovered: true }])) : {};
      respond(200, 'application/json', JSON.stringify({ messages, cursor, more: false, topics: recovered, ...more }));
    };
    request.refuse = (status, code, more) =>
      respond(status, 'application/problem+json', JSON.stringify({ status, code, detail: `refused: ${code}` }), more);
    request.fail = () => reject(new TypeError('Failed to fetch'));
    signal.addEventListener('abort', () => {
      request.aborted = true;
      reject(signal.reason);
      request.body?.cut(signal.reason);
    });
    if (pathname === '/api/poll') {
      this.polls.push(request);
    } else if (this.streams) {
      this.opened.push(Object.assign(request, streamingAnswers(request, resolve)));
    } else {
      request.refuse(404, 'not_found');
    }
  });

  // ---- what tests call

  /** Moves time on, running what falls due in order. */
  async advance(ms) {
    const end = this.#now + ms;
    for (;;) {
      await settle();
      const due = [...this.#timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      this.#timers.delete(due[0]);
      this.#now = Math.max(this.#now, due[1].at);
      due[1].action();
    }
    this.#now = end;
  }
  get timers() {
    return this.#timers.size;
  }
}
