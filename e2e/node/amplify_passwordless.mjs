// Amplify JS v6 without passwords: a sign-up that signs in by itself, one-time passwords by e-mail, the choice among
// factors.

import * as idp from '@aws-sdk/client-cognito-identity-provider';
import { Amplify } from 'aws-amplify';
import {
  autoSignIn, confirmSignIn, confirmSignUp, fetchUserAttributes, getCurrentUser, signIn, signOut, signUp,
} from 'aws-amplify/auth';
import { ENDPOINT, PASSWORD, administrator, check, checkRefused, getJson, session } from './support.mjs';

const DONE = { isSignedIn: true, nextStep: { signInStep: 'DONE' } };

/** The newest code that was sent to a user for this reason. */
async function sentCode(pool, user, kind) {
  const { messages } = await getJson(`/_dev/messages?${new URLSearchParams({ pool, user, kind, wait: '10' })}`);
  return messages[0].code;
}

await session('Amplify JS without passwords', async () => {
  const admin = administrator();
  const made = await admin.send(
    new idp.CreateUserPoolCommand({
      PoolName: 'amplify passwordless',
      AutoVerifiedAttributes: ['email'],
      Policies: { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'EMAIL_OTP'] } },
    }),
  );
  const pool = made.UserPool.Id;
  const client = await admin.send(
    new idp.CreateUserPoolClientCommand({
      UserPoolId: pool,
      ClientName: 'amplify',
      ExplicitAuthFlows: ['ALLOW_USER_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    }),
  );
  Amplify.configure({
    Auth: {
      Cognito: { userPoolId: pool, userPoolClientId: client.UserPoolClient.ClientId, userPoolEndpoint: ENDPOINT },
    },
  });
  const otp = username => signIn({ username, options: { authFlowType: 'USER_AUTH', preferredChallenge: 'EMAIL_OTP' } });

  // A sign-up without a password signs in by itself once its code came back.
  const signedUp = await signUp({
    username: 'otto',
    options: { userAttributes: { email: 'otto@example.com' }, autoSignIn: { authFlowType: 'USER_AUTH' } },
  });
  check('a code confirms', signedUp.nextStep.signUpStep, 'CONFIRM_SIGN_UP');
  const confirmed = await confirmSignUp({ username: 'otto', confirmationCode: await sentCode(pool, 'otto', 'sign_up') });
  check('confirmed', confirmed, { isSignUpComplete: true, nextStep: { signUpStep: 'COMPLETE_AUTO_SIGN_IN' } });
  check('autoSignIn', await autoSignIn(), DONE);
  check('the user', (await getCurrentUser()).username, 'otto');
  check('the address is verified', (await fetchUserAttributes()).email_verified, 'true');
  await signOut();

  // A one-time password.
  let step = await otp('otto');
  check('a code is sent', step, {
    isSignedIn: false,
    nextStep: {
      signInStep: 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE',
      codeDeliveryDetails: { deliveryMedium: 'EMAIL', destination: 'o***@e***' },
    },
  });
  const code = await sentCode(pool, 'otto', 'authentication');
  check('it has eight digits', code.length, 8);
  const wrong = String((Number(code) + 1) % 100_000_000).padStart(8, '0');
  await checkRefused('a wrong code', ['CodeMismatchException', 'Invalid code or auth state for the user.'], () =>
    confirmSignIn({ challengeResponse: wrong }),
  );
  check('the right one signs in', await confirmSignIn({ challengeResponse: code }), DONE);
  await signOut();

  // Users with a password choose.
  await admin.send(
    new idp.AdminCreateUserCommand({
      UserPoolId: pool, Username: 'olga', MessageAction: 'SUPPRESS',
      UserAttributes: [{ Name: 'email', Value: 'olga@example.com' }, { Name: 'email_verified', Value: 'true' }],
    }),
  );
  await admin.send(
    new idp.AdminSetUserPasswordCommand({ UserPoolId: pool, Username: 'olga', Password: PASSWORD, Permanent: true }),
  );
  const choose = () => signIn({ username: 'olga', options: { authFlowType: 'USER_AUTH' } });
  step = await choose();
  check('the first factors', [step.nextStep.signInStep, [...step.nextStep.availableChallenges].sort()], [
    'CONTINUE_SIGN_IN_WITH_FIRST_FACTOR_SELECTION', ['EMAIL_OTP', 'PASSWORD', 'PASSWORD_SRP'],
  ]);
  step = await confirmSignIn({ challengeResponse: 'EMAIL_OTP' });
  check('a code by choice', step.nextStep.signInStep, 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE');
  check('signs in', await confirmSignIn({ challengeResponse: await sentCode(pool, 'olga', 'authentication') }), DONE);
  await signOut();
  await choose();
  step = await confirmSignIn({ challengeResponse: 'PASSWORD_SRP' });
  check('a password by choice', step.nextStep.signInStep, 'CONFIRM_SIGN_IN_WITH_PASSWORD');
  check('signs in by SRP', await confirmSignIn({ challengeResponse: PASSWORD }), DONE);
  await signOut();
  await choose();
  step = await confirmSignIn({ challengeResponse: 'PASSWORD' });
  check('a password in plain by choice', step.nextStep.signInStep, 'CONFIRM_SIGN_IN_WITH_PASSWORD');
  await checkRefused('a wrong password', ['NotAuthorizedException', 'Incorrect username or password.'], () =>
    confirmSignIn({ challengeResponse: 'Correct-Horse-8' }),
  );
  check('signs in with the right one', await confirmSignIn({ challengeResponse: PASSWORD }), DONE);
  await signOut();
  const preferred = await signIn({
    username: 'olga', password: PASSWORD, options: { authFlowType: 'USER_AUTH', preferredChallenge: 'PASSWORD_SRP' },
  });
  check('a preferred password signs in at once', preferred, DONE);
  await signOut();
});
