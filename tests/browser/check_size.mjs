// The client's core, as pages download it.
import { gzipSync } from 'node:zlib';
import { clientBundle } from './client_bundle.mjs';

const LIMIT = 8 * 1024;

const size = gzipSync(clientBundle(), { level: 9 }).length;
console.log(`client/spanwire.js: ${size} bytes gzip, of at most ${LIMIT}`);
process.exitCode = size > LIMIT ? 1 : 0;
