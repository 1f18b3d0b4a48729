// openid-client against a client with the standard profile: pushed requests, max_age, form_post, introspection, the grant
// of devices and RP-initiated logout.

import { execFileSync } from 'node:child_process';
import * as idp from '@aws-sdk/client-cognito-identity-provider';
import * as oidc from 'openid-client';
import { application, arrival, browser, pagesPool, passwordField, sessionCookie, signInOnPage } from './pages.mjs';
import { ENDPOINT, administrator, check, checkRefused, claims, confirmedUser, session } from './support.mjs';

/** Runs a command of the server's operator. */
function operator(...args) {
  const [program, ...before] = JSON.parse(process.env.E2E_COMMAND);
  return execFileSync(program, [...before, ...args], { encoding: 'utf8' }).trim();
}

await session('openid-client, standard profile', async () => {
  const admin = administrator();
  const posted = [];
  const app = await application(async (request, response, url) => {
    if (request.method !== 'POST') return false;
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    posted.push(new Request(url, { method: 'POST', headers: { 'Content-Type': request.headers['content-type'] }, body: Buffer.concat(chunks) }));
    response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>app</title><h1>posted</h1>');
    return true;
  });
  const pool = await pagesPool(admin, 'openid-standard', app, { secret: true });
  const { clientId, clientSecret } = pool;
  await confirmedUser(admin, pool, 'hedy');
  await admin.send(
    new idp.UpdateUserPoolClientCommand({
      UserPoolId: pool.id, ClientId: clientId, AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: ['code'],
      AllowedOAuthScopes: ['openid', 'email', 'profile'], SupportedIdentityProviders: ['COGNITO'], LogoutURLs: [app.signedOut],
      CallbackURLs: [app.callback, `${ENDPOINT.replace('127.0.0.1', 'localhost')}/device?client_id=${clientId}`],
    }),
  );
  check('the operator chooses the profile', operator('client', 'set-profile', clientId, 'standard'), `${clientId}\tstandard`);
  check('and reads it', operator('client', 'profile', clientId), `${clientId}\tstandard`);

  const chromium = await browser();
  const discovered = await oidc.discovery(new URL(pool.issuer), clientId, clientSecret, oidc.ClientSecretBasic(clientSecret), {
    execute: [oidc.allowInsecureRequests],
  });
  // What stands behind the profile is in no document: others' clients have it not.
  const configured = (secret, site = ENDPOINT) => {
    const made = new oidc.Configuration(
      {
        ...discovered.serverMetadata(),
        pushed_authorization_request_endpoint: `${site}/oauth2/par`,
        introspection_endpoint: `${site}/oauth2/introspect`,
        device_authorization_endpoint: `${site}/oauth2/device_authorization`,
      },
      clientId,
      secret,
      oidc.ClientSecretBasic(secret),
    );
    oidc.allowInsecureRequests(made);
    return made;
  };
  const config = configured(clientSecret);
  /** The parameters of a request, and what its answer must fit. */
  async function request(more) {
    const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
    const checks = { pkceCodeVerifier, expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce(), idTokenExpected: true };
    const parameters = {
      redirect_uri: app.callback, scope: 'openid email', code_challenge_method: 'S256', state: checks.expectedState,
      code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier), nonce: checks.expectedNonce, ...more,
    };
    return { parameters, checks };
  }
  const page = await chromium.newPage();
  try {
    const pushed = await request();
    const url = await oidc.buildAuthorizationUrlWithPAR(config, pushed.parameters);
    check('a pushed request', [...url.searchParams.keys()].sort(), ['client_id', 'request_uri']);
    await page.goto(url.href);
    await signInOnPage(page, 'hedy');
    const tokens = await oidc.authorizationCodeGrant(config, await arrival(app, page), pushed.checks);
    const { sub } = tokens.claims();
    const about = await oidc.fetchUserInfo(config, tokens.access_token, sub);
    check('userInfo has types', about, { sub, email: 'hedy@example.com', email_verified: true, username: 'hedy' });
    const told = await oidc.tokenIntrospection(config, tokens.access_token);
    check('introspection', [told.active, told.client_id, told.sub, told.scope?.split(' ').sort()], [true, clientId, sub, ['email', 'openid']]);
    check('of the refresh token', (await oidc.tokenIntrospection(config, tokens.refresh_token)).active, true);
    check('of something else', await oidc.tokenIntrospection(config, 'something else'), { active: false });
    const narrow = await oidc.refreshTokenGrant(config, tokens.refresh_token, { scope: 'openid' });
    check('a refresh with fewer scopes', claims(narrow.access_token).scope, 'openid');
    await checkRefused('and none that the session has not', ['ResponseBodyError', 'invalid_scope'], () =>
      oidc.refreshTokenGrant(config, tokens.refresh_token, { scope: 'openid profile' })
        .catch(error => Promise.reject(Object.assign(error, { message: error.error }))));
    await checkRefused('a wrong secret is challenged', ['WWWAuthenticateChallengeError', '401'], () =>
      oidc.refreshTokenGrant(configured('wrong'), tokens.refresh_token)
        .catch(error => Promise.reject(Object.assign(error, { message: String(error.status) }))));

    // The session answers, unless it is too old for the client.
    const old = await request({ max_age: '0' });
    await page.goto(oidc.buildAuthorizationUrl(config, old.parameters).href);
    check('max_age=0 asks again', await passwordField(page).isVisible(), true);
    await signInOnPage(page, 'hedy');
    const again = await oidc.authorizationCodeGrant(config, await arrival(app, page), { ...old.checks, maxAge: 0 });
    check('the same user', again.claims().sub, sub);

    const form = await request({ response_mode: 'form_post', prompt: 'none' });
    await page.goto(oidc.buildAuthorizationUrl(config, form.parameters).href);
    // It needs no script: where none posts the form there is a button.
    const button = page.locator('button[type="submit"], input[type="submit"]').first();
    if (!page.url().startsWith(app.callback)) await button.click().catch(() => {});
    await page.waitForURL(app.callback);
    const byForm = await oidc.authorizationCodeGrant(config, posted.shift(), form.checks);
    check('an answer as a form', byForm.claims().sub, sub);

    await oidc.tokenRevocation(config, tokens.refresh_token);
    check('a revoked token is not active', (await oidc.tokenIntrospection(config, tokens.refresh_token)).active, false);

    // RP-initiated logout.
    const end = oidc.buildEndSessionUrl(config, {
      id_token_hint: again.id_token, post_logout_redirect_uri: app.signedOut, state: 'a b/c',
    });
    await page.goto(end.href);
    const { origin, pathname, searchParams } = new URL(page.url());
    check('signed out', [origin + pathname, [...searchParams]], [app.signedOut, [['state', 'a b/c']]]);
    check('the cookie is gone', await sessionCookie(page), undefined);
    const elsewhere = oidc.buildEndSessionUrl(config, { id_token_hint: again.id_token, post_logout_redirect_uri: 'https://evil.example/' });
    await page.goto(elsewhere.href);
    check('not to another place', new URL(page.url()).origin, new URL(ENDPOINT).origin);

    // A device without a browser, and its user's browser.
    const device = configured(clientSecret, ENDPOINT.replace('127.0.0.1', 'localhost'));
    const begun = await oidc.initiateDeviceAuthorization(device, { scope: 'openid email' });
    check('the page of a device', new URL(begun.verification_uri).pathname, '/device');
    const polled = oidc.pollDeviceAuthorizationGrant(device, begun);
    await page.goto(begun.verification_uri);
    await page.locator('input[name="user_code"]:visible').fill(begun.user_code);
    await page.locator('[data-testid="submit"]').click();
    await signInOnPage(page, 'hedy');
    await page.locator('[data-testid="user-code"]').waitFor();
    check('the code of the device', (await page.locator('[data-testid="user-code"]').innerText()).trim(), begun.user_code);
    await page.locator('button[value="allow"]').click();
    const given = await polled;
    check('the device has tokens', [given.claims().sub, claims(given.access_token).scope.split(' ').sort()], [sub, ['email', 'openid']]);
  } finally {
    await chromium.close();
    app.close();
  }
});
