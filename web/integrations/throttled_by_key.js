/** @typedef {readonly unknown[]} Key */

/**
 * The first call of a key at once, those that follow within the time as one at its end.
 * @param {(key: any) => unknown} action
 * @param {number} ms
 */
export function throttledByKey(action, ms) {
  /** @type {Map<string, {timer: ReturnType<typeof setTimeout>, again: boolean}>} */
  const recent = new Map();
  /** @param {any} key */
  const call = (key) => {
    const name = JSON.stringify(key);
    const known = recent.get(name);
    if (known) {
      known.again = true;
      return;
    }
    const timer = setTimeout(() => {
      const { again } = recent.get(name) ?? {};
      recent.delete(name);
      if (again) call(key);
    }, ms);
    recent.set(name, { timer, again: false });
    action(key);
  };
  return {
    call,
    stop() {
      for (const { timer } of recent.values()) clearTimeout(timer);
      recent.clear();
    },
  };
}
