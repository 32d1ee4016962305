import { oncePerFrame } from './dom.js';

/** Within so many pixels of the end the reader follows the newest row. */
const AT_END_PX = 24;
/** Rows drawn beyond what is seen, so that scrolling shows no holes. */
const MARGIN_ROWS = 6;

/**
 * @template T
 * @typedef {object} RowKind
 * @property {() => HTMLElement} make an empty row
 * @property {(row: HTMLElement, item: T) => void} fill shows another item in a row
 */

/**
 * A listbox of any number of rows of one height, of which only those in view are in the document. The newest is at the
 * end and kept in view, unless the reader scrolled up. Arrow keys, Home, End and Page keys move a chosen row.
 * @template T
 */
export class VirtualList {
  #box;
  #newest;
  #kind;
  #choose;
  #track = document.createElement('div');
  /** @type {HTMLElement[]} rows in the document, from item `#first` on */
  #rows = [];
  #first = 0;
  #made = 0;
  /** The rows show other items than before, or the place of the same. */
  #stale = false;
  /** @type {T[]} */
  #items = [];
  /** @type {T | null} */
  #chosen = null;
  #rowHeight = 0;
  #following = true;
  drawSoon = oncePerFrame(() => this.#draw());

  /**
   * @param {HTMLElement} box scrolls; its custom property --row is the height of a row in pixels
   * @param {HTMLElement} newest button that leads back to the end
   * @param {RowKind<T>} kind
   * @param {(item: T | null) => void} choose
   */
  constructor(box, newest, kind, choose) {
    this.#box = box;
    this.#newest = newest;
    this.#kind = kind;
    this.#choose = choose;
    this.#track.className = 'track';
    this.#track.setAttribute('role', 'presentation');
    box.append(this.#track);
    box.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    box.addEventListener('keydown', (event) => this.#key(event));
    box.addEventListener('click', ({ target }) => this.#click(/** @type {Element} */ (target)));
    newest.addEventListener('click', () => this.follow());
    new ResizeObserver(() => {
      this.#rowHeight = parseFloat(getComputedStyle(box).getPropertyValue('--row'));
      this.#stale = true;
      this.drawSoon();
    }).observe(box);
  }

  /**
   * @param {T[]} items are kept, not copied: append to them and call drawSoon()
   * @param {number} [removed] how many rows went from the beginning, so that the reader's place can be kept
   */
  show(items, removed = 0) {
    this.#stale ||= removed > 0 || items !== this.#items;
    this.#items = items;
    if (removed && !this.#following) this.#box.scrollTop -= removed * this.#rowHeight;
    this.drawSoon();
  }

  get chosen() {
    return this.#chosen;
  }

  follow() {
    this.#following = true;
    this.#box.focus({ preventScroll: true });
    this.drawSoon();
  }

  #draw() {
    const height = this.#box.clientHeight;
    if (!this.#rowHeight || !height) return;
    const total = `${this.#items.length * this.#rowHeight}px`;
    if (this.#track.style.height !== total) this.#track.style.height = total;
    const bottom = Math.max(0, this.#items.length * this.#rowHeight - height);
    if (this.#following) this.#box.scrollTop = bottom;
    const top = Math.min(this.#box.scrollTop, bottom);
    this.#newest.hidden = this.#following || !this.#items.length;
    const first = Math.max(0, Math.floor(top / this.#rowHeight) - MARGIN_ROWS);
    const end = Math.min(this.#items.length, Math.ceil((top + height) / this.#rowHeight) + MARGIN_ROWS);
    this.#drawRows(first, end);
  }

  /**
   * Rows whose items stay in sight stay as they are: while lines pour in, only those that are new are drawn.
   * @param {number} first
   * @param {number} end
   */
  #drawRows(first, end) {
    const overlaps = !this.#stale && first < this.#first + this.#rows.length && end > this.#first;
    const spare = overlaps ? [] : this.#rows.splice(0);
    if (overlaps) {
      spare.push(...this.#rows.splice(0, Math.max(0, first - this.#first)));
      spare.push(...this.#rows.splice(Math.max(0, end - Math.max(first, this.#first))));
    }
    const kept = overlaps ? Math.max(first, this.#first) : first;
    for (let i = kept - 1; i >= first; i--) {
      const row = this.#fill(spare.pop() ?? this.#make(), i);
      this.#track.prepend(row);
      this.#rows.unshift(row);
    }
    for (let i = first + this.#rows.length; i < end; i++) {
      const row = this.#fill(spare.pop() ?? this.#make(), i);
      this.#track.append(row);
      this.#rows.push(row);
    }
    for (const row of spare) row.remove();
    this.#first = first;
    this.#stale = false;
    this.#markChosen();
  }

  #make() {
    const row = this.#kind.make();
    row.setAttribute('role', 'option');
    row.setAttribute('aria-selected', 'false');
    row.setAttribute('aria-setsize', '-1');  // it grows
    row.id = `${this.#box.id}-row-${this.#made++}`;
    return row;
  }

  /**
   * @param {HTMLElement} row
   * @param {number} index
   */
  #fill(row, index) {
    row.style.transform = `translateY(${index * this.#rowHeight}px)`;
    row.setAttribute('aria-posinset', `${index + 1}`);
    this.#kind.fill(row, this.#items[index]);
    return row;
  }

  #markChosen() {
    const chosen = this.#chosen ? this.#rows[this.#items.indexOf(this.#chosen, this.#first) - this.#first] : undefined;
    const before = this.#track.querySelector('[aria-selected="true"]');
    if (before !== chosen) before?.setAttribute('aria-selected', 'false');
    if (chosen === undefined) return this.#box.removeAttribute('aria-activedescendant');
    chosen.setAttribute('aria-selected', 'true');
    this.#box.setAttribute('aria-activedescendant', chosen.id);
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.#box;
    this.#following = scrollHeight - scrollTop - clientHeight < AT_END_PX;
    this.drawSoon();
  }

  /** @param {Element} target */
  #click(target) {
    const row = this.#rows.findIndex((candidate) => candidate.contains(target));
    if (row < 0 || getSelection()?.type === 'Range') return;  // text was selected, not a row
    const item = this.#items[this.#first + row];
    this.#setChosen(item === this.#chosen ? null : item);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const page = Math.max(1, Math.floor(this.#box.clientHeight / this.#rowHeight) - 1);
    /** @type {Record<string, number>} */
    const steps = { ArrowUp: -1, ArrowDown: 1, PageUp: -page, PageDown: page, Home: -Infinity, End: Infinity };
    if (event.key === 'Escape' && this.#chosen) {
      event.preventDefault();
      this.#setChosen(null);
    }
    if (!(event.key in steps) || !this.#items.length) return;
    event.preventDefault();
    const last = this.#items.length - 1;
    const at = this.#chosen ? this.#items.indexOf(this.#chosen) : -1;
    const above = Math.floor(this.#box.scrollTop / this.#rowHeight) - 1;
    const from = at >= 0 ? at : steps[event.key] < 0 ? this.#items.length : above;
    const to = Math.min(last, Math.max(0, from + steps[event.key]));
    this.#setChosen(this.#items[to]);
    this.#reveal(to);
  }

  /** @param {number} index */
  #reveal(index) {
    const top = index * this.#rowHeight;
    const { scrollTop, clientHeight } = this.#box;
    this.#following = index === this.#items.length - 1;
    if (top < scrollTop) this.#box.scrollTop = top;
    if (top + this.#rowHeight > scrollTop + clientHeight) this.#box.scrollTop = top + this.#rowHeight - clientHeight;
  }

  /** @param {T | null} item */
  #setChosen(item) {
    this.#chosen = item;
    this.#choose(item);
    this.drawSoon();
  }
}
