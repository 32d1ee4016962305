import { byId, element, oncePerFrame } from './dom.js';
import { cpuCard, flowCard, memoryCard, tile } from './figure_cards.js';
import { Metrics } from './metrics.js';

/** @typedef {import('./figure_cards.js').Card} Card */

/** Cards in their order on the page, and the metrics that each of them shows. */
const CARDS = [
  { shows: /^(cpu\d*_pct|load\d+|procs|threads)$/, make: cpuCard },
  { shows: /^mem_(used_pct|used_bytes|total_bytes)$/, make: memoryCard },
  { shows: /^net_[rt]x_bytes_per_s$/, make: (/** @type {Metrics} */ metrics) => flowCard(metrics, 'Network',
    [{ metric: 'net_rx_bytes_per_s', name: 'in' }, { metric: 'net_tx_bytes_per_s', name: 'out' }]) },
  { shows: /^disk_(read|write)_bytes_per_s$/, make: (/** @type {Metrics} */ metrics) => flowCard(metrics, 'Disk',
    [{ metric: 'disk_read_bytes_per_s', name: 'read' }, { metric: 'disk_write_bytes_per_s', name: 'write' }]) },
];

/**
 * The topic `stats`. A card is made when its first figure comes, a tile for each metric that no card shows; from then
 * on only texts, meters and charts change.
 */
export class Figures {
  #place = byId('figures');
  #tiles = element('div', 'more');
  #metrics = new Metrics();
  /** @type {Map<unknown, Card>} by entry of CARDS, or by metric */
  #cards = new Map();
  /** @type {Set<string>} metrics that have a place */
  #placed = new Set();
  #drawSoon = oncePerFrame(() => this.#draw());

  /** How far the bridge's clock is ahead of this machine's: figures are dated by its side of the link. */
  #aheadMs = 0;

  /** @param {import('../client/spanwire.js').WebSocketManager} manager */
  constructor(manager) {
    manager.on('connected', ({ timestamp }) => this.#aheadMs = Date.parse(timestamp) - Date.now());
    setInterval(this.#drawSoon, 1000);  // time moves on also where nothing is published
  }

  /** @param {import('../client/spanwire.js').Envelope} event */
  add({ timestamp, data }) {
    this.#metrics.add(Date.parse(timestamp), data, Date.now() + this.#aheadMs);
    this.#drawSoon();
  }

  #draw() {
    for (const name of this.#metrics.names) {
      if (!this.#placed.has(name)) this.#makePlaceFor(name);
    }
    for (const { update } of this.#cards.values()) update();
  }

  /** @param {string} metric */
  #makePlaceFor(metric) {
    this.#placed.add(metric);
    const entry = CARDS.findIndex(({ shows }) => shows.test(metric));
    const key = entry < 0 ? metric : entry;
    if (this.#cards.has(key)) return;
    byId('figures-empty').hidden = true;
    const card = entry < 0 ? tile(this.#metrics, metric) : CARDS[entry].make(this.#metrics);
    this.#cards.set(key, card);
    if (entry < 0) {
      this.#tiles.append(card.node);
      this.#place.append(this.#tiles);
      return;
    }
    this.#place.insertBefore(card.node, this.#firstBehind(entry));
  }

  /**
   * Cards stand in the document in the order in which they are seen, for those who read it by ear.
   * @param {number} entry
   */
  #firstBehind(entry) {
    const later = CARDS.findIndex((_, index) => index > entry && this.#cards.has(index));
    if (later >= 0) return this.#cards.get(later)?.node ?? null;
    return this.#tiles.parentNode === this.#place ? this.#tiles : null;
  }
}
