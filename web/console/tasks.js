import { byId, element, meter, oncePerFrame, setText } from './dom.js';
import { shareOf, textOf } from './published.js';
import { percent } from './units.js';

const OVER = new Set(['succeeded', 'failed', 'cancelled']);
const MAX_OVER = 10;
const MAX_TASKS = 200;
/** Rows change places at most this often, so that the list can be read. */
const SORT_EVERY_MS = 1000;

/**
 * @typedef {object} Task
 * @property {HTMLElement} node
 * @property {number} progress
 * @property {boolean} over
 * @property {number} changed
 * @property {(state: string, message: string, progress: number) => void} show
 */

/** The topic `tasks`: one row a task, updated where it is; the most advanced first, those that are over last. */
export class Tasks {
  #list = byId('tasks');
  /** @type {Map<string, Task>} */
  #byId = new Map();
  #changes = 0;
  #nextSort = 0;
  #sortedAt = -SORT_EVERY_MS;
  #showSoon = oncePerFrame(() => this.#show());

  /** @param {import('../client/spanwire.js').Envelope} event */
  add({ data }) {
    const id = textOf(data.task_id);
    const state = textOf(data.state, 'running');
    const progress = shareOf(data.progress);
    if (!id) return;
    if (data.action === 'deleted') {
      this.#remove(id);
    } else {
      const task = this.#byId.get(id) ?? makeTask(id);
      if (!this.#byId.has(id)) this.#list.append(task.node);
      this.#byId.set(id, Object.assign(task, { progress, over: OVER.has(state), changed: ++this.#changes }));
      task.show(state, textOf(data.message), progress);
    }
    if (this.#byId.size > 2 * MAX_TASKS) this.#sort();  // no frame comes while the page is hidden
    this.#showSoon();
  }

  /** What is shown may be out of date: starts over. */
  clear() {
    for (const id of [...this.#byId.keys()]) this.#remove(id);
    this.#showSoon();
  }

  /** @param {string} id */
  #remove(id) {
    this.#byId.get(id)?.node.remove();
    this.#byId.delete(id);
  }

  #show() {
    const running = [...this.#byId.values()].filter(({ over }) => !over).length;
    setText(byId('tasks-count'), this.#byId.size ? `${running} running` : '');
    byId('tasks-empty').hidden = this.#byId.size > 0;
    this.#nextSort ||= setTimeout(() => this.#sort(), Math.max(0, this.#sortedAt + SORT_EVERY_MS - performance.now()));
  }

  #sort() {
    clearTimeout(this.#nextSort);
    this.#nextSort = 0;
    this.#sortedAt = performance.now();
    const sorted = [...this.#byId].sort(([, a], [, b]) =>
      Number(a.over) - Number(b.over) || (a.over ? b.changed - a.changed : b.progress - a.progress));
    let over = 0;
    sorted.forEach(([id, { node, over: isOver }], i) => {
      if (isOver && ++over > MAX_OVER || i >= MAX_TASKS) this.#remove(id);
      else if (this.#list.children[i] !== node) this.#list.insertBefore(node, this.#list.children[i] ?? null);
    });
  }
}

/**
 * @param {string} id
 * @returns {Task}
 */
function makeTask(id) {
  const title = element('span', '');
  const share = element('span', 'share');
  const bar = meter();
  const node = element('li', 'task', element('div', 'title', title, element('span', 'id', id)), share, bar);
  return {
    node, progress: 0, over: false, changed: 0,
    show(state, message, progress) {
      node.dataset.state = state;
      node.toggleAttribute('data-over', OVER.has(state));
      setText(title, message);
      setText(share, state === 'running' ? percent(progress * 100).join(' ') : state);
      bar.setShare(progress);
    },
  };
}
