// Everything that one subscriber was told of one topic, on all its connections, and whether that is what was promised.
import assert from 'node:assert/strict';
import { formatCursor } from './cursor.mjs';

/** @typedef {import('./cursor.mjs').Position} Position */

const SHOWN = 12;  // entries before a fault
const SAME_LOSS = 3;

export class TopicRecord {
  /** The subscriber's position, null before its first subscription (docs/protocol.md, section 4). @type {Position | null} */
  position = null;
  #topic;
  #entries = [];

  constructor(topic) {
    this.#topic = topic;
  }

  /**
   * A subscription (or a poll's answer) begins behind `cursor`.
   * @param {{cursor: Position, asked: Position | null, recovered?: boolean, now: number, unasked?: boolean}} start
   *   `asked` is the cursor that was given, `now` the ledger's moment when the answer came, `unasked` a start that the
   *   bridge makes of its own accord
   */
  start(start) {
    this.#entries.push({ kind: 'start', ...start });
    if (this.position?.epoch !== start.cursor.epoch) this.position = start.cursor;
    this.#reach(start.cursor.offset);
  }
  event(envelope) {
    this.#entries.push({ kind: 'events', events: [place(envelope)], dropped: 0 });
    this.#reach(envelope.offset);
  }
  batch({ messages, count, dropped }) {
    assert.equal(count, messages.length);
    this.#entries.push({ kind: 'events', events: messages.map(place), dropped });
    this.#reach(messages.at(-1).offset);
  }
  /** A cursor says: everything at or below has been received. */
  through({ epoch, offset }) {
    this.#entries.push({ kind: 'through', epoch, offset });
    this.#reach(offset);
  }
  /** For whoever reads a failure. */
  note(text) {
    this.#entries.push({ kind: 'note', text });
  }
  /** How many entries are of a kind, or starts with `recovered` as given. */
  count(kind) {
    return this.#entries.filter((entry) => entry.kind === kind || entry.recovered === kind).length;
  }
  /** How many events batches left out. */
  get dropped() {
    return this.#entries.reduce((sum, entry) => sum + (entry.dropped ?? 0), 0);
  }

  /**
   * Throws where something is missing that nothing accounts for, comes out of order, or is not what was published.
   * @param {import('./ledger.mjs').Ledger} ledger @param {number} history events that the topic keeps
   * @returns {number} how many events came again within one subscription, at or below the position
   */
  check(ledger, history) {
    const walk = new Walk(ledger, this.#topic, history);
    this.#entries.forEach((entry, i) => this.#explain(i, () => walk[entry.kind](entry)));
    this.#explain(this.#entries.length, () => walk.end());
    return walk.repeated;
  }

  #reach(offset) {
    if (offset > this.position.offset) this.position = { epoch: this.position.epoch, offset };
  }
  #explain(i, step) {
    try {
      step();
    } catch (error) {
      const before = this.#entries.slice(Math.max(0, i - SHOWN), i + 1).map((entry) => `  ${JSON.stringify(entry)}`).join('\n');
      throw new Error(`${this.#topic}: ${error.message}\n${before}`, { cause: error });
    }
  }
}

const place = ({ offset, data }) => ({ offset, n: data.n });

/** A record read again beside the ledger, one method per kind of entry. */
class Walk {
  #ledger;
  #topic;
  #history;
  #epoch = null;
  #past = new Set();
  #complete = 0;  // of this epoch, everything at or below is accounted for
  #segment = 0;   // the last offset since the last start
  #told = { cursor: null, times: 0 };  // the last loss that the bridge told of its own accord
  repeated = 0;

  constructor(ledger, topic, history) {
    this.#ledger = ledger;
    this.#topic = topic;
    this.#history = history;
  }

  note() {}

  start({ cursor, asked, recovered, now, unasked = false }) {
    if (unasked) this.#checkTelling(formatCursor(cursor));
    assert.equal(recovered !== undefined, asked !== null, 'recovered is said where, and only where, since was given');
    this.#segment = cursor.offset;
    if (recovered) {
      assert.equal(formatCursor(cursor), formatCursor(asked), 'the cursor is the one given');
      // A stream that was cut before it began in this topic may have given a cursor for it already.
      if (this.#epoch === null) [this.#epoch, this.#complete] = [cursor.epoch, cursor.offset];
      assert.equal(cursor.epoch, this.#epoch, 'the end of an epoch is told');
      return;
    }
    if (recovered === false) this.#checkLoss(asked, cursor.epoch, now);
    if (cursor.epoch !== this.#epoch) {
      assert.equal(this.#past.has(cursor.epoch), false, 'an epoch that was over');
      this.#past.add(this.#epoch);
      [this.#epoch, this.#complete] = [cursor.epoch, cursor.offset];
    }
    this.#complete = Math.max(this.#complete, cursor.offset);
  }

  events({ events, dropped }) {
    for (const { offset, n } of events) {
      assert.ok(this.#ledger.mayStandAt(this.#epoch, this.#topic, offset, n), `${n} is not what was published at ${offset}`);
    }
    const offsets = events.map(({ offset }) => offset);
    assert.deepEqual(offsets, [...new Set(offsets)].sort((a, b) => a - b), 'ascending');
    const last = offsets.at(-1);
    this.repeated += offsets.filter((offset) => offset <= this.#segment).length;
    const missing = this.#missingBelow(last).filter((offset) => !offsets.includes(offset));
    assert.ok(missing.length <= dropped, `missing ${missing}, dropped ${dropped}`);
    this.#segment = Math.max(this.#segment, last);
    this.#complete = Math.max(this.#complete, last);
  }

  through({ epoch, offset }) {
    assert.equal(epoch, this.#epoch, 'a cursor of the current epoch');
    assert.deepEqual(this.#missingBelow(offset + 1), [], `${offset} is said to be received, but not these`);
    this.#complete = Math.max(this.#complete, offset);
  }

  end() {
    if (this.#ledger.last(this.#topic) === 0) return;
    assert.equal(this.#epoch, this.#ledger.epoch, 'the epoch at the end');
    assert.deepEqual(this.#missingBelow(Infinity), [], 'the end is missing');
  }

  #checkLoss(asked, epoch, now) {
    if (asked.epoch !== epoch) return;
    const after = this.#ledger.begunOver(epoch, this.#topic, asked.offset, now);
    assert.ok(after > this.#history, `not recovered, although only ${after} of ${this.#history} events came after ${asked.offset}`);
  }
  // The next loss is further on; it may be told again where the bridge knows no better yet, but not for ever.
  #checkTelling(cursor) {
    this.#told = { cursor, times: this.#told.cursor === cursor ? this.#told.times + 1 : 1 };
    assert.ok(this.#told.times <= SAME_LOSS, 'the same loss, told again and again');
  }
  #missingBelow(offset) {
    return this.#ledger.between(this.#epoch, this.#topic, this.#complete, offset);
  }
}
