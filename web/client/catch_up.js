import { Subscriptions } from './subscriptions.js';

/** What may wait for the polls of one handler; where more comes, they go on to where it ends. */
const MAX_HELD = 10_000;
/** So often it is asked whether the bridge has got as far as the topic. */
const AGAIN_MS = 1000;

/** @typedef {import('./spanwire.js').Envelope} Envelope */
/** @typedef {import('./subscriptions.js').Topic} Topic */

/**
 * One handler that wants a topic from further back than those that have it already: polls of its own bring that, while
 * what comes meanwhile waits. From then on it hears what they hear, but for what the polls brought. Where the bridge
 * refuses them for good, which it tells as it does of any topic, the handler goes on with what waits.
 */
export class CatchUp extends Subscriptions {
  #main;
  #own;
  /** @type {import('./cursor.js').Position | undefined} where the polls must get: everything after it waits */
  #goal;
  /** @type {Envelope[]} */
  #waiting = [];
  #done = false;
  /** @type {{stop(): void} | null | undefined} */
  #polls;

  /**
   * @param {Topic} main the topic as the page follows it
   * @param {number} history
   * @param {string | undefined} since
   * @param {(event: Envelope) => void} deliver called once per event, in order
   * @param {(gap: import('./subscriptions.js').Gap) => void} gap
   */
  constructor(main, history, since, deliver, gap) {
    super(deliver, gap);
    this.#main = main;
    this.#own = this.add(main.name, history, since);
  }

  /** @param {import('./http_link.js').HttpLink | null} link polls by it until it has caught up; null: none for now */
  run(link) {
    if (link) {
      this.#polls ??= link.poll(this, AGAIN_MS);
    } else {
      this.#polls?.stop();
      this.#polls = null;
    }
  }

  /** @param {Envelope} event of the page's topic */
  take(event) {
    if (!this.#done) return this.#waiting.push(event);
    const { epoch } = /** @type {import('./cursor.js').Position} */ (this.#main.position);
    if (this.#own.position?.epoch !== epoch) this.#own.position = { epoch, offset: 0 };
    return this.receive(event);
  }

  /** @override */
  nextPoll() {
    if (this.#done) return undefined;
    const { live, position } = this.#main;
    if (live && position && (this.#goal?.epoch !== position.epoch || this.#waiting.length > MAX_HELD)) {
      this.#goal = { ...position };
      this.#waiting = [];
    }
    const { live: polled, position: own, refused } = this.#own;
    const there = polled && this.#goal && own?.epoch === this.#goal.epoch && own.offset >= this.#goal.offset;
    if (!there && !refused) return super.nextPoll();
    this.#done = this.#own.live = true;
    for (const event of this.#waiting.splice(0)) this.take(event);
    return undefined;
  }
}
