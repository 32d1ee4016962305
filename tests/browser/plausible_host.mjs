// Figures, log lines, alerts and tasks as spanwire-hostmon publishes them, invented but the same in every run.

/** @param {(topic: string, type: string, data: object, at: Date) => void} publish */
export class PlausibleHost {
  #publish;
  #seed = 7;
  #cores = [22, 35, 14, 28];
  #tick = 0;
  #rates = {};

  constructor(publish) {
    this.#publish = publish;
  }

  /** Publishes the last `seconds` as they would have been, twice a second. */
  pastSeconds(seconds, now = Date.now()) {
    for (let i = 2 * seconds; i >= 0; i--) this.tick(new Date(now - 500 * i));
  }

  tick(at = new Date()) {
    const t = this.#tick++;
    const spike = t % 240 > 190 && t % 240 < 220 ? 40 : 0;
    this.#cores = this.#cores.map((load, i) =>
      clamp(0.9 * load + 0.1 * (18 + 9 * Math.sin(t / 37 + i) + spike) + this.#noise(4), 0, 100));
    const cpu = this.#cores.reduce((a, b) => a + b) / this.#cores.length;
    const memory = 41 + 3 * Math.sin(t / 130) + spike / 12;
    this.#publish('stats', 'stats_update', {
      cpu_pct: cpu,
      ...Object.fromEntries(this.#cores.map((load, i) => [`cpu${i}_pct`, load])),
      mem_used_pct: memory, mem_used_bytes: memory / 100 * 25_769_803_776, mem_total_bytes: 25_769_803_776,
      load1: 0.6 + cpu / 60, load5: 0.7, load15: 0.52, procs: 143 + Math.round(this.#noise(2)),
      net_rx_bytes_per_s: this.#drift('rx', 420_000 + 260_000 * Math.sin(t / 53), 190_000),
      net_tx_bytes_per_s: this.#drift('tx', 130_000 + 60_000 * Math.sin(t / 71), 60_000),
      disk_read_bytes_per_s: this.#drift('read', t % 130 < 9 ? 5_200_000 : 60_000, 90_000),
      disk_write_bytes_per_s: this.#drift('write', 900_000, 700_000),
    }, at);
    if (t % 3 === 0) this.#log(t, at);
    if (t % 4 === 0) this.#tasks(t, at);
    if (t % 240 === 196) this.#alert('warning', 'CPU is busy', `CPU at ${cpu.toFixed(0)} % for 5 seconds`, 'cpu_pct', at);
    if (t % 240 === 232) this.#alert('resolved', 'CPU is busy', 'CPU is below 80 % again', 'cpu_pct', at);
  }

  #log(t, at) {
    const [level, source, message, fields] = LINES[(t / 3 * 7) % LINES.length];
    this.#publish('logs', 'log', { level, message, source, ...(fields && { fields }) }, at);
  }

  #alert(severity, title, message, metric, at) {
    this.#publish('alerts', 'alert', { severity, title, message, labels: { host: 'web-1', metric } }, at);
  }

  #tasks(t, at) {
    PROCESSES.forEach(([pid, name, share], i) => this.#publish('tasks', 'task_update', {
      task_id: `proc-${pid}`, action: t ? 'updated' : 'created', state: 'running', message: name,
      progress: clamp(share + 0.06 * Math.sin(t / 9 + i) + this.#noise(0.01), 0, 1),
    }, at));
  }

  /** A rate that strays around `centre` without jumping. */
  #drift(name, centre, size) {
    const before = this.#rates[name] ?? centre;
    return this.#rates[name] = Math.max(0, before + 0.3 * (centre - before) + this.#noise(size / 2));
  }

  /** @returns {number} -size to size */
  #noise(size) {
    this.#seed = (this.#seed * 1103515245 + 12345) % 2 ** 31;
    return size * (this.#seed / 2 ** 30 - 1);
  }
}

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

const PROCESSES = [
  [4127, 'postgres: writer process', 0.31], [918, 'node server.js', 0.22], [2210, 'spanwire-bridge', 0.11],
  [1, 'systemd', 0.01], [733, 'nginx: worker process', 0.08], [5120, 'redis-server', 0.05], [612, 'sshd', 0.01],
  [4980, 'journald', 0.02],
];
const LINES = [
  ['info', 'api', 'GET /orders/4211 200', { ms: 12, user: 'u-381' }],
  ['debug', 'scheduler', 'next run of cleanup in 60 s'],
  ['info', 'api', 'POST /orders 201', { ms: 31, user: 'u-12' }],
  ['warning', 'db', 'slow query: select * from orders where customer_id = $1', { ms: 812 }],
  ['info', 'worker', 'invoice 9981 sent'],
  ['info', 'api', 'GET /health 200'],
  ['error', 'mailer', 'connection to smtp.internal:25 refused, retrying in 30 s', { attempt: 2 }],
  ['info', 'api', 'DELETE /sessions/77 204', { ms: 4 }],
  ['trace', 'db', 'pool: 7 of 20 connections in use'],
  ['info', 'worker', 'thumbnail of asset 5512 made', { ms: 143 }],
  ['critical', 'db', 'replication stopped: wal segment 00000001000000A3 is gone'],
];
