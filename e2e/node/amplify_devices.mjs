// Amplify JS v6: a device that is remembered stands for the second factor.

import * as idp from '@aws-sdk/client-cognito-identity-provider';
import { Amplify } from 'aws-amplify';
import { confirmSignIn, fetchAuthSession, fetchDevices, forgetDevice, rememberDevice, signIn, signOut } from 'aws-amplify/auth';
import { cognitoUserPoolsTokenProvider } from 'aws-amplify/auth/cognito';
import { ENDPOINT, PASSWORD, administrator, check, confirmedUser, getJson, session } from './support.mjs';

// The library names a device after the browser that it runs in.
globalThis.navigator ??= { userAgent: 'Node.js' };

await session('Amplify JS with devices', async () => {
  const admin = administrator();
  const made = await admin.send(
    new idp.CreateUserPoolCommand({
      PoolName: 'amplify devices',
      DeviceConfiguration: { ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: true },
    }),
  );
  const pool = { id: made.UserPool.Id };
  await admin.send(
    new idp.SetUserPoolMfaConfigCommand({
      UserPoolId: pool.id,
      MfaConfiguration: 'OPTIONAL',
      SmsMfaConfiguration: { SmsConfiguration: { SnsCallerArn: 'arn:aws:iam::000000000000:role/sms' } },
    }),
  );
  const client = await admin.send(
    new idp.CreateUserPoolClientCommand({
      UserPoolId: pool.id, ClientName: 'amplify', ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    }),
  );
  await confirmedUser(admin, pool, 'dina');
  await admin.send(
    new idp.AdminUpdateUserAttributesCommand({
      UserPoolId: pool.id, Username: 'dina', UserAttributes: [{ Name: 'phone_number', Value: '+15555550110' }],
    }),
  );
  await admin.send(
    new idp.AdminSetUserMFAPreferenceCommand({
      UserPoolId: pool.id, Username: 'dina', SMSMfaSettings: { Enabled: true, PreferredMfa: true },
    }),
  );
  Amplify.configure({
    Auth: {
      Cognito: { userPoolId: pool.id, userPoolClientId: client.UserPoolClient.ClientId, userPoolEndpoint: ENDPOINT },
    },
  });
  const kept = new Map();
  cognitoUserPoolsTokenProvider.setKeyValueStorage({
    setItem: async (key, value) => void kept.set(key, value),
    getItem: async key => kept.get(key) ?? null,
    removeItem: async key => void kept.delete(key),
    clear: async () => kept.clear(),
  });
  const enter = async () => (await signIn({ username: 'dina', password: PASSWORD })).nextStep.signInStep;
  const confirm = async () => {
    const query = new URLSearchParams({ pool: pool.id, user: 'dina', wait: '10' });
    const { messages } = await getJson(`/_dev/messages?${query}`);
    return (await confirmSignIn({ challengeResponse: messages[0].code })).nextStep.signInStep;
  };

  check('a new device', await enter(), 'CONFIRM_SIGN_IN_WITH_SMS_CODE');
  check('the code signs in', await confirm(), 'DONE');
  const [device, ...others] = await fetchDevices();
  check('the library confirmed one device', others, []);
  await signOut();
  check('a device that is not remembered', await enter(), 'CONFIRM_SIGN_IN_WITH_SMS_CODE');
  check('the code signs in again', await confirm(), 'DONE');
  check('it is the same device', (await fetchDevices()).map(one => one.id), [device.id]);
  await rememberDevice();
  await signOut();
  check('the remembered device needs no code', await enter(), 'DONE');
  const { tokens } = await fetchAuthSession({ forceRefresh: true });
  check('its tokens are refreshed and name it', tokens.accessToken.payload.device_key, device.id);
  await forgetDevice();
  check('no device is left', await fetchDevices(), []);
  await signOut();
  check('a forgotten device', await enter(), 'CONFIRM_SIGN_IN_WITH_SMS_CODE');
  check('the code signs in once more', await confirm(), 'DONE');
});
