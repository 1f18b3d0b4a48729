// Starts a Cognate for tests, and asks it for what a test needs (docs/TEST-API.md).

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const START_MS = 30_000;
const STOP_MS = 10_000;
// Variables of other programs that `cognate dev` understands.
const UNDERSTOOD = ['PERSISTENCE', 'DEBUG', 'LOCALSTACK_HOST', 'USE_SSL', 'GATEWAY_LISTEN'];

/** What the server refuses, with its status. */
export class CognateError extends Error {
  constructor(status, message) {
    super(message);
    this.name = 'CognateError';
    this.status = status;
  }
}

/** A running `cognate dev`. */
export class Cognate {
  #endpoint;

  constructor(endpoint = 'http://127.0.0.1:9229') {
    const url = new URL(endpoint);
    this.#endpoint = url.href.replace(/\/+$/, '');
  }

  get endpoint() {
    return this.#endpoint;
  }

  /** The options of an AWS SDK client. */
  get clientConfig() {
    return {
      endpoint: this.#endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    };
  }

  async messages(filter = {}) {
    return (await this.#get('messages', filter)).messages;
  }

  async message(filter = {}) {
    const [newest] = await this.messages({ wait: 10, ...filter });
    if (!newest) throw new CognateError(404, `no message for ${JSON.stringify(filter)}`);
    return newest;
  }

  async code(filter = {}) {
    return (await this.message(filter)).code;
  }

  async now() {
    return new Date((await this.#get('clock')).now * 1000);
  }

  async advance(by) {
    return new Date((await this.#post('clock', { advance: by })).now * 1000);
  }

  async reset() {
    await this.#post('reset');
  }

  async totp(user) {
    for (;;) {
      const shown = await this.#get('totp', user);
      if (shown.code) return { code: shown.code, seconds: shown.seconds };
      // Each code works once: the next one is accepted a moment later.
      await new Promise(resolve => setTimeout(resolve, shown.wait * 1000 + 50));
    }
  }

  async snapshot(name) {
    return this.#post(`snapshots/${encodeURIComponent(name)}`);
  }

  async restore(name) {
    await this.#post(`snapshots/${encodeURIComponent(name)}/restore`);
  }

  async snapshots() {
    return (await this.#get('snapshots')).snapshots;
  }

  async deleteSnapshot(name) {
    await this.#ask('DELETE', `snapshots/${encodeURIComponent(name)}`);
  }

  /** The world with a name, which is made when it is first asked for. Clients of it have its endpoint. */
  world(name) {
    return new Cognate(`${this.#endpoint}/_world/${encodeURIComponent(name)}`);
  }

  async worlds() {
    return (await this.#get('worlds')).worlds;
  }

  async deleteWorld(name) {
    await this.#ask('DELETE', `worlds/${encodeURIComponent(name)}`);
  }

  async createPasskey(user) {
    return this.#post('passkeys', user);
  }

  async answerPasskey(options, more = {}) {
    return (await this.#post('passkeys/answer', { options, ...more })).credential;
  }

  async expire(user, what) {
    return (await this.#post('expire', { ...user, what })).expired;
  }

  async events(filter) {
    return this.#get('events', filter);
  }

  async #get(path, query = {}) {
    const given = Object.entries(query).filter(([, value]) => value !== undefined);
    const pairs = given.map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    return this.#ask('GET', pairs.length ? `${path}?${pairs.join('&')}` : path);
  }

  async #post(path, body) {
    return this.#ask('POST', path, body);
  }

  async #ask(method, path, body) {
    const response = await fetch(`${this.#endpoint}/_dev/${path}`, {
      method,
      redirect: 'error',
      body: body === undefined ? undefined : JSON.stringify(body),
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
    });
    const text = await response.text();
    let answer;
    try {
      answer = JSON.parse(text);
    } catch {
      throw new CognateError(response.status, `what answers at ${this.#endpoint} is no cognate dev`);
    }
    if (!response.ok) throw new CognateError(response.status, answer.error ?? text);
    return answer;
  }
}

/** A `cognate dev` of this program's own, which ends with `stop` and with this program, also one that is killed. */
export class StartedCognate extends Cognate {
  #child;
  #ended;
  #atExit;

  constructor(endpoint, child, ended) {
    super(endpoint);
    this.#child = child;
    this.#ended = ended;
    this.#atExit = () => child.kill('SIGTERM');
    process.once('exit', this.#atExit);
  }

  async stop() {
    process.removeListener('exit', this.#atExit);
    this.#child.kill('SIGTERM');
    const late = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    await this.#ended;
    clearTimeout(late);
  }

  async [Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]() {
    await this.stop();
  }
}

/** Starts a server on a free port, with its data in a temporary folder. */
export async function start({ command = 'cognate', args = [], env = {} } = {}) {
  const [program, ...first] = Array.isArray(command) ? command : [command];
  const isOwn = name => !name.startsWith('COGNATE_') && !UNDERSTOOD.includes(name);
  const own = Object.entries(process.env).filter(([name]) => isOwn(name));
  // The system closes the pipe however this program ends.
  const fixed = ['dev', '--listen', '127.0.0.1:0', '--ephemeral', '--until-stdin-ends'];
  const child = spawn(program, [...first, ...fixed, ...args], {
    env: { ...Object.fromEntries(own), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => {});
  let log = '';
  child.stderr.on('data', text => {
    log = (log + text).slice(-4_000);
  });
  const ended = new Promise(resolve => {
    child.once('exit', resolve);
    child.once('error', resolve);
  });
  const ready = new Promise((resolve, reject) => {
    let endpoint;
    const failed = why => reject(new Error(`cognate did not start: ${why}\n${log}`));
    const late = setTimeout(() => failed('it took too long'), START_MS);
    createInterface({ input: child.stdout }).on('line', line => {
      endpoint ??= /https?:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
      if (line !== 'Ready.') return;
      clearTimeout(late);
      resolve(endpoint);
    });
    ended.then(code => {
      clearTimeout(late);
      failed(code instanceof Error ? code.message : `it ended with ${code}`);
    });
  });
  try {
    return new StartedCognate(await ready, child, ended);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

/** The server at TEST_COGNATE_ENDPOINT if there is one, else one of this program's own. `stop` ends only the latter. */
export async function connect(options = {}) {
  const endpoint = options.endpoint ?? process.env.TEST_COGNATE_ENDPOINT;
  if (!endpoint) return start(options);
  const running = new Cognate(endpoint);
  await running.now();
  return Object.assign(running, { stop: async () => {} });
}
