// The parts of the walk about factors: second ones that are set up and chosen, and first ones after the name.

import { randomBytes } from 'node:crypto';
import * as idp from '@aws-sdk/client-cognito-identity-provider';
import { authenticator, touches } from './chromium.mjs';
import { appCode, messageIds, sentCode } from './pages.mjs';
import { PASSWORD, check, confirmedUser, otherCode } from './support.mjs';
import { at } from './walk.mjs';

/** Changes attributes of a user as an administrator. */
const set = (admin, pool, Username, attributes) =>
  admin.send(
    new idp.AdminUpdateUserAttributesCommand({
      UserPoolId: pool.id,
      Username,
      UserAttributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
    }),
  );

/** Second factors are set up in the middle of a sign-in; the app, the phone, the address. */
export async function secondFactors(walk, { admin, app, pool, user }) {
  const { page } = walk;
  const begin = async name => {
    await page.context().clearCookies();
    await page.goto(at(walk, pool, app));
    await walk.send({ username: name, password: PASSWORD });
  };
  const bare = async name => {
    await confirmedUser(admin, pool, name);
    await admin.send(
      new idp.AdminDeleteUserAttributesCommand({ UserPoolId: pool.id, Username: name, UserAttributeNames: ['email'] }),
    );
  };
  const first = `${user}-app`;
  await bare(first);
  await begin(first);
  await walk.see('mfa-setup');
  await walk.press('factor-app');
  await walk.see('setup-app');
  await walk.press('back');
  await walk.see('mfa-setup', 'back');
  await walk.press('factor-app');
  const code = await appCode(pool, first);
  await walk.send({ code: otherCode(code) });
  await walk.refused();
  await walk.see('setup-app', 'refused');
  const again = async () => {
    await begin(first);
    await walk.send({ code: await appCode(pool, first) });
  };
  await walk.sendTwice({ code: await appCode(pool, first) }, 'an app', app, again);
  await begin(first);
  await walk.see('code-app');
  await walk.send({ code: otherCode(await appCode(pool, first)) });
  await walk.refused();
  await walk.see('code-app', 'refused');
  await walk.sendTwice({ code: await appCode(pool, first) }, 'a code of the app', app, again);

  const second = `${user}-phone`;
  await bare(second);
  await begin(second);
  await walk.press('factor-sms');
  await walk.see('setup-phone');
  await walk.send({ contact: '12' });
  await walk.refused();
  await walk.see('setup-phone', 'refused');
  const number = `+1206555${String(randomBytes(2).readUInt16BE() % 10_000).padStart(4, '0')}`;
  await walk.send({ contact: number });
  await walk.see('code-sms', 'set up');
  const seen = await messageIds(pool, second);
  const sms = await sentCode(pool, second);
  await walk.send({ code: otherCode(sms) });
  await walk.refused();
  await walk.send({ code: sms });
  await walk.arrived('a phone', app);
  await begin(second);
  await walk.see('code-sms');
  await walk.send({ code: await sentCode(pool, second, seen) });
  await walk.arrived('a code by text message', app);

  const third = `${user}-mail`;
  await bare(third);
  await begin(third);
  await walk.press('factor-email');
  await walk.see('setup-email');
  await walk.send({ contact: `${third}@example.com` });
  await walk.see('code-email', 'set up');
  await walk.send({ code: await sentCode(pool, third) });
  await walk.arrived('an address', app);
  const known = await messageIds(pool, third);
  await begin(third);
  await walk.see('code-email');
  await walk.send({ code: await sentCode(pool, third, known) });
  await walk.arrived('a code by e-mail', app);

  // Several factors, none of them preferred.
  await set(admin, pool, third, { phone_number: number, phone_number_verified: 'true' });
  await admin.send(
    new idp.AdminSetUserMFAPreferenceCommand({
      UserPoolId: pool.id, Username: third, SMSMfaSettings: { Enabled: true }, EmailMfaSettings: { Enabled: true },
    }),
  );
  await begin(third);
  await walk.see('choose-mfa');
  const before = await messageIds(pool, third);
  await walk.press('factor-sms');
  await walk.see('code-sms', 'chosen');
  await walk.press('another-way');
  await walk.see('choose-mfa', 'again');
  const later = await messageIds(pool, third);
  check(`${walk.name}: the first choice sent one message`, later.size - before.size, 1);
  await walk.press('factor-email');
  await walk.see('code-email', 'chosen');
  await walk.send({ code: await sentCode(pool, third, later) });
  await walk.arrived('a factor of one’s choice', app);
}

/** The name first, then a factor: password, codes, a passkey. */
export async function firstFactors(walk, { admin, app, pool, user }) {
  const { page } = walk;
  await confirmedUser(admin, pool, user);
  await set(admin, pool, user, { phone_number: '+12065550100', phone_number_verified: 'true' });
  const begin = async name => {
    await page.context().clearCookies();
    await page.goto(at(walk, pool, app));
    await page.locator('[data-testid="page-identifier"]').waitFor();
    await walk.send({ username: name });
  };
  await page.goto(at(walk, pool, app));
  await walk.see('identifier');
  await begin(user);
  await walk.see('choose-factor');
  await walk.press('factor-email');
  await walk.see('code-email', 'first factor');
  await page.goBack();
  await page.goForward();
  await walk.press('another-way');
  await walk.see('choose-factor', 'again');
  await walk.press('factor-password');
  await walk.see('password');
  await walk.send({ password: 'not-the-password' });
  await walk.refused();
  await page.locator('[data-testid="page-password"], [data-testid="page-identifier"]').waitFor();
  if (await page.locator('[data-testid="page-identifier"]').count()) {
    await walk.see('identifier', 'refused');
    await walk.send({ username: user });
    await walk.press('factor-password');
  } else {
    await walk.see('password', 'refused');
  }
  await walk.send({ password: PASSWORD });
  await walk.arrived('a password after the name', app);

  for (const kind of ['email', 'sms']) {
    await begin(user);
    const seen = await messageIds(pool, user);
    await walk.press(`factor-${kind}`);
    await walk.see(`code-${kind}`, 'once more');
    const code = await sentCode(pool, user, seen);
    await walk.send({ code: otherCode(code) });
    await walk.refused();
    await walk.see(`code-${kind}`, 'refused');
    await walk.sendTwice({ code }, `a code by ${kind}`, app, async () => {
      await begin(user);
      const later = await messageIds(pool, user);
      await walk.press(`factor-${kind}`);
      await page.locator(`[data-testid="page-code-${kind}"]`).waitFor();
      await walk.send({ code: await sentCode(pool, user, later) });
    });
  }

  await begin(`nobody-${user}`);
  await page.locator('[data-testid="page-choose-factor"], [data-testid="page-password"]').waitFor();

  if (!walk.scripts) return;
  await begin(user);
  await walk.press('factor-password');
  await walk.send({ password: PASSWORD });
  await walk.arrived('before the passkey', app);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const device = await authenticator(devtools);
  await page.goto(at(walk, pool, app, '/passkeys/add'));
  await walk.see('passkey-add');
  await page.locator('[data-testid="submit"]').click();
  await walk.arrived('a new passkey', app);
  // The first page asks for a passkey too. A person who types a name touches none meanwhile.
  await touches(devtools, device, false);
  await begin(user);
  await walk.see('choose-factor', 'with a passkey');
  await walk.press('factor-passkey');
  await walk.see('passkey');
  await touches(devtools, device, true);
  await page.locator('[data-testid="submit"]').click();
  await walk.arrived('a passkey', app);
  await devtools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: device });
  const passkeys = await admin.send(new idp.AdminGetUserCommand({ UserPoolId: pool.id, Username: user }));
  check(`${walk.name}: the user is confirmed`, passkeys.UserStatus, 'CONFIRMED');
}
