import { conformsOver } from './websocket_conformance.mjs';

conformsOver('TCP');
