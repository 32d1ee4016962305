import { clock, clockSeconds } from './units.js';
import { WINDOW_MS } from './metrics.js';

/**
 * @typedef {object} Line
 * @property {import('./metrics.js').TimeSeries} series
 * @property {string} colour a custom property, such as `--series-1`
 * @property {boolean} [faint] drawn thin, in the background
 */

const FONT = '12px system-ui, sans-serif';
/** Points farther apart than this are not joined: nothing is known in between. */
const HOLE_MS = 10_000;
const AXIS_HEIGHT = 20;

/** A line chart of the last minutes on a canvas. Colours come from CSS, so light and dark need nothing here. */
export class LineChart {
  #canvas;
  #lines;
  #format;
  #ceiling;
  #axes;
  /** @type {number | null} where the pointer is, in CSS pixels */
  #pointer = null;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {object} options
   * @param {() => Line[]} options.lines
   * @param {(value: number) => import('./units.js').Figure} options.format
   * @param {number} [options.ceiling] top of the scale; default: fits what is shown
   * @param {boolean} [options.axes]
   */
  constructor(canvas, { lines, format, ceiling, axes = true }) {
    this.#canvas = canvas;
    this.#lines = lines;
    this.#format = format;
    this.#ceiling = ceiling;
    this.#axes = axes;
    canvas.addEventListener('pointermove', ({ offsetX }) => this.#point(offsetX));
    canvas.addEventListener('pointerleave', () => this.#point(null));
    new ResizeObserver(() => this.draw()).observe(canvas);
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const context = this.#canvas.getContext('2d');
    if (!context || !width) return;
    const scale = devicePixelRatio;
    if (this.#canvas.width !== Math.round(width * scale) || this.#canvas.height !== Math.round(height * scale)) {
      this.#canvas.width = Math.round(width * scale);
      this.#canvas.height = Math.round(height * scale);
    }
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);

    const lines = this.#lines();
    const end = Math.max(Date.now(), ...lines.map(({ series }) => series.last?.at ?? 0));
    const bottom = this.#axes ? height - AXIS_HEIGHT : height - 2;
    const ceiling = this.#ceiling ?? this.#fit(lines, end - WINDOW_MS);
    const frame = {
      context, width, bottom,
      colours: getComputedStyle(this.#canvas),
      start: end - WINDOW_MS,
      ceiling,
      x: (/** @type {number} */ at) => width * (1 - (end - at) / WINDOW_MS),
      y: (/** @type {number} */ value) => bottom - (bottom - 2) * Math.min(1, Math.max(0, value / ceiling)),
    };
    if (this.#axes) this.#drawAxes(frame);
    for (const line of lines) this.#drawLine(frame, line);
    if (this.#axes) this.#drawScale(frame);
    if (this.#pointer !== null) this.#drawReading(frame, lines.filter(({ faint }) => !faint), this.#pointer);
  }

  /** @param {number | null} x */
  #point(x) {
    this.#pointer = x;
    this.draw();
  }

  /**
   * @param {Line[]} lines
   * @param {number} start
   * @returns {number} 1, 2 or 5 times a power of ten, above all that is shown
   */
  #fit(lines, start) {
    let most = 0;
    for (const { series } of lines) {
      for (const { at, value } of series.points) if (at >= start && value > most) most = value;
    }
    if (!most) return 1;
    const power = 10 ** Math.floor(Math.log10(most));
    return power * ([1, 2, 5].find((step) => step * power >= most) ?? 10);
  }

  /** @param {Frame} frame */
  #drawAxes({ context, width, bottom, colours, start, x }) {
    context.strokeStyle = colours.getPropertyValue('--grid');
    context.lineWidth = 1;
    context.beginPath();
    for (const share of [0, 0.5, 1]) {
      const y = Math.round(bottom - (bottom - 2) * share) + 0.5;
      context.moveTo(0, y);
      context.lineTo(width, y);
    }
    context.stroke();

    context.font = FONT;
    context.fillStyle = colours.getPropertyValue('--quiet');
    context.textAlign = 'center';
    context.textBaseline = 'bottom';
    const step = width < 300 ? 120_000 : 60_000;
    for (let at = Math.ceil(start / step) * step; x(at) < width - 18; at += step) {
      if (x(at) > 18) context.fillText(clock(at), x(at), bottom + AXIS_HEIGHT);
    }
  }

  /**
   * The top of the scale, written over the lines so that it stays readable.
   * @param {Frame} frame
   */
  #drawScale({ context, colours, ceiling }) {
    const label = this.#format(ceiling).join(' ');
    context.font = FONT;
    context.textAlign = 'left';
    context.textBaseline = 'top';
    context.lineWidth = 4;
    context.lineJoin = 'round';
    context.strokeStyle = colours.getPropertyValue('--surface');
    context.strokeText(label, 0, 5);
    context.fillStyle = colours.getPropertyValue('--quiet');
    context.fillText(label, 0, 5);
  }

  /**
   * @param {Frame} frame
   * @param {Line} line
   */
  #drawLine({ context, bottom, colours, start, x, y }, { series, colour, faint }) {
    const path = new Path2D();
    const area = new Path2D();
    /** @type {{at: number, value: number} | null} */
    let before = null;
    for (const point of series.points) {
      if (point.at < start - HOLE_MS) continue;
      if (!before || point.at - before.at > HOLE_MS) {
        if (before) area.lineTo(x(before.at), bottom);
        path.moveTo(x(point.at), y(point.value));
        area.moveTo(x(point.at), bottom);
      }
      path.lineTo(x(point.at), y(point.value));
      area.lineTo(x(point.at), y(point.value));
      before = point;
    }
    if (!before) return;
    area.lineTo(x(before.at), bottom);
    context.strokeStyle = context.fillStyle = colours.getPropertyValue(colour);
    context.lineWidth = faint ? 1 : 1.5;
    context.lineJoin = context.lineCap = 'round';
    context.globalAlpha = faint ? 0.35 : 1;
    context.stroke(path);
    context.globalAlpha = faint ? 0 : 0.08;
    context.fill(area);
    context.globalAlpha = 1;
  }

  /**
   * What the lines were at the pointer.
   * @param {Frame} frame
   * @param {Line[]} lines
   * @param {number} pointer
   */
  #drawReading({ context, width, bottom, colours, start, x, y }, lines, pointer) {
    const at = start + pointer / width * WINDOW_MS;
    const points = lines.map(({ series }) => series.nearest(at));
    const first = points.find((point) => point && Math.abs(point.at - at) < HOLE_MS);
    if (!first) return;
    context.strokeStyle = colours.getPropertyValue('--quiet');
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(Math.round(x(first.at)) + 0.5, 0);
    context.lineTo(Math.round(x(first.at)) + 0.5, bottom);
    context.stroke();
    points.forEach((point, i) => {
      if (!point) return;
      context.fillStyle = colours.getPropertyValue(lines[i].colour);
      context.beginPath();
      context.arc(x(point.at), y(point.value), 3, 0, 2 * Math.PI);
      context.fill();
    });
    const readings = points.map((point) => point ? this.#format(point.value).join(' ') : '–');
    this.#drawLabel(context, colours, `${clockSeconds(first.at)}   ${readings.join('   ')}`, x(first.at), width);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {CSSStyleDeclaration} colours
   * @param {string} text
   * @param {number} x
   * @param {number} width
   */
  #drawLabel(context, colours, text, x, width) {
    context.font = FONT;
    const wide = context.measureText(text).width + 12;
    const left = x + 8 + wide < width ? x + 8 : Math.max(0, x - 8 - wide);
    context.fillStyle = colours.getPropertyValue('--text');
    context.beginPath();
    context.roundRect(left, 4, wide, 20, 4);
    context.fill();
    context.fillStyle = colours.getPropertyValue('--surface');
    context.textAlign = 'left';
    context.textBaseline = 'middle';
    context.fillText(text, left + 6, 14.5);
  }
}

/**
 * What one drawing shares.
 * @typedef {object} Frame
 * @property {CanvasRenderingContext2D} context
 * @property {number} width
 * @property {number} bottom where values are 0
 * @property {CSSStyleDeclaration} colours
 * @property {number} start milliseconds since 1970 at the left edge
 * @property {number} ceiling value at the top
 * @property {(at: number) => number} x
 * @property {(value: number) => number} y
 */
