// The classic pages of a client: SetUICustomization's classes and logo.

import * as idp from '@aws-sdk/client-cognito-identity-provider';
import { CLASSIC, addClient, addProviders, pagesPool, query } from './pages.mjs';
import { colour, computed } from './branding_table.mjs';
import { ENDPOINT, check } from './support.mjs';

const SITE = ENDPOINT.replace('127.0.0.1', 'localhost');
const BLOCK = '.visible-lg';
/** A picture of 400 by 300 pixels. */
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAZAAAAEsCAAAAADI3LoeAAABq0lEQVR42u3RAQ0AAAzCMKQjHRt/0klYU50qFgARECACAkRAgAgIEAERECACAkRAgAgIEAERECACAkRAgAgIEAERECACAkRAgAgIEAERECACAkRAgAgIEAERECACAkRAgAgIEAERECACAkRAgAgIEAERECACAkRAgAgIEAERECACAkRAgAgIEAERECACAkRAgAgIEAEBIiACAkRAgAgIEAEBIiACAkRAgAgIEAEBIiACAkRAgAgIEAEBIiACAkRAgAgIEAEBIiACAkRAgAgIEAEBIiACAkRAgAgIEAEBIiACAkRAgAgIEAEBIiACAkRAgAgIEAEBIiACAkRAgAgIEAEBIiBABERAgAgIEAEBIiBABERAgAgIEAEBIiBABERAgAgIEAEBIiBABERAgAgIEAEBIiBABERAgAgIEAEBIiBABERAgAgIEAEBIiBABERAgAgIEAEBIiBABERAgAgIEAEBIiBABERAgAgIEAEBIiBABASIBUAEBIiAABEQIAICREAEBIiAABEQIAICREAEBIiAABEQIAICREAEBIiAABEQIAICREAEBIiA/G2Fp2238uSu6gAAAABJRU5ErkJggg==',
  'base64',
);

/** `[class, page, element, property, declaration of CSS, as computed]`; `!` before a page's name: the mouse is over the element. */
const number = new Map();
const tone = name => {
  if (!number.has(name)) number.set(name, colour(300 + number.size));
  return number.get(name);
};
const ground = (name, page, element, state = '') => [name, page, element, 'backgroundColor', 'background-color', tone(`${name} ground`), state];
const text = (name, page, element, state = '') => [name, page, element, 'color', 'color', tone(`${name} text`), state];
const ROWS = [
  ground('.background-customizable', 'login', BLOCK),
  ground('.background-customizable', 'login', `${BLOCK} .span-or`),
  ground('.banner-customizable', 'login', `${BLOCK} .banner-customizable`),
  text('.textDescription-customizable', 'login', `${BLOCK} .textDescription-customizable`),
  text('.idpDescription-customizable', 'login', `${BLOCK} .idpDescription-customizable`),
  text('.label-customizable', 'login', `${BLOCK} label`),
  ground('.inputField-customizable', 'login', `${BLOCK} #signInFormPassword`),
  ['.inputField-customizable:focus', 'login', `${BLOCK} #signInFormUsername`, 'borderTopColor', 'border-color', tone('focus'), 'focus'],
  ground('.submitButton-customizable', 'login', `${BLOCK} [name="signInSubmitButton"]`),
  text('.submitButton-customizable:hover', 'login', `${BLOCK} [name="signInSubmitButton"]`, 'hover'),
  ground('.idpButton-customizable', 'login', `${BLOCK} .idpButton-customizable`),
  text('.idpButton-customizable:hover', 'login', `${BLOCK} .idpButton-customizable`, 'hover'),
  ground('.socialButton-customizable', 'login', `${BLOCK} .socialButton-customizable`),
  text('.legalText-customizable', 'login', `${BLOCK} .legalText-customizable`),
  text('.redirect-customizable', 'login', `${BLOCK} a.redirect-customizable`),
  text('.errorMessage-customizable', 'refused', `${BLOCK} #loginErrorMessage`),
  text('.passwordCheck-valid-customizable', 'signup', `${BLOCK} [data-rule="lowerletter"]`),
  text('.passwordCheck-notValid-customizable', 'signup', `${BLOCK} [data-rule="upperletter"]`),
];

const CSS = [
  ...new Map(ROWS.map(([name, , , , declared, value]) => [`${name} ${declared}`, `${name}{${declared}:#${value.slice(0, 6)}}`])).values(),
  '.logo-customizable{max-width:100%;max-height:90px}',
].join('\n');

/** What the rows of a page look like. */
async function look(page, name, seen) {
  for (const [index, [, at, element, property, , , state]] of ROWS.entries()) {
    if (at !== name) continue;
    const found = page.locator(element).first();
    if (state === 'hover') await found.hover();
    if (state === 'focus') await found.focus();
    seen[index] = await found.evaluate((node, property) => getComputedStyle(node)[property], property);
  }
}

async function walk(page, pool, app) {
  const seen = [];
  await page.goto(`${SITE}/login?${query(pool, app)}`);
  await look(page, 'login', seen);
  const logo = await page.locator(`${BLOCK} .banner-customizable`).evaluate(banner => {
    const image = banner.querySelector('img');
    return image && [image.naturalWidth, Math.round(image.getBoundingClientRect().height)];
  });
  await page.locator(`${BLOCK} #signInFormUsername`).fill('nobody');
  await page.locator(`${BLOCK} #signInFormPassword`).fill('nothing');
  await page.locator(`${BLOCK} #signInFormPassword`).press('Enter');
  await page.locator(`${BLOCK} #loginErrorMessage`).waitFor();
  await look(page, 'refused', seen);
  await page.goto(`${SITE}/signup?${query(pool, app)}`);
  await page.locator(`${BLOCK} [name="password"]`).pressSequentially('abc');
  await look(page, 'signup', seen);
  return { seen, logo };
}

/** A client without a customization against one that gives each class a telling colour. */
export async function classicLook(page, admin, app) {
  const pool = await pagesPool(admin, 'classic-looks', app, { version: CLASSIC });
  await addProviders(admin, pool);
  const client = { SupportedIdentityProviders: ['COGNITO', 'CorporateLogin', 'Google'] };
  const plain = { ...pool, ...(await addClient(admin, pool, 'plain', app, { client })) };
  const own = { ...pool, ...(await addClient(admin, pool, 'own', app, { client })) };
  await admin.send(
    new idp.SetUICustomizationCommand({ UserPoolId: pool.id, ClientId: own.clientId, CSS, ImageFile: PICTURE }),
  );
  const [before, after] = [await walk(page, plain, app), await walk(page, own, app)];
  ROWS.forEach(([name, at, element, property, , value], index) => {
    const what = `${name} on ${at}: ${property} of ${element}`;
    check(what, [after.seen[index], before.seen[index] === after.seen[index]], [computed(value), false]);
  });
  check('the logo, as high as its class says', [before.logo, after.logo], [null, [400, 90]]);
}
