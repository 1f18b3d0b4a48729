// Amplify JS v6 in Chromium: signInWithRedirect and signOut, through managed login and back.
//
// Amplify speaks to a domain by https alone, so this session has a server of its own with a certificate.

import { build } from 'esbuild';
import { start } from './own_server.mjs';
import { application, browser, pagesPool, passwordField, sessionCookie, signInOnPage } from './pages.mjs';
import { administrator, check, checkMatch, claims, confirmedUser, session, UUID } from './support.mjs';

/** Amplify as one script, which gives the page a global `amplify`, and ends a redirect as soon as it is configured. */
async function amplifyForBrowsers() {
  const contents = `import 'aws-amplify/auth/enable-oauth-listener';
    export { Amplify } from 'aws-amplify'; export { Hub } from 'aws-amplify/utils'; export * from 'aws-amplify/auth';`;
  const made = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    format: 'iife',
    globalName: 'amplify',
    platform: 'browser',
    logLevel: 'error',
    write: false,
  });
  return made.outputFiles[0].text;
}

await session('Amplify redirects in Chromium', async () => {
  const script = await amplifyForBrowsers();
  const server = await start(['--tls-cert', process.env.E2E_TLS_CERT, '--tls-key', process.env.E2E_TLS_KEY]);
  let configuration = {};
  const app = await application((_, response, url) => {
    if (url.pathname === '/amplify.js') {
      response.setHeader('Content-Type', 'text/javascript').end(script);
      return true;
    }
    // What happens while the page loads is kept for the check: a sign-in ends then.
    const content = `<!doctype html><title>app</title><script src="/amplify.js"></script><script>
      window.heard = [];
      amplify.Hub.listen('auth', ({ payload }) => heard.push(payload.event + (payload.event === 'customOAuthState' ? ' ' + payload.data : '')));
      amplify.Amplify.configure(${JSON.stringify(configuration)});
    </script>`;
    response.setHeader('Content-Type', 'text/html').end(content);
    return true;
  });
  const admin = administrator(server.endpoint);
  const pool = await pagesPool(admin, 'amplify-redirect', app, {
    endpoint: server.endpoint,
    client: { ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'] },
  });
  await confirmedUser(admin, pool, 'joan');
  configuration = {
    Auth: {
      Cognito: {
        userPoolId: pool.id,
        userPoolClientId: pool.clientId,
        userPoolEndpoint: server.endpoint,
        loginWith: {
          oauth: {
            domain: new URL(server.endpoint).host,
            scopes: ['openid', 'email', 'profile', 'aws.cognito.signin.user.admin'],
            redirectSignIn: [app.callback],
            redirectSignOut: [app.signedOut],
            responseType: 'code',
          },
        },
      },
    },
  };
  const chromium = await browser();
  const page = await chromium.newPage();
  const call = (name, input) =>
    page.evaluate(
      async ([name, input]) => {
        try {
          return JSON.parse(JSON.stringify((await amplify[name](input)) ?? null));
        } catch (error) {
          return { thrown: error.name, message: error.message };
        }
      },
      [name, input],
    );
  const leave = (where, name, input) => Promise.all([page.waitForURL(where), call(name, input).catch(() => {})]);
  const heard = event => page.waitForFunction(event => window.heard?.some(one => one.startsWith(event)), event);
  const onServer = url => url.href.startsWith(server.endpoint);
  const accessToken = async forceRefresh =>
    claims(await page.evaluate(async input => (await amplify.fetchAuthSession(input)).tokens.accessToken.toString(), { forceRefresh }));
  try {
    await page.goto(app.origin);
    check('nobody is signed in', (await call('getCurrentUser')).thrown, 'UserUnAuthenticatedException');
    await leave(onServer, 'signInWithRedirect', { customState: 'back to /orders?id=7&sort=a b' });
    await signInOnPage(page, 'joan');
    await page.waitForURL(url => url.href.startsWith(app.origin));
    await heard('signInWithRedirect');
    await heard('signedIn');
    await heard('customOAuthState');
    check('the state of the page comes back', (await page.evaluate(() => heard)).find(one => one.startsWith('customOAuthState')),
      'customOAuthState back to /orders?id=7&sort=a b');
    check('no code is left in the address', page.url(), app.callback);
    const user = await call('getCurrentUser');
    checkMatch('the user', user.userId, UUID);
    check('by name', user.username, 'joan');
    const access = await accessToken(false);
    check('the scopes', access.scope.split(' ').sort(), ['aws.cognito.signin.user.admin', 'email', 'openid', 'profile']);
    check('the issuer', access.iss, pool.issuer);
    const attributes = await call('fetchUserAttributes');
    check('the attributes', attributes, { sub: user.userId, email: 'joan@example.com', email_verified: 'true' });
    const renewed = await accessToken(true);
    check('renewed in the same session', renewed.origin_jti, access.origin_jti);
    check('by a new token', renewed.jti !== access.jti, true);
    check('with the same scopes', renewed.scope, access.scope);

    // A second application page finds the browser's session.
    await page.evaluate(() => localStorage.clear());
    await page.goto(app.origin);
    await leave(url => url.href.startsWith(app.callback), 'signInWithRedirect', { options: { prompt: 'NONE' } });
    await heard('signedIn');
    check('without a page', (await call('getCurrentUser')).username, 'joan');

    await leave(app.signedOut, 'signOut');
    check('signed out', (await call('getCurrentUser')).thrown, 'UserUnAuthenticatedException');
    check('the cookie is gone', await sessionCookie(page), undefined);
    await leave(onServer, 'signInWithRedirect');
    check('the next sign-in asks again', await passwordField(page).isVisible(), true);
    check('and takes the provider of its own users', new URL(page.url()).searchParams.get('identity_provider'), 'COGNITO');
  } finally {
    await chromium.close();
    app.close();
    await server.stop();
  }
});
