// Browser scripts that people wrote for the real pages, in our words: each must go through on ours without a change, at
// both widths of a headless browser where it does so there.

import { randomBytes } from 'node:crypto';
import * as idp from '@aws-sdk/client-cognito-identity-provider';
import {
  CLASSIC, MANAGED, addClient, addProviders, appCode, application, browser, messageIds, pagesPool, query, sentCode, withApp,
} from './pages.mjs';
import * as classic from './scripts/classic.mjs';
import * as managed from './scripts/managed.mjs';
import { ENDPOINT, PASSWORD, UUID, administrator, check, confirmedUser, session } from './support.mjs';

const REQUIRED = ['name', 'given_name', 'family_name', 'email'];
/** How many scripts run at the same time. */
const LANES = 3;
const DIRECT = ['ALLOW_USER_PASSWORD_AUTH'];

/** A pool of one version with a user, a client with its own users alone and one with providers too. */
async function prepared(admin, app, version) {
  const pool = await pagesPool(admin, `scripts-${version}`, app, {
    version,
    pool: { Schema: REQUIRED.map(Name => ({ Name, Required: true })) },
    client: { ExplicitAuthFlows: DIRECT },
  });
  await admin.send(
    new idp.SetUserPoolMfaConfigCommand({
      UserPoolId: pool.id, MfaConfiguration: 'OPTIONAL', SoftwareTokenMfaConfiguration: { Enabled: true },
    }),
  );
  await confirmedUser(admin, pool, 'jane');
  await addProviders(admin, pool);
  const more = { client: { SupportedIdentityProviders: ['COGNITO', 'CorporateLogin', 'Google'] } };
  pool.withProviders = (await addClient(admin, pool, 'providers', app, more)).clientId;
  return pool;
}

await session('scripts for the pages', async () => {
  const admin = administrator();
  const app = await application();
  const chromium = await browser();

  /** What is to be run: a pool, a script, a client, a width. */
  const wanted = [];
  const want = (pool, scripts) => {
    for (const script of scripts) {
      const clientId = script.providers ? pool.withProviders : pool.clientId;
      for (const width of script.at) wanted.push({ pool, script, clientId, width });
    }
  };

  /** Runs a script in a browser that knows nothing, until the application has a code. */
  async function run({ pool, script, clientId, width }) {
    const name = `version ${pool.version}, ${width} px: ${script.name}`;
    const page = await chromium.newPage({ viewport: { width, height: 600 } });
    const fresh = `user-${randomBytes(4).toString('hex')}`;
    const known = `known-${width}`;
    const seen = await messageIds(pool, known);
    try {
      await script.run({
        page,
        width,
        app,
        clientId,
        login: `${ENDPOINT}/login?${query({ clientId }, app)}`,
        user: 'jane',
        known,
        fresh,
        guarded: `guarded-${width}`,
        password: PASSWORD,
        check: (what, got, want) => check(`${name}: ${what}`, got, want),
        codeFor: user => sentCode(pool, user, seen),
        appCodeFor: user => appCode(pool, user),
      });
      await page.waitForURL(url => url.href.startsWith(app.callback));
      check(`${name}: the application has a code`, UUID.test(new URL(page.url()).searchParams.get('code')), true);
    } catch (error) {
      check(`${name}: ${error.message.split('\n')[0]}`, false, true);
      await told(name, page);
    }
    await page.context().close();
  }

  /** Says where a script was when it failed. */
  async function told(name, page) {
    const text = await page.locator('body').innerText().catch(() => '');
    console.error(`${name}: at ${page.url()}\n${text.slice(0, 500)}`);
  }

  try {
    const first = await prepared(admin, app, CLASSIC);
    const second = await prepared(admin, app, MANAGED);
    for (const width of [800, 1280]) {
      await confirmedUser(admin, first, `known-${width}`);
      await confirmedUser(admin, first, `guarded-${width}`);
      await withApp(admin, first, first.clientId, `guarded-${width}`);
    }
    want(first, [...classic.SIGN_INS, ...classic.JOURNEYS]);
    want(second, managed.SIGN_INS);
    for (const pool of [first, second]) want(pool, managed.EITHER);
    const twoSteps = await pagesPool(admin, 'two-steps', app, {
      pool: { Policies: { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'EMAIL_OTP'] } } },
      client: { ExplicitAuthFlows: ['ALLOW_USER_AUTH'] },
    });
    await confirmedUser(admin, twoSteps, 'jane');
    want(twoSteps, managed.TWO_STEPS);
    const lane = async () => {
      for (let next = wanted.shift(); next; next = wanted.shift()) await run(next);
    };
    await Promise.all(Array.from({ length: LANES }, lane));
  } finally {
    await chromium.close();
    app.close();
  }
});
