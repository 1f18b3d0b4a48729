// What the sessions about identity providers share: a pool with providers, an application that trades codes and verifies
// tokens, and a visitor.

import * as idp from '@aws-sdk/client-cognito-identity-provider';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { addClient, pagesPool, query } from './pages.mjs';
import { PATIENCE_MS, UUID, check, checkMatch } from './support.mjs';

export const RESPONSE = '/oauth2/idpresponse';
/** What providers say beside names and addresses. A client has to name such attributes to read and to write them. */
const CUSTOM = ['groups', 'department', 'proof'];
const WRITTEN = ['email', 'name', 'nickname', 'given_name', 'family_name', 'picture', ...CUSTOM.map(name => `custom:${name}`)];

/** A pool with the attributes of `CUSTOM`; `finish` makes the client, once the providers are there. */
export async function federatedPool(admin, name, app, options) {
  const Schema = CUSTOM.map(Name => ({ Name, AttributeDataType: 'String', Mutable: true, StringAttributeConstraints: {} }));
  const pool = await pagesPool(admin, name, app, { ...options, pool: { Schema } });
  pool.admin = admin;
  pool.app = app;
  pool.endpoint = new URL(pool.issuer).origin;
  pool.keys = createRemoteJWKSet(new URL(`${pool.issuer}/.well-known/jwks.json`));
  return pool;
}

/** A client of the pool that offers these providers, which replaces the one that there was. */
export async function offer(pool, providers) {
  const client = {
    SupportedIdentityProviders: providers, WriteAttributes: WRITTEN, ReadAttributes: [...WRITTEN, 'email_verified', 'identities'],
  };
  Object.assign(pool, await addClient(pool.admin, pool, 'federated', pool.app, { client }));
}

export const addProvider = (pool, ProviderName, ProviderType, ProviderDetails, AttributeMapping) =>
  pool.admin.send(
    new idp.CreateIdentityProviderCommand({
      UserPoolId: pool.id, ProviderName, ProviderType, ProviderDetails, AttributeMapping,
    }),
  );

export const changeProvider = (pool, ProviderName, members) =>
  pool.admin.send(new idp.UpdateIdentityProviderCommand({ UserPoolId: pool.id, ProviderName, ...members }));

/** The attributes of a user, and of the state of the user what matters. */
export async function userOf(pool, Username) {
  const found = await pool.admin.send(new idp.AdminGetUserCommand({ UserPoolId: pool.id, Username }));
  const attributes = Object.fromEntries(found.UserAttributes.map(({ Name, Value }) => [Name, Value]));
  return { attributes, status: found.UserStatus, enabled: found.Enabled };
}

/** The application's request; `more` may name a provider. */
export const request = (pool, more) =>
  `${pool.endpoint}/oauth2/authorize?${query(pool, pool.app, { scope: 'openid email profile', state: 'of the application', ...more })}`;

/** Opens the sign-in page, and presses the button of a provider. */
export async function press(page, pool, label, more) {
  await page.goto(request(pool, more));
  await page.locator(`button:visible, input[type=submit]:visible`).and(page.getByRole('button', { name: label })).click();
}

/** Waits for an element, or for the application's page; true if it is the element. */
export async function isAsked(pool, page, element) {
  const asked = element.waitFor().then(() => true);
  const done = page.waitForURL(url => url.href.startsWith(pool.app.origin)).then(() => false);
  const first = await Promise.race([asked, done]);
  for (const one of [asked, done]) one.catch(() => {});
  return first;
}

/** The parameters that the application gets; a page that is shown instead is told. */
export async function arrived(pool, page) {
  let late;
  const tooLate = new Promise((_, reject) => {
    late = setTimeout(async () => {
      const text = await page.locator('body').innerText().catch(() => '');
      reject(new Error(`nothing came to the application; the browser is at ${page.url()}: ${text.slice(0, 300)}`));
    }, PATIENCE_MS);
  });
  try {
    const url = await Promise.race([pool.app.next(), tooLate]);
    // The application knows it before the browser has drawn its page.
    await page.waitForURL(url => url.href.startsWith(pool.app.callback));
    return Object.fromEntries(url.searchParams);
  } finally {
    clearTimeout(late);
  }
}

/** Trades a code, and returns the payloads of both tokens, which jose has verified. */
export async function trade(pool, code) {
  const answer = await fetch(`${pool.endpoint}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code', client_id: pool.clientId, code, redirect_uri: pool.app.callback,
    }),
  });
  const tokens = await answer.json();
  if (!answer.ok) throw new Error(`no tokens: ${JSON.stringify(tokens)}`);
  const verified = async (token, more) =>
    (await jwtVerify(token, pool.keys, { issuer: pool.issuer, algorithms: ['RS256'], ...more })).payload;
  return {
    access: await verified(tokens.access_token),
    identity: await verified(tokens.id_token, { audience: pool.clientId }),
  };
}

/** The end of a sign-in: the application gets a code, and tokens for it. */
export async function signedIn(pool, page) {
  const answer = await arrived(pool, page);
  if (!answer.code) throw new Error(`no code: ${JSON.stringify(answer)}`);
  return trade(pool, answer.code);
}

/** Checks what the application is told of a failure, in whole; some errors have no description. */
export async function checkTold(name, pool, page, error, error_description) {
  const { iss, ...told } = await arrived(pool, page);
  const described = error_description === undefined ? {} : { error_description };
  check(name, told, { error, ...described, state: 'of the application' });
}

/** Checks the page for errors that no application sees. */
export async function checkErrorPage(name, page, error = 'no_transaction') {
  await page.waitForURL(url => url.pathname === '/error');
  check(name, new URL(page.url()).searchParams.get('error'), error);
}

/** Ends the browser's session with the pool. */
export async function signOut(page, pool) {
  const parameters = new URLSearchParams({ client_id: pool.clientId, logout_uri: pool.app.signedOut });
  await page.goto(`${pool.endpoint}/logout?${parameters}`);
  check('signed out, back in the application', page.url(), pool.app.signedOut);
}

/** Checks every claim of the tokens of a user whom a provider named, apart from `attributes`. */
export function checkFederated({ access, identity }, pool, provider, type, subject, attributes) {
  const username = `${provider}_${subject}`;
  const known = identity.identities?.[0] ?? {};
  checkMatch('the subject is the pool\'s own', identity.sub, UUID);
  checkMatch('the identity has a date', known.dateCreated, /^\d{13}$/);
  const { at_hash, iat, exp, jti, event_id, origin_jti, auth_time } = identity;
  check('the ID token', identity, {
    sub: identity.sub,
    iss: pool.issuer,
    aud: pool.clientId,
    token_use: 'id',
    'cognito:username': username,
    'cognito:groups': [`${pool.id}_${provider}`],
    identities: [
      { userId: subject, providerName: provider, providerType: type, issuer: null, primary: 'true', dateCreated: known.dateCreated },
    ],
    ...attributes,
    amr: ["fed"], at_hash, iat, exp, jti, event_id, origin_jti, auth_time,
  });
  check('the access token', [access.sub, access.username, access.client_id, access.token_use], [
    identity.sub, username, pool.clientId, 'access',
  ]);
}
