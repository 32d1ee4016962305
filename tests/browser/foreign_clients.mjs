// What tests/interop uses; here, because the packages are installed here.
export { BridgeProcess } from './bridge_process.mjs';
export { any, encode, errorInfoOf, Publisher, tlsCredentials } from './publisher.mjs';
export { filesOf, listServices } from './reflection.mjs';
export { mint, SECRET } from './tokens.mjs';
export { WebSocket } from 'ws';
