// Every row again over TLS: WebSocket Secure is the same protocol, read from other buffers.
import { conformsOver } from './websocket_conformance.mjs';

conformsOver('TLS');
