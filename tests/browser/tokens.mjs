// Tokens for tests, as an issuer would sign them (RFC 7519).
import { createHmac } from 'node:crypto';

/** Long enough for HS512. */
export const SECRET = 'a secret of 64 bytes that only the tests and their bridges share';

const part = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/**
 * A token that counts for ten minutes.
 * @param {object} claims members of the payload beside `sub` and `exp`, or instead of them
 */
export function mint(claims = {}, { secret = SECRET, header = { alg: 'HS256', typ: 'JWT' } } = {}) {
  const payload = { sub: 'ann', exp: Math.floor(Date.now() / 1000) + 600, ...claims };
  const input = `${part(header)}.${part(payload)}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}
