// tests/soak/numbered_publisher.cc as a child process: the C++ SDK, steered line by line.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export class NumberedPublisher {
  #child;
  #exited;
  /** What could not be published, as the SDK tells it. */
  failures = [];

  /** @param {string} address host:port @param {import('./ledger.mjs').Ledger} ledger gets what was promised */
  constructor(address, ledger) {
    this.ledger = ledger;
    this.#child = spawn(join(process.env.SPANWIRE_BIN, '../tests/numbered_publisher'), [address], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#exited = once(this.#child, 'close').then(([code, signal]) => code ?? signal);
    createInterface(this.#child.stdout).on('line', (line) => this.#onLine(line));
    this.#child.stdin.on('error', () => {});  // it died: its exit says so
  }

  publish(topic) {
    this.#child.stdin.write(`${this.ledger.begin(topic)} ${topic}\n`);
  }
  /** No more will be published. @returns its exit code, when everything has been told */
  finish() {
    this.#child.stdin.end();
    return this.#exited;
  }
  kill() {
    this.#child.kill('SIGKILL');
  }

  #onLine(line) {
    const [, n, topic, epoch, offset] = /^(\d+) (\S+) ([0-9A-Za-z]+) (\d+)$/.exec(line) ?? [];
    try {
      if (epoch === undefined) throw new Error(line);
      this.ledger.acknowledge(Number(n), { topic, epoch, offset: Number(offset) });
    } catch (error) {
      this.failures.push(error);
    }
  }
}
