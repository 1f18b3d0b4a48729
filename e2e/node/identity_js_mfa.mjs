// amazon-cognito-identity-js: the password flow, text messages, and a choice among second factors.

import * as idp from '@aws-sdk/client-cognito-identity-provider';
import identity from 'amazon-cognito-identity-js';
import { ENDPOINT, PASSWORD, administrator, check, checkRefused, confirmedUser, getJson, session } from './support.mjs';

const { AuthenticationDetails, CognitoUser, CognitoUserPool } = identity;

/** Turns the library's callbacks into the name of the first that is called, with what it was given. */
const step = start =>
  new Promise((resolve, reject) => {
    const names = ['onSuccess', 'totpRequired', 'mfaRequired', 'selectMFAType', 'associateSecretCode'];
    const callbacks = Object.fromEntries(names.map(name => [name, (...given) => resolve([name, ...given])]));
    start({ ...callbacks, onFailure: reject });
  });

/** The next code of a user's app that was not used. */
async function appCode(pool, user) {
  const shown = await getJson(`/_dev/totp?${new URLSearchParams({ pool, user })}`);
  const app = shown.pending ?? shown.registered;
  if (app.wait > 0) {
    await new Promise(later => setTimeout(later, app.wait * 1000 + 200));
    return appCode(pool, user);
  }
  return app.code;
}

await session('amazon-cognito-identity-js with second factors', async () => {
  const admin = administrator();
  const made = await admin.send(new idp.CreateUserPoolCommand({ PoolName: 'identity-js mfa' }));
  const pool = { id: made.UserPool.Id };
  await admin.send(
    new idp.SetUserPoolMfaConfigCommand({
      UserPoolId: pool.id,
      MfaConfiguration: 'OPTIONAL',
      SmsMfaConfiguration: { SmsConfiguration: { SnsCallerArn: 'arn:aws:iam::000000000000:role/sms' } },
      SoftwareTokenMfaConfiguration: { Enabled: true },
    }),
  );
  const client = await admin.send(
    new idp.CreateUserPoolClientCommand({
      UserPoolId: pool.id, ClientName: 'js', ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_USER_PASSWORD_AUTH'],
    }),
  );
  await confirmedUser(admin, pool, 'mona');
  await admin.send(
    new idp.AdminUpdateUserAttributesCommand({
      UserPoolId: pool.id, Username: 'mona', UserAttributes: [{ Name: 'phone_number', Value: '+15555550109' }],
    }),
  );
  const userPool = new CognitoUserPool({
    UserPoolId: pool.id, ClientId: client.UserPoolClient.ClientId, endpoint: ENDPOINT,
  });
  const user = new CognitoUser({ Username: 'mona', Pool: userPool });
  const enter = flow => {
    user.setAuthenticationFlowType(flow);
    return step(on => user.authenticateUser(new AuthenticationDetails({ Username: 'mona', Password: PASSWORD }), on));
  };
  const sentCode = async () => {
    const query = new URLSearchParams({ pool: pool.id, user: 'mona', wait: '10' });
    return (await getJson(`/_dev/messages?${query}`)).messages[0].code;
  };
  const prefer = (sms, app) =>
    new Promise((resolve, reject) =>
      user.setUserMfaPreference(sms, app, (error, answer) => (error ? reject(error) : resolve(answer))),
    );

  check('the password flow', (await enter('USER_PASSWORD_AUTH'))[0], 'onSuccess');
  check('text messages are turned on', await prefer({ Enabled: true, PreferredMfa: true }, null), 'SUCCESS');
  const [asked, challenge, parameters] = await enter('USER_SRP_AUTH');
  check('a text message is asked for', [asked, challenge, parameters.CODE_DELIVERY_DESTINATION], [
    'mfaRequired', 'SMS_MFA', '+*******0109',
  ]);
  await checkRefused('a wrong code', ['CodeMismatchException', 'Invalid code or auth state for the user.'], () =>
    step(on => user.sendMFACode('no code', on)),
  );
  const code = await sentCode();
  check('its code signs in', (await step(on => user.sendMFACode(code, on)))[0], 'onSuccess');

  await step(on => user.associateSoftwareToken(on));
  const first = await appCode(pool.id, 'mona');
  check('an app is set up', (await step(on => user.verifySoftwareToken(first, 'phone', on)))[0], 'onSuccess');
  const both = { Enabled: true, PreferredMfa: false };
  check('both without a preference', await prefer(both, both), 'SUCCESS');
  const [choose, , choices] = await enter('USER_PASSWORD_AUTH');
  check('a choice', [choose, JSON.parse(choices.MFAS_CAN_CHOOSE).sort()], [
    'selectMFAType', ['SMS_MFA', 'SOFTWARE_TOKEN_MFA'],
  ]);
  const [app] = await step(on => user.sendMFASelectionAnswer('SOFTWARE_TOKEN_MFA', on));
  check('the app is chosen', app, 'totpRequired');
  const next = await appCode(pool.id, 'mona');
  check('its code signs in as well', (await step(on => user.sendMFACode(next, on, 'SOFTWARE_TOKEN_MFA')))[0], 'onSuccess');
});
