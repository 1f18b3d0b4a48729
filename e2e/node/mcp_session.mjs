// Clients of MCP for Node.js against the server of docs/AGENTS.md: the TypeScript SDK 2 and 1, mcp-remote, and the
// conformance suite for authorization servers.

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as idp from '@aws-sdk/client-cognito-identity-provider';
import { Browser, Provider, SDKS, tools } from './mcp_clients.mjs';
import { ENDPOINT, administrator, check, claims, confirmedUser, session } from './support.mjs';

const TOOLS = ['read_note'];
const here = path => fileURLToPath(new URL(path, import.meta.url));

/** A port that nobody has. */
const freePort = () =>
  new Promise(found => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => found(port));
    });
  });

/** Waits until somebody listens. */
async function listening(port) {
  for (let n = 0; n < 600; n += 1) {
    const open = await new Promise(done => {
      const socket = connect(port, '127.0.0.1', () => done(true)).on('error', () => done(false));
      socket.on('connect', () => socket.destroy());
    });
    if (open) return;
    await new Promise(later => setTimeout(later, 100));
  }
  throw new Error(`nobody listens at ${port}`);
}

/** Runs a program to its end, with an input that stays open; `each` sees what it has written so far. */
function run(program, args, options, each = () => {}) {
  const child = spawn(program, args, { stdio: 'pipe', timeout: 60_000, ...options });
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

/** One of the SDKs: signs in, refreshes. */
async function sdk(name, site) {
  const { resource, clientId, callback, issuer, meta } = site;
  const both = [`${resource}/read`, `${resource}/write`];
  const scopes = provider => claims(provider.kept.access_token).scope.split(' ').sort();
  const browser = new Browser();
  const provider = new Provider(clientId, callback, { issuer });
  check(`${name}: the tools`, await tools(SDKS[name], resource, provider, browser), TOOLS);
  const { aud, iss, client_id } = claims(provider.kept.access_token);
  check(`${name}: the token`, { aud, iss, client_id, scopes: scopes(provider) }, { aud: resource, iss: issuer, client_id: clientId, scopes: both });
  check(`${name}: one page`, browser.pages, 1);

  const first = provider.kept;
  provider.kept = { ...first, access_token: 'over' };
  check(`${name}: with a token that is over`, await tools(SDKS[name], resource, provider, browser), TOOLS);
  check(`${name}: by a refresh token that rotates`,
    { pages: browser.pages, aud: claims(provider.kept.access_token).aud, same: first.refresh_token === provider.kept.refresh_token },
    { pages: 1, aud: resource, same: false });
}

/** mcp-remote's client, with a folder of its own. */
async function remote(site) {
  const browser = new Browser();
  const folder = mkdtempSync(join(tmpdir(), 'mcp-remote-'));
  let visited;
  const visit = out => {
    const url = /Please authorize this client by visiting:\s+(\S+)/.exec(out)?.[1];
    if (url && !visited) visited = browser.open(url).then(back => fetch(back));
  };
  const { port } = new URL(site.remote);
  const args = [
    here('../node_modules/mcp-remote/dist/client.js'), site.resource, port, '--host', '127.0.0.1', '--allow-http',
    '--auth-timeout', '50', '--static-oauth-client-info', JSON.stringify({ client_id: site.clientId }),
    '--static-oauth-client-metadata', JSON.stringify({ token_endpoint_auth_method: 'none' }),
  ];
  // No browser of this machine.
  const env = { ...process.env, MCP_REMOTE_CONFIG_DIR: folder, BROWSER: 'true' };
  const { code, out } = await run(process.execPath, args, { env }, visit);
  await visited;
  rmSync(folder, { recursive: true });
  if (!check('mcp-remote: the tools', [code, /"name": "read_note"/.test(out)], [0, true])) console.error(out);
  check('mcp-remote: one page', browser.pages, 1);
}

/** The conformance suite, whose scenarios for authorization servers sign somebody in. */
async function conformance(site) {
  const browser = new Browser();
  let visited;
  const { port } = new URL(site.conformance);
  const args = [
    '--import', here('conformance_node20.mjs'), here('../node_modules/@modelcontextprotocol/conformance/dist/index.js'),
    'authorization', '--url', site.issuer, '--client-id', site.clientId, '--resource', site.resource, '-p', port,
  ];
  const { code, out } = await run(process.execPath, args, {}, text => {
    const url = /http\S+\/oauth2\/authorize\S+/.exec(text)?.[0];
    if (url && !visited) visited = browser.open(url).then(back => fetch(back));
  });
  await visited;
  if (!check('the conformance suite ends well', code, 0)) console.error(out);
  for (const scenario of ['authorization-server-metadata-endpoint', 'authorization-code-grant'])
    check(`${scenario} passes`, new RegExp(`✓ ${scenario}: \\d+ passed, 0 failed`).test(out), true);
}

await session('MCP', async () => {
  const admin = administrator();
  const send = (Command, input) => admin.send(new Command(input));
  const [port, ...ports] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const resource = `http://127.0.0.1:${port}/mcp`;
  const callbacks = ports.map((own, n) => `http://127.0.0.1:${own}/${n === 1 ? 'oauth/callback' : 'callback'}`);
  const { UserPool: { Id: UserPoolId } } = await send(idp.CreateUserPoolCommand, { PoolName: 'mcp' });
  await send(idp.CreateUserPoolDomainCommand, { UserPoolId, Domain: `mcp-${randomBytes(4).toString('hex')}`, ManagedLoginVersion: 2 });
  const Scopes = ['read', 'write'].map(name => ({ ScopeName: name, ScopeDescription: name }));
  await send(idp.CreateResourceServerCommand, { UserPoolId, Identifier: resource, Name: 'notes', Scopes });
  const { UserPoolClient: { ClientId } } = await send(idp.CreateUserPoolClientCommand, {
    UserPoolId, ClientName: 'agent', AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: ['code'],
    AllowedOAuthScopes: ['openid', 'email', 'phone', 'profile', `${resource}/read`, `${resource}/write`],
    CallbackURLs: callbacks, SupportedIdentityProviders: ['COGNITO'],
    RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 60 },
  });
  await send(idp.CreateManagedLoginBrandingCommand, { UserPoolId, ClientId, UseCognitoProvidedValues: true });
  await confirmedUser(admin, { id: UserPoolId }, 'ada');
  const issuer = `${ENDPOINT}/${UserPoolId}`;
  const meta = await (await fetch(`${ENDPOINT}/.well-known/oauth-authorization-server/${UserPoolId}`)).json();
  const [callback, remoteCallback, conformanceCallback] = callbacks;
  const site = { resource, clientId: ClientId, callback, remote: remoteCallback, conformance: conformanceCallback, issuer, meta };

  const { out: code } = await run(process.env.E2E_PYTHON, [here('../python/agents.py'), String(port)], {});
  const env = { ...process.env, ISSUER: issuer, SCOPES: `${resource}/read ${resource}/write` };
  const server = spawn(process.env.E2E_PYTHON, ['-c', code], { env, stdio: 'ignore' });
  try {
    await listening(port);
    for (const name of Object.keys(SDKS)) await sdk(name, site);
    await remote(site);
    await conformance(site);
  } finally {
    server.kill();
  }
});
