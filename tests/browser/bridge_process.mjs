// A real spanwire-bridge as a child process, on free ports that it keeps across restarts.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';

const READY = /^spanwire-bridge ready http=(\S+) grpc=(\S+)/;
const START_DEADLINE_MS = 10_000;

export class BridgeProcess {
  http = '127.0.0.1:0';
  grpc = '127.0.0.1:0';
  #args;
  #stderr;
  #child = null;
  #exited = null;
  #log = [];

  /**
   * @param {string[]} args further flags
   * @param {{stderr?: 'pipe' | number}} options where its log goes; a number is a file descriptor
   */
  constructor(args = [], { stderr = 'pipe' } = {}) {
    this.#args = args;
    this.#stderr = stderr;
  }

  get url() {
    return `http://${this.http}/`;
  }
  /** What it wrote to stderr, for when a test fails. */
  get log() {
    return this.#log.join('\n');
  }

  async start() {
    const program = process.env.SPANWIRE_BRIDGE;
    if (!program || !existsSync(program)) {
      throw new Error(`SPANWIRE_BRIDGE=${program ?? ''} is no program: build spanwire-bridge and name it there`);
    }
    const child = spawn(program, ['--http-listen', this.http, '--grpc-listen', this.grpc, ...this.#args],
      { stdio: ['ignore', 'pipe', this.#stderr] });
    this.#child = child;
    this.#exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
    if (child.stderr) createInterface(child.stderr).on('line', (line) => this.#log.push(line));
    const deadline = setTimeout(() => child.kill('SIGKILL'), START_DEADLINE_MS);
    for await (const line of createInterface(child.stdout)) {
      const [, http, grpc] = READY.exec(line) ?? [];
      if (!http) continue;
      clearTimeout(deadline);
      child.stdout.resume();
      [this.http, this.grpc] = [http, grpc];
      return this;
    }
    throw new Error(`the bridge ended (${await this.#exited}) before it was ready:\n${this.log}`);
  }

  get pid() {
    return this.#child.pid;
  }

  /** @returns its exit code, once it has ended by itself */
  async exited() {
    return this.#exited;
  }

  /** Dies without a word. */
  async kill() {
    this.#child?.kill('SIGKILL');
    return this.#exited;
  }

  /** @returns its exit code, after SIGTERM */
  async stop() {
    this.#child?.kill('SIGTERM');
    return this.#exited;
  }
}
