// Amplify JS v6: a device that its user remembers and forgets, in the place of the authenticator app.

import { createHmac } from 'node:crypto';
import * as idp from '@aws-sdk/client-cognito-identity-provider';
import { Amplify } from 'aws-amplify';
import {
  confirmSignIn, fetchAuthSession, fetchDevices, forgetDevice, rememberDevice, setUpTOTP, signIn, signOut,
  updateMFAPreference, verifyTOTPSetup,
} from 'aws-amplify/auth';
import { cognitoUserPoolsTokenProvider } from 'aws-amplify/auth/cognito';
import { ENDPOINT, PASSWORD, administrator, check, checkMatch, confirmedUser, session } from './support.mjs';

// Amplify names the device after the browser, and confirms none where there is no browser to ask.
globalThis.navigator ??= { userAgent: 'e2e' };

/** The code of an authenticator app, `steps` of thirty seconds from now. */
function appCode(secret, steps) {
  const bits = [...secret].map(letter => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map(byte => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const mac = createHmac('sha1', key).update(counter).digest();
  const number = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

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
      SoftwareTokenMfaConfiguration: { Enabled: true },
    }),
  );
  const client = await admin.send(
    new idp.CreateUserPoolClientCommand({
      UserPoolId: pool.id,
      ClientName: 'amplify devices',
      ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    }),
  );
  pool.clientId = client.UserPoolClient.ClientId;
  await confirmedUser(admin, pool, 'joan');
  const kept = new Map();
  Amplify.configure({
    Auth: { Cognito: { userPoolId: pool.id, userPoolClientId: pool.clientId, userPoolEndpoint: ENDPOINT } },
  });
  // Configuring sets the storage, so ours comes after it.
  cognitoUserPoolsTokenProvider.setKeyValueStorage({
    setItem: async (key, value) => void kept.set(key, value),
    getItem: async key => kept.get(key) ?? null,
    removeItem: async key => void kept.delete(key),
    clear: async () => kept.clear(),
  });
  const done = { isSignedIn: true, nextStep: { signInStep: 'DONE' } };
  const appAsked = { isSignedIn: false, nextStep: { signInStep: 'CONFIRM_SIGN_IN_WITH_TOTP_CODE' } };
  const enter = authFlowType => signIn({ username: 'joan', password: PASSWORD, options: { authFlowType } });
  const device = async () => (await fetchAuthSession()).tokens.accessToken.payload.device_key;

  check('the first sign-in', await enter('USER_SRP_AUTH'), done);
  const key = await device();
  checkMatch('the key of the device', key, /^us-east-1_[0-9a-f-]{36}$/);
  const [found] = await fetchDevices();
  check('fetchDevices', [found.id, found.attributes.device_status], [key, 'valid']);
  const { sharedSecret } = await setUpTOTP();
  await verifyTOTPSetup({ code: appCode(sharedSecret, 0) });
  await updateMFAPreference({ totp: 'PREFERRED' });

  await signOut();
  check('a device that is not remembered does not stand for the app', await enter('USER_SRP_AUTH'), appAsked);
  check('the app signs in', await confirmSignIn({ challengeResponse: appCode(sharedSecret, 1) }), done);
  check('with the same device', await device(), key);
  await rememberDevice();
  for (const flow of ['USER_SRP_AUTH', 'USER_PASSWORD_AUTH']) {
    await signOut();
    check(`${flow}: a remembered device stands for the app`, await enter(flow), done);
    check(`${flow}: with the same device`, await device(), key);
  }
  const before = (await fetchAuthSession()).tokens.accessToken.toString();
  const after = (await fetchAuthSession({ forceRefresh: true })).tokens.accessToken;
  check('a refresh names the device', [after.toString() === before, after.payload.device_key], [false, key]);

  await forgetDevice();
  check('forgetDevice', await fetchDevices(), []);
  await signOut();
  check('the app is asked for again', await enter('USER_SRP_AUTH'), appAsked);

  // Forgotten behind the library's back: it drops the device by itself and goes on without.
  await admin.send(
    new idp.AdminSetUserMFAPreferenceCommand({
      UserPoolId: pool.id,
      Username: 'joan',
      SoftwareTokenMfaSettings: { Enabled: false },
    }),
  );
  check('another device', await enter('USER_SRP_AUTH'), done);
  const other = await device();
  check('has another key', other === key, false);
  await signOut();
  await admin.send(new idp.AdminForgetDeviceCommand({ UserPoolId: pool.id, Username: 'joan', DeviceKey: other }));
  for (const flow of ['USER_SRP_AUTH', 'USER_PASSWORD_AUTH']) {
    check(`${flow}: a sign-in with a device that is gone`, await enter(flow), done);
    check(`${flow}: gets another device`, (await device()) === other, false);
    const gone = await device();
    await signOut();
    await admin.send(new idp.AdminForgetDeviceCommand({ UserPoolId: pool.id, Username: 'joan', DeviceKey: gone }));
  }
});
