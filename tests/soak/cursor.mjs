// Cursors taken apart, as no client should, to check them against what was acknowledged.

/** @typedef {{epoch: string, offset: number}} Position */

/** @returns {Position} */
export function parseCursor(cursor) {
  const [epoch, offset] = cursor.split('-');
  return { epoch, offset: Number(offset) };
}
export const formatCursor = ({ epoch, offset }) => `${epoch}-${offset}`;
