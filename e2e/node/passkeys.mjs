// Passkeys in Chromium, with its own virtual authenticators behind the page: register, sign in, clone, delete.
//
// The page only speaks to the browser; the requests are made by the AWS SDK.

import * as idp from '@aws-sdk/client-cognito-identity-provider';
import { RP, authenticator, openPage, passkeyPool } from './chromium.mjs';
import {
  PASSWORD, UUID, administrator, check, checkMatch, checkRefused, claims, confirmedUser, session, withoutMetadata,
} from './support.mjs';

const WRONG = ['NotAuthorizedException', 'Incorrect WebAuthn credential.'];

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

  const { page, devtools, close } = await openPage();
  const create = options =>
    page.evaluate(async json => {
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(json);
      return (await navigator.credentials.create({ publicKey })).toJSON();
    }, options);
  const get = options =>
    page.evaluate(async json => {
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(json);
      return (await navigator.credentials.get({ publicKey })).toJSON();
    }, options);
  try {
    let device = await authenticator(devtools);
    const options = await start();
    check('who may be asked for what', [options.rp, options.timeout, options.excludeCredentials], [{ id: RP, name: RP }, 60000, []]);
    const made = await create(options);
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
    const shown = await get(asked.options);
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
    const { credentials } = await devtools.send('WebAuthn.getCredentials', { authenticatorId: device });
    const [{ credentialId, ...copy }] = credentials;
    await devtools.send('WebAuthn.removeCredential', { authenticatorId: device, credentialId });
    await devtools.send('WebAuthn.addCredential', { authenticatorId: device, credential: { credentialId, ...copy, signCount: 1 } });
    await checkRefused('a cloned authenticator is refused', WRONG, async () => respond(fresh, await get(fresh.options)));
    check('the passkey is deleted', await remove(made.id), {});
    check('none is left', await list(), []);

    for (const [name, change] of [
      ['an RSA key', { pubKeyCredParams: [{ alg: -257, type: 'public-key' }] }],
      ['a key with a statement of its maker', { attestation: 'direct' }],
    ]) {
      device = await authenticator(devtools, device, { transport: 'usb' });
      const key = await create({ ...(await start()), ...change });
      check(`${name} registers`, await complete(key), {});
      const again = await ask();
      const answer = await respond(again, await get(again.options));
      check(`${name} signs in`, typeof answer.AuthenticationResult?.AccessToken, 'string');
      await remove(key.id);
    }

    device = await authenticator(devtools, device, { transport: 'usb', hasUserVerification: false, isUserVerified: false });
    const weak = await create({ ...(await start()), authenticatorSelection: { userVerification: 'discouraged' } });
    await checkRefused(
      'an authenticator that does not know its user is refused',
      ['WebAuthnCredentialNotSupportedException', 'The credential is not supported.'],
      () => complete(weak),
    );
  } finally {
    await close();
  }
});
