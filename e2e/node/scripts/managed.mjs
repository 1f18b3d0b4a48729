// Browser scripts against managed login, each written the way people write theirs for the real one. Those in EITHER were
// written for one of the two versions and go through on both.

const BOTH = [800, 1280];

export const SIGN_INS = [
  {
    name: 'what a project had to change when it moved',
    at: BOTH,
    run: async ({ page, login, user, password }) => {
      await page.goto(login);
      await page.fill("//input[@name='username']", user);
      await page.fill("//input[@name='password']", password);
      await page.click("//button[@type='submit']");
    },
  },
  {
    name: 'the first button of the page',
    at: BOTH,
    run: async ({ page, login, user, password }) => {
      await page.goto(login);
      await page.locator('input[name="username"]').fill(user);
      await page.locator('input[type="password"]').fill(password);
      await page.locator('//button').first().click();
    },
  },
  {
    name: 'only if there is one of each',
    at: BOTH,
    run: async ({ page, login, user, password }) => {
      await page.goto(login);
      for (const selector of ['input[name="username"]', 'input[name="password"]', 'input[type="password"]', 'form [type="submit"]']) {
        const found = await page.locator(selector).count();
        if (found !== 1) throw new Error(`${found} of ${selector}`);
      }
      const form = page.locator('form[action^="/"]').first();
      await form.locator('[name="username"]').fill(user);
      await form.locator('[name="password"]').fill(password);
      await form.locator('[name="password"]').press('Enter');
    },
  },
  {
    name: 'labels, as testing-library has it',
    at: BOTH,
    run: async ({ page, login, user, password }) => {
      await page.goto(login);
      await page.getByLabel('Username').fill(user);
      await page.getByLabel('Password', { exact: true }).fill(password);
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    },
  },
  {
    name: 'the address that was copied from the browser',
    at: BOTH,
    run: async ({ page, login, user, password }) => {
      await page.goto(login.replace('/login?', '/login/continue?'));
      await page.getByRole('textbox', { name: 'Username' }).fill(user);
      await page.getByRole('textbox', { name: 'Password' }).fill(password);
      await page.locator('button[type=submit]').click();
    },
  },
];

/** Two pages: the name, then the factor. */
export const TWO_STEPS = [
  {
    name: 'buttons by what they may be called',
    at: BOTH,
    run: async ({ page, login, user, password }) => {
      await page.goto(login);
      await page.getByRole('textbox', { name: /username|email/i }).fill(user);
      await page.getByRole('button', { name: /next|continue|sign in/i }).first().click();
      const field = page.locator('input[type="password"]');
      const choice = page.getByRole('button', { name: /password|use password|try another way/i }).first();
      await field.or(choice).first().waitFor();
      if (!(await field.isVisible())) await choice.click();
      await field.fill(password);
      await page.getByRole('button', { name: /next|continue|sign in/i }).first().click();
    },
  },
  {
    name: 'the first button of each page',
    at: BOTH,
    run: async ({ page, login, user, password }) => {
      await page.goto(login);
      await page.fill("//input[@name='username']", user);
      await page.locator('//button').first().click();
      await page.waitForURL(url => url.pathname !== '/login');
      const field = page.locator("//input[@name='password']");
      if (!(await field.isVisible())) await page.getByRole('button', { name: /password/i }).first().click();
      await field.fill(password);
      await page.locator('//button[@type="submit"]').first().click();
    },
  },
];

export const EITHER = [
  {
    name: 'names, and any kind of submit',
    at: BOTH,
    run: async ({ page, login, user, password }) => {
      await page.goto(login);
      await page.locator('input[name="username"]').locator('visible=true').fill(user);
      await page.locator('input[name="password"]').locator('visible=true').fill(password);
      await page.locator('button[type="submit"], input[type="submit"]').locator('visible=true').first().click();
    },
  },
  {
    name: 'text boxes by their names',
    at: BOTH,
    run: async ({ page, login, user, password }) => {
      await page.goto(login);
      await page.getByRole('textbox', { name: 'Username' }).fill(user);
      await page.getByRole('textbox', { name: 'Password' }).fill(password);
      await page.keyboard.press('Enter');
    },
  },
  {
    name: 'the cookie, before and after /logout',
    at: BOTH,
    run: async ({ page, login, user, password, app, clientId, check }) => {
      const signedIn = async () => (await page.context().cookies()).some(({ name }) => name === 'cognito');
      const form = page.locator('input[name="password"]').locator('visible=true');
      const signIn = async () => {
        await page.goto(login);
        await page.locator('input[name="username"]').locator('visible=true').fill(user);
        await form.fill(password);
        await form.press('Enter');
        await page.waitForURL(url => url.href.startsWith(app.callback));
      };
      await signIn();
      check('the cookie is there', await signedIn(), true);
      const end = new URL(login);
      end.pathname = '/logout';
      end.search = new URLSearchParams({ client_id: clientId, logout_uri: app.signedOut });
      await page.goto(end.href);
      check('where it leads', page.url(), app.signedOut);
      check('the cookie is gone', await signedIn(), false);
      await page.goto(login);
      check('the next sign-in asks again', await form.isVisible(), true);
      await signIn();
    },
  },
  {
    name: 'a provider by the name on its button',
    at: BOTH,
    providers: true,
    run: async ({ page, login, check, user, password }) => {
      await page.goto(login);
      check('its button', await page.getByRole('button', { name: /CorporateLogin/ }).locator('visible=true').count(), 1);
      check('the social one', await page.getByRole('button', { name: 'Continue with Google' }).locator('visible=true').count(), 1);
      await page.locator('input[name="username"]').locator('visible=true').fill(user);
      await page.locator('input[name="password"]').locator('visible=true').fill(password);
      await page.keyboard.press('Enter');
    },
  },
];
