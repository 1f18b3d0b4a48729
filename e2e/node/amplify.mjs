// Amplify JS v6: SRP sign-in with its Auth category, in Node, with only `userPoolEndpoint` set.

import * as idp from '@aws-sdk/client-cognito-identity-provider';
import { Amplify } from 'aws-amplify';
import {
  confirmSignUp, fetchAuthSession, fetchUserAttributes, getCurrentUser, signIn, signOut, signUp,
} from 'aws-amplify/auth';
import { cognitoUserPoolsTokenProvider } from 'aws-amplify/auth/cognito';
import {
  ACCESS_REVOKED, ENDPOINT, INCORRECT, NOT_CONFIRMED, PASSWORD, REFRESH_REVOKED, UUID, WRONG_CODE, WRONG_PASSWORD,
  administrator, check, checkClaims, checkMatch, checkRefreshToken, checkRefused, checkSignUpMessage, newPool, otherCode,
  session, withoutMetadata,
} from './support.mjs';

await session('Amplify JS', async () => {
  const admin = administrator();
  const pool = await newPool(admin, 'amplify', ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH']);
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
  const [username, email] = ['radia', 'radia@example.com'];
  const refreshToken = () => [...kept].find(([key]) => key.endsWith('.refreshToken'))?.[1];
  const strings = ({ accessToken, idToken }) => ({ accessToken: String(accessToken), idToken: String(idToken) });
  const getUser = async AccessToken => withoutMetadata(await admin.send(new idp.GetUserCommand({ AccessToken })));
  const refresh = RefreshToken =>
    admin.send(new idp.GetTokensFromRefreshTokenCommand({ ClientId: pool.clientId, RefreshToken }));

  const signedUp = await signUp({ username, password: PASSWORD, options: { userAttributes: { email } } });
  const sub = signedUp.userId;
  checkMatch('the user has a UUID', sub, UUID);
  check('signUp', signedUp, {
    isSignUpComplete: false,
    nextStep: {
      signUpStep: 'CONFIRM_SIGN_UP',
      codeDeliveryDetails: { attributeName: 'email', deliveryMedium: 'EMAIL', destination: 'r***@e***' },
    },
    userId: sub,
  });
  // Amplify makes a next step of UserNotConfirmedException.
  check('an unconfirmed user cannot sign in', await signIn({ username, password: PASSWORD }), {
    isSignedIn: false,
    nextStep: { signInStep: 'CONFIRM_SIGN_UP' },
  });
  await checkRefused(
    'the service says why',
    NOT_CONFIRMED,
    () =>
      admin.send(
        new idp.AdminInitiateAuthCommand({
          UserPoolId: pool.id,
          ClientId: pool.clientId,
          AuthFlow: 'USER_SRP_AUTH',
          AuthParameters: { USERNAME: username, SRP_A: '2'.repeat(768) },
        }),
      ),
  );
  const code = await checkSignUpMessage(pool, username, email);
  await checkRefused('a wrong code is refused', WRONG_CODE, () =>
    confirmSignUp({ username, confirmationCode: otherCode(code) }),
  );
  check('the code confirms', await confirmSignUp({ username, confirmationCode: code }), {
    isSignUpComplete: true,
    nextStep: { signUpStep: 'DONE' },
  });
  await checkRefused('a wrong password is refused', INCORRECT, () => signIn({ username, password: WRONG_PASSWORD }));

  const done = { isSignedIn: true, nextStep: { signInStep: 'DONE' } };
  check('signIn by SRP', await signIn({ username, password: PASSWORD, options: { authFlowType: 'USER_SRP_AUTH' } }), done);
  const current = await getCurrentUser();
  check('getCurrentUser', [current.username, current.userId], [username, sub]);
  check('fetchUserAttributes', { ...(await fetchUserAttributes()) }, { sub, email, email_verified: 'true' });
  const first = (await fetchAuthSession()).tokens;
  checkClaims(strings(first), pool, username, sub, email);
  checkRefreshToken(refreshToken());

  const before = refreshToken();
  const second = (await fetchAuthSession({ forceRefresh: true })).tokens;
  checkClaims(strings(second), pool, username, sub, email, String(first.accessToken));
  check('the refresh token stays', refreshToken(), before);
  check('the refreshed token works', (await getUser(String(second.accessToken))).Username, username);

  await signOut({ global: true });
  check('Amplify forgot the session', [(await fetchAuthSession()).tokens, kept.size], [undefined, 0]);
  await checkRefused('nobody is signed in', ['UserUnAuthenticatedException', 'User needs to be authenticated to call this API.'], getCurrentUser);
  for (const [name, tokens] of [['first', first], ['refreshed', second]]) {
    await checkRefused(`the signed-out ${name} access token is refused`, ACCESS_REVOKED, () => getUser(String(tokens.accessToken)));
  }
  await checkRefused('the signed-out refresh token is refused', REFRESH_REVOKED, () => refresh(before));

  // A sign-out that is not global revokes this session's refresh token.
  check('signIn again', await signIn({ username, password: PASSWORD }), done);
  const third = (await fetchAuthSession()).tokens;
  const last = refreshToken();
  await signOut();
  await checkRefused('signOut revokes the access token', ACCESS_REVOKED, () => getUser(String(third.accessToken)));
  await checkRefused('signOut revokes the refresh token', REFRESH_REVOKED, () => refresh(last));
});
