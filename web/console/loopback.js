/**
 * @param {string} hostname as in an address
 * @returns {boolean} whether only this machine is reached by it
 */
export const isLoopback = (hostname) => /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
