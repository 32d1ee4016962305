// What axe finds wrong with a page, down to best practice.
import { readFileSync } from 'node:fs';

const AXE = readFileSync(new URL('./node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * @param {import('playwright-core').Page} page
 * @returns {Promise<object[]>} the rules that are violated, with the first elements that do
 */
export async function violations(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate((runOnly) => window.axe.run(document, { runOnly }), RULES);
  return found.violations.map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html, any }) => [html, any[0]?.message])]);
}
