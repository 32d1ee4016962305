import { wsManager } from '../client/spanwire.js';
import { byId, setText } from './dom.js';
import { Explorer } from './explorer.js';
import { Figures } from './figures.js';
import { Inbox } from './inbox.js';
import { Logs } from './logs.js';
import { Status } from './status.js';
import { Tasks } from './tasks.js';
import { TokenGate } from './token_gate.js';
import { Views } from './views.js';

new Status(wsManager);
new Views();
const gate = new TokenGate(() => wsManager.connect({ getToken: () => gate.token }));
new Explorer(() => gate.token);
const figures = new Figures();
const inbox = new Inbox();
const tasks = new Tasks();
const logs = new Logs();

wsManager.onGap((gap) => {
  if (gap.topic === 'tasks') tasks.clear();
  if (gap.topic === 'logs') logs.gap(gap);
});
wsManager.subscribe('stats', (event) => figures.add(event), { history: 600 });
wsManager.subscribe('alerts', (event) => inbox.alerts.add(event), { history: 100 });
wsManager.subscribe('notifications', (event) => inbox.notifications.add(event), { history: 100 });
wsManager.subscribe('tasks', (event) => tasks.add(event), { history: 200 });
wsManager.subscribe('logs', (event) => logs.add(event), { history: 1000 });
wsManager.onError(({ code, message }) => {
  if (code === 'unauthorized' && wsManager.getStatus().state === 'failed') gate.ask(`That token was not taken. ${message}`);
});
gate.enter();

byId('copy').addEventListener('click', async () => {
  await navigator.clipboard.writeText(byId('command').textContent);
  setText(byId('copy'), 'Copied');
});
