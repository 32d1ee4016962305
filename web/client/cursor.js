/**
 * A place in the bridge's log: everything at or below `offset` has been received.
 * @typedef {{epoch: string, offset: number}} Position
 */

/**
 * @param {string} cursor
 * @returns {Position}
 */
export function parseCursor(cursor) {
  const [, epoch, offset] = /^([0-9A-Za-z]+)-(\d+)$/.exec(cursor) ?? [];
  if (!epoch) throw new TypeError(`"${cursor}" is no cursor: pass one that the bridge gave out`);
  return { epoch, offset: Number(offset) };
}

/** @param {Position} position */
export function formatCursor({ epoch, offset }) {
  return `${epoch}-${offset}`;
}
