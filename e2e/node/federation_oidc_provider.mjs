// panva's oidc-provider in the place of a company's own identity provider, and Chromium: everything that a person and an
// administrator do with it.

import { createHash } from 'node:crypto';
import * as idp from '@aws-sdk/client-cognito-identity-provider';
import {
  RESPONSE, addProvider, arrived, changeProvider, checkErrorPage, checkFederated, checkTold, federatedPool, isAsked, offer, press,
  request, signOut, signedIn, trade, userOf,
} from './federation.mjs';
import { rollover } from './federation_oidc_keys.mjs';
import { keysOf, openidProvider, there } from './openid_provider.mjs';
import { CLASSIC, application, browser, signInOnPage } from './pages.mjs';
import { ENDPOINT, administrator, check, checkMatch, confirmedUser, session } from './support.mjs';

/** The provider's signatures by the name of the provider in the pool. */
const ALGORITHMS = { Company: 'RS256', Pss: 'PS256', Curve: 'ES256', Edwards: 'EdDSA', Edwards25519: 'Ed25519', Shared: 'HS256' };
const SECRET = 'a-secret-of-more-than-thirty-two-bytes';
const MAPPING = {
  email: 'email', email_verified: 'email_verified', name: 'name', nickname: 'nickname', 'custom:groups': 'groups',
};
/** The ID token as an attribute tells how it was signed. */
const PROVEN = { ...MAPPING, 'custom:proof': 'id_token' };
const ADA = { email: 'ada@company.example', email_verified: true, name: 'Ada', nickname: 'countess', groups: ['staff', 'board & co'] };

/** The settings of a client at the provider; the endpoints are found by discovery. */
const details = (provider, name, more) => ({
  client_id: name, client_secret: SECRET, oidc_issuer: provider.issuer, authorize_scopes: 'openid email profile',
  attributes_request_method: 'GET', ...more,
});

/** The way there: the button, the provider's pages, and what the provider sees. */
async function firstSignIn(page, pool, provider) {
  await press(page, pool, 'Continue with Company');
  check('the provider asks who it is', await there.name(page).inputValue(), '');
  await there.signIn(page, 'ada');
  await there.consent(page);
  const answer = await arrived(pool, page);
  check('the application is called', [Object.keys(answer).sort(), answer.state], [['code', 'iss', 'state'], 'of the application']);
  const tokens = await trade(pool, answer.code);
  checkFederated(tokens, pool, 'Company', 'OIDC', 'ada', {
    email: 'ada@company.example', email_verified: true, name: 'Ada', nickname: 'countess', 'custom:groups': '[staff,board+%26+co]',
  });
  check('the state of the user', (await userOf(pool, 'Company_ada')).status, 'EXTERNAL_PROVIDER');

  const [asked] = provider.take('authorization');
  check('the request has', Object.keys(asked.query).sort(), [
    'client_id', 'code_challenge', 'code_challenge_method', 'nonce', 'redirect_uri', 'response_type', 'scope', 'state',
  ]);
  check('what is fixed in it', [
    asked.query.client_id, asked.query.redirect_uri, asked.query.response_type, asked.query.scope, asked.query.code_challenge_method,
  ], ['Company', `${ENDPOINT}${RESPONSE}`, 'code', 'openid email profile', 'S256']);
  checkMatch('a nonce', asked.query.nonce, /^[\w-]{22,}$/);
  const [traded] = provider.take('token');
  check('the code is traded with', Object.keys(traded.body).sort(), [
    'client_id', 'client_secret', 'code', 'code_verifier', 'grant_type', 'redirect_uri',
  ]);
  check('by the form alone', [traded.method, traded.headers.authorization, traded.body.client_secret], ['POST', undefined, SECRET]);
  check('the agent', traded.headers['user-agent'], 'Amazon/Cognito');
  const challenge = createHash('sha256').update(traded.body.code_verifier).digest('base64url');
  check('the verifier is that of the challenge', challenge, asked.query.code_challenge);
  const [claims] = provider.take('userinfo');
  check('the claims are asked for by', [claims.method, claims.headers.authorization?.slice(0, 7), claims.query], ['GET', 'Bearer ', {}]);
  return tokens.identity.sub;
}

/** What the provider says the second time: changed, gone, blank and new values, and a mapping that was changed meanwhile. */
async function secondSignIn(page, pool, provider, sub) {
  await signOut(page, pool);
  const { name, ...rest } = ADA;
  provider.accounts.set('ada', {
    ...rest, email: 'countess@company.example', email_verified: false, nickname: '', groups: ['board'], department: 'Engines',
  });
  await changeProvider(pool, 'Company', { AttributeMapping: { ...MAPPING, 'custom:department': 'department' } });
  await press(page, pool, 'Continue with Company');
  // The provider's session is still there, so that its pages are not.
  const { identity } = await signedIn(pool, page);
  check('the same user', identity.sub, sub);
  check('changed, added and kept values', [
    identity.email, identity.email_verified, identity['custom:groups'], identity['custom:department'], identity.name,
  ], ['countess@company.example', false, 'board', 'Engines', 'Ada']);
  check('a blank one is cleared', identity.nickname, undefined);
  check('the group stays', identity['cognito:groups'], [`${pool.id}_Company`]);
  await page.goto(request(pool, { identity_provider: 'Company' }));
  check('the pool\'s own session answers at once', (await signedIn(pool, page)).identity.sub, sub);
  check('without the provider', provider.take('token').length, 1);
  provider.take('authorization');

  await changeProvider(pool, 'Company', { AttributeMapping: { email: 'email', email_verified: 'email_verified' } });
  provider.accounts.set('ada', ADA);
  await page.goto(request(pool, { identity_provider: 'Company', prompt: 'login' }));
  await there.signIn(page, 'ada');
  const { identity: later } = await signedIn(pool, page);
  check('what is mapped no more stays as it was', [later.email, later['custom:groups'], later.nickname], [
    ADA.email, 'board', undefined,
  ]);
  await changeProvider(pool, 'Company', { AttributeMapping: MAPPING });
}

/** What an application asks of the provider, and the end of the session there. */
async function asked(page, pool, provider, sub) {
  provider.take('authorization');
  await page.goto(request(pool, { identity_provider: 'Company', prompt: 'login', login_hint: 'ada' }));
  check('prompt=login asks again, for the hinted user', await there.name(page).inputValue(), 'ada');
  const [{ query }] = provider.take('authorization');
  check('both are passed on', [query.prompt, query.login_hint], ['login', 'ada']);
  await there.signIn(page, 'ada');
  check('the same user', (await signedIn(pool, page)).identity.sub, sub);

  await signOut(page, pool);
  await there.signOut(page, provider.issuer);
  await press(page, pool, 'Continue with Company');
  check('without a session at the provider it asks', await there.name(page).isVisible(), true);
  await there.signIn(page, 'grace');
  await there.consent(page);
  const { identity } = await signedIn(pool, page);
  check('another person is another user', [identity['cognito:username'], identity.sub !== sub], ['Company_grace', true]);
  await page.goto(request(pool, { identity_provider: 'Company', prompt: 'none' }));
  check('prompt=none, with a session', (await signedIn(pool, page)).identity.sub, identity.sub);
  await signOut(page, pool);
  await page.goto(request(pool, { identity_provider: 'Company', prompt: 'none' }));
  await checkTold('prompt=none, without one', pool, page, 'login_required', undefined);
}

/** What goes wrong at the provider, or is refused there. */
async function refusals(chromium, pool, provider) {
  const page = await chromium.newPage();
  const go = () => page.goto(request(pool, { identity_provider: 'Company' }));
  const aborted = ['access_denied', 'End-User aborted interaction; error=access_denied'];
  await go();
  await there.cancel(page);
  await checkTold('who it is, is not said', pool, page, ...aborted);
  await go();
  await there.signIn(page, 'edith');
  await there.cancel(page);
  await checkTold('no consent', pool, page, ...aborted);
  provider.faults.authorization = provider.faults.resume = 'fail';
  await go();
  await checkTold('the provider fails', pool, page, 'server_error', 'The directory is away; error=server_error');
  provider.faults.authorization = provider.faults.resume = undefined;
  await go();
  await there.consent(page);
  check('and then does not', (await signedIn(pool, page)).identity['cognito:username'], 'Company_edith');

  const refusedBecause = async (name, faults, ...told) => {
    await signOut(page, pool);
    Object.assign(provider.faults, faults);
    await go();
    await checkTold(name, pool, page, ...told);
    for (const fault of Object.keys(faults)) delete provider.faults[fault];
  };
  await refusedBecause('the account vanished before the code was traded', { token: 'unknown' }, 'invalid_request',
    'Company Error - 400 error getting token');
  await refusedBecause('the token endpoint fails', { '/token': 'broken' }, 'invalid_request', 'Company Error - 500 error getting token');
  await refusedBecause('the account vanished before the claims', { userinfo: 'unknown' }, 'invalid_request',
    'Company Error - 401 error getting user info');
  await changeProvider(pool, 'Company', { ProviderDetails: details(provider, 'Company', { client_secret: `${SECRET}-not` }) });
  await refusedBecause('a wrong secret', {}, 'invalid_request', 'Company Error - 401 error getting token');
  await changeProvider(pool, 'Company', { ProviderDetails: details(provider, 'Company') });
  await page.goto(request(pool, { identity_provider: 'Signing' }));
  await there.consent(page);
  await checkTold('claims that are a token', pool, page, 'invalid_request', 'Invalid response from IdP user info endpoint');
  await page.context().close();
}

/** Browsers that come with somebody else's answer, or with one for the second time. */
async function browsers(chromium, pool, provider) {
  const [mine, other] = [await chromium.newPage(), await chromium.newPage()];
  const toProvider = mine.waitForRequest(made => made.url().startsWith(`${provider.issuer}/auth?`));
  await mine.goto(request(pool, { identity_provider: 'Company' }));
  const location = (await toProvider).url();
  await other.goto(location);
  await there.signIn(other, 'mallory');
  await there.consent(other);
  await checkErrorPage('the state of another browser', other);
  const back = mine.waitForRequest(made => made.url().startsWith(`${pool.endpoint}${RESPONSE}?`));
  await there.signIn(mine, 'edith');
  await there.consent(mine);
  check('it is still good in its own', (await signedIn(pool, mine)).identity['cognito:username'], 'Company_edith');
  const answer = (await back).url();
  await mine.goto(answer);
  await checkErrorPage('the same answer again', mine);
  await other.goto(answer);
  await checkErrorPage('and in another browser', other);

  await signOut(mine, pool);
  const tab = await mine.context().newPage();
  // The provider forgets consent too.
  await there.signOut(mine, provider.issuer);
  const tabs = { 'one tab of two': tab, 'and the other': mine };
  for (const page of Object.values(tabs)) await page.goto(request(pool, { identity_provider: 'Company' }));
  for (const [name, page] of Object.entries(tabs)) {
    await there.signIn(page, 'edith');
    if (await isAsked(pool, page, there.consenting(page))) await there.consent(page);
    check(name, (await signedIn(pool, page)).identity['cognito:username'], 'Company_edith');
  }
  for (const page of [mine, other]) await page.context().close();
}

/** A user of the pool's own, to whom an identity is linked. */
async function linked(chromium, pool) {
  await confirmedUser(pool.admin, pool, 'linda');
  const { attributes } = await userOf(pool, 'linda');
  await pool.admin.send(
    new idp.AdminLinkProviderForUserCommand({
      UserPoolId: pool.id,
      DestinationUser: { ProviderName: 'Cognito', ProviderAttributeValue: 'linda' },
      SourceUser: { ProviderName: 'Company', ProviderAttributeName: 'Cognito_Subject', ProviderAttributeValue: 'linda-there' },
    }),
  );
  const page = await chromium.newPage();
  await press(page, pool, 'Continue with Company');
  await there.signIn(page, 'linda-there');
  await there.consent(page);
  const { identity } = await signedIn(pool, page);
  check('the provider signs in the pool\'s own user', [identity.sub, identity['cognito:username'], identity['cognito:groups']], [
    attributes.sub, 'linda', undefined,
  ]);
  check('under both identities', identity.identities.map(({ userId, primary }) => [userId, primary]), [['linda-there', 'false']]);
  check('with the provider\'s attributes', [identity.email, identity.name], ['linda@company.example', 'Linda']);
  await signOut(page, pool);
  await page.goto(request(pool));
  await signInOnPage(page, 'linda');
  check('and so does the password', (await signedIn(pool, page)).identity.sub, attributes.sub);
  await page.context().close();
}

/** One sign-in by each signature. */
async function signatures(chromium, pool, provider) {
  const page = await chromium.newPage();
  provider.take('userinfo');
  for (const [name, algorithm] of Object.entries(ALGORITHMS)) {
    await changeProvider(pool, name, { AttributeMapping: PROVEN });
    await page.goto(request(pool, { identity_provider: name, prompt: 'login' }));
    await there.signIn(page, 'ada');
    await there.consent(page);
    const { identity } = await signedIn(pool, page);
    const header = JSON.parse(Buffer.from(identity['custom:proof'].split('.')[0], 'base64url').toString());
    check(`signed by ${algorithm}`, [header.alg, identity.identities[0].providerName, identity.email], [algorithm, name, ADA.email]);
    const [{ method, headers, body }] = provider.take('userinfo');
    check('the claims are asked for by', [method, headers.authorization.slice(0, 7), body], [
      name === 'Company' ? 'GET' : 'POST', 'Bearer ', {},
    ]);
  }
  await page.context().close();
}

/** The classic page of a client with this provider beside its own users, and one of a client with nothing else. */
async function classic(chromium, admin, app, provider) {
  const pool = await federatedPool(admin, 'openid-classic', app, { version: CLASSIC });
  await addProvider(pool, 'Company', 'OIDC', details(provider, 'Company', { attributes_request_method: 'POST' }), MAPPING);
  await offer(pool, ['COGNITO', 'Company']);
  const page = await chromium.newPage();
  await press(page, pool, 'Company');
  await there.signIn(page, 'ada');
  await there.consent(page);
  check('from the classic page', (await signedIn(pool, page)).identity['cognito:username'], 'Company_ada');
  await signOut(page, pool);
  await offer(pool, ['Company']);
  await page.goto(request(pool));
  check('where it is the only way, without any page', (await signedIn(pool, page)).identity['cognito:username'], 'Company_ada');
  check('by the form', provider.take('userinfo').map(({ method }) => method), ['POST', 'POST']);
  await page.context().close();
}

await session('an OpenID provider in Chromium', async () => {
  const admin = administrator();
  const app = await application();
  const clients = Object.entries(ALGORITHMS).map(([id, algorithm]) => ({ id, secret: SECRET, algorithm }));
  clients.push({ id: 'Signing', secret: SECRET, signsClaims: true });
  const provider = await openidProvider(clients, `${ENDPOINT}${RESPONSE}`);
  provider.rotate(keysOf('first'));
  provider.accounts.set('ada', ADA);
  provider.accounts.set('grace', { email: 'grace@company.example', email_verified: true, name: 'Grace' });
  provider.accounts.set('edith', { email: 'edith@company.example', email_verified: true, name: 'Edith' });
  provider.accounts.set('mallory', { email: 'ada@company.example', email_verified: true, name: 'Ada' });
  provider.accounts.set('linda-there', { email: 'linda@company.example', email_verified: true, name: 'Linda' });
  const pool = await federatedPool(admin, 'openid-provider', app);
  const names = clients.map(({ id }) => id);
  for (const name of names) {
    const more = { attributes_request_method: name === 'Company' ? 'GET' : 'POST' };
    const { IdentityProvider } = await addProvider(pool, name, 'OIDC', details(provider, name, more), MAPPING);
    check('discovered', IdentityProvider.ProviderDetails, {
      ...details(provider, name, more),
      attributes_url_add_attributes: 'false',
      authorize_url: `${provider.issuer}/auth`, token_url: `${provider.issuer}/token`,
      attributes_url: `${provider.issuer}/me`, jwks_uri: `${provider.issuer}/jwks`,
    });
  }
  await offer(pool, ['COGNITO', ...names]);
  const chromium = await browser();
  // The provider's pages ask for a font of the web, which no test reaches.
  const newPage = async () => {
    const page = await chromium.newPage();
    await page.context().route(/^https:/, route => route.abort());
    return page;
  };
  const visitors = { newPage };
  try {
    const page = await newPage();
    const sub = await firstSignIn(page, pool, provider);
    await secondSignIn(page, pool, provider, sub);
    await asked(page, pool, provider, sub);
    await refusals(visitors, pool, provider);
    await browsers(visitors, pool, provider);
    await linked(visitors, pool);
    await signatures(visitors, pool, provider);
    await classic(visitors, admin, app, provider);
    await rollover(visitors, app);
  } finally {
    await chromium.close();
    provider.close();
    app.close();
  }
});
