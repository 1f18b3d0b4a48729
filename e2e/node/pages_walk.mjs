// Managed login in Chromium: every page and every way through them, in three languages, with and without the pages' own
// scripts. Screenshots of each state are kept in target/e2e.

import { randomBytes } from 'node:crypto';
import * as idp from '@aws-sdk/client-cognito-identity-provider';
import { start } from './own_server.mjs';
import { addClient, addProviders, application, browser, pagesPool, query, sentCode, sessionCookie } from './pages.mjs';
import { PASSWORD, administrator, check, confirmedUser, otherCode, session } from './support.mjs';
import { SITE, Walk, at, named } from './walk.mjs';
import { firstFactors, secondFactors } from './walk_factors.mjs';

// Names that nobody has look like those of users.
const HIDES = { PreventUserExistenceErrors: 'ENABLED' };
// The look that comes without settings is light, whatever the browser asks for.
const DYNAMIC = { categories: { global: { colorSchemeMode: 'DYNAMIC' } } };
const NEW_PASSWORD = 'Another-Horse-9';
const FROM = {
  EmailSendingAccount: 'DEVELOPER',
  SourceArn: 'arn:aws:ses:us-east-1:000000000000:identity/sender@example.com',
};
const SMS = { SnsCallerArn: 'arn:aws:iam::000000000000:role/sms', ExternalId: 'x' };

/**
 * The pools: one without second factors, one that insists on them, one whose users choose a first factor, one that sends
 * no codes and has providers.
 */
async function pools(admin, app, endpoint) {
  const plain = await pagesPool(admin, 'walk', app, {
    endpoint,
    client: HIDES,
    style: DYNAMIC,
    pool: { Schema: [{ Name: 'given_name', Required: true }, { Name: 'email', Required: true }] },
  });
  const guarded = await pagesPool(admin, 'walk-mfa', app, {
    endpoint,
    client: HIDES,
    style: DYNAMIC,
    pool: {
      EmailConfiguration: FROM,
      AccountRecoverySetting: { RecoveryMechanisms: [{ Priority: 1, Name: 'admin_only' }] },
    },
  });
  await admin.send(
    new idp.SetUserPoolMfaConfigCommand({
      UserPoolId: guarded.id,
      MfaConfiguration: 'ON',
      SoftwareTokenMfaConfiguration: { Enabled: true },
      SmsMfaConfiguration: { SmsConfiguration: SMS },
      EmailMfaConfiguration: {},
    }),
  );
  const choice = await pagesPool(admin, 'walk-choice', app, {
    endpoint,
    pool: {
      EmailConfiguration: FROM,
      SmsConfiguration: SMS,
      Policies: { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'EMAIL_OTP', 'SMS_OTP', 'WEB_AUTHN'] } },
    },
    client: { ...HIDES, ExplicitAuthFlows: ['ALLOW_USER_AUTH'] },
    style: DYNAMIC,
  });
  await admin.send(
    new idp.SetUserPoolMfaConfigCommand({
      UserPoolId: choice.id,
      MfaConfiguration: 'OFF',
      WebAuthnConfiguration: { RelyingPartyId: 'localhost', UserVerification: 'required' },
    }),
  );
  const open = await pagesPool(admin, 'walk-open', app, { endpoint, pool: { AutoVerifiedAttributes: [] } });
  await addProviders(admin, open);
  const more = { style: DYNAMIC, client: { ...HIDES, SupportedIdentityProviders: ['COGNITO', 'CorporateLogin', 'Google'] } };
  Object.assign(open, await addClient(admin, open, 'walk', app, more));
  return { plain, guarded, choice, open };
}

async function signIn(walk, { admin, app, pool, user }) {
  const { page } = walk;
  await confirmedUser(admin, pool, user);
  await page.goto(at(walk, pool, app));
  await walk.see('sign-in');
  await walk.send({ username: user, password: 'not-the-password' });
  await walk.refused();
  await walk.see('sign-in', 'refused');
  check(`${walk.name}: the name is kept`, await page.locator('main input[name="username"]').inputValue(), user);
  await page.goBack();
  await page.goForward();
  await walk.send({ username: user, password: PASSWORD }, { twice: true });
  await walk.arrived('a double click', app);
  check(`${walk.name}: the state comes back`, new URL(page.url()).searchParams.get('state'), 'of the walk');
  check(`${walk.name}: signed in`, (await sessionCookie(page)) !== undefined, true);

  await page.goto(at(walk, pool, app, '/login'));
  await walk.see('chooser');
  await walk.press('use-another');
  await walk.see('sign-in', 'another account');
  await page.goBack();
  await page.goto(at(walk, pool, app, '/login/continue'));
  await page.locator('[data-testid="page-chooser"], [data-testid="page-sign-in"]').waitFor();
  await page.goto(at(walk, pool, app));
  await walk.arrived('the session', app);
  await page.goBack();
  check(`${walk.name}: the back button leads to no error`, await page.locator('[data-testid="page-error"]').count(), 0);
  await page.goto(`${SITE}/logout?${new URLSearchParams({ client_id: pool.clientId, logout_uri: app.signedOut })}`);
  check(`${walk.name}: signed out`, [page.url(), await sessionCookie(page)], [app.signedOut, undefined]);
}

async function signUp(walk, { admin, app, pool, user }) {
  const { page } = walk;
  const email = `${user}@example.com`;
  await page.goto(at(walk, pool, app));
  await walk.press('link-sign-up');
  await walk.see('sign-up');
  const form = { username: user, 'requiredAttributes[given_name]': 'Mary', 'requiredAttributes[email]': email };
  await walk.send({ ...form, password: 'short' });
  await walk.refused();
  await walk.see('sign-up', 'refused');
  check(`${walk.name}: what was typed is kept`, await page.locator('main input[name="requiredAttributes[email]"]').inputValue(), email);
  await walk.send({ ...form, password: PASSWORD }, { twice: true });
  await walk.see('confirm');
  const code = await sentCode(pool, user);
  await walk.send({ code: otherCode(code) });
  await walk.refused();
  await walk.see('confirm', 'refused');
  if (!walk.scripts) {
    // With scripts the button waits by itself.
    await walk.press('resend');
    await walk.refused('warning');
    await walk.see('confirm', 'too early');
  }
  await walk.sendTwice({ code }, 'a confirmed sign-up', app, async () => {
    await page.goto(at(walk, pool, app));
    await walk.send({ username: user, password: PASSWORD });
  });

  // Somebody who left before the code came: name and password lead to it again.
  await page.context().clearCookies();
  const left = `${user}-left`;
  await page.goto(at(walk, pool, app, '/signup'));
  await walk.send({ ...form, username: left, 'requiredAttributes[email]': `left-${email}`, password: PASSWORD });
  await page.locator('[data-testid="page-confirm"]').waitFor();
  await page.context().clearCookies();
  await page.goto(at(walk, pool, app));
  await walk.send({ username: left, password: PASSWORD });
  await walk.see('confirm', 'after signing in');
  await walk.send({ code: await sentCode(pool, left) });
  await page.waitForURL(url => url.href.startsWith(app.callback) || url.pathname === '/login');
  if (new URL(page.url()).pathname === '/login') {
    await walk.see('sign-in', 'confirmed');
    await walk.send({ username: left, password: PASSWORD });
  }
  await walk.arrived('a sign-up confirmed later', app);

  await page.context().clearCookies();
  await page.goto(at(walk, pool, app, '/signup'));
  await walk.send({ ...form, 'requiredAttributes[email]': `other-${email}`, password: PASSWORD });
  await walk.refused();
  await walk.see('sign-up', 'taken');
  await walk.press('link-sign-in');
  await walk.see('sign-in', 'from sign-up');
}

async function forgotten(walk, { admin, app, pool, user }) {
  const { page } = walk;
  await confirmedUser(admin, pool, user);
  await page.goto(at(walk, pool, app));
  await walk.press('link-forgot');
  await walk.see('forgot');
  await walk.send({ username: user });
  await walk.see('reset');
  const code = await sentCode(pool, user);
  const passwords = { new_password: NEW_PASSWORD, confirm_password: NEW_PASSWORD };
  await walk.send({ code: otherCode(code), ...passwords });
  await walk.refused();
  await walk.see('reset', 'refused');
  await walk.send({ code, ...passwords, confirm_password: 'Another-Horse-8' });
  await walk.refused();
  await walk.see('reset', 'two passwords');
  await walk.send({ code, ...passwords });
  await page.waitForURL(url => url.href.startsWith(app.callback) || url.pathname === '/login');
  if (new URL(page.url()).pathname === '/login') {
    await walk.see('sign-in', 'password changed');
    await walk.send({ username: user, password: NEW_PASSWORD });
  }
  await walk.arrived('a new password', app);

  await page.context().clearCookies();
  await page.goto(at(walk, pool, app, '/forgotPassword'));
  await walk.send({ username: `nobody-${user}` });
  await walk.see('reset', 'for nobody');
}

async function forced(walk, { admin, app, pool, user }) {
  const { page } = walk;
  await admin.send(
    new idp.AdminCreateUserCommand({
      UserPoolId: pool.id, Username: user, MessageAction: 'SUPPRESS', TemporaryPassword: PASSWORD,
      UserAttributes: [{ Name: 'email', Value: `${user}@example.com` }, { Name: 'email_verified', Value: 'true' }],
    }),
  );
  await page.goto(at(walk, pool, app));
  await walk.send({ username: user, password: PASSWORD });
  await walk.see('new-password');
  const attribute = { 'requiredAttributes[given_name]': 'Dorothy' };
  await walk.send({ new_password: 'weak', confirm_password: 'weak', ...attribute });
  await walk.refused();
  await walk.see('new-password', 'refused');
  const passwords = { new_password: NEW_PASSWORD, confirm_password: NEW_PASSWORD };
  await walk.sendTwice({ ...passwords, ...attribute }, 'a forced password', app, async () => {
    await page.goto(at(walk, pool, app));
    await walk.send({ username: user, password: NEW_PASSWORD });
  });
  const { UserAttributes } = await admin.send(new idp.AdminGetUserCommand({ UserPoolId: pool.id, Username: user }));
  check(`${walk.name}: the missing attribute is there`, UserAttributes.find(({ Name }) => Name === 'given_name')?.Value, 'Dorothy');
}

async function errors(walk, { app, pool }) {
  const { page } = walk;
  for (const [state, change] of [['client', { client_id: 'nobody' }], ['callback', { redirect_uri: 'https://elsewhere.example/' }]]) {
    await page.goto(`${SITE}/oauth2/authorize?${query(pool, app, { lang: walk.language, ...change })}`);
    await walk.see('error', state);
    check(`${walk.name}: ${state}: a number`, await page.locator('[data-testid="reference"]').isVisible(), true);
  }
  await page.goto(`${SITE}/mfa?${query(pool, app, { lang: walk.language })}`);
  await walk.see('restart', 'no sign-in');
  await walk.press('link-next');
  await walk.see('sign-in', 'again');
}

/** An account that waits for an administrator. */
async function waiting(walk, { app, pool, user }) {
  const { page } = walk;
  await page.goto(at(walk, pool, app));
  await walk.see('sign-in', 'with providers');
  await page.locator('[data-testid="link-sign-up"]').click();
  await walk.send({ username: user, password: PASSWORD }, { twice: true });
  await walk.see('pending-admin');
  await walk.press('link-next');
  await walk.see('sign-in', 'while it waits');
  await walk.send({ username: user, password: PASSWORD });
  await page.locator('[data-testid="page-sign-in"] [data-testid="error"], [data-testid="page-pending-admin"], [data-testid="page-confirm"]').waitFor();
}

/** What time does to a sign-in, on a server whose clock is moved. */
async function time(walk, { admin, app, pool, guarded, user, site, endpoint }) {
  const { page } = walk;
  const advance = async by => {
    const answer = await fetch(`${endpoint}/_dev/clock`, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ advance: by }),
    });
    if (!answer.ok) throw new Error(await answer.text());
  };
  const newest = async () => {
    const answer = await fetch(`${endpoint}/_dev/messages?${new URLSearchParams({ pool: pool.id, user, wait: '10' })}`);
    return (await answer.json()).messages[0].code;
  };
  const begin = `${site}/oauth2/authorize?${query(pool, app, { lang: walk.language })}`;
  await page.goto(begin);
  await walk.press('link-sign-up');
  await walk.send({ username: user, 'requiredAttributes[given_name]': 'Mary', 'requiredAttributes[email]': `${user}@example.com`, password: PASSWORD });
  await walk.see('confirm', 'before the clock moves');
  const first = await newest();
  await advance('40s');
  await page.reload();
  await walk.press('resend');
  await page.locator('[data-testid="success"]').waitFor();
  await walk.see('confirm', 'sent again');
  check(`${walk.name}: another code`, (await newest()) !== first, true);
  // The page stays open for longer than a sign-in may take: it begins again, with its parameters and the name.
  await advance('2h');
  await walk.send({ code: await newest() });
  await page.locator('[data-testid="page-restart"], [data-testid="page-sign-in"], [data-testid="page-confirm"]').waitFor();
  if (await page.locator('[data-testid="page-restart"]').count()) {
    await walk.see('restart');
    await walk.press('link-next');
    await walk.see('sign-in', 'after the restart');
    check(`${walk.name}: the name is kept after the restart`, await page.locator('main input[name="username"]').inputValue(), user);
    await walk.send({ username: user, password: PASSWORD });
    await walk.see('confirm', 'after the restart');
    await walk.send({ code: await newest() });
    await page.waitForURL(url => url.href.startsWith(app.callback) || url.pathname === '/login');
    if (new URL(page.url()).pathname === '/login') await walk.send({ username: user, password: PASSWORD });
  }
  await walk.arrived('after the restart', app);
  await page.goto(begin);
  await walk.arrived('the session of an hour', app);
  await advance('61m');
  await page.goto(begin);
  await walk.see('sign-in', 'after an hour');
  // A sign-in page that was open for a day still takes name and password.
  await advance('24h');
  await walk.send({ username: user, password: PASSWORD });
  await walk.arrived('a page that was open for a day', app);

  // In the middle of a sign-in: a choice that comes too late.
  await page.context().clearCookies();
  await confirmedUser(admin, guarded, user);
  await page.goto(`${site}/oauth2/authorize?${query(guarded, app, { lang: walk.language })}`);
  await walk.send({ username: user, password: PASSWORD });
  await page.locator('[data-testid="page-code-email"], [data-testid="page-mfa-setup"]').waitFor();
  await advance('2h');
  await page.reload();
  await walk.see('restart', 'in the middle');
  await walk.press('link-next');
  await walk.see('sign-in', 'from the middle');
  check(`${walk.name}: the name is kept from the middle`, await page.locator('main input[name="username"]').inputValue(), user);
}

await session('managed login in Chromium', async () => {
  const admin = administrator();
  const app = await application();
  const chromium = await browser();
  const { plain, guarded, choice, open } = await pools(admin, app);
  const parts = [
    [signIn, plain], [signUp, plain], [forgotten, plain], [forced, plain], [errors, plain], [waiting, open],
    [secondFactors, guarded], [firstFactors, choice],
  ];
  /** Walks one part in a browser that knows nothing; what stops it is a failure of this part. */
  async function walk(part, pool, way, more) {
    const page = await chromium.newPage({ locale: 'en-GB' });
    const here = new Walk(page, part.name, way);
    const user = `${part.name}-${way.language}-${randomBytes(3).toString('hex')}`.toLowerCase();
    try {
      await here.begin();
      await part(here, { admin, app, pool, user, ...more });
      check(`${here.name}: ${part.name}: the console is empty`, here.complaints, []);
    } catch (error) {
      check(`${here.name}: ${part.name}: ${error.message.split('\n')[0]}`, false, true);
      const text = await page.locator('body').innerText().catch(() => '');
      console.error(`${here.name}: ${part.name}: at ${page.url()}\n${text.slice(0, 600)}\n${error.stack}`);
    }
    await page.context().close();
  }
  /** Walks where the clock may be moved. */
  async function laterOn() {
    const server = await start([]);
    try {
      const elsewhere = administrator(server.endpoint);
      const own = await pools(elsewhere, app, server.endpoint);
      const site = named(server.endpoint);
      for (const scripts of [true, false]) {
        await walk(time, own.plain, { language: 'en', scripts }, { admin: elsewhere, guarded: own.guarded, site, endpoint: server.endpoint });
      }
    } finally {
      await server.stop();
    }
  }
  try {
    // Each language sees every page; so do browsers with scripts and without.
    const ways = [
      { language: 'en', scripts: true, looks: 'all' }, { language: 'ar', scripts: false, looks: 'all' }, { language: 'ja', scripts: true },
    ];
    await Promise.all([
      ...ways.map(async way => {
        for (const [part, pool] of parts) await walk(part, pool, way);
      }),
      laterOn(),
    ]);
  } finally {
    await chromium.close();
    app.close();
  }
});
