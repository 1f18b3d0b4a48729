// Amplify JS v6: users without passwords. Sign-up with autoSignIn, one-time passwords, the choice among first factors.

import * as idp from '@aws-sdk/client-cognito-identity-provider';
import { Amplify } from 'aws-amplify';
import {
  autoSignIn, confirmSignIn, confirmSignUp, fetchAuthSession, fetchUserAttributes, getCurrentUser, signIn, signOut, signUp,
} from 'aws-amplify/auth';
import { cognitoUserPoolsTokenProvider } from 'aws-amplify/auth/cognito';
import {
  ENDPOINT, INCORRECT, PASSWORD, WRONG_PASSWORD, administrator, check, checkMatch, checkRefused, checkSignUpMessage, getJson,
  session,
} from './support.mjs';

const MISMATCH = ['CodeMismatchException', 'Invalid code or auth state for the user.'];

await session('Amplify JS without passwords', async () => {
  const admin = administrator();
  const made = await admin.send(
    new idp.CreateUserPoolCommand({
      PoolName: 'first factors',
      AutoVerifiedAttributes: ['email'],
      SmsConfiguration: { SnsCallerArn: 'arn:aws:iam::000000000000:role/sms', ExternalId: 'x' },
      Policies: { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'EMAIL_OTP', 'SMS_OTP'] } },
    }),
  );
  const id = made.UserPool.Id;
  const client = await admin.send(
    new idp.CreateUserPoolClientCommand({
      UserPoolId: id,
      ClientName: 'first factors',
      ExplicitAuthFlows: ['ALLOW_USER_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    }),
  );
  const pool = { id, clientId: client.UserPoolClient.ClientId };
  const kept = new Map();
  Amplify.configure({
    Auth: { Cognito: { userPoolId: pool.id, userPoolClientId: pool.clientId, userPoolEndpoint: ENDPOINT } },
  });
  cognitoUserPoolsTokenProvider.setKeyValueStorage({
    setItem: async (key, value) => void kept.set(key, value),
    getItem: async key => kept.get(key) ?? null,
    removeItem: async key => void kept.delete(key),
    clear: async () => kept.clear(),
  });
  const done = { isSignedIn: true, nextStep: { signInStep: 'DONE' } };
  const sent = async to => {
    const { messages } = await getJson(`/_dev/messages?${new URLSearchParams({ pool: pool.id, to, kind: 'authentication', wait: '10' })}`);
    return messages[0].code;
  };

  // A sign-up without a password that ends signed in, with the one code of the confirmation.
  const [username, email, phone_number] = ['grace', 'grace@example.com', '+15555550123'];
  const signedUp = await signUp({
    username,
    options: { userAttributes: { email, phone_number }, autoSignIn: { authFlowType: 'USER_AUTH' } },
  });
  const sub = signedUp.userId;
  check('signUp without a password', signedUp, {
    isSignUpComplete: false,
    nextStep: {
      signUpStep: 'CONFIRM_SIGN_UP',
      codeDeliveryDetails: { attributeName: 'email', deliveryMedium: 'EMAIL', destination: 'g***@e***' },
    },
    userId: sub,
  });
  const code = await checkSignUpMessage(pool, username, email);
  check('the code confirms and leads to autoSignIn', await confirmSignUp({ username, confirmationCode: code }), {
    isSignUpComplete: true,
    nextStep: { signUpStep: 'COMPLETE_AUTO_SIGN_IN' },
  });
  check('autoSignIn', await autoSignIn(), done);
  check('the user is signed in', (await getCurrentUser()).userId, sub);
  check('the address is verified', { ...(await fetchUserAttributes()) }, { sub, email, phone_number, email_verified: 'true' });
  const first = (await fetchAuthSession()).tokens;
  const second = (await fetchAuthSession({ forceRefresh: true })).tokens;
  check('the session can be refreshed', String(first.accessToken) !== String(second.accessToken), true);
  await signOut();

  // A one-time password by e-mail.
  const asked = await signIn({ username, options: { authFlowType: 'USER_AUTH', preferredChallenge: 'EMAIL_OTP' } });
  check('a code by e-mail', asked, {
    isSignedIn: false,
    nextStep: {
      signInStep: 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE',
      codeDeliveryDetails: { deliveryMedium: 'EMAIL', destination: 'g***@e***' },
    },
  });
  const byEmail = await sent(email);
  checkMatch('the code has eight digits', byEmail, /^\d{8}$/);
  const other = String((Number(byEmail) + 1) % 100_000_000).padStart(8, '0');
  await checkRefused('a wrong code is refused', MISMATCH, () => confirmSignIn({ challengeResponse: other }));
  check('the code signs in', await confirmSignIn({ challengeResponse: byEmail }), done);
  await signOut();

  // The choice, and a code by text message.
  check('without a preference there is a choice', await signIn({ username, options: { authFlowType: 'USER_AUTH' } }), {
    isSignedIn: false,
    nextStep: { signInStep: 'CONTINUE_SIGN_IN_WITH_FIRST_FACTOR_SELECTION', availableChallenges: ['EMAIL_OTP', 'SMS_OTP'] },
  });
  check('SMS_OTP is chosen', await confirmSignIn({ challengeResponse: 'SMS_OTP' }), {
    isSignedIn: false,
    nextStep: {
      signInStep: 'CONFIRM_SIGN_IN_WITH_SMS_CODE',
      codeDeliveryDetails: { deliveryMedium: 'SMS', destination: '+*******0123' },
    },
  });
  check('the code by text message signs in', await confirmSignIn({ challengeResponse: await sent(phone_number) }), done);
  check('now both are verified', { ...(await fetchUserAttributes()) }, {
    sub, email, phone_number, email_verified: 'true', phone_number_verified: 'true',
  });
  await signOut();

  // The same user with a password.
  await admin.send(new idp.AdminSetUserPasswordCommand({ UserPoolId: pool.id, Username: username, Password: PASSWORD, Permanent: true }));
  for (const preferredChallenge of ['PASSWORD', 'PASSWORD_SRP']) {
    const options = { authFlowType: 'USER_AUTH', preferredChallenge };
    await checkRefused(`a wrong password is refused (${preferredChallenge})`, INCORRECT, () => signIn({ username, password: WRONG_PASSWORD, options }));
    check(`signIn by ${preferredChallenge}`, await signIn({ username, password: PASSWORD, options }), done);
    await signOut();
  }
  check('the choice has passwords too', (await signIn({ username, options: { authFlowType: 'USER_AUTH' } })).nextStep.availableChallenges,
    ['PASSWORD_SRP', 'PASSWORD', 'EMAIL_OTP', 'SMS_OTP']);
  for (const chosen of ['PASSWORD_SRP', 'PASSWORD']) {
    await signIn({ username, options: { authFlowType: 'USER_AUTH' } });
    check(`${chosen} is chosen`, await confirmSignIn({ challengeResponse: chosen }), {
      isSignedIn: false,
      nextStep: { signInStep: 'CONFIRM_SIGN_IN_WITH_PASSWORD' },
    });
    check('the password signs in', await confirmSignIn({ challengeResponse: PASSWORD }), done);
    await signOut();
  }
});
