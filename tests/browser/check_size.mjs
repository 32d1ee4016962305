// The client's core, as pages download it: without comments, each module compressed by itself.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import ts from 'typescript';

const LIMIT = 8 * 1024;
const CLIENT = new URL('../../web/client/', import.meta.url);

let total = 0;
for (const name of readdirSync(CLIENT).filter((file) => file.endsWith('.js'))) {
  const { outputText } = ts.transpileModule(readFileSync(new URL(name, CLIENT), 'utf8'), {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ES2022, removeComments: true },
  });
  const size = gzipSync(outputText, { level: 9 }).length;
  console.log(`${String(size).padStart(6)} ${name}`);
  total += size;
}
console.log(`${String(total).padStart(6)} bytes gzip, of at most ${LIMIT}`);
process.exitCode = total > LIMIT ? 1 : 0;
