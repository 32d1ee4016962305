// Publishers may put anything into an event. What the console reads of it, it reads as what it needs.

/**
 * @param {unknown} value
 * @param {string} [otherwise] where there is nothing
 * @returns {string}
 */
export function textOf(value, otherwise = '') {
  if (value === null || value === undefined) return otherwise;
  return typeof value === 'object' ? JSON.stringify(value) : `${value}`;
}

/**
 * @param {unknown} value
 * @returns {number} 0 to 1
 */
export function shareOf(value) {
  const share = typeof value === 'number' ? value : 0;
  return Math.min(1, Math.max(0, share));
}

/**
 * @param {unknown} value
 * @returns {unknown[]} empty where it is no list
 */
export const listOf = (value) => Array.isArray(value) ? value : [];

/**
 * @param {unknown} value
 * @returns {[name: string, value: unknown][]} empty where it has no fields
 */
export const fieldsOf = (value) => value && typeof value === 'object' ? Object.entries(value) : [];
