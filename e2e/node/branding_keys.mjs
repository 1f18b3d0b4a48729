// The looks of clients in Chromium: every setting that is visible changes the page, on managed login and on classic pages.
//
// A client with the service's own look and one that sets every colour and length to a telling value walk through the same
// pages; each setting is looked up at the element that shows it. Switches, words, orders and images are changed one after
// another on a third client, whose next page shows the change.

import { randomBytes } from 'node:crypto';
import * as idp from '@aws-sdk/client-cognito-identity-provider';
import { classicLook } from './branding_classic.mjs';
import { COLOURS, CUSTOM, LENGTHS, OURS, RESERVED, at, colour, computed, merge, paths } from './branding_table.mjs';
import { VARIANTS, IMAGES, codeFacts, facts, signUpFacts } from './branding_variants.mjs';
import { addClient, addProviders, application, browser, messageIds, pagesPool, query, sentCode } from './pages.mjs';
import { ENDPOINT, PASSWORD, administrator, check, confirmedUser, session } from './support.mjs';

const SITE = ENDPOINT.replace('127.0.0.1', 'localhost');
const ROWS = [...COLOURS, ...CUSTOM, ...LENGTHS.map(([path, page, element, property]) => [path, page, element, property])];
const BANDS = { global: { pageHeader: { enabled: true }, pageFooter: { enabled: true } } };
const PLAIN = { categories: { ...BANDS, global: { ...BANDS.global, colorSchemeMode: 'DYNAMIC' } } };

/** What each colour is set to, by path and mode. */
const WANTED = new Map(
  [...COLOURS, ...CUSTOM].flatMap(([path], number) => [
    [path.replace('{mode}', 'lightMode'), colour(2 * number)],
    [path.replace('{mode}', 'darkMode'), colour(2 * number + 1)],
  ]),
);
const TELLING = merge(
  PLAIN,
  ...[...WANTED].map(([path, value]) => at(path, value)),
  ...LENGTHS.map(([path, , , , length]) => at(path, length)),
);

async function makePool(admin, app) {
  const sms = { SnsCallerArn: 'arn:aws:iam::000000000000:role/sms', ExternalId: 'x' };
  const providers = { SupportedIdentityProviders: ['COGNITO'] };
  const pool = await pagesPool(admin, 'looks', app, {
    client: providers,
    style: PLAIN,
    pool: {
      Schema: [{ Name: 'email', Required: true }, { Name: 'phone_number', Required: true }],
      EmailConfiguration: { EmailSendingAccount: 'DEVELOPER', SourceArn: 'arn:aws:ses:us-east-1:000000000000:identity/a@example.com' },
      AccountRecoverySetting: { RecoveryMechanisms: [{ Priority: 1, Name: 'admin_only' }] },
    },
  });
  await admin.send(
    new idp.SetUserPoolMfaConfigCommand({
      UserPoolId: pool.id, MfaConfiguration: 'ON', SmsMfaConfiguration: { SmsConfiguration: sms }, EmailMfaConfiguration: {},
    }),
  );
  await addProviders(admin, pool);
  const client = { SupportedIdentityProviders: ['COGNITO', 'CorporateLogin', 'Google'] };
  const made = async (name, style) => ({ ...pool, ...(await addClient(admin, pool, name, app, { client, style })) });
  return { default: await made('default', PLAIN), telling: await made('telling', TELLING), varied: await made('varied', PLAIN) };
}

/** A user who must choose between two second factors. */
async function makeUser(admin, pool, name) {
  await confirmedUser(admin, pool, name);
  const number = `+1206555${String(randomBytes(2).readUInt16BE() % 10_000).padStart(4, '0')}`;
  const set = Object.entries({ phone_number: number, phone_number_verified: 'true' });
  await admin.send(
    new idp.AdminUpdateUserAttributesCommand({
      UserPoolId: pool.id, Username: name, UserAttributes: set.map(([Name, Value]) => ({ Name, Value })),
    }),
  );
  await admin.send(
    new idp.AdminSetUserMFAPreferenceCommand({
      UserPoolId: pool.id, Username: name, SMSMfaSettings: { Enabled: true }, EmailMfaSettings: { Enabled: true },
    }),
  );
}

/** What the elements of rows look like. */
const styles = (page, rows) =>
  page.evaluate(
    rows =>
      rows.map(([, , element, property]) => {
        const [selector, pseudo] = element.split('::');
        const found = document.querySelector(selector);
        return found ? getComputedStyle(found, pseudo && `::${pseudo}`)[property] : `no ${selector}`;
      }),
    rows,
  );

/** Looks at a page in both modes; `seen` gets what each setting looks like. */
async function look(page, name, seen) {
  const here = ROWS.filter(([, at]) => at === name);
  for (const [mode, scheme] of [['lightMode', 'light'], ['darkMode', 'dark']]) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.evaluate(() => document.querySelector('input#username:not(.quiet)')?.focus());
    const keep = (rows, found) => rows.forEach(([path], n) => seen.set(path.replace('{mode}', mode), found[n]));
    const resting = here.filter(([, , , , state]) => !state);
    keep(resting, await styles(page, resting));
    for (const element of new Set(here.filter(([, , , , state]) => state).map(([, , element]) => element))) {
      const of = wanted => here.filter(([, , other, , state]) => other === element && state === wanted);
      await page.locator(element).hover();
      keep(of('hover'), await styles(page, of('hover')));
      if (of('active').length) {
        await page.mouse.down();
        keep(of('active'), await styles(page, of('active')));
        await page.mouse.move(1, 1);
        await page.mouse.up();
      }
      if (of('busy').length) {
        // The form is not sent, which the page's own script does not learn: it was asked before.
        await page.evaluate(() => addEventListener('submit', event => event.preventDefault(), { once: true }));
        await page.locator('#username').fill('somebody');
        await page.locator('#password').fill('something');
        await page.locator(`${element}:not([aria-busy])`).click();
        await page.mouse.move(1, 1);
        keep(of('busy'), await styles(page, of('busy')));
        await page.reload();
      }
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

/** Walks through the pages of a client and returns what they look like. */
async function walk(page, admin, app, pool, name) {
  const seen = new Map();
  const to = path => page.goto(`${SITE}${path}?${query(pool, app)}`);
  const at = id => page.locator(`[data-testid="page-${id}"]`).waitFor();
  const send = async values => {
    for (const [field, value] of Object.entries(values)) await page.locator(`main [name="${field}"]:visible`).fill(value);
    await page.locator('[data-testid="submit"]').click();
  };
  await to('/login');
  await look(page, 'sign-in', seen);
  await page.locator('.languages summary').click();
  await look(page, 'menu', seen);
  await page.keyboard.press('Escape');
  await send({ username: name, password: 'not-the-password' });
  await page.locator('.alert.error').waitFor();
  await look(page, 'refused', seen);

  await to('/signup');
  await look(page, 'sign-up', seen);
  const someone = `${name}-new`;
  const filled = { 'requiredAttributes[email]': `${someone}@example.com`, 'requiredAttributes[phone_number]': '+12065550100' };
  await send({ username: someone, password: PASSWORD, ...filled });
  await at('confirm');
  await admin.send(new idp.AdminConfirmSignUpCommand({ UserPoolId: pool.id, Username: someone }));
  await send({ code: '123456' });
  await page.locator('.alert.success').waitFor();
  await look(page, 'confirmed', seen);

  await to('/login');
  const before = await messageIds(pool, name);
  await send({ username: name, password: PASSWORD });
  await at('choose-mfa');
  await look(page, 'choose-mfa', seen);
  await page.locator('[data-testid="factor-email"]').click();
  await at('code-email');
  await look(page, 'code', seen);
  const code = await sentCode(pool, name, before);
  await page.locator('#resend').evaluate(form => form.submit());
  await page.locator('[data-testid="warning"]').waitFor();
  await look(page, 'waited', seen);
  await send({ code: code === '123456' ? '654321' : '123456' });
  await page.locator('.wrong-text').waitFor();
  await look(page, 'wrong-code', seen);
  await send({ code });
  await page.waitForURL(url => url.href.startsWith(app.callback));
  await to('/login');
  await at('chooser');
  await look(page, 'chooser', seen);
  return seen;
}

/** The service's defaults of all settings, as the API merges them. */
async function defaults(admin, pool) {
  const { ManagedLoginBranding } = await admin.send(
    new idp.DescribeManagedLoginBrandingByClientCommand({
      UserPoolId: pool.id, ClientId: pool.clientId, ReturnMergedResources: true,
    }),
  );
  return ManagedLoginBranding;
}

async function coloursAndLengths(page, other, admin, app, pools, merged) {
  const names = { default: `default-${randomBytes(3).toString('hex')}`, telling: `telling-${randomBytes(3).toString('hex')}` };
  for (const name of Object.values(names)) await makeUser(admin, pools.default, name);
  const [plain, telling] = await Promise.all([
    walk(page, admin, app, pools.default, names.default),
    walk(other, admin, app, pools.telling, names.telling),
  ]);
  const value = path => path.split('/').slice(1).reduce((inner, key) => inner?.[key], merged);
  for (const [path] of [...COLOURS, ...CUSTOM]) {
    const modes = ['lightMode', 'darkMode'].map(mode => path.replace('{mode}', mode));
    const set = modes.map(mode => computed(WANTED.get(mode)));
    check(`${path} as it is set`, modes.map(mode => telling.get(mode)), set);
    const standard = modes.map(mode => value(mode.replace('custom/CorporateLogin', 'standard')));
    const before = modes.map(mode => plain.get(mode));
    const ours = OURS.includes(path);
    check(`${path} by default`, ours ? before.some((was, n) => was === set[n]) : before, ours ? false : standard.map(computed));
  }
  for (const [path, , , , length] of LENGTHS) {
    check(path, [plain.get(path), telling.get(path)], [`${value(path)}px`, `${length}px`]);
  }
}

/** Switches, words, orders and images: the next page after each change shows it. */
async function variants(page, admin, app, pool, brandingId, user) {
  const change = async (settings, assets) =>
    admin.send(
      new idp.UpdateManagedLoginBrandingCommand({
        UserPoolId: pool.id, ManagedLoginBrandingId: brandingId, Settings: settings, Assets: assets,
      }),
    );
  const signIn = async () => {
    await page.goto(`${SITE}/login?${query(pool, app)}`);
    return page.evaluate(facts);
  };
  const first = await signIn();
  await change(RESERVED);
  check('reserved settings change nothing', await signIn(), first);
  await change({}, IMAGES);
  for (const { name, settings, before, after, at = 'sign-in' } of VARIANTS) {
    const see = {
      'sign-in': signIn,
      'sign-up': async () => {
        await page.goto(`${SITE}/signup?${query(pool, app)}`);
        return page.evaluate(signUpFacts);
      },
      code: async () => {
        if ((await page.locator('[data-testid="page-code-email"]').count()) === 0) {
          await signIn();
          await page.locator('#username').fill(user);
          await page.locator('#password').fill(PASSWORD);
          await page.locator('[data-testid="submit"]').click();
          await page.locator('[data-testid="factor-email"]').click();
          await page.locator('[data-testid="page-code-email"]').waitFor();
        } else await page.reload();
        // An element is there before its picture.
        await page.waitForLoadState();
        return page.evaluate(codeFacts);
      },
    }[at];
    const pick = (found, like) => Object.fromEntries(Object.keys(like).map(key => [key, found[key]]));
    if (before) check(`${name}: before`, pick(await see(), before), before);
    await change(settings);
    check(name, pick(await see(), after), after);
  }
}

await session('the looks of clients', async () => {
  const admin = administrator();
  const app = await application();
  const { newPage, close } = await browser();
  const wide = { viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' };
  try {
    const pools = await makePool(admin, app);
    const { Settings: merged, ManagedLoginBrandingId } = await defaults(admin, pools.varied);
    const changed = VARIANTS.flatMap(({ settings }) => paths(settings));
    const known = new Set([...ROWS.map(([path]) => path), ...changed, ...paths(RESERVED)]);
    known.add('/components/idpButton/custom');
    check('every setting is looked at', paths(merged).filter(path => !known.has(path)), []);
    const user = `varied-${randomBytes(3).toString('hex')}`;
    await makeUser(admin, pools.varied, user);
    await Promise.all([
      coloursAndLengths(await newPage(wide), await newPage(wide), admin, app, pools, merged),
      variants(await newPage(wide), admin, app, pools.varied, ManagedLoginBrandingId, user),
      classicLook(await newPage(wide), admin, app),
    ]);
  } finally {
    await close();
    app.close();
  }
});
