// Passkeys in Chromium, with its own virtual authenticators behind the page: register, sign in, clone, delete.
//
// The page is served on localhost without TLS, which a development server accepts for the relying party `localhost`. It
// only speaks to the browser; the requests are made by the AWS SDK.

import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import * as idp from '@aws-sdk/client-cognito-identity-provider';
import { chromium } from 'playwright-core';
import { PASSWORD, UUID, administrator, check, checkMatch, checkRefused, claims, confirmedUser, session, withoutMetadata } from './support.mjs';

const RP = 'localhost';
const WRONG = ['NotAuthorizedException', 'Incorrect WebAuthn credential.'];
const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A page in a browser of its own. */
async function open() {
  const server = createServer((_, answer) => answer.setHeader('Content-Type', 'text/html').end('<!doctype html><title>passkeys</title>'));
  await new Promise(listening => server.listen(0, 'localhost', listening));
  const executablePath = BROWSERS.find(path => existsSync(path));
  if (!executablePath) throw new Error(`no Chromium among ${BROWSERS.join(', ')}`);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const page = await browser.newPage();
  await page.goto(`http://localhost:${server.address().port}/`);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  return {
    devtools,
    /** navigator.credentials.create for options as JSON. */
    create: options =>
      page.evaluate(async json => {
        const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(json);
        return (await navigator.credentials.create({ publicKey })).toJSON();
      }, options),
    /** navigator.credentials.get for options as JSON. */
    get: options =>
      page.evaluate(async json => {
        const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(json);
        return (await navigator.credentials.get({ publicKey })).toJSON();
      }, options),
    close: async () => {
      await browser.close();
      server.close();
    },
  };
}

/** A virtual authenticator; the one before is taken away. */
async function authenticator(devtools, previous, options) {
  if (previous) await devtools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: previous });
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      ...options,
    },
  });
  return authenticatorId;
}

/** A pool in which passkeys are a first factor, and a client for USER_AUTH. */
async function passkeyPool(admin) {
  const made = await admin.send(
    new idp.CreateUserPoolCommand({
      PoolName: 'passkeys',
      Policies: { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'WEB_AUTHN'] } },
    }),
  );
  const id = made.UserPool.Id;
  await admin.send(
    new idp.SetUserPoolMfaConfigCommand({
      UserPoolId: id,
      MfaConfiguration: 'OFF',
      WebAuthnConfiguration: { RelyingPartyId: RP, UserVerification: 'required' },
    }),
  );
  const client = await admin.send(
    new idp.CreateUserPoolClientCommand({
      UserPoolId: id,
      ClientName: 'page',
      ExplicitAuthFlows: ['ALLOW_USER_AUTH', 'ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    }),
  );
  return { id, clientId: client.UserPoolClient.ClientId };
}

await session('passkeys in Chromium', async () => {
  const admin = administrator();
  const pool = await passkeyPool(admin);
  const [ClientId, USERNAME] = [pool.clientId, 'grace'];
  await confirmedUser(admin, pool, USERNAME);
  const call = async command => withoutMetadata(await admin.send(command));
  const begin = AuthParameters => call(new idp.InitiateAuthCommand({ ClientId, AuthFlow: 'USER_AUTH', AuthParameters }));
  const first = await begin({ USERNAME, PREFERRED_CHALLENGE: 'PASSWORD', PASSWORD });
  const { AccessToken } = first.AuthenticationResult;
  const start = async () =>
    (await call(new idp.StartWebAuthnRegistrationCommand({ AccessToken }))).CredentialCreationOptions;
  const complete = Credential => call(new idp.CompleteWebAuthnRegistrationCommand({ AccessToken, Credential }));
  const list = async () => (await call(new idp.ListWebAuthnCredentialsCommand({ AccessToken }))).Credentials;
  const remove = CredentialId => call(new idp.DeleteWebAuthnCredentialCommand({ AccessToken, CredentialId }));
  const ask = async () => {
    const asked = await begin({ USERNAME, PREFERRED_CHALLENGE: 'WEB_AUTHN' });
    return { ...asked, options: JSON.parse(asked.ChallengeParameters.CREDENTIAL_REQUEST_OPTIONS) };
  };
  const respond = ({ Session }, credential) =>
    call(
      new idp.RespondToAuthChallengeCommand({
        ClientId,
        ChallengeName: 'WEB_AUTHN',
        Session,
        ChallengeResponses: { USERNAME, CREDENTIAL: JSON.stringify(credential) },
      }),
    );

  const page = await open();
  try {
    let device = await authenticator(page.devtools);
    const options = await start();
    check('who may be asked for what', [options.rp, options.timeout, options.excludeCredentials], [{ id: RP, name: RP }, 60000, []]);
    const made = await page.create(options);
    check('the browser registers the passkey', await complete(made), {});
    const [{ CreatedAt, ...listed }] = await list();
    check('the passkey is listed', listed, {
      CredentialId: made.id,
      FriendlyCredentialName: 'Platform passkey',
      RelyingPartyId: RP,
      AuthenticatorAttachment: 'platform',
      AuthenticatorTransports: made.response.transports,
    });
    check('it was made now', Math.abs(CreatedAt.getTime() - Date.now()) < 60_000, true);

    const asked = await ask();
    check('the challenge', [asked.ChallengeName, asked.AvailableChallenges], ['WEB_AUTHN', ['PASSWORD_SRP', 'PASSWORD', 'WEB_AUTHN']]);
    check('the passkey is named', asked.options.allowCredentials.map(({ id }) => id), [made.id]);
    const shown = await page.get(asked.options);
    const signedIn = await respond(asked, shown);
    check('the passkey signs in', signedIn.ChallengeParameters, {});
    const { sub, username } = claims(signedIn.AuthenticationResult.AccessToken);
    checkMatch('the token is for somebody', sub, UUID);
    check('the token is for the user', username, USERNAME);
    await checkRefused(
      'the same answer signs in once',
      ['NotAuthorizedException', 'Invalid session for the user, session can only be used once.'],
      () => respond(asked, shown),
    );
    const fresh = await ask();
    await checkRefused('the same answer is none to another challenge', WRONG, () => respond(fresh, shown));

    // A copy of the authenticator with the counter of yesterday.
    const { credentials } = await page.devtools.send('WebAuthn.getCredentials', { authenticatorId: device });
    const [{ credentialId, ...copy }] = credentials;
    await page.devtools.send('WebAuthn.removeCredential', { authenticatorId: device, credentialId });
    await page.devtools.send('WebAuthn.addCredential', { authenticatorId: device, credential: { credentialId, ...copy, signCount: 1 } });
    await checkRefused('a cloned authenticator is refused', WRONG, async () => respond(fresh, await page.get(fresh.options)));
    check('the passkey is deleted', await remove(made.id), {});
    check('none is left', await list(), []);

    for (const [name, change] of [
      ['an RSA key', { pubKeyCredParams: [{ alg: -257, type: 'public-key' }] }],
      ['a key with a statement of its maker', { attestation: 'direct' }],
    ]) {
      device = await authenticator(page.devtools, device, { transport: 'usb' });
      const key = await page.create({ ...(await start()), ...change });
      check(`${name} registers`, await complete(key), {});
      const again = await ask();
      const answer = await respond(again, await page.get(again.options));
      check(`${name} signs in`, typeof answer.AuthenticationResult?.AccessToken, 'string');
      await remove(key.id);
    }

    device = await authenticator(page.devtools, device, { transport: 'usb', hasUserVerification: false, isUserVerified: false });
    const weak = await page.create({ ...(await start()), authenticatorSelection: { userVerification: 'discouraged' } });
    await checkRefused(
      'an authenticator that does not know its user is refused',
      ['WebAuthnCredentialNotSupportedException', 'The credential is not supported.'],
      () => complete(weak),
    );
  } finally {
    await page.close();
  }
});
