/**
 * @param {string} id of an element in index.html
 * @returns {any}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`index.html has no element "${id}"`);
  return found;
}

/**
 * @param {string} tag
 * @param {string} className
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/**
 * Changes text only where it differs, so that nothing is laid out in vain.
 * @param {Node} node
 * @param {string} text
 */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * @param {() => void} draw
 * @returns {() => void} asks for `draw` in the next frame, once however often it is called
 */
export function oncePerFrame(draw) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      draw();
    });
  };
}

/**
 * @param {number | null} share 0 to 1
 * @returns {HTMLElement & {setShare(share: number): void}}
 */
export function meter(share = 0) {
  const fill = element('span', '');
  const bar = Object.assign(element('div', 'meter', fill), {
    /** @param {number} value */
    setShare(value) {
      fill.style.transform = `scaleX(${Math.min(1, Math.max(0, value))})`;
    },
  });
  bar.setShare(share ?? 0);
  return bar;
}
