// Amplify JS v6: second factors that a pool requires, set up in the middle of a sign-in, chosen and preferred. The codes
// of the authenticator app are those that `cognate dev` shows.

import * as idp from '@aws-sdk/client-cognito-identity-provider';
import { Amplify } from 'aws-amplify';
import { confirmSignIn, fetchMFAPreference, signIn, signOut, updateMFAPreference } from 'aws-amplify/auth';
import { ENDPOINT, PASSWORD, administrator, check, checkMatch, checkRefused, getJson, session } from './support.mjs';

const DONE = { isSignedIn: true, nextStep: { signInStep: 'DONE' } };

/** The next code of a user's app that was not used: the one being set up, else the registered one. */
async function appCode(pool, user) {
  const shown = await getJson(`/_dev/totp?${new URLSearchParams({ pool, user })}`);
  const app = shown.pending ?? shown.registered;
  if (app.wait > 0) {
    await new Promise(later => setTimeout(later, app.wait * 1000 + 200));
    return appCode(pool, user);
  }
  return app.code;
}

/** The newest code that was sent to a user. */
async function sentCode(pool, user) {
  const { messages } = await getJson(`/_dev/messages?${new URLSearchParams({ pool, user, wait: '10' })}`);
  return messages[0].code;
}

await session('Amplify JS with second factors', async () => {
  const admin = administrator();
  const made = await admin.send(
    new idp.CreateUserPoolCommand({
      PoolName: 'amplify mfa',
      EmailConfiguration: {
        EmailSendingAccount: 'DEVELOPER',
        SourceArn: 'arn:aws:ses:us-east-1:000000000000:identity/sender@example.com',
      },
      AccountRecoverySetting: { RecoveryMechanisms: [{ Priority: 1, Name: 'admin_only' }] },
    }),
  );
  const pool = made.UserPool.Id;
  await admin.send(
    new idp.SetUserPoolMfaConfigCommand({
      UserPoolId: pool,
      MfaConfiguration: 'ON',
      SmsMfaConfiguration: { SmsConfiguration: { SnsCallerArn: 'arn:aws:iam::000000000000:role/sms' } },
      EmailMfaConfiguration: {},
      SoftwareTokenMfaConfiguration: { Enabled: true },
    }),
  );
  const client = await admin.send(
    new idp.CreateUserPoolClientCommand({
      UserPoolId: pool,
      ClientName: 'amplify mfa',
      ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    }),
  );
  for (const Username of ['ines', 'iris']) {
    await admin.send(
      new idp.AdminCreateUserCommand({
        UserPoolId: pool, Username, MessageAction: 'SUPPRESS', TemporaryPassword: 'Temp0rary-9',
      }),
    );
  }
  Amplify.configure({
    Auth: {
      Cognito: {
        userPoolId: pool,
        userPoolClientId: client.UserPoolClient.ClientId,
        userPoolEndpoint: ENDPOINT,
      },
    },
  });
  const enter = (username, authFlowType, password = PASSWORD) =>
    signIn({ username, password, options: { authFlowType } });
  const setUpOne = { signInStep: 'CONTINUE_SIGN_IN_WITH_MFA_SETUP_SELECTION', allowedMFATypes: ['TOTP', 'EMAIL'] };

  // An app, after a temporary password.
  let step = await enter('ines', 'USER_SRP_AUTH', 'Temp0rary-9');
  check('a new password first', step.nextStep.signInStep, 'CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED');
  step = await confirmSignIn({ challengeResponse: PASSWORD });
  check('then a factor to set up', step.nextStep, setUpOne);
  step = await confirmSignIn({ challengeResponse: 'TOTP' });
  check('an app', step.nextStep.signInStep, 'CONTINUE_SIGN_IN_WITH_TOTP_SETUP');
  checkMatch('its secret', step.nextStep.totpSetupDetails.sharedSecret, /^[A-Z2-7]{52}$/);
  check('the app is set up', await confirmSignIn({ challengeResponse: await appCode(pool, 'ines') }), DONE);
  check('fetchMFAPreference', await fetchMFAPreference(), { enabled: ['TOTP'], preferred: undefined });
  await signOut();
  step = await enter('ines', 'USER_SRP_AUTH');
  check('the app is asked for', step.nextStep, { signInStep: 'CONFIRM_SIGN_IN_WITH_TOTP_CODE' });
  await checkRefused('a wrong code', ['CodeMismatchException', 'Invalid code received for user'],
    () => confirmSignIn({ challengeResponse: 'no code' }));
  check('the same session takes the right one', await confirmSignIn({ challengeResponse: await appCode(pool, 'ines') }), DONE);
  await signOut();

  // An address.
  await enter('iris', 'USER_PASSWORD_AUTH', 'Temp0rary-9');
  step = await confirmSignIn({ challengeResponse: PASSWORD });
  check('a factor to set up again', step.nextStep, setUpOne);
  step = await confirmSignIn({ challengeResponse: 'EMAIL' });
  check('an address', step.nextStep, { signInStep: 'CONTINUE_SIGN_IN_WITH_EMAIL_SETUP' });
  step = await confirmSignIn({ challengeResponse: 'iris@example.com' });
  check('a code is sent to it', step.nextStep, {
    signInStep: 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE',
    codeDeliveryDetails: { deliveryMedium: 'EMAIL', destination: 'i***@e***' },
  });
  check('the address is set up', await confirmSignIn({ challengeResponse: await sentCode(pool, 'iris') }), DONE);

  // A choice, then a preference.
  await admin.send(
    new idp.AdminUpdateUserAttributesCommand({
      UserPoolId: pool, Username: 'iris', UserAttributes: [{ Name: 'phone_number', Value: '+15555550102' }],
    }),
  );
  await updateMFAPreference({ sms: 'ENABLED', email: 'ENABLED' });
  check('both are on', await fetchMFAPreference(), { enabled: ['SMS', 'EMAIL'], preferred: undefined });
  await signOut();
  step = await enter('iris', 'USER_SRP_AUTH');
  check('one of two', step.nextStep, {
    signInStep: 'CONTINUE_SIGN_IN_WITH_MFA_SELECTION', allowedMFATypes: ['SMS', 'EMAIL'],
  });
  step = await confirmSignIn({ challengeResponse: 'SMS' });
  check('a text message', step.nextStep, {
    signInStep: 'CONFIRM_SIGN_IN_WITH_SMS_CODE',
    codeDeliveryDetails: { deliveryMedium: 'SMS', destination: '+*******0102' },
  });
  check('the number signs in', await confirmSignIn({ challengeResponse: await sentCode(pool, 'iris') }), DONE);
  await updateMFAPreference({ email: 'PREFERRED' });
  check('one is preferred', await fetchMFAPreference(), { enabled: ['SMS', 'EMAIL'], preferred: 'EMAIL' });
  await signOut();
  step = await enter('iris', 'USER_PASSWORD_AUTH');
  check('the preferred one is asked for', step.nextStep.signInStep, 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE');
  check('and signs in', await confirmSignIn({ challengeResponse: await sentCode(pool, 'iris') }), DONE);
  await signOut();
});
