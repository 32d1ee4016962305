import { wsManager } from '../client/spanwire.js';
import { Alerts } from './alerts.js';
import { byId, setText } from './dom.js';
import { Figures } from './figures.js';
import { Logs } from './logs.js';
import { Status } from './status.js';
import { Tasks } from './tasks.js';

new Status(wsManager);
const figures = new Figures();
const alerts = new Alerts();
const tasks = new Tasks();
const logs = new Logs();

wsManager.onGap((gap) => {
  if (gap.topic === 'tasks') tasks.clear();
  if (gap.topic === 'logs') logs.gap(gap);
});
wsManager.subscribe('stats', (event) => figures.add(event), { history: 600 });
wsManager.subscribe('alerts', (event) => alerts.add(event), { history: 100 });
wsManager.subscribe('tasks', (event) => tasks.add(event), { history: 200 });
wsManager.subscribe('logs', (event) => logs.add(event), { history: 500 });
wsManager.connect();

byId('copy').addEventListener('click', async () => {
  await navigator.clipboard.writeText(byId('command').textContent);
  setText(byId('copy'), 'Copied');
});
