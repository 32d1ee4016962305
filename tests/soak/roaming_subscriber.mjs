// A subscriber that keeps nothing but its positions: it is cut off, comes back over another transport, leaves topics and
// returns to them, and records everything that it is told.
import { poll } from './poll_leg.mjs';
import { SseLeg } from './sse_leg.mjs';
import { TopicRecord } from './topic_record.mjs';
import { WebSocketLeg } from './websocket_leg.mjs';

const POLL_WAIT_S = 1;

export class RoamingSubscriber {
  /** @type {Map<string, TopicRecord>} */
  records;
  #legs = { websocket: () => this.#rideWebSocket(), poll: () => this.#ridePolls(), sse: () => this.#rideSse() };

  /** @param {{url: string, up?: () => Promise<void>}} bridge with `up`, one that may be away until that resolves */
  constructor(bridge, ledger, random, topics) {
    this.bridge = bridge;
    this.ledger = ledger;
    this.random = random;
    this.topics = topics;
    this.records = new Map(topics.map((topic) => [topic, new TopicRecord(topic)]));
  }

  /** Until publishing is over; then it makes sure that it has everything. */
  async roam() {
    while (!this.ledger.over) {
      const kind = this.random.pick(Object.keys(this.#legs));
      this.#note(kind);
      await this.bridge.up?.();
      await this.#legs[kind]();
    }
    this.#note('the end');
    await this.#catchUp();
  }
  count(kind) {
    return [...this.records.values()].reduce((sum, record) => sum + record.count(kind), 0);
  }

  async #rideWebSocket() {
    const { random } = this;
    const leg = await WebSocketLeg.begin(this, this.bridge.url);
    if (random.chance(0.5)) leg.subscribe(this.topics, this.#manner());
    else for (const topic of this.topics) leg.subscribe([topic], this.#manner());
    for (let steps = random.integer(1, 12); steps > 0 && !leg.over && !this.ledger.over; --steps) {
      await Promise.race([this.ledger.after(random.integer(1, 60)), leg.change()]);
      this.#act(leg);
    }
    if (random.chance(0.7)) leg.cut();
    else await leg.leave();
    this.#judge(leg);
  }

  /** How to subscribe: mostly on from the position. */
  #manner() {
    const { random } = this;
    if (random.chance(0.1)) return { fresh: true, history: random.chance(0.5) ? random.integer(1, 30) : 0 };
    return { back: random.chance(0.2) ? random.integer(1, 40) : 0 };
  }

  #act(leg) {
    const { random } = this;
    const topic = random.pick(this.topics);
    const acts = {
      leave: () => leg.isSubscribed(topic) && leg.unsubscribe(topic),
      again: () => leg.subscribe([topic], this.#manner()),
      return: () => {
        leg.unsubscribe(topic);
        leg.subscribe([topic]);
      },
      pause: () => leg.pause(),
      resume: () => leg.resume(),
      ping: () => leg.ping(),
    };
    acts[random.pick(Object.keys(acts))]();
  }

  async #ridePolls() {
    const { random } = this;
    const topics = this.#together(random.some(this.topics));
    for (let rounds = random.integer(1, 6); rounds > 0 && !this.ledger.over; --rounds) {
      const cut = new AbortController();
      const vanish = random.chance(0.3);
      const answered = poll(this, this.bridge.url, topics,
        { wait: random.chance(0.3) ? 0 : POLL_WAIT_S, post: random.chance(0.3), signal: cut.signal });
      if (vanish) {
        await Promise.race([answered, this.ledger.after(random.integer(0, 20))]);
        cut.abort();
      }
      const outcome = await answered;
      if (!outcome.answered) this.#note('cut');
      if (outcome.refused && !this.bridge.up) throw outcome.refused;
      if (outcome.refused) return;
    }
  }

  /** A stream, and another one when it is cut, as a browser's EventSource does it. */
  async #rideSse() {
    const { random } = this;
    let topics = random.some(this.topics);
    let lastEventId = null;
    for (let streams = random.integer(1, 3); streams > 0 && !this.ledger.over; --streams) {
      if (!lastEventId) topics = this.#together(topics);
      const leg = await SseLeg.begin(this, this.bridge.url, topics, lastEventId);
      await Promise.race([this.ledger.after(random.integer(0, 200)), this.#overOf(leg)]);
      leg.cut();
      this.#judge(leg);
      lastEventId = leg.lastEventId ?? lastEventId;
      this.#note('cut');
      await this.bridge.up?.();
    }
  }
  async #overOf(leg) {
    while (!leg.over) await leg.change();
  }

  /** Those of the topics whose positions one cursor can name: the epochs of others are another's. */
  #together(topics) {
    const epoch = (topic) => this.records.get(topic).position?.epoch;
    return topics.filter((topic) => epoch(topic) === epoch(topics[0]));
  }

  /** Subscribes everything once more, and stays until it has all that was published. */
  async #catchUp() {
    const leg = await WebSocketLeg.begin(this, this.bridge.url);
    leg.subscribe(this.topics);
    const missing = () => this.topics.filter((topic) =>
      !leg.isSubscribed(topic) || this.records.get(topic).position.offset < this.ledger.last(topic));
    while (missing().length > 0 && !leg.over && !leg.fault) await leg.change();
    leg.cut();
    this.#judge(leg);
  }

  #judge({ fault, refused }) {
    if (fault) throw fault;
    if (refused && !this.bridge.up) throw refused;
  }
  #note(text) {
    for (const record of this.records.values()) record.note(text);
  }
}
