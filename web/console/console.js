import { wsManager } from '../client/spanwire.js';
import { Account } from './account.js';
import { ClosedPanels } from './closed_panels.js';
import { CopyButton } from './copy_button.js';
import { Explorer } from './explorer.js';
import { Figures } from './figures.js';
import { Inbox } from './inbox.js';
import { Logs } from './logs.js';
import { Status } from './status.js';
import { Tasks } from './tasks.js';
import { TokenGate } from './token_gate.js';
import { Views } from './views.js';

const gate = new TokenGate(() => {
  wsManager.disconnect();
  connect();
  explorer.reconnect();
});
new Status(wsManager, gate);
new Account(wsManager, gate);
new ClosedPanels(wsManager);
new Views();
new CopyButton();
const explorer = new Explorer(gate);
const figures = new Figures(wsManager);
const inbox = new Inbox(wsManager);
const tasks = new Tasks();
const logs = new Logs();

wsManager.onGap((gap) => {
  if (gap.topic === 'tasks') tasks.clear();
  if (gap.topic === 'logs') logs.gap(gap);
});
wsManager.subscribe('stats', (event) => figures.add(event), { history: 600 });
wsManager.subscribe('alerts', (event) => inbox.addAlert(event), { history: 100 });
wsManager.subscribe('notifications', (event) => inbox.addNotification(event), { history: 100 });
wsManager.subscribe('tasks', (event) => tasks.add(event), { history: 200 });
wsManager.subscribe('logs', (event) => logs.add(event), { history: 1000 });
let wasTaken = false;
wsManager.onConnect(() => {
  wasTaken = true;
  gate.isNeeded = false;
});
wsManager.onError(({ code, message }) => {
  if (code !== 'unauthorized' || wsManager.getStatus().state !== 'failed') return;
  gate.isNeeded = true;
  gate.ask(wasTaken ? 'Your session has ended. A new token goes on from here.'
    : gate.token && `That token was not taken: ${message.replace(/^WebSocket: (.*) \(\d+\)$/, '$1')}`);
});
connect();

function connect() {
  wasTaken = false;
  wsManager.connect({ token: gate.token });
}
