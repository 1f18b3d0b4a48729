// What the sessions about a pool's pages share: a pool with a domain and a client, the application behind it, and a person
// who signs in on the page.

import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import * as idp from '@aws-sdk/client-cognito-identity-provider';
import { launchBrowser } from './chromium.mjs';
import { ENDPOINT, PASSWORD, PATIENCE_MS, getJson } from './support.mjs';

export const CLASSIC = 1;
export const MANAGED = 2;
export const SCOPES = ['openid', 'email', 'phone', 'profile', 'aws.cognito.signin.user.admin'];

/** An application that listens on localhost. `handler(request, response, url)` answers what is no callback. */
export async function application(handler) {
  const arrived = [];
  const waiting = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, origin);
    if (await handler?.(request, response, url)) return;
    if (url.pathname === '/callback') {
      const next = waiting.shift();
      if (next) next(url);
      else arrived.push(url);
    }
    response.setHeader('Content-Type', 'text/html').end(`<!doctype html><title>app</title><h1>${url.pathname.slice(1)}</h1>`);
  });
  await new Promise(listening => server.listen(0, 'localhost', listening));
  const origin = `http://localhost:${server.address().port}`;
  return {
    origin,
    callback: `${origin}/callback`,
    signedOut: `${origin}/signed-out`,
    /** The URL of the next callback. */
    next: () => (arrived.length ? Promise.resolve(arrived.shift()) : new Promise(resolve => waiting.push(resolve))),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/**
 * A pool with a domain of this version, and a client of the application.
 *
 * `pool` and `client` are further members of CreateUserPool and CreateUserPoolClient, `style` are settings of the look.
 */
export async function pagesPool(admin, name, app, { version = MANAGED, secret = false, pool, client, style, endpoint = ENDPOINT } = {}) {
  const made = await admin.send(
    new idp.CreateUserPoolCommand({ PoolName: name, AutoVerifiedAttributes: ['email'], ...pool }),
  );
  const id = made.UserPool.Id;
  const prefix = `${name}-${randomBytes(4).toString('hex')}`;
  await admin.send(new idp.CreateUserPoolDomainCommand({ UserPoolId: id, Domain: prefix, ManagedLoginVersion: version }));
  const its = await addClient(admin, { id, version }, name, app, { secret, client, style });
  return { id, version, prefix, issuer: `${endpoint}/${id}`, ...its };
}

/** Another client of the pool; with a style of its own where the pages are managed login. */
export async function addClient(admin, pool, name, app, { secret = false, client, style } = {}) {
  const { UserPoolClient } = await admin.send(
    new idp.CreateUserPoolClientCommand({
      UserPoolId: pool.id,
      ClientName: name,
      GenerateSecret: secret,
      AllowedOAuthFlowsUserPoolClient: true,
      AllowedOAuthFlows: ['code'],
      AllowedOAuthScopes: SCOPES,
      CallbackURLs: [app.callback],
      LogoutURLs: [app.signedOut],
      SupportedIdentityProviders: ['COGNITO'],
      ...client,
    }),
  );
  const { ClientId } = UserPoolClient;
  if (pool.version === MANAGED) {
    const look = style ? { Settings: style } : { UseCognitoProvidedValues: true };
    await admin.send(new idp.CreateManagedLoginBrandingCommand({ UserPoolId: pool.id, ClientId, ...look }));
  }
  return { clientId: ClientId, clientSecret: UserPoolClient.ClientSecret };
}

/** Two identity providers that nobody reaches: Google, and CorporateLogin by OpenID Connect. */
export async function addProviders(admin, pool) {
  const known = { UserPoolId: pool.id, AttributeMapping: { username: 'sub' } };
  await admin.send(
    new idp.CreateIdentityProviderCommand({
      ...known,
      ProviderName: 'Google',
      ProviderType: 'Google',
      ProviderDetails: { client_id: 'x', client_secret: 'y', authorize_scopes: 'openid email' },
    }),
  );
  const site = 'https://issuer.example';
  await admin.send(
    new idp.CreateIdentityProviderCommand({
      ...known,
      ProviderName: 'CorporateLogin',
      ProviderType: 'OIDC',
      IdpIdentifiers: ['corporate.example'],
      ProviderDetails: {
        client_id: 'x', client_secret: 'y', attributes_request_method: 'GET', authorize_scopes: 'openid', oidc_issuer: site,
        authorize_url: `${site}/a`, token_url: `${site}/t`, attributes_url: `${site}/u`, jwks_uri: `${site}/j`,
      },
    }),
  );
}

/** A browser, and pages of it that share nothing with each other. */
export async function browser() {
  const chromium = await launchBrowser();
  return {
    chromium,
    newPage: async options => {
      const context = await chromium.newContext({ ignoreHTTPSErrors: true, ...options });
      context.setDefaultTimeout(PATIENCE_MS);
      return context.newPage();
    },
    close: () => chromium.close(),
  };
}

/** The visible field of a page for a password. */
export const passwordField = page => page.locator('input[name="password"]:visible');

/** Signs in on a page, as a person does. */
export async function signInOnPage(page, username, password = PASSWORD) {
  await page.locator('input[name="username"]:visible').fill(username);
  await passwordField(page).fill(password);
  await passwordField(page).press('Enter');
}

/** The query of a sign-in. */
export const query = (pool, app, more) =>
  new URLSearchParams({
    client_id: pool.clientId,
    response_type: 'code',
    scope: 'email openid phone',
    redirect_uri: app.callback,
    ...more,
  });

/** The cookie of the browser's session, if there is one. */
export async function sessionCookie(page) {
  return (await page.context().cookies()).find(({ name }) => name === 'cognito');
}

/** The URL of the application's next callback, once this page shows it: the application knows it before the browser does. */
export async function arrival(app, page) {
  const url = await app.next();
  await page.waitForURL(url.href);
  return url;
}

/** The next code of a user's authenticator app that was not used; waits until there is one. */
export async function appCode(pool, user) {
  const shown = await getJson(`/_dev/totp?${new URLSearchParams({ pool: pool.id, user })}`);
  const app = shown.pending ?? shown.registered;
  if (app.wait === 0) return app.code;
  await new Promise(later => setTimeout(later, app.wait * 1000 + 200));
  return appCode(pool, user);
}

/** The ids of the messages to a user until now. */
export async function messageIds(pool, user) {
  const { messages } = await getJson(`/_dev/messages?${new URLSearchParams({ pool: pool.id, user })}`);
  return new Set(messages.map(({ id }) => id));
}

/** The code of the newest message to a user that is not among `before`; waits for it. */
export async function sentCode(pool, user, before = new Set()) {
  for (let turn = 0; turn < 50; turn += 1) {
    const { messages } = await getJson(`/_dev/messages?${new URLSearchParams({ pool: pool.id, user, wait: '10' })}`);
    const fresh = messages.find(({ id }) => !before.has(id));
    if (fresh) return fresh.code;
    await new Promise(later => setTimeout(later, 200));
  }
  throw new Error(`no new message to ${user}`);
}

/** Gives a user an authenticator app, which must be asked for at each sign-in. */
export async function withApp(admin, pool, clientId, username) {
  const { AuthenticationResult } = await admin.send(
    new idp.InitiateAuthCommand({
      ClientId: clientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME: username, PASSWORD },
    }),
  );
  const { AccessToken } = AuthenticationResult;
  await admin.send(new idp.AssociateSoftwareTokenCommand({ AccessToken }));
  await admin.send(new idp.VerifySoftwareTokenCommand({ AccessToken, UserCode: await appCode(pool, username) }));
  await admin.send(
    new idp.SetUserMFAPreferenceCommand({ AccessToken, SoftwareTokenMfaSettings: { Enabled: true, PreferredMfa: true } }),
  );
}
