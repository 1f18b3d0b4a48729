// Google, Facebook, Login with Amazon and Sign in with Apple, as stubs of what they document, and Chromium.

import {
  RESPONSE, addProvider, changeProvider, checkErrorPage, checkFederated, checkTold, federatedPool, offer, press, request, signOut,
  signedIn,
} from './federation.mjs';
import { CLASSIC, application, browser } from './pages.mjs';
import { socialStubs } from './social_stubs.mjs';
import { ENDPOINT, administrator, check, checkMatch, session } from './support.mjs';

const TYPES = ['Google', 'Facebook', 'LoginWithAmazon', 'SignInWithApple'];
const MAPPINGS = {
  Google: { email: 'email', email_verified: 'email_verified', name: 'name', picture: 'picture', 'custom:department': 'organizations' },
  Facebook: { email: 'email', name: 'name', picture: 'picture' },
  LoginWithAmazon: { email: 'email', name: 'name', 'custom:department': 'postal_code' },
  SignInWithApple: { email: 'email', email_verified: 'email_verified', name: 'name', given_name: 'firstName', family_name: 'lastName' },
};
/** What the service fills in where an administrator names no addresses. */
const DOCUMENTED = {
  Google: {
    attributes_url: 'https://people.googleapis.com/v1/people/me?personFields=', attributes_url_add_attributes: 'true',
    authorize_url: 'https://accounts.google.com/o/oauth2/v2/auth', oidc_issuer: 'https://accounts.google.com',
    token_request_method: 'POST', token_url: 'https://www.googleapis.com/oauth2/v4/token',
  },
  Facebook: {
    attributes_url: 'https://graph.facebook.com/v17.0/me?fields=', attributes_url_add_attributes: 'true',
    authorize_url: 'https://www.facebook.com/v17.0/dialog/oauth', token_request_method: 'GET',
    token_url: 'https://graph.facebook.com/v17.0/oauth/access_token',
  },
  LoginWithAmazon: {
    attributes_url: 'https://api.amazon.com/user/profile', attributes_url_add_attributes: 'false',
    authorize_url: 'https://www.amazon.com/ap/oa', token_request_method: 'POST', token_url: 'https://api.amazon.com/auth/o2/token',
  },
  SignInWithApple: {
    attributes_url_add_attributes: 'false', authorize_url: 'https://appleid.apple.com/auth/authorize',
    oidc_issuer: 'https://appleid.apple.com', token_request_method: 'POST', token_url: 'https://appleid.apple.com/auth/token',
  },
};
const answer = (page, decision) => page.getByRole('button', { name: decision }).click();

/** Providers as administrators set them up: the addresses are those of the documentation, and browsers are sent there. */
async function untouched(admin, app, stubs) {
  const pool = await federatedPool(admin, 'social-untouched', app);
  for (const type of TYPES) {
    const given = Object.entries(stubs[type].details()).filter(([name]) => !/_ur[il]$/.test(name));
    const details = Object.fromEntries(given);
    const { IdentityProvider } = await addProvider(pool, type, type, details, {});
    const { private_key, ...shown } = details;
    check(`${type}: the addresses`, IdentityProvider.ProviderDetails, { ...shown, ...DOCUMENTED[type] });
  }
  await offer(pool, TYPES);
  for (const type of TYPES) {
    const sent = await fetch(request(pool, { identity_provider: type }), { redirect: 'manual' });
    const location = new URL(sent.headers.get('location'));
    check(`${type}: the browser is sent there`, `${location.origin}${location.pathname}`, DOCUMENTED[type].authorize_url);
  }
}

/** Signs a person in from the page. */
async function signIn(page, pool, stub, label, person) {
  stub.person = person;
  await press(page, pool, label);
  await answer(page, 'Continue');
  return signedIn(pool, page);
}

/** A refusal on the provider's page. */
async function deny(page, pool, type, ...told) {
  await page.goto(request(pool, { identity_provider: type, prompt: 'login' }));
  await answer(page, 'Cancel');
  await checkTold(`${type}: no consent`, pool, page, ...told);
}

/** A sign-in that ends in a refusal once the browser is back. */
async function fail(name, page, pool, type, ...told) {
  await page.goto(request(pool, { identity_provider: type, prompt: 'login' }));
  await answer(page, 'Continue');
  await checkTold(`${type}: ${name}`, pool, page, ...told);
}

async function google(page, pool, stub) {
  const jane = {
    sub: '110169484474386276334', email: 'jane@gmail.example', email_verified: true, name: 'Jane Doe', given_name: 'Jane',
    picture: 'https://lh3.example/a/jane', more: { organizations: [{ name: 'Engines', title: 'Engineer' }] },
  };
  const tokens = await signIn(page, pool, stub, 'Continue with Google', jane);
  checkFederated(tokens, pool, 'Google', 'Google', jane.sub, {
    email: jane.email, email_verified: true, name: jane.name, picture: jane.picture,
    'custom:department': tokens.identity['custom:department'],
  });
  check('a person of the People API is JSON', JSON.parse(decodeURIComponent(tokens.identity['custom:department'].replace(/^\[|\]$/g, ''))),
    { name: 'Engines', title: 'Engineer' });
  const [asked] = stub.take('/o/oauth2/v2/auth');
  check('the request', [asked.query.scope, asked.query.code_challenge_method, asked.query.prompt], ['profile email openid', 'S256', undefined]);
  check('of the person, only what the token lacks', stub.take('/v1/people/me').map(({ query }) => query.personFields), ['organizations']);

  await signOut(page, pool);
  stub.issuer = 'accounts.google.com';
  const later = await signIn(page, pool, stub, 'Continue with Google', {
    ...jane, email: 'doe@gmail.example', email_verified: 'false', name: 'Jane D.', picture: '',
  });
  check('an issuer without https, and what has changed', [
    later.identity.sub, later.identity.email, later.identity.email_verified, later.identity.name, later.identity.picture,
  ], [tokens.identity.sub, 'doe@gmail.example', false, 'Jane D.', undefined]);
  await page.goto(request(pool, { identity_provider: 'Google', prompt: 'login select_account', login_hint: 'jane' }));
  check('of prompt, what Google knows', stub.take('/o/oauth2/v2/auth').at(-1).query.prompt, 'select_account');
  await deny(page, pool, 'Google', 'access_denied', 'access_denied');
  stub.issuer = 'https://accounts.gooogle.example';
  await fail('another issuer', page, pool, 'Google', 'invalid_request', 'Bad id_token issuer https://accounts.gooogle.example');
  stub.issuer = 'https://accounts.google.com';
  // A code that somebody else's browser got, in place of one's own.
  await page.goto(request(pool, { identity_provider: 'Google', prompt: 'login' }));
  const { state } = stub.take('/o/oauth2/v2/auth').at(-1).query;
  stub.codes.set('4/0Astolen', { client_id: stub.clientId, redirect_uri: stub.redirectUri, code_challenge: 'x'.repeat(43), person: jane });
  await page.goto(`${ENDPOINT}${RESPONSE}?${new URLSearchParams({ code: '4/0Astolen', state })}`);
  await checkTold('Google: a code of another browser', pool, page, 'invalid_request', 'Google Error - 400 invalid_grant');
}

async function facebook(page, pool, stub) {
  const picture = url => ({ data: { height: 50, width: 50, is_silhouette: false, url } });
  const jane = { id: '10155', name: 'Jane', email: 'jane@facebook.example', picture: picture('https://scontent.example/1') };
  const tokens = await signIn(page, pool, stub, 'Continue with Facebook', jane);
  checkFederated(tokens, pool, 'Facebook', 'Facebook', jane.id, {
    email: jane.email, email_verified: false, name: jane.name, picture: 'https://scontent.example/1',
  });
  const [asked] = stub.take('/v17.0/dialog/oauth');
  check('the request', Object.keys(asked.query).sort(), ['client_id', 'redirect_uri', 'response_type', 'scope', 'state']);
  check('with commas', asked.query.scope.replaceAll(' ', ''), 'public_profile,email');
  check('the code is traded by GET', stub.take('/v17.0/oauth/access_token').map(({ method, form }) => [method, form]), [['GET', {}]]);
  const [profile] = stub.take('/v17.0/me');
  check('the profile has the mapped fields', profile.query.fields.split(',').sort(), ['email', 'id', 'name', 'picture']);

  await signOut(page, pool);
  const later = await signIn(page, pool, stub, 'Continue with Facebook', { id: jane.id, name: 'Jane Doe', picture: picture('https://scontent.example/2') });
  check('an address that is not given any more stays', [
    later.identity.sub, later.identity.email, later.identity.name, later.identity.picture,
  ], [tokens.identity.sub, jane.email, 'Jane Doe', 'https://scontent.example/2']);
  await signOut(page, pool);
  const max = await signIn(page, pool, stub, 'Continue with Facebook', { id: '10156', name: 'Max' });
  check('nor does everybody have one', [max.identity['cognito:username'], max.identity.email], ['Facebook_10156', undefined]);
  await deny(page, pool, 'Facebook', 'access_denied', 'Permissions error; error=access_denied; error_code=200; error_reason=user_denied');
  const { clientSecret } = stub;
  stub.clientSecret = 'another';
  await fail('a wrong secret', page, pool, 'Facebook', 'invalid_request', 'Facebook Error - 400 error getting token');
  stub.clientSecret = clientSecret;
}

async function amazon(page, pool, stub) {
  const jane = { user_id: 'amzn1.account.K2LI23KL2LK2', name: 'Jane Doe', email: 'jane@amazon.example', postal_code: '98052' };
  const tokens = await signIn(page, pool, stub, 'Continue with Amazon', jane);
  checkFederated(tokens, pool, 'LoginWithAmazon', 'LoginWithAmazon', jane.user_id, {
    email: jane.email, email_verified: false, name: jane.name, 'custom:department': '98052',
  });
  const [asked] = stub.take('/ap/oa');
  check('the scopes', asked.query.scope, 'profile postal_code');
  check('the profile by a header', stub.take('/user/profile').map(({ query, headers }) => [query, headers.authorization.slice(0, 12)]), [
    [{}, 'Bearer Atza|'],
  ]);

  await signOut(page, pool);
  const later = await signIn(page, pool, stub, 'Continue with Amazon', { ...jane, postal_code: '', email: 'doe@amazon.example' });
  check('what has changed', [later.identity.sub, later.identity.email, later.identity['custom:department']], [
    tokens.identity.sub, 'doe@amazon.example', undefined,
  ]);
  await deny(page, pool, 'LoginWithAmazon', 'access_denied', 'Access not permitted; error=access_denied');
  const { clientSecret } = stub;
  stub.clientSecret = 'another';
  await fail('a wrong secret', page, pool, 'LoginWithAmazon', 'invalid_request',
    'LoginWithAmazon Error - 401 invalid_client Client authentication failed');
  stub.clientSecret = clientSecret;
}

async function apple(page, pool, stub, chromium) {
  const jane = {
    sub: '001234.d71059495fa24644.0638', email: 'r4nd0m@privaterelay.example', email_verified: 'true', is_private_email: 'true',
    name: { firstName: 'Jane', lastName: 'Doe' },
  };
  // The form beside the code is nobody's word: its address is not read.
  stub.claimedEmail = 'chief@company.example';
  const tokens = await signIn(page, pool, stub, 'Continue with Apple', jane);
  checkFederated(tokens, pool, 'SignInWithApple', 'SignInWithApple', jane.sub, {
    email: jane.email, email_verified: true, name: 'Jane Doe', given_name: 'Jane', family_name: 'Doe',
  });
  const [asked] = stub.take('/auth/authorize');
  check('the request', [asked.query.response_mode, asked.query.scope, asked.query.code_challenge], ['form_post', 'email name', undefined]);
  checkMatch('with a nonce', asked.query.nonce, /^[\w-]{22,}$/);
  check('the secret is good for five minutes', stub.secretLife, 300);

  await signOut(page, pool);
  const later = await signIn(page, pool, stub, 'Continue with Apple', { ...jane, email: 'jane@icloud.example', is_private_email: undefined });
  check('the name came once, and stays', [later.identity.sub, later.identity.email, later.identity.name, later.identity.given_name], [
    tokens.identity.sub, 'jane@icloud.example', 'Jane Doe', 'Jane',
  ]);
  await deny(page, pool, 'SignInWithApple', 'invalid_request', 'user_cancelled_authorize');

  // An answer that is posted in somebody else's browser ends nobody's sign-in.
  const other = await chromium.newPage();
  const toProvider = page.waitForRequest(made => made.url().startsWith(`${stub.url}/auth/authorize?`));
  await page.goto(request(pool, { identity_provider: 'SignInWithApple', prompt: 'login' }));
  await other.goto((await toProvider).url());
  await answer(other, 'Continue');
  await checkErrorPage('an answer posted by another browser', other);
  await other.context().close();

  await changeProvider(pool, 'SignInWithApple', { ProviderDetails: { ...stub.details(), key_id: 'ANOTHER123' } });
  await fail('another key', page, pool, 'SignInWithApple', 'invalid_request', 'SignInWithApple Error - 400 invalid_client');
  await changeProvider(pool, 'SignInWithApple', { ProviderDetails: { ...stub.details(), team_id: 'TEAM654321' } });
  await fail('another team', page, pool, 'SignInWithApple', 'invalid_request', 'SignInWithApple Error - 400 invalid_client');
  check('for its claims', stub.refusedSecret, 'ERR_JWT_CLAIM_VALIDATION_FAILED');
}

/** The same four from the classic page. */
async function classic(chromium, admin, app, stubs) {
  const pool = await federatedPool(admin, 'social-classic', app, { version: CLASSIC });
  for (const type of TYPES) await addProvider(pool, type, type, stubs[type].details(), MAPPINGS[type]);
  await offer(pool, ['COGNITO', ...TYPES]);
  const page = await chromium.newPage();
  const visitors = {
    Google: ['Continue with Google', { sub: '7', email: 'a@gmail.example' }],
    Facebook: ['Continue with Facebook', { id: '7', name: 'A' }],
    LoginWithAmazon: ['Login with Amazon', { user_id: 'amzn1.account.7', name: 'A' }],
    SignInWithApple: ['Continue with Apple', { sub: '000007.a.0007', email: 'a@icloud.example' }],
  };
  for (const [type, [label, person]] of Object.entries(visitors)) {
    const { identity } = await signIn(page, pool, stubs[type], label, person);
    check('from the classic page', identity.identities[0].providerType, type);
    await signOut(page, pool);
  }
}

await session('social providers in Chromium', async () => {
  const admin = administrator();
  const app = await application();
  const stubs = await socialStubs(`${ENDPOINT}${RESPONSE}`);
  await untouched(admin, app, stubs);
  const pool = await federatedPool(admin, 'social', app);
  for (const type of TYPES) await addProvider(pool, type, type, stubs[type].details(), MAPPINGS[type]);
  await offer(pool, ['COGNITO', ...TYPES]);
  const chromium = await browser();
  try {
    for (const [type, run] of Object.entries({ Google: google, Facebook: facebook, LoginWithAmazon: amazon, SignInWithApple: apple })) {
      const page = await chromium.newPage();
      await run(page, pool, stubs[type], chromium);
      await page.context().close();
    }
    await classic(chromium, admin, app, stubs);
    for (const type of TYPES) check(`${type}: nothing that is not documented`, stubs[type].faults, []);
  } finally {
    await chromium.close();
    for (const stub of Object.values(stubs)) stub.close();
    app.close();
  }
});
