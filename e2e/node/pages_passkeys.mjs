// Passkeys on the pages of managed login in Chromium, with virtual authenticators: without a name by the button and by
// the browser's own list, the refusals of both, and the way to the page that adds one.

import { randomBytes } from 'node:crypto';
import * as idp from '@aws-sdk/client-cognito-identity-provider';
import { RP, authenticator, touches } from './chromium.mjs';
import { application, browser, pagesPool, query } from './pages.mjs';
import { PASSWORD, administrator, check, claims, confirmedUser, session } from './support.mjs';
import { SITE } from './walk.mjs';

const NOT_ACCEPTED = 'That passkey was not accepted. Use another one, or choose another way.';
const CANCELLED = 'No passkey was used. Try again, or choose another way.';
const PROVE = 'Sign in to confirm that it’s you. Then you can add a passkey.';
/** As long as a page that would go on by itself needs for it, many times over. */
const QUIET_MS = 1_500;

/** A pool in which a passkey is a first factor. */
async function passkeyPages(admin, name, app) {
  const pool = await pagesPool(admin, name, app, {
    pool: { Policies: { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'WEB_AUTHN'] } } },
    client: { ExplicitAuthFlows: ['ALLOW_USER_AUTH'] },
  });
  await admin.send(
    new idp.SetUserPoolMfaConfigCommand({
      UserPoolId: pool.id,
      MfaConfiguration: 'OFF',
      WebAuthnConfiguration: { RelyingPartyId: RP, UserVerification: 'required' },
    }),
  );
  return pool;
}

/** A person with a browser and a device of their own. */
class Person {
  constructor(name, page, app) {
    Object.assign(this, { name, page, app, complaints: [], sent: 0 });
    page.on('request', request => {
      const answers = request.method() === 'POST' && new URL(request.url()).pathname === '/login/passkey';
      if (answers) this.sent += 1;
    });
    page.on('console', message => {
      const passedOver = message.location().url.endsWith('/favicon.ico');
      if (message.type() === 'error' && !passedOver) this.complaints.push(`${page.url()}: ${message.text()}`);
    });
    page.on('pageerror', error => this.complaints.push(`${page.url()}: ${error}`));
  }

  async giveDevice() {
    this.devtools = await this.page.context().newCDPSession(this.page);
    await this.devtools.send('WebAuthn.enable');
    this.device = await authenticator(this.devtools);
  }

  touches(enabled) {
    return touches(this.devtools, this.device, enabled);
  }

  /** Lets the device know its user, or not. */
  knows(isUserVerified) {
    return this.devtools.send('WebAuthn.setUserVerified', { authenticatorId: this.device, isUserVerified });
  }

  /** Opens a page as a browser that nobody is signed in to. */
  async open(pool, path = '/oauth2/authorize') {
    await this.page.context().clearCookies();
    await this.page.goto(`${SITE}${path}?${query(pool, this.app, { lang: 'en' })}`);
  }

  see(id) {
    return this.page.locator(`[data-testid="page-${id}"]`).waitFor();
  }

  press(id) {
    return this.page.locator(`[data-testid="${id}"]:visible`).click();
  }

  /** Name and password, from the page of the name on. */
  async byPassword() {
    await this.page.locator('main input[name="username"]').fill(this.name);
    await this.press('submit');
    await this.page.locator('[data-testid="page-choose-factor"], [data-testid="page-password"]').waitFor();
    if (await this.page.locator('[data-testid="page-choose-factor"]').count()) await this.press('factor-password');
    await this.page.locator('main input[name="password"]').fill(PASSWORD);
    await this.press('submit');
  }

  /** Waits until the application has a code, and checks for whom it is. */
  async arrived(what, pool) {
    await this.page.waitForURL(url => url.href.startsWith(this.app.callback));
    const answer = await fetch(`${SITE}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: pool.clientId,
        redirect_uri: this.app.callback,
        code: new URL(this.page.url()).searchParams.get('code'),
      }),
    });
    const { access_token } = await answer.json();
    check(`${what}: who is signed in`, claims(access_token).username, this.name);
  }

  /** Checks that a passkey was refused on the first page, in words, and that the page waits from then on. */
  async refused(what, sent) {
    const told = this.page.locator('[data-testid="error"]');
    await told.waitFor();
    await this.page.waitForTimeout(QUIET_MS);
    check(`${what}: in words`, (await told.innerText()).trim(), NOT_ACCEPTED);
    check(`${what}: the first page`, await this.page.locator('[data-testid="page-identifier"]').count(), 1);
    check(`${what}: answers that were sent`, this.sent, sent);
  }

  /** Registers a passkey: through the sign-in to the page and to the application. */
  async register(pool) {
    await this.touches(false);
    await this.open(pool, '/passkeys/add');
    await this.see('identifier');
    check('the page says why one has to sign in', (await this.page.locator('[data-testid="info"]').innerText()).trim(), PROVE);
    await this.byPassword();
    await this.see('passkey-add');
    await this.touches(true);
    await this.press('submit');
    await this.arrived('a new passkey', pool);
    await this.touches(false);
  }
}

async function byButton(person, { pool }) {
  await person.register(pool);
  await person.open(pool);
  await person.see('identifier');
  await person.page.waitForTimeout(QUIET_MS);
  check('without a touch nothing happens', [person.sent, new URL(person.page.url()).pathname], [0, '/login']);
  await person.touches(true);
  await person.press('passkey');
  await person.arrived('the button', pool);
  check('the button: one answer', person.sent, 1);
}

async function byList(person, { pool }) {
  await person.register(pool);
  await person.touches(true);
  await person.open(pool);
  // The virtual authenticator chooses from the list as soon as the page asks for it.
  await person.arrived('the list', pool);
  check('the list: one answer', person.sent, 1);
  await person.touches(false);
  await person.open(pool);
  const field = person.page.locator('main input[name="username"]');
  check('the field of the name has the list', await field.getAttribute('autocomplete'), 'username webauthn');
  await person.byPassword();
  await person.arrived('the password in the meantime', pool);
}

async function unknown(person, { admin, pool }) {
  await person.register(pool);
  const { AuthenticationResult } = await admin.send(
    new idp.InitiateAuthCommand({
      ClientId: pool.clientId,
      AuthFlow: 'USER_AUTH',
      AuthParameters: { USERNAME: person.name, PREFERRED_CHALLENGE: 'PASSWORD', PASSWORD },
    }),
  );
  const { AccessToken } = AuthenticationResult;
  const { Credentials } = await admin.send(new idp.ListWebAuthnCredentialsCommand({ AccessToken }));
  check('one passkey is registered', Credentials.length, 1);
  const [{ CredentialId }] = Credentials;
  await admin.send(new idp.DeleteWebAuthnCredentialCommand({ AccessToken, CredentialId }));

  await person.touches(true);
  await person.open(pool);
  await person.refused('a deleted passkey from the list', 1);
  const shownAgain = person.page.waitForEvent('load');
  await person.press('passkey');
  await shownAgain;
  await person.refused('a deleted passkey by the button', 2);
  await person.byPassword();
  await person.arrived('the password after the refusals', pool);
}

async function otherPools(person, { pool, other }) {
  await person.register(other);
  await person.touches(true);
  await person.open(pool);
  await person.refused('the passkey of another pool', 1);
  await person.open(other);
  await person.arrived('the passkey in its own pool', other);
}

async function cancelled(person, { pool }) {
  await person.register(pool);
  await person.open(pool);
  await person.see('identifier');
  const said = person.page.locator('[data-passkey-said]');
  // The second press takes the place of the first, which is no failure.
  await person.press('passkey');
  await person.press('passkey');
  await person.page.waitForTimeout(200);
  check('two presses: nothing to complain of', await said.isVisible(), false);
  // What a device says that does not recognise its user is what a person says who closes the prompt.
  await person.knows(false);
  await person.touches(true);
  await person.press('passkey');
  await said.locator('visible=true').waitFor();
  check('a cancelled prompt: in words', await said.innerText(), CANCELLED);
  check('a cancelled prompt: nothing was sent', person.sent, 0);
  check('a cancelled prompt: no error', await person.page.locator('[data-testid="error"]').count(), 0);
  await person.touches(false);
  await person.byPassword();
  await person.arrived('the password after a cancelled prompt', pool);
  await person.open(pool);
  await person.see('identifier');
  await person.knows(true);
  await person.touches(true);
  await person.press('passkey');
  await person.arrived('the passkey after a cancelled prompt', pool);
}

/** The link that applications of the service have to the page: with a client and a callback alone. */
async function byLink(person, { pool }) {
  const { page, app } = person;
  const link = `${SITE}/passkeys/add?${new URLSearchParams({ client_id: pool.clientId, redirect_uri: app.callback, lang: 'en' })}`;
  const result = async (what, expected) => {
    await page.waitForURL(url => url.href.startsWith(app.callback));
    check(`${what}: the result`, new URL(page.url()).search, `?result=${expected}`);
  };
  await page.context().clearCookies();
  await page.goto(link);
  await result('a link without a session', 'invalid_session');
  await person.touches(false);
  await person.open(pool);
  await person.byPassword();
  await person.arrived('before the link', pool);
  await page.goto(link);
  await person.see('passkey-add');
  await person.press('not-now');
  await result('not now', 'cancelled');
  await page.goto(link);
  await person.see('passkey-add');
  await person.touches(true);
  await person.press('submit');
  await result('a passkey by a link', 'success');
  await person.open(pool);
  await person.arrived('the passkey that was added by a link', pool);
}

async function withoutScripts(person, { pool }) {
  await person.open(pool);
  await person.see('identifier');
  check('without scripts there is no button', await person.page.locator('[data-testid="passkey"]').isVisible(), false);
  await person.byPassword();
  await person.arrived('the password without scripts', pool);
  await person.page.goto(`${SITE}/passkeys/add?${query(pool, person.app, { lang: 'en' })}`);
  await person.see('passkey-add');
  check('without scripts the page says what it needs', await person.page.locator('noscript p').isVisible(), true);
  await person.press('not-now');
  await person.arrived('not now', pool);
}

await session('passkeys on the pages in Chromium', async () => {
  const admin = administrator();
  const app = await application();
  const chromium = await browser();
  const pool = await passkeyPages(admin, 'passkeys', app);
  const other = await passkeyPages(admin, 'passkeys-other', app);

  async function run(part, options) {
    const name = `${part.name}-${randomBytes(3).toString('hex')}`.toLowerCase();
    for (const where of [pool, other]) await confirmedUser(admin, where, name);
    const page = await chromium.newPage(options);
    const person = new Person(name, page, app);
    try {
      if (options?.javaScriptEnabled !== false) await person.giveDevice();
      await part(person, { admin, pool, other });
      check(`${part.name}: the console is empty`, person.complaints, []);
    } catch (error) {
      check(`${part.name}: ${error.message.split('\n')[0]}`, false, true);
      const text = await page.locator('body').innerText().catch(() => '');
      console.error(`${part.name}: at ${page.url()}\n${text.slice(0, 600)}\n${error.stack}`);
    }
    await page.context().close();
  }

  try {
    for (const part of [byButton, byList, unknown, otherPools, cancelled, byLink]) await run(part);
    await run(withoutScripts, { javaScriptEnabled: false });
  } finally {
    await chromium.close();
    app.close();
  }
});
