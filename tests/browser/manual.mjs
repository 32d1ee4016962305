// docs/browser.md, for tests of what it shows.
import { readFileSync } from 'node:fs';

const manual = readFileSync(new URL('../../docs/browser.md', import.meta.url), 'utf8');

/**
 * @param {string} section
 * @param {string} language
 * @returns {string} the code of the first example in the section
 */
export function example(section, language) {
  const code = manual.split(`\n## ${section}\n`)[1]?.split(`\`\`\`${language}\n`)[1]?.split('\n```')[0];
  if (!code) throw new Error(`docs/browser.md has no example in ${language} in the section "${section}"`);
  return code;
}
