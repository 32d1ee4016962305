// An event stream read with fetch, as a client without EventSource does.

/** One connection to /api/sse. `events` are the messages received, each {id, event, data}; `retry` the last said. */
export class EventStream {
  events = [];
  retry = null;
  /** The last id, as an EventSource would send it when it comes back. */
  id = null;
  #abort = new AbortController();
  #waiting = [];
  #ended = false;

  /** Resolves with the stream when its head has come. */
  static async open(url, { headers = {}, ...options } = {}) {
    const stream = new EventStream();
    stream.response = await fetch(url, { ...options, headers, signal: stream.#abort.signal });
    if (stream.response.headers.get('content-type') === 'text/event-stream') stream.closed = stream.#read();
    return stream;
  }

  /** The messages' envelopes. */
  get messages() {
    return this.events.map(({ data }) => JSON.parse(data));
  }
  get offsets() {
    return this.messages.filter(({ offset }) => offset).map(({ offset }) => offset);
  }

  /** Resolves when `condition` holds; rejects where the stream ends before. */
  async until(condition) {
    while (!condition()) {
      if (this.#ended) throw new Error('the stream ended');
      await new Promise((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Cuts the connection. */
  async cut() {
    this.#abort.abort();
    await this.closed;
  }

  /** Resolves true where the stream was ended properly, false where the connection was cut. */
  async #read() {
    const decoder = new TextDecoder();
    let text = '';
    let proper = true;
    try {
      for await (const bytes of this.response.body) {
        text += decoder.decode(bytes, { stream: true });
        for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) this.#take(text.slice(0, end));
        this.#wake();
      }
    } catch {
      proper = false;
    }
    this.#ended = true;
    this.#wake();
    return proper;
  }

  #take(block) {
    const event = { id: null, event: 'message', data: null };
    for (const line of block.split('\n')) {
      const [, field, value] = /^([a-z]*): ?(.*)$/.exec(line) ?? [];
      if (field === 'retry') this.retry = Number(value);
      else if (field) event[field] = value;
    }
    if (event.id !== null) this.id = event.id;
    if (event.data !== null) this.events.push(event);
  }
  #wake() {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
