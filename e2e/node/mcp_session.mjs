// Clients of MCP for Node.js against the server of docs/AGENTS.md: the TypeScript SDK 2 and 1, mcp-remote, and the
// conformance suite for authorization servers. The SDKs and mcp-remote sign in by a client that the pool has, and by one that
// they register.

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { connect, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import * as idp from '@aws-sdk/client-cognito-identity-provider';
import { Browser, Provider, SDKS, tools } from './mcp_clients.mjs';
import { known, remoteClient, remoteProxy, run } from './mcp_remote.mjs';
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

/** One of the SDKs with too few scopes for the recipe's server, whose refusal names them. */
async function widens(name, { resource, clientId, callback, issuer }) {
  const { Transport, auth, finish } = SDKS[name];
  const browser = new Browser();
  const provider = new Provider(clientId, callback, { issuer });
  const both = [`${resource}/read`, `${resource}/write`];
  const scopes = () => claims(provider.kept.access_token).scope.split(' ').sort();
  await auth(provider, { serverUrl: resource, scope: both[0] });
  await finish(new Transport(new URL(resource), { authProvider: provider }), new URL(await browser.open(provider.asked.href)));
  check(`${name}: a token with one scope`, scopes(), [both[0]]);
  if (name === 'SDK 1') {
    const first = provider.kept;
    const told = await tools(SDKS[name], resource, provider, browser).catch(({ code, message }) => [code, message]);
    check('SDK 1: gives up', told, [403, 'Streamable HTTP error: Server returned 403 after trying upscoping']);
    check('SDK 1: after it has renewed what it has', [first.refresh_token === provider.kept.refresh_token, scopes(), browser.pages], [false, [both[0]], 1]);
    delete provider.kept.refresh_token;
  }
  check(`${name}: more scopes for fastmcp`, await tools(SDKS[name], resource, provider, browser), TOOLS);
  check(`${name}: both, and one page in all`, [scopes(), browser.pages], [both, 1]);
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

/** mcp-remote's client; without a client of the pool it registers one. */
async function remote({ resource, remote: callback, clientId }, inPool) {
  const browser = new Browser();
  const { code, out } = await remoteClient(browser, { resource, callback, flags: inPool ? known(clientId) : [] });
  const name = inPool ? 'mcp-remote' : 'mcp-remote registers';
  if (!check(`${name}: the tools`, [code, /"name": "read_note"/.test(out)], [0, true])) console.error(out);
  check(`${name}: its pages`, browser.pages, inPool ? 1 : 2);
}

/** mcp-remote's proxy with a token that reads: it comes back with one that writes, and the call goes through. */
async function remoteStepUp({ port, clientId, remote: callback, issuer }) {
  const resource = `http://127.0.0.1:${port}/mcp`;
  const server = await protectedResource(port, issuer);
  const browser = new Browser();
  await remoteProxy(browser, { resource, callback, flags: known(clientId) }, async (client, kept) => {
    const call = async name => (await client.callTool({ name, arguments: {} })).content[0].text;
    const scopes = () => claims(kept().access_token).scope.split(' ').sort();
    check('mcp-remote: what the token is enough for', [await call('read_note'), scopes()], ['read_note is done.', [`${resource}/read`]]);
    check('mcp-remote: more scopes', [await call('write_note'), scopes()], ['write_note is done.', [`${resource}/read`, `${resource}/write`]]);
  });
  check('mcp-remote: one page in all', browser.pages, 1);
  check('mcp-remote: what the server refused', server.refused.filter(([status]) => status === 403), [[403, 'insufficient_scope', `${resource}/write`]]);
  server.close();
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
    for (const name of Object.keys(SDKS)) await widens(name, site);
    await stepUp({ ...site, port: scoped });
    await remoteStepUp({ ...site, port: scoped });
    const DcrConfiguration = { EnableStatus: 'Enabled', OpenDcrEnabled: true, AllowedScopes: custom };
    await send(idp.UpdateUserPoolCommand, { UserPoolId, DcrConfiguration });
    for (const name of Object.keys(SDKS)) await registers(name, site);
    await remote(site, false);
  } finally {
    server.kill();
  }
});
