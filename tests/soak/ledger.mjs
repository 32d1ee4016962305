// What publishers were promised: every event that they began to publish, and the position that its acknowledgement gave.
import assert from 'node:assert/strict';

/** An event's `n` names it; its data carry it. */
export class Ledger {
  #events = [];    // by n: {topic, epoch, offset}, the last two when acknowledged
  #epochs = [];    // in the order in which they were seen
  #logs = new Map();
  #acknowledged = 0;
  #over = false;
  #waiting = [];   // {count, resolve}

  /** Begins an event. @returns {number} its n */
  begin(topic) {
    return this.#events.push({ topic, epoch: null, offset: 0 }) - 1;
  }
  /** A moment to name later: how many events had been begun. */
  get now() {
    return this.#events.length;
  }

  /** Where an event stands. Told once of each. */
  acknowledge(n, { topic, epoch, offset }) {
    const event = this.#events[n];
    assert.equal(topic, event.topic, `the topic of event ${n}`);
    assert.equal(event.epoch, null, `event ${n} is acknowledged twice`);
    Object.assign(event, { epoch, offset });
    if (!this.#epochs.includes(epoch)) this.#epochs.push(epoch);
    assert.equal(epoch, this.epoch, 'an epoch that was over');
    const log = this.#log(epoch, topic);
    assert.equal(log.at.has(offset), false, `${topic} has events ${log.at.get(offset)} and ${n} at ${offset}`);
    log.at.set(offset, n);
    log.sorted &&= log.offsets.length === 0 || log.offsets.at(-1) < offset;
    log.offsets.push(offset);
    this.#acknowledged += 1;
    this.#wake();
  }

  /** No event will be begun any more. */
  finish() {
    this.#over = true;
    this.#wake();
  }
  get over() {
    return this.#over;
  }
  get acknowledged() {
    return this.#acknowledged;
  }
  /** Resolves when so many more events are acknowledged, or publishing is over. */
  after(count) {
    return new Promise((resolve) => {
      this.#waiting.push({ count: this.#acknowledged + count, resolve });
      this.#wake();
    });
  }

  /** The epoch of the last acknowledgement. */
  get epoch() {
    return this.#epochs.at(-1);
  }
  get epochs() {
    return this.#epochs;
  }
  /** The offset of the topic's last event in the last epoch; 0 where it has none. */
  last(topic) {
    return this.#sorted(this.epoch, topic).at(-1) ?? 0;
  }
  /** The offsets over `after` and below `before`. */
  between(epoch, topic, after, before) {
    const offsets = this.#sorted(epoch, topic);
    return offsets.slice(firstOver(offsets, after), firstOver(offsets, before - 1));
  }
  /** Whether event `n` may stand there: it was acknowledged there, or nowhere before that epoch was over. */
  mayStandAt(epoch, topic, offset, n) {
    const known = this.#log(epoch, topic).at.get(offset);
    return known === undefined ? this.#events[n]?.topic === topic && this.#isLater(this.#events[n].epoch, epoch) : known === n;
  }
  /** How many events over `after` the topic may have had at the moment `now`. */
  begunOver(epoch, topic, after, now) {
    const { at } = this.#log(epoch, topic);
    const offsets = this.#sorted(epoch, topic);
    const known = offsets.slice(firstOver(offsets, after)).filter((offset) => at.get(offset) < now).length;
    if (this.#epochs.length === 1) return known;
    const lost = this.#events.slice(0, now).filter((event) => event.topic === topic && this.#isLater(event.epoch, epoch)).length;
    return known + lost;
  }
  /** Throws where the offsets of one epoch do not follow the order in which one publisher began the events. */
  checkOrder() {
    const last = new Map();
    this.#events.forEach(({ epoch, offset }, n) => {
      if (epoch === null) return;
      assert.ok(offset > (last.get(epoch) ?? 0), `event ${n} is at ${offset}, behind ${last.get(epoch)}`);
      last.set(epoch, offset);
    });
  }

  #isLater(one, other) {
    return this.#epochs.indexOf(one) > this.#epochs.indexOf(other);
  }
  #log(epoch, topic) {
    const key = `${epoch} ${topic}`;
    if (!this.#logs.has(key)) this.#logs.set(key, { offsets: [], at: new Map(), sorted: true });
    return this.#logs.get(key);
  }
  #sorted(epoch, topic) {
    const log = this.#log(epoch, topic);
    if (!log.sorted) log.offsets.sort((a, b) => a - b);
    log.sorted = true;
    return log.offsets;
  }
  #wake() {
    const ready = this.#waiting.filter(({ count }) => this.#over || count <= this.#acknowledged);
    if (ready.length === 0) return;
    this.#waiting = this.#waiting.filter((one) => !ready.includes(one));
    for (const { resolve } of ready) resolve();
  }
}

function firstOver(sorted, value) {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
