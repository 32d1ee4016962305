// What the README shows to those who copy it is what the tests build.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

const root = new URL('../../', import.meta.url);
const read = (path) => readFile(new URL(path, root), 'utf8');

// The first block of that language.
async function shown(language) {
  const blocks = [...(await read('README.md')).matchAll(/```(\w+)\n([^]*?)```/g)].filter((block) => block[1] === language);
  assert.ok(blocks.length > 0, `the README has ${language}`);
  return blocks[0][2];
}

test("the README's C++ is the example that is built against the installed SDK", async () => {
  assert.equal(await shown('cpp'), await read('publisher_sdk/examples/ten_lines/readme.cc'));
});

test("the README's message is that of the example, but for the comments", async () => {
  const proto = await read('publisher_sdk/examples/ten_lines/orders.proto');
  const message = proto.slice(proto.indexOf('message ')).replace(/^ *\/\/.*\n/gm, '');
  const tokens = (text) => text.split(/\s+/).filter(Boolean).join(' ');
  assert.equal(tokens(await shown('proto')), tokens(message));
});
