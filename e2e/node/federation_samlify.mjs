// samlify as a provider of SAML, in Chromium: sign-ins by its button, signed and encrypted in each order, and the sign-out.

import { X509Certificate } from 'node:crypto';
import * as idp from '@aws-sdk/client-cognito-identity-provider';
import { application, arrival, browser, passwordField, query, sessionCookie } from './pages.mjs';
import { ACS, providerButton, said, samlPool, updateProvider, verifiedTokens } from './saml.mjs';
import { PASSWORD, samlifyProvider } from './samlify_provider.mjs';
import { ENDPOINT, administrator, check, checkMatch, session } from './support.mjs';

const MESSAGE_SIGNATURE = 'Invalid SAML response received: SAML Response signature is invalid. ';

/** Lets the provider answer requests to sign out, and send them: `logouts` are those that it verified, `left` its own. */
function speaksOfLogouts(provider) {
  Object.assign(provider, { logouts: [], left: [] });
  provider.more = async ({ url, fields, session: key }) => {
    const [party, pool] = [provider.party(), provider.application()];
    const [octetString] = url.search.slice(1).split('&Signature=');
    const [name, request] = url.search ? ['redirect', { query: fields, octetString }] : ['post', { body: fields }];
    if (url.pathname === '/slo' && fields.SAMLRequest) {
      const read = await party.parseLogoutRequest(pool, name, request);
      provider.logouts.push({ issuer: read.extract.issuer, name: read.extract.nameID, session: read.extract.sessionIndex });
      provider.sessions.delete(key);
      return provider.posting(party.createLogoutResponse(pool, read, 'post', fields.RelayState));
    }
    if (url.pathname === '/slo' && fields.SAMLResponse) {
      const read = await party.parseLogoutResponse(pool, name, request);
      provider.left.push(read.extract.issuer);
      return '<!doctype html><title>left</title><h1>Signed out of everything</h1>';
    }
    if (url.pathname === '/leave') {
      const { subject } = provider.users[provider.sessions.get(key).name];
      provider.sessions.delete(key);
      return provider.posting(party.createLogoutRequest(pool, 'post', { logoutNameID: subject, sessionIndex: key }, 'away'));
    }
    return undefined;
  };
}

/** Signs out at the pool and at the provider, each time at both. */
async function logout({ admin, pool, app, provider, page, signIn }) {
  speaksOfLogouts(provider);
  await updateProvider(admin, pool, { IDPSignout: 'true' });
  const known = provider.application().entityMeta;
  check('the metadata names the place', known.getSingleLogoutService('post'), `${ENDPOINT}/saml2/logout?user_pool_id=${pool.id}`);
  const leave = `${ENDPOINT}/logout?${new URLSearchParams({ client_id: pool.clientId, logout_uri: app.signedOut })}`;
  const there = async () => provider.sessions.has((await page.context().cookies(provider.url)).find(({ name }) => name === 'at-provider')?.value);

  await signIn(page);
  const [index] = [...provider.sessions.keys()].slice(-1);
  await page.goto(leave).catch(() => {});
  await page.waitForURL(app.signedOut);
  check('samlify verified the request', provider.logouts, [{ issuer: pool.entity, name: 'Grace/1', session: index }]);
  check('signed out at both', [await sessionCookie(page), await there()], [undefined, false]);

  await signIn(page);
  check('signed in again', [(await sessionCookie(page)) !== undefined, await there()], [true, true]);
  await page.goto(`${provider.url}/leave`).catch(() => {});
  await page.getByRole('heading', { name: 'Signed out of everything' }).waitFor();
  check('samlify verified the answer', provider.left, [pool.entity]);
  await page.goto(`${ENDPOINT}/oauth2/authorize?${query(pool, app, { prompt: 'none' })}`);
  check('signed out at both of them', [said(await arrival(app, page))[0], await there()], ['login_required', false]);
}

await session('samlify in Chromium', async () => {
  const admin = administrator();
  const app = await application();
  const users = { grace: { subject: 'Grace/1', email: 'grace@corp.example', role: 'captain' } };
  const provider = await samlifyProvider(users);
  const chromium = await browser();
  try {
    const details = { MetadataURL: `${provider.url}/metadata`, RequestSigningAlgorithm: 'rsa-sha256' };
    const pool = await samlPool(admin, app, 'samlify', details, { mapping: { email: 'email', nickname: 'role' } });
    await provider.trust(pool.metadataUrl);
    check('the places of the provider', [pool.made.ProviderDetails.SSORedirectBindingURI, pool.made.ProviderDetails.SLORedirectBindingURI], [
      `${provider.url}/sso`, `${provider.url}/slo`,
    ]);
    const known = provider.application().entityMeta;
    const signing = await admin.send(new idp.GetSigningCertificateCommand({ UserPoolId: pool.id }));
    check('samlify reads the metadata of the pool', {
      name: known.getEntityID(), acs: known.getAssertionConsumerService('post'), signs: known.isAuthnRequestSigned(),
      wants: known.isWantAssertionsSigned(), signing: known.getX509Certificate('signing'), encryption: known.getX509Certificate('encryption'),
    }, {
      name: pool.entity, acs: `${ENDPOINT}${ACS}`, signs: true, wants: true, signing: signing.Certificate,
      encryption: pool.made.ProviderDetails.ActiveEncryptionCertificate,
    });
    const sealing = new X509Certificate(Buffer.from(known.getX509Certificate('encryption'), 'base64')).publicKey;
    check('a certificate that Node.js reads', [sealing.asymmetricKeyType, sealing.asymmetricKeyDetails.modulusLength], ['rsa', 2048]);

    const page = await chromium.newPage();
    /** Goes to the pool and presses the button of the provider; the URL with which the application is called. */
    const signIn = async (where = page, more = {}) => {
      await where.goto(`${ENDPOINT}/oauth2/authorize?${query(pool, app, { scope: 'openid email profile', ...more })}`);
      if (where.url().startsWith(ENDPOINT)) await providerButton(where).click();
      const form = where.locator('input[name="user"]');
      await Promise.race([form.waitFor(), where.waitForURL(`${app.callback}?**`)]);
      if (await form.isVisible()) {
        await form.fill('grace');
        await passwordField(where).fill(PASSWORD);
        await where.getByRole('button').click();
      }
      return arrival(app, where);
    };

    const callback = await signIn(page, { state: 'a state' });
    check('the application gets', [[...callback.searchParams.keys()].sort(), callback.searchParams.get('state')], [
      ['code', 'iss', 'state'], 'a state',
    ]);
    const [request] = provider.requests;
    check('the request', [request.issuer, request.request.destination, request.request.assertionConsumerServiceUrl, request.sigAlg], [
      pool.entity, `${provider.url}/sso`, `${ENDPOINT}${ACS}`, 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    ]);
    const first = (await verifiedTokens(pool, app, callback)).identity;
    check('the user', [first['cognito:username'], first['cognito:groups'], first.email, first.nickname], [
      'Corp_Grace/1', [`${pool.id}_Corp`], 'grace@corp.example', 'captain',
    ]);
    checkMatch('the session of the browser', (await sessionCookie(page))?.value, /\S{20,}/);

    Object.assign(users.grace, { email: 'hopper@corp.example', role: '' });
    const again = (await verifiedTokens(pool, app, await signIn(page, { prompt: 'login' }))).identity;
    check('a second sign-in, with other attributes', [again.sub, again.email, again.nickname], [first.sub, 'hopper@corp.example', undefined]);
    check('for which the provider asked again', provider.requests.at(-1).force, true);

    await page.goto('about:blank');
    const location = await page.context().request.get(
      `${ENDPOINT}/oauth2/authorize?${query(pool, app, { identity_provider: 'Corp', prompt: 'login' })}`, { maxRedirects: 0 },
    );
    const to = location.headers().location;
    for (const changed of [to.replace('RelayState=', 'RelayState=x'), to.split('&SigAlg=')[0]]) await page.goto(changed);
    check('samlify refuses requests that were changed', provider.refusals, [
      'ERR_FAILED_MESSAGE_SIGNATURE_VERIFICATION', 'ERR_MISSING_SIG_ALG',
    ]);

    /** The outcome of a sign-in in a browser of its own. */
    const outcome = async settings => {
      Object.assign(provider, settings);
      const other = await chromium.newPage();
      const url = await signIn(other);
      await other.context().close();
      return url.searchParams.has('code') ? 'signed in' : said(url);
    };
    check('the response is signed too', await outcome({ signsMessage: true }), 'signed in');
    check('nobody says how the user signed in', await outcome({ withStatement: false }), [
      'server_error', 'Invalid SAML response received: SAML Assertion is invalid. ',
    ]);
    provider.withStatement = true;
    await updateProvider(admin, pool, { EncryptedResponses: 'true' });
    check('not encrypted', await outcome({}), ['server_error', 'Invalid SAML response received: SAML Assertion is not encrypted. ']);
    const [xenc, xenc11] = ['http://www.w3.org/2001/04/xmlenc#', 'http://www.w3.org/2009/xmlenc11#'];
    for (const [name, encryption] of [
      ['AES-256-GCM', `${xenc11}aes256-gcm`], ['AES-128-GCM', `${xenc11}aes128-gcm`], ['AES-256-CBC', `${xenc}aes256-cbc`],
    ]) {
      check(`signed, then encrypted by ${name}`, await outcome({ signsMessage: false, encryption }), 'signed in');
    }
    check('encrypted, then signed', await outcome({ signsMessage: true, encryptsFirst: true }), 'signed in');
    check('the signature of the response is not of what was sent', await outcome({ encryptsFirst: false }), ['server_error', MESSAGE_SIGNATURE]);
    Object.assign(provider, { encryption: `${xenc11}aes256-gcm`, signsMessage: false });
    check('the same user', (await verifiedTokens(pool, app, await signIn(page, { prompt: 'login' }))).identity.sub, first.sub);

    await page.goto(`${ENDPOINT}/logout?${new URLSearchParams({ client_id: pool.clientId, logout_uri: app.signedOut })}`);
    check('signed out', [page.url(), await sessionCookie(page)], [app.signedOut, undefined]);
    await logout({ admin, pool, app, provider, page, signIn });
  } finally {
    await chromium.close();
    provider.close();
    app.close();
  }
});
