// A server of a session's own, and the functions that it calls: the Lambda Invoke API, answered by the session itself.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const INVOCATION = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;
const START_MS = 30_000;

export const arn = name => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

/**
 * Answers functions by name; each gets an event and returns it with its `response`, or throws. `events` are all that came,
 * `faults` what was not as documented.
 */
async function functionServer(handlers) {
  const events = [];
  const faults = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const [, named] = INVOCATION.exec(request.url.split('?')[0]) ?? [];
    const name = named && decodeURIComponent(named).split(':function:').at(-1);
    const handler = handlers[name];
    if (request.method !== 'POST' || !handler) faults.push(`${request.method} ${request.url}`);
    if (request.headers['x-amz-invocation-type'] !== 'RequestResponse') faults.push('another type of invocation');
    let answer;
    try {
      const event = JSON.parse(Buffer.concat(chunks));
      events.push(structuredClone(event));
      answer = handler(event);
    } catch (error) {
      response.setHeader('X-Amz-Function-Error', 'Unhandled');
      answer = { errorMessage: error.message, errorType: 'Error', trace: [] };
    }
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(answer));
  });
  await new Promise(listening => server.listen(0, '127.0.0.1', listening));
  const take = () => events.splice(0);
  return { url: `http://127.0.0.1:${server.address().port}`, take, faults, close: () => server.closeAllConnections() ?? server.close() };
}

/** Starts `cognate dev` with flags and a database of its own. */
export async function start(flags) {
  const folder = await mkdtemp(join(tmpdir(), 'cognate-e2e-own-'));
  const [program, ...args] = JSON.parse(process.env.E2E_COMMAND);
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('COGNATE_')));
  env.COGNATE_DATA_DIR = join(folder, 'data');
  const child = spawn(program, [...args, 'dev', '--listen', '127.0.0.1:0', ...flags], {
    cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', text => {
    log = (log + text).slice(-4_000);
  });
  const ended = new Promise(resolve => child.once('exit', resolve));
  const ready = new Promise((resolve, reject) => {
    let endpoint;
    const late = setTimeout(() => reject(new Error(`the server did not become ready: ${log}`)), START_MS);
    createInterface({ input: child.stdout }).on('line', line => {
      endpoint ??= /https?:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
      if (line !== 'Ready.') return;
      clearTimeout(late);
      resolve(endpoint);
    });
    ended.then(code => reject(new Error(`the server ended with ${code}: ${log}`)));
  });
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    return { endpoint: await ready, folder, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Runs `body` with the endpoint of a server whose functions are `handlers`, by the name in their ARN. */
export async function withFunctions(handlers, body) {
  const functions = await functionServer(handlers);
  try {
    const server = await start(['--trigger', `*=lambda:${functions.url}`]);
    try {
      await body(server.endpoint, functions);
    } finally {
      await server.stop();
    }
  } finally {
    functions.close();
  }
}
