// pysaml2 as a provider of SAML, in Chromium: its pages run as a program of their own (python/saml_provider.py).

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { CLASSIC, application, arrival, browser, passwordField, query, sessionCookie } from './pages.mjs';
import { ACS, providerButton, said, samlPool, updateProvider, verifiedTokens } from './saml.mjs';
import { ENDPOINT, administrator, check, session } from './support.mjs';

const PASSWORD = "provider's own password";
const MAIL = 'urn:oid:0.9.2342.19200300.100.1.3';

/** Starts the provider; `set` changes its settings and tells what it saw. */
async function pysaml2() {
  const program = new URL('../python/saml_provider.py', import.meta.url).pathname;
  const child = spawn(process.env.E2E_PYTHON, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
  const url = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', code => reject(new Error(`the provider ended with ${code}`)));
  });
  const set = async settings => {
    const answer = await fetch(`${url}/settings`, { method: 'POST', body: JSON.stringify(settings) });
    return answer.json();
  };
  return { url, set, close: () => child.stdin.end() };
}

await session('pysaml2 in Chromium', async () => {
  const admin = administrator();
  const app = await application();
  const provider = await pysaml2();
  const chromium = await browser();
  const user = mail => ({ users: { edsger: { subject: 'edsger-1', attributes: { mail: [mail] } } } });
  try {
    await provider.set({ ...user('edsger@corp.example'), demands: true });
    const details = { MetadataURL: `${provider.url}/metadata`, RequestSigningAlgorithm: 'rsa-sha256' };
    const pool = await samlPool(admin, app, 'pysaml2', details, { mapping: { email: MAIL } });
    const classic = await samlPool(admin, app, 'pysaml2-classic', details, { mapping: { email: MAIL }, version: CLASSIC });
    for (const each of [pool, classic]) await provider.set({ trust: each.metadataUrl });
    const page = await chromium.newPage();

    /** Goes to a pool; its page, or the provider's where the request names it. */
    const open = (where, of, more = {}) =>
      where.goto(`${ENDPOINT}/oauth2/authorize?${query(of, app, { scope: 'openid email profile', ...more })}`);
    /** Fills the provider's form. */
    const fill = async (where, name = 'edsger') => {
      await where.locator('input[name="user"]').fill(name);
      await passwordField(where).fill(PASSWORD);
      await where.getByRole('button').click();
    };
    const identity = async (of, url) => (await verifiedTokens(of, app, url)).identity;

    await open(page, pool, { state: 'a state' });
    check('a page with the button', [new URL(page.url()).pathname, await providerButton(page).textContent()], [
      '/login', 'Continue with Corp',
    ]);
    await providerButton(page).click();
    await page.locator('input[name="user"]').waitFor();
    check('leads to the provider', page.url().startsWith(`${provider.url}/sso/redirect?SAMLRequest=`), true);
    const cookieOf = async (method, start) => {
      const sent = await page.waitForRequest(request => request.method() === method && request.url().startsWith(start));
      return (await sent.allHeaders()).cookie;
    };
    const carried = Promise.all([cookieOf('POST', `${ENDPOINT}${ACS}`), cookieOf('GET', `${ENDPOINT}${ACS}?RelayState=`)]);
    await fill(page);
    const callback = await arrival(app, page);
    const [posted, fetched] = await carried;
    check('the provider\'s POST brings no cookie, the way on does', [posted, /\bprovider=/.test(fetched)], [undefined, true]);
    check('the application gets', [[...callback.searchParams.keys()].sort(), callback.searchParams.get('state')], [
      ['code', 'iss', 'state'], 'a state',
    ]);
    const first = await identity(pool, callback);
    check('the user', [first['cognito:username'], first['cognito:groups'], first.email, first.email_verified], [
      'Corp_edsger-1', [`${pool.id}_Corp`], 'edsger@corp.example', false,
    ]);
    const cookies = (await page.context().cookies(ENDPOINT)).map(({ name, sameSite, httpOnly }) => [name, sameSite, httpOnly]);
    check('every cookie stays at home', cookies.every(([, sameSite, httpOnly]) => sameSite !== 'None' && httpOnly), true);

    await page.goBack();
    check('the way back ends nothing twice', (await sessionCookie(page)) !== undefined, true);
    await provider.set(user('dijkstra@corp.example'));
    await open(page, pool, { prompt: 'login', identity_provider: 'Corp' });
    await fill(page);
    const second = await identity(pool, await arrival(app, page));
    check('a second sign-in, with another address', [second.sub, second.email], [first.sub, 'dijkstra@corp.example']);
    check('was asked for as such', (await provider.set({})).seen.at(-1).force, 'true');
    await open(page, pool, { identity_provider: 'Corp' });
    check('the session of the browser answers', (await identity(pool, await arrival(app, page))).sub, first.sub);

    const classical = await chromium.newPage();
    await open(classical, classic);
    await classical.locator('form[name="loginWithIdentityProvider"] input[type="submit"]:visible').click();
    await fill(classical);
    check('from the classic page', (await identity(classic, await arrival(app, classical)))['cognito:username'], 'Corp_edsger-1');

    // Two tabs are at the provider at once; the one that left first comes back last.
    const one = await chromium.newPage();
    const two = await one.context().newPage();
    for (const tab of [one, two]) await open(tab, pool, { identity_provider: 'Corp', prompt: 'login', state: tab === one ? 'one' : 'two' });
    for (const [tab, state] of [[two, 'two'], [one, 'one']]) {
      await fill(tab);
      const url = await arrival(app, tab);
      check(`the tab ${state}`, [url.searchParams.has('code'), url.searchParams.get('state')], [true, state]);
    }
    // Somebody else's browser is made to post an answer that was meant for another.
    const stolen = await chromium.newPage();
    let taken;
    await stolen.route(`${ENDPOINT}${ACS}`, route => {
      taken = route.request().postData();
      return route.abort();
    });
    await open(stolen, pool, { identity_provider: 'Corp' });
    const stopped = stolen.waitForEvent('requestfailed');
    await fill(stolen);
    await stopped;
    const victim = await chromium.newPage();
    await victim.goto(app.origin);
    const inputs = [...new URLSearchParams(taken)].map(([name, value]) => `<input name="${name}" value="${value}">`).join('');
    await victim.setContent(`<form method="post" action="${ENDPOINT}${ACS}">${inputs}</form>`);
    await Promise.all([victim.waitForURL(`${ENDPOINT}/error?**`), victim.evaluate(() => document.forms[0].submit())]);
    check('somebody else\'s answer', [new URL(victim.url()).searchParams.get('error'), await sessionCookie(victim)], ['no_transaction', undefined]);

    /** The outcome of a sign-in in a browser of its own. */
    const outcome = async settings => {
      await provider.set(settings);
      const other = await chromium.newPage();
      await open(other, pool, { identity_provider: 'Corp' });
      await fill(other);
      const url = await app.next();
      await other.context().close();
      return url.searchParams.has('code') ? 'signed in' : said(url);
    };
    for (const sign of ['response', 'both']) check(`signed: ${sign}`, await outcome({ sign }), 'signed in');
    await updateProvider(admin, pool, { EncryptedResponses: 'true' });
    check('encrypted', await outcome({ sign: 'assertion', cipher: 'aes256-gcm' }), 'signed in');
    check('the provider refuses', await outcome({ refuse: 'Responder AuthnFailed' }), [
      'server_error', 'Invalid SAML response received: SAML Response status is not Success. ',
    ]);
    await provider.set({ refuse: null, cipher: null });

    const portal = await samlPool(admin, app, 'pysaml2-portal', { ...details, IDPInit: 'true' }, { mapping: { email: MAIL }, offers: ['Corp'] });
    await provider.set({ trust: portal.metadataUrl });
    const start = more => {
      const relay = query(portal, app, { scope: 'openid email', identity_provider: 'Corp', state: 'from the portal', ...more });
      return `${provider.url}/start?${new URLSearchParams({ to: portal.entity, relay })}`;
    };
    const guest = await chromium.newPage();
    await guest.goto(start());
    await fill(guest);
    const arrived = await arrival(app, guest);
    check('a sign-in that began at the provider', [arrived.searchParams.get('state'), (await identity(portal, arrived)).email], [
      'from the portal', 'dijkstra@corp.example',
    ]);
    await guest.goto(start({ redirect_uri: 'https://elsewhere.example/' }));
    await guest.waitForURL(`${ENDPOINT}/error?**`);
    check('but not for an address that is not the client\'s', new URL(guest.url()).searchParams.get('error'), 'redirect_mismatch');
    check('a client with one provider shows no page', await open(guest, portal).then(() => arrival(app, guest)).then(url => url.searchParams.has('code')), true);

    await page.goto(`${ENDPOINT}/logout?${new URLSearchParams({ client_id: pool.clientId, logout_uri: app.signedOut })}`);
    check('signed out', [page.url(), await sessionCookie(page)], [app.signedOut, undefined]);
  } finally {
    await chromium.close();
    provider.close();
    app.close();
  }
});
