// openid-client: code and PKCE as a public client, with both ways of showing a secret, and everything that follows.

import * as oidc from 'openid-client';
import { application, addClient, arrival, browser, pagesPool, sessionCookie, signInOnPage } from './pages.mjs';
import { administrator, check, checkMatch, checkRefused, claims, confirmedUser, session, UUID } from './support.mjs';

const SCOPE = 'openid email profile';
const GRANT_REFUSED = ['ResponseBodyError', 'server responded with an error in the response body', 'invalid_grant'];

/** Checks the error and its code. */
const refuses = (name, want, call) =>
  checkRefused(name, [want[0], `${want[1]}; ${want[2]}`], () =>
    call().catch(error => Promise.reject(Object.assign(error, { message: `${error.message}; ${error.error}` }))),
  );

await session('openid-client', async () => {
  const admin = administrator();
  const app = await application();
  const pool = await pagesPool(admin, 'openid-client', app);
  const confidential = await addClient(admin, pool, 'confidential', app, { secret: true });
  await confirmedUser(admin, pool, 'grace');
  const chromium = await browser();
  const discover = (id, secret, auth) =>
    oidc.discovery(new URL(pool.issuer), id, secret, auth, { execute: [oidc.allowInsecureRequests] });

  /** An authorization request, and what its answer must fit. */
  async function request(config, more) {
    const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
    const checks = { pkceCodeVerifier, expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce(), idTokenExpected: true };
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: app.callback,
      scope: SCOPE,
      code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: checks.expectedState,
      nonce: checks.expectedNonce,
      ...more,
    });
    return { url: url.href, checks };
  }

  async function signIn(config, page) {
    const { url, checks } = await request(config);
    await page.goto(url);
    await signInOnPage(page, 'grace');
    return { back: await arrival(app, page), checks };
  }

  try {
    const ways = [
      ['a public client', pool, oidc.None()],
      ['a secret in the header', confidential, oidc.ClientSecretBasic(confidential.clientSecret)],
      ['a secret in the body', confidential, oidc.ClientSecretPost(confidential.clientSecret)],
    ];
    for (const [name, { clientId, clientSecret }, auth] of ways) {
      const config = await discover(clientId, clientSecret, auth);
      const meta = config.serverMetadata();
      check(`${name}: the issuer`, meta.issuer, pool.issuer);
      check(`${name}: PKCE is announced`, meta.supportsPKCE(), true);
      const page = await chromium.newPage();
      const { back, checks } = await signIn(config, page);
      check(`${name}: what comes back`, [...back.searchParams.keys()].sort(), ['code', 'iss', 'state']);
      checkMatch(`${name}: the code`, back.searchParams.get('code'), UUID);
      const tokens = await oidc.authorizationCodeGrant(config, back, checks);
      check(`${name}: the members`, Object.keys(tokens).sort(), ['access_token', 'expires_in', 'id_token', 'refresh_token', 'token_type']);
      check(`${name}: the scope`, claims(tokens.access_token).scope.split(' ').sort(), SCOPE.split(' ').sort());
      const { sub, iss, aud, email, nonce } = tokens.claims();
      check(`${name}: the ID token`, { iss, aud, email, nonce }, {
        iss: pool.issuer, aud: clientId, email: 'grace@example.com', nonce: checks.expectedNonce,
      });
      const about = await oidc.fetchUserInfo(config, tokens.access_token, sub);
      check(`${name}: userInfo`, about, { sub, email: 'grace@example.com', email_verified: 'true', username: 'grace' });
      const renewed = await oidc.refreshTokenGrant(config, tokens.refresh_token);
      check(`${name}: a refresh`, Object.keys(renewed).sort(), ['access_token', 'expires_in', 'id_token', 'token_type']);
      check(`${name}: of the same session`, renewed.claims().origin_jti, tokens.claims().origin_jti);

      // The browser's session answers without a page, and it is another session than the client's.
      const silent = await request(config, { prompt: 'none' });
      await page.goto(silent.url);
      const again = await oidc.authorizationCodeGrant(config, await arrival(app, page), silent.checks);
      check(`${name}: silently, the same user`, again.claims().sub, sub);
      check(`${name}: signed in when the browser was`, again.claims().auth_time, tokens.claims().auth_time);

      // The endpoint takes a secret in the header alone, as the service's does.
      const byHeader = await discover(clientId, clientSecret, clientSecret ? oidc.ClientSecretBasic(clientSecret) : auth);
      if (name.endsWith('body')) await refuses(`${name}: no revocation by it`, [...GRANT_REFUSED.slice(0, 2), 'invalid_client'], () =>
        oidc.tokenRevocation(config, tokens.refresh_token));
      await oidc.tokenRevocation(byHeader, tokens.refresh_token);
      await refuses(`${name}: revoked`, GRANT_REFUSED, () => oidc.refreshTokenGrant(config, tokens.refresh_token));
      const end = oidc.buildEndSessionUrl(config, { logout_uri: app.signedOut });
      await page.goto(end.href);
      check(`${name}: signed out`, page.url(), app.signedOut);
      check(`${name}: the cookie is gone`, await sessionCookie(page), undefined);
      const later = await request(config, { prompt: 'none' });
      const refused = app.next();
      await page.goto(later.url);
      const answer = await refused;
      await checkRefused(
        `${name}: silently, not any more`,
        ['AuthorizationResponseError', 'authorization response from the server is an error'],
        () => oidc.authorizationCodeGrant(config, answer, later.checks),
      );
      check(`${name}: because`, answer.searchParams.get('error'), 'login_required');
      await page.context().close();
    }

    const config = await discover(pool.clientId, undefined, oidc.None());
    const page = await chromium.newPage();
    const first = await signIn(config, page);
    await refuses('another verifier', GRANT_REFUSED, () =>
      oidc.authorizationCodeGrant(config, first.back, { ...first.checks, pkceCodeVerifier: oidc.randomPKCECodeVerifier() }));
    await page.context().clearCookies();
    const second = await signIn(config, page);
    const tokens = await oidc.authorizationCodeGrant(config, second.back, second.checks);
    await refuses('a code is good once', GRANT_REFUSED, () =>
      oidc.authorizationCodeGrant(config, second.back, second.checks));
    await refuses('and the second use takes the tokens', GRANT_REFUSED, () => oidc.refreshTokenGrant(config, tokens.refresh_token));
    const wrong = await discover(confidential.clientId, 'wrong', oidc.ClientSecretBasic('wrong'));
    await page.context().clearCookies();
    const third = await signIn(wrong, page);
    await refuses('a wrong secret', [...GRANT_REFUSED.slice(0, 2), 'invalid_client'], () =>
      oidc.authorizationCodeGrant(wrong, third.back, third.checks));
  } finally {
    await chromium.close();
    app.close();
  }
});
