// Clients of MCP for Node.js against the server of docs/AGENTS.md: the TypeScript SDK 2 and 1, mcp-remote, and the
// conformance suite for authorization servers. The SDKs and mcp-remote sign in by a client that the pool has, and by one that
// they register.

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as idp from '@aws-sdk/client-cognito-identity-provider';
import { auth } from '@modelcontextprotocol/client';
import { Browser, Provider, SDKS, tools } from './mcp_clients.mjs';
import { protectedResource } from './mcp_resource.mjs';
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

/** The SDK 2 with too few scopes for the recipe's server, whose refusal names them. */
async function widens({ resource, clientId, callback, issuer }) {
  const { Transport, finish } = SDKS['SDK 2'];
  const browser = new Browser();
  const provider = new Provider(clientId, callback, { issuer });
  const scopes = () => claims(provider.kept.access_token).scope.split(' ').sort();
  await auth(provider, { serverUrl: resource, scope: `${resource}/read` });
  await finish(new Transport(new URL(resource), { authProvider: provider }), new URL(await browser.open(provider.asked.href)));
  check('SDK 2: a token with one scope', scopes(), [`${resource}/read`]);
  check('SDK 2: more scopes for fastmcp', await tools(SDKS['SDK 2'], resource, provider, browser), TOOLS);
  check('SDK 2: both, and one page in all', [scopes(), browser.pages], [[`${resource}/read`, `${resource}/write`], 1]);
}

/** The SDK 2 with a token that reads: it comes back with one that writes, without a page. */
async function stepUp(site) {
  const { Client, Transport, Unauthorized, finish } = SDKS['SDK 2'];
  const { port, clientId, callback, issuer } = site;
  const resource = `http://127.0.0.1:${port}/mcp`;
  const server = await protectedResource(port, issuer);
  const browser = new Browser();
  const provider = new Provider(clientId, callback, { issuer });
  const scopes = () => claims(provider.kept.access_token).scope.split(' ').sort();
  check('SDK 2: the tools of a server with scopes', await tools(SDKS['SDK 2'], resource, provider, browser), ['read_note', 'write_note']);
  check('SDK 2: the scope that the server named', scopes(), [`${resource}/read`]);
  const call = async name => {
    const client = new Client({ name: 'session', version: '1' });
    const transport = new Transport(new URL(resource), { authProvider: provider });
    await client.connect(transport);
    try {
      return (await client.callTool({ name, arguments: {} })).content[0].text;
    } catch (error) {
      if (!(error instanceof Unauthorized)) throw error;
      await finish(transport, new URL(await browser.open(provider.asked.href)), provider);
      return 'asks for more';
    } finally {
      await client.close();
    }
  };
  check('SDK 2: what the token is enough for', await call('read_note'), 'read_note is done.');
  check('SDK 2: what it is not enough for', await call('write_note'), 'asks for more');
  check('SDK 2: more scopes', [await call('write_note'), scopes()], ['write_note is done.', [`${resource}/read`, `${resource}/write`]]);
  check('SDK 2: one page in all', browser.pages, 1);
  check('SDK 2: what the server refused', server.refused.filter(([status]) => status === 403), [[403, 'insufficient_scope', `${resource}/write`]]);
  server.close();
}

/** One of the SDKs without a client: it registers one. */
async function registers(name, { resource, callback, issuer }) {
  const browser = new Browser();
  const provider = new Provider(undefined, callback);
  check(`${name} registers: the tools`, await tools(SDKS[name], resource, provider, browser), TOOLS);
  const { client_id, redirect_uris, token_endpoint_auth_method, client_secret } = provider.client;
  check(`${name} registers: what it is told`, { redirect_uris, token_endpoint_auth_method, client_secret },
    { redirect_uris: [callback], token_endpoint_auth_method: 'none', client_secret: undefined });
  const said = claims(provider.kept.access_token);
  check(`${name} registers: its token`, { client_id: said.client_id, aud: said.aud, iss: said.iss }, { client_id, aud: resource, iss: issuer });
  check(`${name} registers: a sign-in and a question`, browser.pages, 2);
  const first = provider.kept;
  provider.kept = { ...first, access_token: 'over' };
  check(`${name} registers: by a refresh token that rotates, without a page`,
    [await tools(SDKS[name], resource, provider, browser), browser.pages, first.refresh_token === provider.kept.refresh_token],
    [TOOLS, 2, false]);
}

/** mcp-remote's client, with a folder of its own; without a client of the pool it registers one. */
async function remote(site, known) {
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
    '--auth-timeout', '50',
  ];
  if (known)
    args.push(
      '--static-oauth-client-info', JSON.stringify({ client_id: site.clientId }),
      '--static-oauth-client-metadata', JSON.stringify({ token_endpoint_auth_method: 'none' }),
    );
  // No browser of this machine.
  const env = { ...process.env, MCP_REMOTE_CONFIG_DIR: folder, BROWSER: 'true' };
  const { code, out } = await run(process.execPath, args, { env }, visit);
  await visited;
  rmSync(folder, { recursive: true });
  const name = known ? 'mcp-remote' : 'mcp-remote registers';
  if (!check(`${name}: the tools`, [code, /"name": "read_note"/.test(out)], [0, true])) console.error(out);
  check(`${name}: its pages`, browser.pages, known ? 1 : 2);
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
  const [port, scoped, ...ports] = await Promise.all([1, 2, 3, 4, 5].map(freePort));
  const resource = `http://127.0.0.1:${port}/mcp`;
  const callbacks = ports.map((own, n) => `http://127.0.0.1:${own}/${n === 1 ? 'oauth/callback' : 'callback'}`);
  const { UserPool: { Id: UserPoolId } } = await send(idp.CreateUserPoolCommand, { PoolName: 'mcp' });
  await send(idp.CreateUserPoolDomainCommand, { UserPoolId, Domain: `mcp-${randomBytes(4).toString('hex')}`, ManagedLoginVersion: 2 });
  const Scopes = ['read', 'write'].map(name => ({ ScopeName: name, ScopeDescription: name }));
  const resources = [resource, `http://127.0.0.1:${scoped}/mcp`];
  for (const Identifier of resources) await send(idp.CreateResourceServerCommand, { UserPoolId, Identifier, Name: 'notes', Scopes });
  const custom = resources.flatMap(url => [`${url}/read`, `${url}/write`]);
  const { UserPoolClient: { ClientId } } = await send(idp.CreateUserPoolClientCommand, {
    UserPoolId, ClientName: 'agent', AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: ['code'],
    AllowedOAuthScopes: ['openid', 'email', 'phone', 'profile', ...custom],
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
    await remote(site, true);
    await conformance(site);
    await widens(site);
    await stepUp({ ...site, port: scoped });
    const DcrConfiguration = { EnableStatus: 'Enabled', OpenDcrEnabled: true, AllowedScopes: custom };
    await send(idp.UpdateUserPoolCommand, { UserPoolId, DcrConfiguration });
    for (const name of Object.keys(SDKS)) await registers(name, site);
    await remote(site, false);
  } finally {
    server.kill();
  }
});
