import { formatCursor, parseCursor } from './cursor.js';

/** @typedef {import('./spanwire.js').Envelope} Envelope */
/** @typedef {import('./cursor.js').Position} Position */

/**
 * @typedef {object} Topic
 * @property {string} name
 * @property {number} handlers how many want it; the bridge that announced it by itself is one
 * @property {number} history how many of the last events to ask for where there is no position to resume from
 * @property {Position | null} position null until the bridge has named one
 * @property {boolean} live the transport in use has confirmed it; events that come before belong to an earlier life
 * @property {number} request id of the subscribe frame whose answer is awaited; 0: none
 * @property {boolean} announced by the bridge, before the page asked for it
 * @property {boolean} alone its last poll with others was refused, so it is asked for by itself
 * @property {boolean} refused its own poll was refused
 * @property {boolean} declined the bridge could not serve it at the moment, so it is to be asked for again
 */

/**
 * @typedef {object} PollRequest
 * @property {string[]} topics
 * @property {string} [cursor]
 * @property {number} [history]
 * @property {number} wait seconds
 */

/**
 * @typedef {object} PollAnswer
 * @property {Envelope[]} messages
 * @property {string} cursor
 * @property {boolean} more
 * @property {Record<string, {recovered: boolean}>} [topics]
 */

/**
 * Events of a topic were missed for good.
 * @typedef {object} Gap
 * @property {string} topic
 * @property {string} before the position until which nothing was missed
 * @property {string} cursor the position from which it goes on
 */

/** Topics in one subscribe frame; keeps it far below the bridge's 64 KiB. */
const TOPICS_PER_FRAME = 64;
const POLL_WAIT_S = 25;
/** Errors that pass. */
const PASSING = ['overloaded', 'rate_limited', 'internal'];

/** Of a topic that no transport carries. */
const AT_REST = { live: false, request: 0, alone: false, refused: false, declined: false };

/**
 * @param {string} name
 * @param {number} history
 * @param {Position | null} position
 * @returns {Topic}
 */
function newTopic(name, history, position) {
  return { name, history, position, handlers: 1, announced: false, ...AT_REST };
}

/**
 * What the page wants to hear and how far it has heard it: the only state that outlives a transport, so that any of
 * them can go on where the last one ended. It sends nothing; it says what to ask for and takes the answers.
 */
export class Subscriptions {
  /** @type {Map<string, Topic>} */
  #topics = new Map();
  #requests = 0;
  #deliver;
  #gap;
  duplicates = 0;

  /**
   * @param {(event: Envelope) => void} deliver called once per event, in order per topic
   * @param {(gap: Gap) => void} gap
   */
  constructor(deliver, gap) {
    this.#deliver = deliver;
    this.#gap = gap;
  }

  /**
   * @param {string} name
   * @param {number} history
   * @param {string} [since]
   * @returns {Topic} as it was, where somebody has it already
   */
  add(name, history, since) {
    const known = this.#topics.get(name);
    if (known) known.handlers++;
    else this.#topics.set(name, newTopic(name, history, since ? parseCursor(since) : null));
    return /** @type {Topic} */ (this.#topics.get(name));
  }

  /**
   * @param {string} name
   * @returns {boolean} whether nobody wants the topic any more
   */
  remove(name) {
    const topic = this.#topics.get(name);
    return !!topic && !--topic.handlers && this.#topics.delete(name);
  }

  get names() {
    return [...this.#topics.keys()];
  }

  /** @returns {[topic: string, cursor: string | null][]} where each topic stands */
  get cursors() {
    return [...this.#topics.values()].map(({ name, position }) => [name, position && formatCursor(position)]);
  }

  /** The transport is gone: nothing counts until the next one has confirmed it. */
  suspend() {
    for (const topic of this.#topics.values()) Object.assign(topic, AT_REST);
  }

  // ---- WebSocket: subscribe frames, and the bridge's answers

  /**
   * @param {string[]} names
   * @returns {object[]} the frames that (re)subscribe them where they stand
   */
  frames(names = this.names) {
    const frames = [];
    const topics = names.flatMap((name) => this.#topics.get(name) ?? []);
    // The bridge may have subscribed a user's topic by itself by now, and brings no history where it is subscribed again.
    const own = topics.filter(({ name, history, position }) => name.startsWith('user:') && history && !position);
    if (own.length) frames.push({ action: 'unsubscribe', topics: own.map(({ name }) => name) });
    for (const group of groups(topics, ({ history }) => `${history}`)) {
      for (let i = 0; i < group.length; i += TOPICS_PER_FRAME) {
        frames.push(this.#frame(group.slice(i, i + TOPICS_PER_FRAME)));
      }
    }
    return frames;
  }

  /** @param {Topic[]} topics of one `history` */
  #frame(topics) {
    const id = ++this.#requests;
    /** @type {Record<string, string>} */
    const since = {};
    for (const topic of topics) {
      topic.request = id;
      if (topic.position) since[topic.name] = formatCursor(topic.position);
    }
    return {
      action: 'subscribe',
      id,
      topics: topics.map(({ name }) => name),
      since: Object.keys(since).length ? since : undefined,
      history: topics[0].history || undefined,
    };
  }

  /**
   * The bridge's `subscription`: an answer, or on its own where its log was replaced, an administrator subscribed us, or
   * the topic is the user's. From then on such a topic is followed like any other, over whatever transport; but what the
   * bridge says on its own about one whose answer is still awaited is overtaken by that answer.
   * @param {Envelope} message
   */
  subscribed({ topic: name, data }) {
    const { id = 0 } = data;
    if (!id && !this.#topics.has(name)) this.#topics.set(name, { ...newTopic(name, 0, null), announced: true });
    const topic = this.#topics.get(name);
    if (!topic || topic.request !== id) return;
    topic.request = 0;
    const start = parseCursor(data.cursor);
    const had = topic.position;
    const known = had?.epoch === start.epoch && (topic.live || had.offset >= start.offset);
    topic.live = true;
    // Confirmed again without a `since`: nothing moved, unless there is another log or a hole before its start.
    if (known && (data.recovered ?? true)) return;
    topic.position = start;
    if (had && !data.recovered) this.#gap({ topic: name, cursor: data.cursor, before: formatCursor(had) });
  }

  /**
   * The bridge's `error`.
   * @param {Envelope} message
   * @returns {boolean} whether some topics are to be asked for again later
   */
  declined({ topic: name, data }) {
    if (!PASSING.includes(data.code)) {
      this.#end(name);
      return false;
    }
    for (const topic of this.#topics.values()) {
      // A frame refused as a whole names no topic: whatever still waits for its answer may have been in it.
      if (name !== topic.name && (name !== '$bridge' || topic.live)) continue;
      topic.declined = true;
      topic.live = false;
    }
    return [...this.#topics.values()].some((topic) => topic.declined);
  }

  /** @returns {string[]} the topics to ask for again, each told once */
  takeDeclined() {
    const declined = [...this.#topics.values()].filter((topic) => topic.declined);
    return declined.map((topic) => {
      topic.declined = false;
      return topic.name;
    });
  }

  /** @param {Envelope} message the bridge's `unsubscription`, where it was not us who asked */
  unsubscribed({ topic: name, data }) {
    if (data.reason !== 'client') this.#end(name);
  }

  /** @param {string} name of a topic that the bridge serves no more: what it announced itself is forgotten */
  #end(name) {
    const topic = this.#topics.get(name);
    if (!topic) return;
    const { announced } = Object.assign(topic, AT_REST);
    topic.announced = false;
    if (announced) this.remove(name);
  }

  /**
   * The bridge's `pong`: all that is live has arrived up to `cursor`. Moves quiet topics on, which would otherwise one
   * day stand before what the bridge still remembers.
   * @param {string} cursor
   */
  advance(cursor) {
    const { epoch, offset } = parseCursor(cursor);
    for (const { live, position } of this.#topics.values()) {
      if (live && position?.epoch === epoch) position.offset = Math.max(position.offset, offset);
    }
  }

  /** @param {Envelope} event */
  receive(event) {
    const topic = this.#topics.get(event.topic);
    if (topic?.live) this.#accept(topic, event);
  }

  // ---- long poll: what to ask for next, and what came back

  /**
   * One cursor speaks for all topics of a poll. So topics that stand apart, each where its own subscription left it,
   * first catch up with their like at once; then all are held together from the lowest position.
   * @returns {PollRequest | undefined} undefined where there is nothing to ask for
   */
  nextPoll() {
    const topics = [...this.#topics.values()].filter(({ refused }) => !refused);
    const behind = topics.filter(({ live }) => !live);
    const [group = topics] = groups(behind, ({ name, position, history, alone }) =>
      `${position ? formatCursor(position) : history} ${alone && name}`);
    if (!group.length) return undefined;
    const { position, history } = group.reduce((low, topic) =>
      Number(topic.position?.offset) < Number(low.position?.offset) ? topic : low);
    return {
      topics: group.map(({ name }) => name),
      ...(position ? { cursor: formatCursor(position) } : history && { history }),
      wait: behind.length ? 0 : POLL_WAIT_S,
    };
  }

  /**
   * The `subscription` of a stream, which brings no history after a gap: that comes with a poll.
   * @param {Envelope} message
   * @returns {boolean} whether the topic needs one
   */
  rewind({ topic: name, data }) {
    const topic = this.#topics.get(name);
    if (!topic?.history || data.recovered !== false) return false;
    topic.position = null;
    topic.live = false;
    return true;
  }

  /**
   * @param {PollRequest} request
   * @param {PollAnswer} answer
   */
  polled(request, answer) {
    const head = parseCursor(answer.cursor);
    /** @type {Map<string, Topic>} */
    const asked = new Map();
    for (const name of request.topics) {
      const topic = this.#topics.get(name);
      if (!topic) continue;
      asked.set(name, topic);
      topic.live = !answer.more;
      if (!request.cursor) topic.position = { ...head, offset: 0 };
      else if (answer.topics?.[name]?.recovered === false) this.#restart(topic, answer.cursor, request.cursor);
    }
    for (const event of answer.messages) {
      const topic = asked.get(event.topic);
      if (topic?.handlers) this.#accept(topic, event);
    }
    for (const { position } of asked.values()) {
      if (position) position.offset = Math.max(position.offset, head.offset);
    }
    for (const topic of this.#topics.values()) {
      if (topic.position?.epoch !== head.epoch) topic.live = false;
    }
  }

  /** @param {PollRequest} request that the bridge refused for good: find out which of its topics is the cause */
  refused({ topics }) {
    for (const name of topics) {
      const topic = this.#topics.get(name);
      if (!topic) continue;
      Object.assign(topic, { live: false, alone: true, refused: topics.length === 1 });
      if (topic.refused && topic.announced) this.#end(name);
    }
  }

  /**
   * After a gap in a poll. Its history comes with a poll that has no cursor.
   * @param {Topic} topic
   * @param {string} cursor
   * @param {string} before
   */
  #restart(topic, cursor, before) {
    topic.position = topic.history ? null : parseCursor(cursor);
    this.#gap({ topic: topic.name, cursor, before });
  }

  /**
   * @param {Topic} topic
   * @param {Envelope} event
   */
  #accept({ position }, event) {
    if (!position) return;
    if (event.offset <= position.offset) {
      this.duplicates++;
      return;
    }
    position.offset = event.offset;
    this.#deliver(event);
  }
}

/**
 * @template T
 * @param {T[]} items
 * @param {(item: T) => string} key
 * @returns {T[][]} the items that share a key
 */
function groups(items, key) {
  /** @type {Map<string, T[]>} */
  const byKey = new Map();
  for (const item of items) byKey.set(key(item), [...(byKey.get(key(item)) ?? []), item]);
  return [...byKey.values()];
}
