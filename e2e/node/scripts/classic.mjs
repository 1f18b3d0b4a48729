// Browser scripts against the classic pages, each written the way people write theirs for the real ones.
//
// `at` are the widths of the window at which such a script works there: below 992 pixels the narrow copy of the form is the
// displayed one. Each script ends at the application.

const NARROW = 800;
const WIDE = 1280;
const BOTH = [NARROW, WIDE];

/** The first element that is displayed, as scripts find it that know of the two copies. */
async function displayed(page, selector) {
  for (const element of await page.$$(selector)) {
    if (await element.evaluate(node => node.offsetParent !== null)) return element;
  }
  throw new Error(`nothing is displayed of ${selector}`);
}

export const SIGN_INS = [
  {
    name: 'the recipe of the Cypress documentation',
    at: BOTH,
    run: async ({ page, login, user, password }) => {
      await page.goto(login);
      await page.locator('input[name="username"]:visible').fill(user);
      await page.locator('input[name="password"]:visible').fill(password);
      await page.locator('input[name="signInSubmitButton"]:visible').click();
    },
  },
  {
    name: 'ids, and whichever copy has an offsetParent',
    at: BOTH,
    run: async ({ page, login, user, password }) => {
      await page.goto(login);
      await (await displayed(page, '#signInFormUsername')).type(user);
      await (await displayed(page, '#signInFormPassword')).type(password);
      await (await displayed(page, 'input[name=signInSubmitButton]')).click();
    },
  },
  {
    name: 'the first match without another look',
    at: [NARROW],
    run: async ({ page, login, user, password }) => {
      await page.goto(login);
      await (await page.$('input[name="username"]')).type(user);
      await (await page.$('input[name="password"]')).type(password);
      await (await page.$('input[name="signInSubmitButton"]')).click();
    },
  },
  {
    name: 'the first match, filled in by a script of the page',
    at: BOTH,
    run: async ({ page, login, user, password }) => {
      await page.goto(login);
      await page.evaluate(([user, password]) => {
        document.querySelector('#signInFormUsername').value = user;
        document.querySelector('#signInFormPassword').value = password;
        document.querySelector('[name=signInSubmitButton]').click();
      }, [user, password]);
    },
  },
  {
    name: 'form.submit(), which sends no button',
    at: BOTH,
    run: async ({ page, login, user, password }) => {
      await page.goto(login);
      await page.$eval('form[name="cognitoSignInForm"]', (form, [user, password]) => {
        form.elements.username.value = user;
        form.elements.password.value = password;
        form.submit();
      }, [user, password]);
    },
  },
  {
    name: 'the second match',
    at: [WIDE],
    run: async ({ page, login, user, password }) => {
      await page.goto(login);
      await page.fill("(//input[@id='signInFormUsername'])[2]", user);
      await page.fill('(//input[@name="password"])[2]', password);
      await page.click("(//input[@name='signInSubmitButton'])[2]");
    },
  },
  {
    name: 'the wide block by its whole class string',
    at: [WIDE],
    run: async ({ page, login, user, password }) => {
      const block = "//div[@class='modal-content background-customizable modal-content-mobile visible-md visible-lg']";
      await page.goto(login);
      await page.fill(`${block}//input[@id='signInFormUsername']`, user);
      await page.fill(`${block}//input[@id='signInFormPassword']`, password);
      await page.click(`${block}//input[@name='signInSubmitButton']`);
    },
  },
  {
    name: 'the wide block by one of its classes',
    at: [WIDE],
    run: async ({ page, login, user, password }) => {
      await page.goto(login);
      await page.fill('.visible-lg input[name="username"]', user);
      await page.fill('.visible-md.visible-lg #signInFormPassword', password);
      await page.press('.visible-lg [name="password"]', 'Enter');
    },
  },
  {
    name: 'the form by its name',
    at: BOTH,
    run: async ({ page, login, user, password }) => {
      await page.goto(login);
      const form = page.locator('form[name="cognitoSignInForm"]:visible');
      await form.locator('input[type=text], input[name=username]').first().fill(user);
      await form.locator('input[type=password]').fill(password);
      await form.locator('input[type="submit"], input[type="Submit"], button[type="submit"]').click();
    },
  },
  {
    name: 'places among the children of the form',
    at: BOTH,
    run: async ({ page, login, user, password }) => {
      await page.goto(login);
      await page.fill('.cognito-asf > :nth-child(3) > #signInFormUsername:visible', user);
      await page.fill('.cognito-asf > :nth-child(5) > #signInFormPassword:visible', password);
      await page.click('.cognito-asf > .btn:visible');
    },
  },
  {
    name: 'the way from the body, and the third input',
    at: BOTH,
    run: async ({ page, login, user, password, width }) => {
      const [block, row] = width === NARROW ? [1, 3] : [2, 2];
      const form = `/html/body/div[1]/div/div[${block}]//div[@class='modal-body']/div[2]/div[${row}]/div/div/form`;
      await page.goto(login);
      await page.fill(`xpath=${form}/div[1]/input`, user);
      await page.fill(`xpath=${form}/div[2]/input`, password);
      await page.click(`xpath=${form}/input[3]`);
    },
  },
  {
    name: "a button with value='Sign in'",
    at: BOTH,
    run: async ({ page, login, user, password }) => {
      await page.goto(login);
      await page.getByRole('textbox', { name: 'Username' }).fill(user);
      await page.getByRole('textbox', { name: 'Password' }).fill(password);
      await page.locator("//input[@value='Sign in']").locator('visible=true').click();
    },
  },
  {
    name: 'a button by its exact class and type',
    at: BOTH,
    run: async ({ page, login, user, password }) => {
      await page.goto(login);
      await page.getByPlaceholder('Username').locator('visible=true').fill(user);
      await page.getByPlaceholder('Password').locator('visible=true').fill(password);
      await page.locator("//input[@class='btn btn-primary submitButton-customizable'][@type='Submit']").locator('visible=true').click();
    },
  },
  {
    name: 'a button by its role, under the name that readers hear',
    at: BOTH,
    run: async ({ page, login, user, password }) => {
      await page.goto(login);
      await page.locator('[name=username]:visible').fill(user);
      await page.locator('[name=password]:visible').fill(password);
      await page.getByRole('button', { name: 'submit' }).click();
    },
  },
  {
    name: 'the sentence above the form, compared with its trailing blank',
    at: BOTH,
    run: async ({ page, login, user, password }) => {
      await page.goto(login);
      await page.locator("//span[@class='textDescription-customizable '][contains(., 'Sign in with your username and password')]")
        .locator('visible=true').waitFor();
      await page.locator('input[name="username"]:visible').fill(user);
      await page.locator('input[name="password"]:visible').fill(password);
      await page.keyboard.press('Enter');
    },
  },
];

/** Scripts that look for something on the way; `check` takes a name, what was found and what is wanted. */
export const JOURNEYS = [
  {
    name: 'errors',
    at: BOTH,
    run: async ({ page, login, user, password, check }) => {
      await page.goto(login);
      check('no error at first', await page.locator('#loginErrorMessage').count(), 0);
      await page.locator('input[name="username"]:visible').fill(user);
      await page.locator('input[name="password"]:visible').fill('not-the-password');
      await page.locator('input[name="signInSubmitButton"]:visible').click();
      const error = page.locator('#loginErrorMessage').locator('visible=true');
      await error.waitFor();
      check('its text', (await error.innerText()).trim(), 'Incorrect username or password.');
      check('by part of its class', await page.locator('form [class*="error"]:visible').count(), 1);
      check('by part of its id', await page.locator('[id*="rror"]:visible').count(), 1);
      check('still on /login', new URL(page.url()).pathname, '/login');
      await page.locator('input[name="username"]:visible').fill(user);
      await page.locator('input[name="password"]:visible').fill(password);
      await page.locator('input[name="signInSubmitButton"]:visible').click();
    },
  },
  {
    name: 'from sign-in to sign-up and back, and a new account',
    at: BOTH,
    run: async ({ page, login, fresh, password, check, codeFor }) => {
      await page.goto(login);
      check('the title', await page.title(), 'Signin');
      await page.getByRole('link', { name: 'Sign up' }).click();
      await page.waitForURL(/\/signup\?/);
      check('the title of the second page', await page.title(), 'Signin');
      await page.locator('a[href*="login?"]').locator('visible=true').click();
      await page.waitForURL(/\/login\?/);
      await page.locator("//a[text()='Sign up']").locator('visible=true').click();
      await page.waitForURL(/\/signup\?/);
      await page.locator('input[name="username"]:visible').fill(fresh);
      for (const [attribute, value] of [
        ['name', 'Mary Jackson'], ['given_name', 'Mary'], ['family_name', 'Jackson'], ['email', `${fresh}@example.com`],
      ]) {
        await page.locator(`input[name="requiredAttributes[${attribute}]"]:visible`).fill(value);
      }
      check('the placeholder of the address', await page.getByPlaceholder('name@host.com').locator('visible=true').count(), 1);
      await page.locator('input[name="password"]:visible').fill(password);
      await page.locator('button[name="signUpButton"]:visible').click();
      await page.waitForURL(/\/confirm\?/);
      await page.locator('#verification_code').locator('visible=true').fill(await codeFor(fresh));
      await page.locator('button[name="confirm"]:visible').click();
    },
  },
  {
    name: 'a new account, by the first match of a wide window',
    at: [WIDE],
    run: async ({ page, login, fresh, password, codeFor }) => {
      await page.goto(login.replace('/login?', '/signup?'));
      await (await page.$('input[name="username"]')).type(fresh);
      await (await page.$('[name="requiredAttributes[email]"]')).type(`${fresh}@example.com`);
      await (await page.$('[name="requiredAttributes[name]"]')).type('Annie Easley');
      await (await page.$('[name="requiredAttributes[given_name]"]')).type('Annie');
      await (await page.$('[name="requiredAttributes[family_name]"]')).type('Easley');
      await (await page.$('input[name="password"]')).type(password);
      await (await page.$("//button[text()='Sign up']")).click();
      await page.waitForURL(/\/confirm/);
      await page.locator('#verification_code').locator('visible=true').fill(await codeFor(fresh));
      await page.locator('[name=confirm]').locator('visible=true').click();
    },
  },
  {
    name: 'a code of an authenticator app',
    at: BOTH,
    run: async ({ page, login, guarded, password, appCodeFor }) => {
      await page.goto(login);
      await page.locator('input[name="username"]:visible').fill(guarded);
      await page.locator('input[name="password"]:visible').fill(password);
      await page.locator('input[name="signInSubmitButton"]:visible').click();
      const code = page.locator('input[name="authentication_code"][id="totpCodeInput"]').locator('visible=true');
      await code.fill(await appCodeFor(guarded));
      await page.locator('button[type="submit"]:visible, input[type="submit"]:visible').first().click();
    },
  },
  {
    name: 'the link of a forgotten password, compared whole',
    at: BOTH,
    run: async ({ page, login, known, app, clientId, check, codeFor, password }) => {
      await page.goto(login);
      const link = page.getByRole('link', { name: 'Forgot your password?' });
      const wanted = `/forgotPassword?client_id=${clientId}&response_type=code&scope=email+openid+phone&redirect_uri=${encodeURIComponent(app.callback)}`;
      check('its target', await link.getAttribute('href'), wanted);
      await link.click();
      await page.waitForURL(url => url.href.endsWith(wanted));
      check('its heading', await page.locator('h1').locator('visible=true').innerText(), 'Forgot your password?');
      await page.locator('#username').locator('visible=true').fill(known);
      await page.locator('button[name="reset_my_password"]:visible').click();
      await page.waitForURL(/\/confirmForgotPassword/i);
      await page.locator('#forgot_password_code').locator('visible=true').fill(await codeFor(known));
      await page.locator('#new_password').locator('visible=true').fill(password);
      await page.locator('#confirm_password').locator('visible=true').fill(password);
      await page.locator('button[name="reset_password"]:visible').click();
      await page.waitForURL(url => !/confirmForgotPassword/i.test(url.pathname));
      if (new URL(page.url()).pathname !== '/login') return;
      await page.locator('input[name="username"]:visible').fill(known);
      await page.locator('input[name="password"]:visible').fill(password);
      await page.locator('input[name="signInSubmitButton"]:visible').click();
    },
  },
];
