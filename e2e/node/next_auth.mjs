// next-auth with its Cognito provider, in an application of its own, without Next.js around it.

import express from 'express';
import nextAuth from 'next-auth';
import cognito from 'next-auth/providers/cognito';
import { addClient, browser, pagesPool, sessionCookie, signInOnPage } from './pages.mjs';
import { administrator, check, checkMatch, claims, confirmedUser, session, UUID } from './support.mjs';

const NextAuth = nextAuth.default;
const Cognito = cognito.default;

/** What Next.js makes of a request: the segments behind /api/auth, and the cookies. */
function asNext(request, _, next) {
  const segments = request.path.split('/').filter(Boolean);
  Object.defineProperty(request, 'query', { value: { ...request.query, nextauth: segments } });
  request.cookies = Object.fromEntries(
    (request.headers.cookie ?? '').split('; ').filter(Boolean).map(pair => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at), decodeURIComponent(pair.slice(at + 1))];
    }),
  );
  next();
}

await session('next-auth', async () => {
  const site = express();
  const listening = site.listen(0, 'localhost');
  await new Promise(ready => listening.once('listening', ready));
  const origin = `http://localhost:${listening.address().port}`;
  process.env.NEXTAUTH_URL = `${origin}/api/auth`;
  const admin = administrator();
  const app = { callback: `${origin}/api/auth/callback/cognito`, signedOut: `${origin}/signed-out` };
  const pool = await pagesPool(admin, 'next-auth', app, { secret: true });
  const publicClient = await addClient(admin, pool, 'public', app);
  await confirmedUser(admin, pool, 'margaret');

  let provider;
  const options = () => ({
    secret: 'a secret of the application',
    providers: [provider],
    logger: { error: (code, meta) => console.error(code, meta), warn: () => {}, debug: () => {} },
    callbacks: {
      jwt: ({ token, account, profile }) =>
        account ? { ...token, scope: account.scope, idToken: account.id_token, accessToken: account.access_token, username: profile['cognito:username'] } : token,
      session: ({ session, token }) => ({ ...session, idToken: token.idToken, accessToken: token.accessToken, username: token.username }),
    },
  });
  site.use('/api/auth', express.urlencoded({ extended: false }), asNext, (request, response) => NextAuth(request, response, options()));
  site.use((_, response) => response.send('<!doctype html><title>app</title><h1>app</h1>'));

  const chromium = await browser();
  try {
    const authorization = { params: { scope: 'openid email profile' } };
    for (const [name, made] of [
      ['with a secret', { clientId: pool.clientId, clientSecret: pool.clientSecret, authorization, checks: ['pkce', 'state', 'nonce'] }],
      ['as most people have it', { clientId: pool.clientId, clientSecret: pool.clientSecret }],
      ['as a public client', {
        clientId: publicClient.clientId, clientSecret: '', client: { token_endpoint_auth_method: 'none' }, checks: ['pkce', 'nonce'],
      }],
    ]) {
      provider = Cognito({ ...made, issuer: pool.issuer });
      const page = await chromium.newPage();
      await page.goto(`${origin}/api/auth/signin`);
      await page.getByRole('button', { name: 'Sign in with Cognito' }).click();
      await signInOnPage(page, 'margaret');
      await page.waitForURL(url => url.origin === origin && !url.pathname.startsWith('/api/auth'));
      const got = await page.evaluate(() => fetch('/api/auth/session').then(answer => answer.json()));
      check(`${name}: the user`, got.user, { email: 'margaret@example.com' });
      check(`${name}: by name`, got.username, 'margaret');
      const identity = claims(got.idToken);
      check(`${name}: the ID token`, [identity.iss, identity.aud], [pool.issuer, made.clientId]);
      checkMatch(`${name}: its subject`, identity.sub, UUID);
      check(`${name}: a nonce only if one was sent`, typeof identity.nonce, made.checks?.includes('nonce') ? 'string' : 'undefined');
      check(`${name}: the scope`, claims(got.accessToken).scope.split(' ').sort(), made.authorization ? ['email', 'openid', 'profile'] : ['openid']);

      // The application forgets the user; the browser's session at the pool ends by /logout.
      await page.goto(`${origin}/api/auth/signout`);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.waitForURL(url => !url.pathname.startsWith('/api/auth'));
      check(`${name}: forgotten here`, await page.evaluate(() => fetch('/api/auth/session').then(answer => answer.json())), {});
      check(`${name}: not there`, (await sessionCookie(page)) !== undefined, true);
      const where = new URLSearchParams({ client_id: made.clientId, logout_uri: app.signedOut });
      const { end_session_endpoint } = await fetch(`${pool.issuer}/.well-known/openid-configuration`).then(answer => answer.json());
      await page.goto(`${end_session_endpoint}?${where}`);
      check(`${name}: signed out`, [page.url(), await sessionCookie(page)], [app.signedOut, undefined]);
      await page.context().close();
    }
  } finally {
    await chromium.close();
    listening.closeAllConnections();
    listening.close();
  }
});
