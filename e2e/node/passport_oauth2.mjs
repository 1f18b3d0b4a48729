// passport-oauth2 with express: the strategy that applications derive theirs from, with state and PKCE in the session.

import express from 'express';
import expressSession from 'express-session';
import passport from 'passport';
import OAuth2Strategy from 'passport-oauth2';
import { browser, pagesPool, passwordField, sessionCookie, signInOnPage } from './pages.mjs';
import { administrator, check, checkMatch, claims, confirmedUser, session, UUID } from './support.mjs';

await session('passport-oauth2', async () => {
  const site = express();
  const listening = site.listen(0, 'localhost');
  await new Promise(ready => listening.once('listening', ready));
  const origin = `http://localhost:${listening.address().port}`;
  const admin = administrator();
  const app = { callback: `${origin}/callback`, signedOut: `${origin}/signed-out` };
  const pool = await pagesPool(admin, 'passport-oauth2', app, { secret: true });
  await confirmedUser(admin, pool, 'katherine');
  const meta = await fetch(`${pool.issuer}/.well-known/openid-configuration`).then(answer => answer.json());

  /** The strategy, with the profile from userInfo. */
  class CognitoStrategy extends OAuth2Strategy {
    userProfile(accessToken, done) {
      this._oauth2.useAuthorizationHeaderforGET(true);
      this._oauth2.get(meta.userinfo_endpoint, accessToken, (error, body) => (error ? done(error) : done(null, JSON.parse(body))));
    }
  }
  const strategy = new CognitoStrategy(
    {
      authorizationURL: meta.authorization_endpoint,
      tokenURL: meta.token_endpoint,
      clientID: pool.clientId,
      clientSecret: pool.clientSecret,
      callbackURL: app.callback,
      scope: ['openid', 'email'],
      state: true,
      pkce: true,
    },
    (accessToken, refreshToken, parameters, profile, done) => done(null, { accessToken, refreshToken, parameters, profile }),
  );
  const authenticator = new passport.Authenticator();
  authenticator.use('cognito', strategy);
  authenticator.serializeUser((user, done) => done(null, user));
  authenticator.deserializeUser((user, done) => done(null, user));
  site.use(expressSession({ secret: 'a secret of the application', resave: false, saveUninitialized: false }));
  site.use(authenticator.session());
  site.get('/login', authenticator.authenticate('cognito'));
  site.get('/callback', authenticator.authenticate('cognito', { successRedirect: '/', failureRedirect: '/failed' }));
  site.get('/logout', (request, response) =>
    request.logout(() => response.redirect(`${meta.end_session_endpoint}?${new URLSearchParams({ client_id: pool.clientId, logout_uri: app.signedOut })}`)));
  site.get('/', (request, response) => response.json(request.user ?? null));
  site.use((_, response) => response.send('<!doctype html><title>app</title>'));
  // What Passport throws is an answer of the application.
  site.use((error, _request, response, _next) => response.status(500).json({ name: error.name, code: error.code, message: error.message }));

  const chromium = await browser();
  const page = await chromium.newPage();
  const shown = async () => JSON.parse(await page.locator('body').innerText());
  try {
    await page.goto(`${origin}/login`);
    await signInOnPage(page, 'katherine');
    await page.waitForURL(`${origin}/`);
    const user = await shown();
    const { sub, ...profile } = user.profile;
    check('the profile', profile, { email: 'katherine@example.com', email_verified: 'true', username: 'katherine' });
    checkMatch('its subject', sub, UUID);
    check('the parameters', Object.keys(user.parameters).sort(), ['access_token', 'expires_in', 'id_token', 'token_type']);
    check('the scope', claims(user.accessToken).scope.split(' ').sort(), ['email', 'openid']);
    const renewed = await new Promise((resolve, reject) =>
      strategy._oauth2.getOAuthAccessToken(user.refreshToken, { grant_type: 'refresh_token' }, (error, token, refresh, answer) =>
        error ? reject(new Error(error.data)) : resolve({ token, refresh, answer })));
    check('renewed in the same session', claims(renewed.token).origin_jti, claims(user.accessToken).origin_jti);
    check('the refresh token stays', renewed.refresh, undefined);

    // The browser is signed in at the pool: the application signs in with one click at most, and with none here.
    await page.context().clearCookies({ name: 'connect.sid' });
    const revoked = await fetch(meta.revocation_endpoint, {
      method: 'POST',
      headers: { Authorization: `Basic ${btoa(`${pool.clientId}:${pool.clientSecret}`)}` },
      body: new URLSearchParams({ token: user.refreshToken }),
    });
    check('revoked', revoked.status, 200);
    await page.goto(`${origin}/login`);
    await page.waitForURL(`${origin}/`);
    check('the session at the pool answers', (await shown()).profile.sub, sub);

    // An answer with another state is refused by Passport itself.
    await page.goto(`${origin}/callback?code=00000000-0000-4000-8000-000000000000&state=x`);
    check('another state', page.url(), `${origin}/failed`);
    await page.goto(`${origin}/logout`);
    check('signed out', [page.url(), await sessionCookie(page)], [app.signedOut, undefined]);
    await page.goto(`${origin}/login`);
    check('the next sign-in asks again', await passwordField(page).isVisible(), true);
  } finally {
    await chromium.close();
    listening.closeAllConnections();
    listening.close();
  }
});
