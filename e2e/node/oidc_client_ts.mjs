// oidc-client-ts in Chromium: a page of an application that signs in, renews, revokes and signs out.

import { build } from 'esbuild';
import { application, browser, pagesPool, passwordField, sessionCookie, signInOnPage } from './pages.mjs';
import { administrator, check, checkMatch, claims, confirmedUser, session } from './support.mjs';

/** The library as one script, which gives the page a global `oidc`. */
async function library() {
  const made = await build({
    stdin: { contents: "export * from 'oidc-client-ts';", resolveDir: import.meta.dirname },
    bundle: true,
    format: 'iife',
    globalName: 'oidc',
    platform: 'browser',
    logLevel: 'error',
    write: false,
  });
  return made.outputFiles[0].text;
}

await session('oidc-client-ts in Chromium', async () => {
  const admin = administrator();
  const script = await library();
  const app = await application((_, response, url) => {
    if (url.pathname === '/oidc.js') response.setHeader('Content-Type', 'text/javascript').end(script);
    else response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>app</title><script src="/oidc.js"></script>');
    return true;
  });
  const pool = await pagesPool(admin, 'oidc-client-ts', app);
  await confirmedUser(admin, pool, 'ada');
  const chromium = await browser();
  const page = await chromium.newPage();
  const settings = {
    authority: pool.issuer,
    client_id: pool.clientId,
    redirect_uri: app.callback,
    scope: 'openid email profile',
    loadUserInfo: true,
    automaticSilentRenew: false,
    monitorSession: false,
  };
  /** Calls a method of a UserManager in the page; what comes back has no methods. */
  const call = (method, ...args) =>
    page.evaluate(
      async ([settings, method, args]) => {
        const manager = new oidc.UserManager({ ...settings, userStore: new oidc.WebStorageStateStore({ store: sessionStorage }) });
        try {
          const answer = await manager[method](...args);
          return JSON.parse(JSON.stringify(answer ?? null));
        } catch (error) {
          return { thrown: error.name, message: error.message, error: error.error };
        }
      },
      [settings, method, args],
    );
  /** Leaves the page by a method that redirects. */
  const leave = async (method, ...args) => {
    await Promise.all([page.waitForURL(url => !url.href.startsWith(app.origin)), call(method, ...args).catch(() => {})]);
  };
  const arrive = path => page.waitForURL(url => url.href.startsWith(`${app.origin}/${path}`));
  try {
    await page.goto(app.origin);
    await leave('signinRedirect', { state: { from: 'a page' } });
    await signInOnPage(page, 'ada');
    await arrive('callback');
    const user = await call('signinRedirectCallback');
    check('the user', [user.token_type, user.scope, user.url_state], ['Bearer', 'openid email profile', undefined]);
    check('the state of the page comes back', user.state, { from: 'a page' });
    check('the profile', [user.profile.email, user.profile.username, user.profile.iss], ['ada@example.com', 'ada', pool.issuer]);
    checkMatch('there is a refresh token', user.refresh_token, /\S+/);

    const renewed = await call('signinSilent');
    check('renewed', claims(renewed.access_token).origin_jti, claims(user.access_token).origin_jti);
    check('by a new token', claims(renewed.access_token).jti !== claims(user.access_token).jti, true);
    check('of the same user', renewed.profile.sub, user.profile.sub);

    // The browser has a session: the second sign-in is one click, or none.
    await leave('signinRedirect', { prompt: 'login' });
    await passwordField(page).waitFor();
    await page.goto(app.origin);
    await Promise.all([page.waitForURL(/\/callback\?/), call('signinRedirect', { prompt: 'none' }).catch(() => {})]);
    const silent = await call('signinRedirectCallback');
    check('without a page', [silent.profile.sub, silent.profile.auth_time], [user.profile.sub, user.profile.auth_time]);

    check('revoked', await call('revokeTokens', ['refresh_token']), null);
    await Promise.all([
      page.waitForURL(app.signedOut),
      call('signoutRedirect', { extraQueryParams: { client_id: pool.clientId, logout_uri: app.signedOut } }).catch(() => {}),
    ]);
    check('the cookie is gone', await sessionCookie(page), undefined);
    await Promise.all([page.waitForURL(/\/callback\?/), call('signinRedirect', { prompt: 'none' }).catch(() => {})]);
    const over = await call('signinRedirectCallback');
    check('over', [over.thrown, over.error], ['ErrorResponse', 'login_required']);
  } finally {
    await chromium.close();
    app.close();
  }
});
