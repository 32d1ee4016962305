import { Backoff } from './backoff.js';
import { Timer } from './timer.js';
import { SILENT } from './websocket_transport.js';

/** So many attempts may fail before HTTP steps in. */
const FAILURES_BEFORE_HTTP = 3;
/** So many before the page is told that it failed. */
const FAILURES_BEFORE_FAILED = 10;

/** When to dial again, by how it went so far. */
export class Redial {
  #runtime;
  #backoff;
  #timer;
  /** When the next attempt is due, in the runtime's milliseconds; 0 where none is planned. */
  #at = 0;

  /** Attempts that failed since the bridge was last reached. */
  failures = 0;

  /** @param {import('./spanwire.js').Runtime} runtime */
  constructor(runtime) {
    this.#runtime = runtime;
    this.#backoff = new Backoff(runtime.random);
    this.#timer = new Timer(runtime);
  }

  get isHopeless() {
    return this.failures >= FAILURES_BEFORE_FAILED;
  }

  /** Whether HTTP is to step in. */
  get needsHttp() {
    return this.failures > FAILURES_BEFORE_HTTP;
  }

  get isPlanned() {
    return this.#at > 0;
  }

  /** How long until the next attempt; 0 where none is planned. */
  get inMs() {
    return this.#at && Math.max(0, this.#at - this.#runtime.now());
  }

  /**
   * @param {number} code of how the attempt ended
   * @param {boolean} greeted whether the bridge had replied
   */
  failed(code, greeted) {
    this.failures++;
    // Whoever swallows frames will swallow the next ones too.
    if (code === SILENT && !greeted) this.failures = Math.max(this.failures, FAILURES_BEFORE_HTTP + 1);
  }

  /** Far enough from failed, near enough to HTTP: what comes next is an attempt like any other. */
  reached() {
    this.failures = Math.min(this.failures, FAILURES_BEFORE_HTTP);
  }

  /** As if none had failed yet. */
  reset() {
    this.failures = 0;
    this.#backoff.reset();
  }

  /**
   * @param {number | undefined} afterMs where the bridge said when
   * @param {() => void} dial
   */
  plan(afterMs, dial) {
    const ms = afterMs ?? (this.isHopeless ? this.#backoff.slow() : this.#backoff.next());
    this.#at = this.#runtime.now() + ms;
    this.#timer.set(ms, dial);
  }

  cancel() {
    this.#at = 0;
    this.#timer.clear();
  }
}
