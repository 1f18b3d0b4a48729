// amazon-cognito-identity-js: a temporary password, an authenticator app, and a device that is remembered after that.

import { createHmac } from 'node:crypto';
import * as idp from '@aws-sdk/client-cognito-identity-provider';
import identity from 'amazon-cognito-identity-js';
import { ENDPOINT, PASSWORD, administrator, check, checkMatch, checkRefused, claims, session } from './support.mjs';

const { AuthenticationDetails, CognitoUser, CognitoUserPool } = identity;
const KEY = /^us-east-1_[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

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

/** Makes a pool with authenticator apps and devices; `asks`: whether devices are remembered on the user's word only. */
async function devicePool(admin, name, asks) {
  const made = await admin.send(
    new idp.CreateUserPoolCommand({
      PoolName: name,
      DeviceConfiguration: { ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: asks },
    }),
  );
  const UserPoolId = made.UserPool.Id;
  await admin.send(
    new idp.SetUserPoolMfaConfigCommand({
      UserPoolId,
      MfaConfiguration: 'ON',
      SoftwareTokenMfaConfiguration: { Enabled: true },
    }),
  );
  const client = await admin.send(
    new idp.CreateUserPoolClientCommand({
      UserPoolId,
      ClientName: name,
      ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    }),
  );
  return { id: UserPoolId, clientId: client.UserPoolClient.ClientId };
}

/** The library's storage, which outlives one user object as a browser's does. */
function storage() {
  const kept = new Map();
  return {
    setItem: (key, value) => void kept.set(key, value),
    getItem: key => kept.get(key) ?? null,
    removeItem: key => void kept.delete(key),
    clear: () => kept.clear(),
  };
}

/** Runs one of the library's sign-in steps; gives the name of the callback that it ended in, with its arguments. */
const step = start =>
  new Promise((resolve, reject) => {
    const end = name => (...args) => resolve([name, ...args]);
    start({
      onSuccess: end('onSuccess'),
      onFailure: reject,
      newPasswordRequired: end('newPasswordRequired'),
      mfaSetup: end('mfaSetup'),
      totpRequired: end('totpRequired'),
      mfaRequired: end('mfaRequired'),
      selectMFAType: end('selectMFAType'),
      associateSecretCode: end('associateSecretCode'),
    });
  });

await session('amazon-cognito-identity-js with devices', async () => {
  const admin = administrator();
  for (const asks of [false, true]) {
    const word = asks ? 'on the user’s word' : 'at once';
    const pool = await devicePool(admin, 'identity-js devices', asks);
    await admin.send(
      new idp.AdminCreateUserCommand({
        UserPoolId: pool.id,
        Username: 'hedy',
        TemporaryPassword: 'Temporary-Horse-7',
        MessageAction: 'SUPPRESS',
      }),
    );
    const Storage = storage();
    const userPool = new CognitoUserPool({ UserPoolId: pool.id, ClientId: pool.clientId, endpoint: ENDPOINT, Storage });
    const visitor = () => new CognitoUser({ Username: 'hedy', Pool: userPool, Storage });
    const signIn = (user, Password) =>
      step(on => user.authenticateUser(new AuthenticationDetails({ Username: 'hedy', Password }), on));

    const first = visitor();
    check('a temporary password asks for a new one', await signIn(first, 'Temporary-Horse-7'), ['newPasswordRequired', {}, []]);
    const [next, , setUp] = await step(on => first.completeNewPasswordChallenge(PASSWORD, {}, on));
    check('then an app must be set up', [next, setUp.MFAS_CAN_SETUP], ['mfaSetup', '["SOFTWARE_TOKEN_MFA"]']);
    const [, secret] = await step(on => first.associateSoftwareToken(on));
    checkMatch('the seed of the app', secret, /^[A-Z2-7]{52}$/);
    check('the app signs in', (await step(on => first.verifySoftwareToken(appCode(secret, 0), 'phone', on)))[0], 'onSuccess');

    const second = visitor();
    check('the app is asked for', (await signIn(second, PASSWORD))[0], 'totpRequired');
    const [name, tokens, confirm] = await step(on => second.sendMFACode(appCode(secret, 1), on, 'SOFTWARE_TOKEN_MFA'));
    check(`the device is remembered ${word}`, [name, confirm], ['onSuccess', asks || undefined]);
    const key = claims(tokens.getAccessToken().getJwtToken()).device_key;
    checkMatch('the key of the device', key, KEY);
    if (asks) {
      check('not remembered yet, the app is asked for', (await signIn(visitor(), PASSWORD))[0], 'totpRequired');
      check('setDeviceStatusRemembered', await step(on => second.setDeviceStatusRemembered(on)), ['onSuccess', 'SUCCESS']);
    }

    const third = visitor();
    const [signedIn, session] = await signIn(third, PASSWORD);
    check('the device stands for the app', [signedIn, claims(session.getAccessToken().getJwtToken()).device_key], ['onSuccess', key]);
    const [, listed] = await step(on => third.listDevices(10, null, on));
    check('listDevices', [listed.Devices.map(device => device.DeviceKey), listed.PaginationToken], [[key], undefined]);
    const [, shown] = await step(on => third.getDevice(on));
    check('getDevice', shown.Device.DeviceKey, key);
    const fresh = await new Promise((resolve, reject) =>
      third.refreshSession(session.getRefreshToken(), (error, answer) => (error ? reject(error) : resolve(answer))),
    );
    check('a refresh names the device', claims(fresh.getAccessToken().getJwtToken()).device_key, key);
    await checkRefused('a refresh that names none is refused', ['NotAuthorizedException', 'Invalid Refresh Token.'], () =>
      admin.send(
        new idp.GetTokensFromRefreshTokenCommand({
          ClientId: pool.clientId,
          RefreshToken: session.getRefreshToken().getToken(),
        }),
      ),
    );

    // Forgotten behind the library's back: it drops the device by itself and goes on without.
    await admin.send(new idp.AdminForgetDeviceCommand({ UserPoolId: pool.id, Username: 'hedy', DeviceKey: key }));
    check('the app is asked for again', (await signIn(visitor(), PASSWORD))[0], 'totpRequired');
  }
});
