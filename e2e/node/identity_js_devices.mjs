// amazon-cognito-identity-js: from a temporary password over an authenticator app to a remembered device, which then
// signs in without the app.

import * as idp from '@aws-sdk/client-cognito-identity-provider';
import identity from 'amazon-cognito-identity-js';
import { ENDPOINT, PASSWORD, administrator, check, checkMatch, checkRefused, claims, getJson, session } from './support.mjs';

const { AuthenticationDetails, CognitoUser, CognitoUserPool } = identity;

const DEVICE_KEY = /^us-east-1_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Turns the library's callbacks into the name of the first that is called, with what it was given. */
const step = start =>
  new Promise((resolve, reject) => {
    const names = [
      'onSuccess', 'newPasswordRequired', 'mfaSetup', 'totpRequired', 'mfaRequired', 'selectMFAType', 'customChallenge',
      'associateSecretCode',
    ];
    const callbacks = Object.fromEntries(names.map(name => [name, (...given) => resolve([name, ...given])]));
    start({ ...callbacks, onFailure: reject });
  });

/** The next code of the user's app that was not used. */
async function appCode(pool, user) {
  const shown = await getJson(`/_dev/totp?${new URLSearchParams({ pool, user })}`);
  const app = shown.pending ?? shown.registered;
  if (app.wait > 0) {
    await new Promise(later => setTimeout(later, app.wait * 1000 + 200));
    return appCode(pool, user);
  }
  return app.code;
}

await session('amazon-cognito-identity-js with devices', async () => {
  const admin = administrator();
  const made = await admin.send(
    new idp.CreateUserPoolCommand({
      PoolName: 'identity-js devices',
      DeviceConfiguration: { ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: false },
    }),
  );
  const pool = made.UserPool.Id;
  await admin.send(
    new idp.SetUserPoolMfaConfigCommand({
      UserPoolId: pool, MfaConfiguration: 'ON', SoftwareTokenMfaConfiguration: { Enabled: true },
    }),
  );
  const client = await admin.send(
    new idp.CreateUserPoolClientCommand({
      UserPoolId: pool, ClientName: 'js', ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    }),
  );
  const clientId = client.UserPoolClient.ClientId;
  await admin.send(
    new idp.AdminCreateUserCommand({
      UserPoolId: pool, Username: 'dora', MessageAction: 'SUPPRESS', TemporaryPassword: 'Temp0rary-9',
    }),
  );
  const userPool = new CognitoUserPool({ UserPoolId: pool, ClientId: clientId, endpoint: ENDPOINT });
  const visitor = () => new CognitoUser({ Username: 'dora', Pool: userPool });
  const enter = (user, password) =>
    step(on => user.authenticateUser(new AuthenticationDetails({ Username: 'dora', Password: password }), on));

  // A temporary password, then an app.
  const first = visitor();
  const [asked, given, required] = await enter(first, 'Temp0rary-9');
  check('a new password first', [asked, given, required], ['newPasswordRequired', {}, []]);
  const [next, name, parameters] = await step(on => first.completeNewPasswordChallenge(PASSWORD, {}, on));
  check('then an app', [next, name], ['mfaSetup', 'MFA_SETUP']);
  check('which is all that can be set up', parameters.MFAS_CAN_SETUP, '["SOFTWARE_TOKEN_MFA"]');
  const [told, secret] = await step(on => first.associateSoftwareToken(on));
  check('the secret comes', told, 'associateSecretCode');
  checkMatch('in 52 characters', secret, /^[A-Z2-7]{52}$/);
  const code = await appCode(pool, 'dora');
  const [end, signedIn] = await step(on => first.verifySoftwareToken(code, 'phone', on));
  check('the code signs in', [end, signedIn.isValid()], ['onSuccess', true]);

  // The library confirms a device after an answered second factor.
  const second = visitor();
  const [challenge, kind, details] = await enter(second, PASSWORD);
  check('the app is asked for', [challenge, kind], ['totpRequired', 'SOFTWARE_TOKEN_MFA']);
  check('by its name', details.FRIENDLY_DEVICE_NAME, 'phone');
  await checkRefused('a code works once', ['ExpiredCodeException', 'Your software token has already been used once.'], () =>
    step(on => second.sendMFACode(code, on, 'SOFTWARE_TOKEN_MFA')),
  );
  const fresh = await appCode(pool, 'dora');
  const [done, tokens] = await step(on => second.sendMFACode(fresh, on, 'SOFTWARE_TOKEN_MFA'));
  check('the next code signs in', [done, tokens.isValid()], ['onSuccess', true]);
  const listed = await admin.send(new idp.AdminListDevicesCommand({ UserPoolId: pool, Username: 'dora' }));
  check('one device is confirmed', listed.Devices.length, 1);
  const [device] = listed.Devices;
  checkMatch('its key', device.DeviceKey, DEVICE_KEY);
  check('the token names it', claims(tokens.getAccessToken().getJwtToken()).device_key, device.DeviceKey);
  const remembered = Object.fromEntries(device.DeviceAttributes.map(one => [one.Name, one.Value]));
  check('it is remembered', remembered['dev:device_remembered_status'], 'remembered');

  // The remembered device stands for the app.
  const third = visitor();
  const [straight, again] = await enter(third, PASSWORD);
  check('no app is asked for', [straight, again.isValid()], ['onSuccess', true]);
  check(
    'the same device is named',
    claims(again.getAccessToken().getJwtToken()).device_key,
    device.DeviceKey,
  );
  const refreshed = await new Promise((resolve, reject) =>
    third.refreshSession(again.getRefreshToken(), (error, answer) => (error ? reject(error) : resolve(answer))),
  );
  check('its tokens are refreshed', claims(refreshed.getAccessToken().getJwtToken()).device_key, device.DeviceKey);

  // A wrong password stays wrong on a remembered device.
  await checkRefused('a wrong password', ['NotAuthorizedException', 'Incorrect username or password.'], () =>
    enter(visitor(), 'Correct-Horse-8'),
  );

  // Once the device is forgotten, the refusal of its key makes the library forget it too and begin anew.
  await admin.send(
    new idp.AdminForgetDeviceCommand({ UserPoolId: pool, Username: 'dora', DeviceKey: device.DeviceKey }),
  );
  await checkRefused('a forgotten device', ['ResourceNotFoundException', 'Device does not exist.'], () =>
    admin.send(
      new idp.AdminGetDeviceCommand({ UserPoolId: pool, Username: 'dora', DeviceKey: device.DeviceKey }),
    ),
  );
  const [back] = await enter(visitor(), PASSWORD);
  check('the app is asked for again', back, 'totpRequired');
});
