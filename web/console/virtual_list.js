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
  /** @type {HTMLElement[]} rows in the document, from `#first` on */
  #rows = [];
  #first = 0;
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
      this.drawSoon();
    }).observe(box);
  }

  /**
   * @param {T[]} items are kept, not copied: append to them and call drawSoon()
   * @param {number} [removed] how many rows went from the beginning, so that the reader's place can be kept
   */
  show(items, removed = 0) {
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
    const end = Math.max(0, this.#items.length * this.#rowHeight - height);
    if (this.#following) this.#box.scrollTop = end;
    const top = Math.min(this.#box.scrollTop, end);
    this.#newest.hidden = this.#following || !this.#items.length;
    this.#first = Math.max(0, Math.floor(top / this.#rowHeight) - MARGIN_ROWS);
    const last = Math.min(this.#items.length, Math.ceil((top + height) / this.#rowHeight) + MARGIN_ROWS);
    this.#drawRows(last - this.#first);
  }

  /** @param {number} count */
  #drawRows(count) {
    while (this.#rows.length > count) this.#rows.pop()?.remove();
    while (this.#rows.length < count) {
      const row = this.#kind.make();
      row.setAttribute('role', 'option');
      row.id = `${this.#box.id}-row-${this.#rows.length}`;
      this.#rows.push(row);
      this.#track.append(row);
    }
    let active = '';
    this.#rows.forEach((row, i) => {
      const item = this.#items[this.#first + i];
      row.style.transform = `translateY(${(this.#first + i) * this.#rowHeight}px)`;
      this.#kind.fill(row, item);
      const isChosen = item === this.#chosen;
      row.setAttribute('aria-selected', `${isChosen}`);
      row.setAttribute('aria-setsize', `${this.#items.length}`);
      row.setAttribute('aria-posinset', `${this.#first + i + 1}`);
      if (isChosen) active = row.id;
    });
    if (active) this.#box.setAttribute('aria-activedescendant', active);
    else this.#box.removeAttribute('aria-activedescendant');
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
    const from = at >= 0 ? at : steps[event.key] < 0 ? this.#items.length : Math.floor(this.#box.scrollTop / this.#rowHeight) - 1;
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
    else if (top + this.#rowHeight > scrollTop + clientHeight) this.#box.scrollTop = top + this.#rowHeight - clientHeight;
  }

  /** @param {T | null} item */
  #setChosen(item) {
    this.#chosen = item;
    this.#choose(item);
    this.drawSoon();
  }
}
