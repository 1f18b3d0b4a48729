// The script of managed login, and its pages without it, on the files of the gallery:
//
//   node e2e/node/gallery_script.mjs target/gallery

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { authenticator } from './chromium.mjs';
import { serve } from './gallery_server.mjs';

// Set by `checkScript`.
let [base, browser, sent] = [];
const wide = { viewport: { width: 1280, height: 800 } };
const checks = [];
const check = (name, run, options = {}) => checks.push({ name, run, options: { ...wide, ...options } });
const at = (page, name) => page.goto(`${base}/en/${name}.html`);
const focused = page => page.evaluate(() => document.activeElement.id || document.activeElement.dataset.testid);
const last = async (page, count) => {
  await page.waitForURL(url => !url.pathname.endsWith('.html'));
  assert.equal(sent.length, count ?? sent.length);
  return sent.at(-1);
};

check('the first field has the focus, and Tab goes down the page', async page => {
  await at(page, 'sign-in');
  const order = [await focused(page)];
  for (let n = 0; n < 5; n++) {
    await page.keyboard.press('Tab');
    order.push(await focused(page));
  }
  assert.deepEqual(order, ['username', 'password', '', 'link-forgot', 'submit', 'link-sign-up'].map((id, n) => id || order[n]));
});

check('a password is shown and hidden where the caret stands', async page => {
  await at(page, 'sign-in');
  const field = page.locator('#password');
  await field.fill('secret');
  await field.evaluate(field => field.setSelectionRange(2, 2));
  await page.getByRole('button', { name: 'Show password' }).click();
  assert.equal(await field.getAttribute('type'), 'text');
  assert.deepEqual(await field.evaluate(field => [field.value, field.selectionStart]), ['secret', 2]);
  await page.getByRole('button', { name: 'Hide password' }).click();
  assert.equal(await field.getAttribute('type'), 'password');
  await page.getByRole('button', { name: 'Show password' }).click();
  await page.locator('#username').fill('ada@example.com');
  await page.getByTestId('submit').click();
  assert.equal((await last(page)).fields.password, 'secret');
});

check('a form that is clicked twice is sent once', async page => {
  await at(page, 'sign-in');
  await page.locator('#username').fill('ada@example.com');
  await page.locator('#password').fill('secret');
  const before = sent.length;
  await page.getByTestId('submit').dblclick({ noWaitAfter: true });
  const { path, query, fields } = await last(page, before + 1);
  assert.equal(path, '/login');
  assert.match(query, /^client_id=.*&code_challenge_method=S256$/);
  assert.deepEqual(fields, { csrf: 'c3JmLXRva2Vu', username: 'ada@example.com', password: 'secret' });
  await page.goBack();
  assert.equal(await page.locator('[aria-busy]').count(), 0);
  await page.locator('#password').fill('again');
  await page.getByTestId('submit').click();
  await last(page, before + 2);
});

check('the rules are marked while one types', async page => {
  await at(page, 'sign-up');
  const met = () => page.locator('[data-rule].met').evaluateAll(all => all.map(line => line.dataset.rule));
  assert.deepEqual(await met(), []);
  await page.locator('#password').pressSequentially('abC');
  assert.deepEqual(await met(), ['lower', 'upper']);
  await page.locator('#password').blur();
  assert.equal(await page.locator('[data-rule].failed').count(), 3);
  await page.locator('#password').fill('abC1-abcdefgh');
  assert.deepEqual(await met(), ['length', 'lower', 'upper', 'number', 'symbol']);
  await page.waitForFunction(() => document.querySelector('[data-rules-said]').textContent.includes('all rules'));
});

check('countries have names, and the number that is sent has one', async page => {
  await page.goto(`${base}/look/identifier-phone.html`);
  const list = page.getByTestId('field-country');
  assert.equal(await list.inputValue(), 'US');
  const names = await list.locator('option').allTextContents();
  assert.equal(names[0], '+');
  assert.ok(names.includes('Germany +49') && names.indexOf('Germany +49') < names.indexOf('Japan +81'), names.join());
  await list.selectOption('DE');
  await page.locator('#username').fill('030 123456');
  await page.getByTestId('submit').click();
  const { fields } = await last(page);
  assert.equal(fields.country, 'DE');
  assert.equal(fields.username, '030 123456');
}, { locale: 'en-US' });

check('a number that is there keeps its own code', async page => {
  await page.goto(`${base}/look/setup-phone-wrong.html`);
  assert.equal(await page.getByTestId('field-country').inputValue(), '');
}, { locale: 'en-US' });

check('countries are there without a script', async page => {
  await page.goto(`${base}/look/identifier-phone.html`);
  await page.getByTestId('field-country').selectOption({ label: 'DE +49' });
  await page.locator('#username').fill('030 123456');
  await page.getByTestId('submit').click();
  assert.equal((await last(page)).fields.country, 'DE');
}, { javaScriptEnabled: false });

check('a step says a minute before that it ends, and looks again when it has', async page => {
  await page.clock.install();
  await at(page, 'code-app');
  const said = page.getByTestId('ends-soon');
  await page.clock.runFor(109_000);
  assert.ok(await said.isHidden());
  await page.clock.runFor(2_000);
  assert.ok(await said.isVisible());
  await page.evaluate(() => (window.same = true));
  const loaded = page.waitForEvent('load');
  await page.clock.runFor(61_000);
  await loaded;
  assert.equal(await page.evaluate(() => window.same), undefined);
});

check('another code can be asked for when the time is over', async page => {
  await page.clock.install();
  await at(page, 'code-email');
  const button = page.getByTestId('resend');
  assert.ok(await button.isDisabled());
  assert.match(await button.textContent(), /^Send a new code \(0:(30|29)\)$/);
  await page.clock.runFor(31_000);
  assert.equal(await button.textContent(), 'Send a new code');
  await button.click();
  const { path, fields } = await last(page);
  assert.equal(path, '/mfa/phone/resendCode');
  assert.deepEqual(fields, { csrf: 'c3JmLXRva2Vu' });
});

check('a code is sent by Enter, another way by its button, a provider with the query', async page => {
  await at(page, 'code-sms-sent');
  await page.keyboard.type('123 456');
  await page.keyboard.press('Enter');
  assert.equal((await last(page)).fields.code, '123 456');
  await at(page, 'password');
  await page.getByRole('button', { name: /another way/i }).click();
  assert.equal((await last(page)).path, '/mfa/back');
  await at(page, 'sign-in-providers');
  await page.getByRole('button', { name: 'Continue with Contoso' }).click();
  assert.deepEqual((await last(page)).fields, { client_id: 'example', identity_provider: 'Contoso' });
});

check('what was refused has the focus', async page => {
  for (const name of ['sign-in-wrong', 'code-email-wrong']) {
    await at(page, name);
    assert.equal(await focused(page), 'error');
    assert.match(await page.title(), /^Error: /);
  }
  await page.getByTestId('error').getByRole('link').click();
  assert.equal(await focused(page), 'otp-code');
});

check('the menu of languages opens and closes by keyboard', async page => {
  await at(page, 'sign-in');
  const menu = page.getByTestId('languages');
  await menu.locator('summary').focus();
  await page.keyboard.press('Enter');
  assert.ok(await menu.getByRole('link', { name: 'Deutsch' }).isVisible());
  await page.keyboard.press('Escape');
  assert.ok(!(await menu.getByRole('link', { name: 'Deutsch' }).isVisible()));
});

check('the key of an app is copied', async (page, context) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await at(page, 'setup-app');
  await page.getByRole('button', { name: 'Copy' }).click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^[A-Z2-7]{52}$/);
});

check('passkeys are created and used', async (page, context) => {
  const devtools = await context.newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await authenticator(devtools);
  await at(page, 'passkey-add');
  await page.getByTestId('submit').click();
  const made = await last(page);
  assert.equal(made.path, '/passkeys/add');
  assert.equal(made.fields.device_name, 'Laptop');
  const created = JSON.parse(made.fields.credential);
  assert.equal(created.type, 'public-key');
  assert.deepEqual(Object.keys(created.response).sort(), ['attestationObject', 'clientDataJSON', 'transports']);
  await at(page, 'passkey');
  await page.getByTestId('submit').click();
  const used = await last(page);
  assert.deepEqual([used.path, used.fields.csrf], ['/login/passkey', 'c3JmLXRva2Vu']);
  const shown = JSON.parse(used.fields.credential);
  assert.equal(shown.id, created.id);
  for (const name of ['authenticatorData', 'clientDataJSON', 'signature', 'userHandle']) assert.match(shown.response[name], /^[\w-]+$/);
  // On the first page it is offered by itself, or by the button if the browser waits for the field.
  await at(page, 'sign-in-passkey');
  await page.getByTestId('passkey').click({ timeout: 2000 }).catch(() => {});
  const first = await last(page);
  assert.deepEqual([first.path, first.fields.csrf], ['/login/passkey', 'c3JmLXRva2Vu']);
  assert.equal(JSON.parse(first.fields.credential).id, created.id);
});

check('a passkey that is not there leaves the page as it is', async (page, context) => {
  const devtools = await context.newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await authenticator(devtools, undefined, { isUserVerified: false });
  const before = sent.length;
  for (const name of ['passkey', 'passkey-add']) {
    await page.goto(`${base}/en/${name}.html`);
    // Both ask for the user's verification, which this authenticator refuses.
    await page.locator('form[data-passkey]').evaluate(form => {
      const options = JSON.parse(form.dataset.options);
      options.userVerification = 'required';
      if (options.user) options.authenticatorSelection = { userVerification: 'required' };
      form.dataset.options = JSON.stringify({ ...options, timeout: 500 });
    });
    await page.getByTestId('submit').click();
    await page.locator('[data-passkey-said]:visible').waitFor();
    assert.match(await page.locator('[data-passkey-said]').textContent(), /^No passkey was (used|created)/);
    assert.equal(sent.length, before);
  }
});

check(
  'without the script everything but passkeys works',
  async page => {
    await at(page, 'sign-in-passkey');
    assert.ok(!(await page.getByTestId('passkey').isVisible()));
    assert.equal(await page.locator('input[type=button]:visible').count(), 0);
    await page.locator('#username').fill('ada@example.com');
    await page.locator('#password').fill('secret');
    await page.keyboard.press('Enter');
    assert.deepEqual((await last(page)).fields, { csrf: 'c3JmLXRva2Vu', username: 'ada@example.com', password: 'secret' });
    await at(page, 'code-email');
    await page.getByTestId('resend').click();
    assert.equal((await last(page)).path, '/mfa/phone/resendCode');
    await at(page, 'choose-mfa');
    await page.getByRole('button', { name: 'Authenticator app' }).click();
    assert.deepEqual((await last(page)).fields, { csrf: 'c3JmLXRva2Vu', factor: 'app' });
    await at(page, 'passkey-add');
    assert.ok(await page.locator('noscript p').isVisible());
    await page.getByTestId('not-now').click();
    assert.deepEqual((await last(page)).fields, { csrf: 'c3JmLXRva2Vu' });
    await at(page, 'sign-in-wrong');
    await page.waitForFunction(() => document.activeElement.dataset.testid === 'error').catch(() => {});
  },
  { javaScriptEnabled: false },
);

/** Runs all checks on a gallery that is served; returns the name of each, with what went wrong in it. */
export async function checkScript(served) {
  ({ base, browser, sent } = served);
  const done = [];
  for (const { name, run, options } of checks) {
    const context = await browser.newContext(options);
    context.setDefaultTimeout(30_000);
    const page = await context.newPage();
    const errors = [];
    page.on('pageerror', error => errors.push(error));
    let wrong = null;
    try {
      await run(page, context);
      assert.deepEqual(errors, []);
    } catch (error) {
      wrong = error.stack;
    }
    done.push([name, wrong]);
    await context.close();
  }
  return done;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const served = await serve(process.argv[2]);
  const done = await checkScript(served);
  for (const [name, wrong] of done) console.log(wrong ? `FAILS ${name}\n${wrong}` : `ok    ${name}`);
  await served.close();
  process.exitCode = done.some(([, wrong]) => wrong) ? 1 : 0;
}
