import { element, meter, setText } from './dom.js';
import { LineChart } from './line_chart.js';
import { bytes, counted, formatOf, percent, rate } from './units.js';

/** @typedef {import('./metrics.js').Metrics} Metrics */
/** @typedef {{node: HTMLElement, update: () => void}} Card */

/** More cores than this are shown as meters only: as lines they would be a tangle. */
const MAX_CORE_LINES = 8;
/** Above these the meters may scroll, and so must be reached by keyboard. */
const MAX_CORES_UNSCROLLED = 16;

/** A large number with a small unit. */
function figure() {
  const number = document.createTextNode('');
  const unit = element('span', 'unit');
  return {
    node: element('p', 'value', number, unit),
    /** @param {import('./units.js').Figure} value */
    show([digits, name]) {
      setText(number, digits);
      setText(unit, name);
    },
  };
}

/**
 * @param {string} title
 * @param {HTMLElement[]} values
 * @param {ConstructorParameters<typeof LineChart>[1]} chartOptions
 */
function chartCard(title, values, chartOptions) {
  const canvas = /** @type {HTMLCanvasElement} */ (element('canvas', 'chart'));
  canvas.setAttribute('role', 'img');
  const chart = new LineChart(canvas, chartOptions);
  const node = element('article', 'card figure',
    element('h2', '', title), element('div', 'values', ...values), canvas);
  return {
    node,
    draw() {
      canvas.setAttribute('aria-label', `${title}, last five minutes; now ${values[0].textContent}`);
      chart.draw();
    },
  };
}

/** @param {string} name */
function coreMeter(name) {
  const share = document.createTextNode('');
  const bar = meter();
  return {
    node: element('div', 'core', element('span', '', `core ${/\d+/.exec(name)}`), share, bar),
    /** @param {number} value */
    show(value) {
      setText(share, percent(value).join(' '));
      bar.setShare(value / 100);
    },
  };
}

/** @param {Metrics} metrics */
function coresOf(metrics) {
  return metrics.names.filter((name) => /^cpu\d+_pct$/.test(name))
    .sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
}

/** @param {Metrics} metrics */
function loadText(metrics) {
  const loads = ['load1', 'load5', 'load15'].filter((name) => metrics.has(name)).map((name) => metrics.last(name).toFixed(2));
  return [
    loads.length ? `load ${loads.join(' ')}` : '',
    metrics.has('procs') ? `${metrics.last('procs').toLocaleString('en')} ${metrics.last('procs') === 1 ? 'process' : 'processes'}` : '',
    metrics.has('threads') ? counted(metrics.last('threads'), 'thread') : '',
  ].filter(Boolean).join(' · ');
}

/**
 * @param {Metrics} metrics
 * @returns {Card} total, load, and each core as a faint line and a meter
 */
export function cpuCard(metrics) {
  const value = figure();
  const aside = element('p', 'aside');
  const meters = element('div', 'cores');
  /** @type {Map<string, ReturnType<typeof coreMeter>>} */
  const byCore = new Map();
  const card = chartCard('CPU', [value.node, aside], {
    format: percent,
    ceiling: 100,
    lines: () => [
      ...[...byCore.keys()].slice(0, MAX_CORE_LINES).map((name) =>
        ({ series: metrics.of(name), colour: '--series-1', faint: true })),
      { series: metrics.of('cpu_pct'), colour: '--series-1' },
    ],
  });
  card.node.append(meters);
  return {
    node: card.node,
    update() {
      value.show(percent(metrics.last('cpu_pct')));
      setText(aside, loadText(metrics));
      for (const name of coresOf(metrics)) {
        const core = byCore.get(name) ?? coreMeter(name);
        if (!byCore.has(name)) meters.append(core.node);
        byCore.set(name, core);
        core.show(metrics.last(name));
      }
      if (byCore.size > MAX_CORES_UNSCROLLED) Object.assign(meters, { tabIndex: 0, role: 'group', ariaLabel: 'Cores' });
      card.draw();
    },
  };
}

/**
 * @param {Metrics} metrics
 * @returns {Card}
 */
export function memoryCard(metrics) {
  const value = figure();
  const aside = element('p', 'aside');
  const card = chartCard('Memory', [value.node, aside], {
    format: percent, ceiling: 100, lines: () => [{ series: metrics.of('mem_used_pct'), colour: '--series-1' }],
  });
  return {
    node: card.node,
    update() {
      value.show(percent(metrics.last('mem_used_pct')));
      const sizes = ['mem_used_bytes', 'mem_total_bytes'].filter((name) => metrics.has(name))
        .map((name) => bytes(metrics.last(name)).join(' '));
      setText(aside, sizes.join(' of '));
      card.draw();
    },
  };
}

/**
 * Two rates in one chart.
 * @param {Metrics} metrics
 * @param {string} title
 * @param {{metric: string, name: string}[]} flows
 * @returns {Card}
 */
export function flowCard(metrics, title, flows) {
  const values = flows.map(({ name }, i) => {
    const value = figure();
    const key = element('span', `key ${i ? 'second' : 'first'}`, name);
    return { show: value.show, node: element('div', 'pair', key, value.node) };
  });
  const card = chartCard(title, values.map(({ node }) => node), {
    format: rate, lines: () => flows.map(({ metric }, i) => ({ series: metrics.of(metric), colour: `--series-${i + 1}` })),
  });
  return {
    node: card.node,
    update() {
      flows.forEach(({ metric }, i) => values[i].show(rate(metrics.last(metric))));
      card.draw();
    },
  };
}

/**
 * Any metric the console has no card for.
 * @param {Metrics} metrics
 * @param {string} name
 * @returns {Card}
 */
export function tile(metrics, name) {
  const format = formatOf(name);
  const value = figure();
  const canvas = /** @type {HTMLCanvasElement} */ (element('canvas', 'chart spark'));
  canvas.setAttribute('aria-hidden', 'true');
  const chart = new LineChart(canvas, {
    format, axes: false, lines: () => [{ series: metrics.of(name), colour: '--series-1' }],
  });
  return {
    node: element('article', 'card', element('h2', 'name', name), value.node, canvas),
    update() {
      value.show(format(metrics.last(name)));
      chart.draw();
    },
  };
}
