// Time, sockets and HTTP that stand still until a test moves them.

/** Lets promises that are ready go on. */
export async function settle() {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

/** The bridge's end of a WebSocket that the client dialled. */
class FakeSocket {
  readyState = 0;
  sent = [];
  closedWith = null;

  constructor(runtime, url) {
    this.runtime = runtime;
    this.url = url;
    runtime.sockets.push(this);
  }

  // ---- what the client calls

  send(text) {
    this.sent.push(JSON.parse(text));
  }
  close(code) {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.closedWith = code;
  }

  // ---- what the bridge does

  /** Accepts and greets. */
  accept(data = {}) {
    this.readyState = 1;
    this.say('connected', '$bridge', {
      client_id: 'c1', protocol: 1, ping_interval_ms: 30000, server: 'fake/1', node: 'n1', secure: true, ...data,
    });
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

export class FakeRuntime {
  sockets = [];
  /** Polls that wait for an answer. */
  polls = [];
  reports = [];
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

  // ---- what the client calls

  now = () => this.#now;
  random = () => this.chance;
  report = (error) => this.reports.push(error);
  setTimeout = (action, ms) => {
    this.#timers.set(++this.#lastTimer, { at: this.#now + ms, action });
    return this.#lastTimer;
  };
  clearTimeout = (timer) => this.#timers.delete(timer);
  fetch = (url, { signal, method = 'GET', body }) => new Promise((resolve, reject) => {
    const { pathname, searchParams } = new URL(url);
    const query = method === 'GET' ? Object.fromEntries(searchParams) : JSON.parse(body);
    const topics = method === 'GET' ? query.topics.split(',') : query.topics;
    const poll = { pathname, method, ...query, topics, aborted: false };
    const respond = (status, type, text, headers = {}) => resolve({
      status,
      ok: status === 200,
      headers: new Headers({ 'content-type': type, ...headers }),
      text: async () => text,
    });
    poll.answer = (cursor, messages = [], more = {}) => {
      const recovered = query.cursor ? Object.fromEntries(topics.map((topic) => [topic, { recovered: true }])) : {};
      respond(200, 'application/json', JSON.stringify({ messages, cursor, more: false, topics: recovered, ...more }));
    };
    poll.refuse = (status, code, headers) =>
      respond(status, 'application/problem+json', JSON.stringify({ status, code, detail: `refused: ${code}` }), headers);
    poll.fail = () => reject(new TypeError('Failed to fetch'));
    signal.addEventListener('abort', () => {
      poll.aborted = true;
      reject(signal.reason);
    });
    this.polls.push(poll);
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
