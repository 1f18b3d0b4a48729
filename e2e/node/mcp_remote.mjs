// Drives mcp-remote without a person: its client, which prints what a server has, and its proxy, which other programs start.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

const program = name => fileURLToPath(new URL(`../node_modules/mcp-remote/dist/${name}.js`, import.meta.url));

/** Runs a program to its end, with an input that stays open; `each` sees what it has written so far. */
export function run(command, args, options, each = () => {}) {
  const child = spawn(command, args, { stdio: 'pipe', timeout: 60_000, ...options });
  let out = '';
  const done = new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', chunk => {
        out += chunk;
        each(out);
      });
    child.on('error', reject).on('close', code => resolve({ code, out }));
  });
  return done;
}

/** The command line and environment of one of its programs, with a folder of its own. */
function prepared(name, resource, callback, flags) {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-remote-'));
  const args = [
    program(name), resource, new URL(callback).port, '--host', '127.0.0.1', '--allow-http', '--auth-timeout', '50', ...flags,
  ];
  // No browser of this machine.
  return { folder, args, env: { ...process.env, MCP_REMOTE_CONFIG_DIR: folder, BROWSER: 'true' } };
}

/** The tokens that it has kept in a folder. */
function kept(folder) {
  const file = readdirSync(folder, { recursive: true }).find(name => name.endsWith('_tokens.json'));
  return file && JSON.parse(readFileSync(join(folder, file), 'utf8'));
}

/** Comes back to it; where it asks in the middle of its work, it opens the browser before it listens. */
async function comeBack(url) {
  for (let n = 0; ; n += 1)
    try {
      return await fetch(url);
    } catch (error) {
      if (n === 100) throw error;
      await new Promise(later => setTimeout(later, 100));
    }
}

/** Opens every URL that it wants to be opened, and comes back. */
function visitor(browser) {
  const seen = new Set();
  return out => {
    for (const [, url] of out.matchAll(/Please authorize this client by visiting:\s+(\S+)\s/g)) {
      if (seen.has(url)) continue;
      seen.add(url);
      browser.open(url).then(comeBack).catch(error => console.error(error));
    }
  };
}

/** The flags that make it a client of the pool. */
export const known = clientId => [
  '--static-oauth-client-info', JSON.stringify({ client_id: clientId }),
  '--static-oauth-client-metadata', JSON.stringify({ token_endpoint_auth_method: 'none' }),
];

/** Its client, to its end: its exit code, what it wrote, and the tokens that it kept. */
export async function remoteClient(browser, { resource, callback, flags = [] }) {
  const { folder, args, env } = prepared('client', resource, callback, flags);
  try {
    return { ...(await run(process.execPath, args, { env }, visitor(browser))), tokens: kept(folder) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Its proxy as a program starts it; `use` gets a client that is connected to it, and the tokens it keeps. */
export async function remoteProxy(browser, { resource, callback, flags = [] }, use) {
  const { folder, args, env } = prepared('proxy', resource, callback, flags);
  const transport = new StdioClientTransport({ command: process.execPath, args, env, stderr: 'pipe' });
  const visit = visitor(browser);
  let out = '';
  transport.stderr.on('data', chunk => visit((out += chunk)));
  const client = new Client({ name: 'session', version: '1' });
  try {
    await client.connect(transport);
    await use(client, () => kept(folder));
  } catch (error) {
    console.error(out);
    throw error;
  } finally {
    await client.close();
    rmSync(folder, { recursive: true });
  }
}
