// AWS SDK for JavaScript v3: sign up, confirm, sign in by password, GetUser, refresh, sign out.

import * as idp from '@aws-sdk/client-cognito-identity-provider';
import {
  ACCESS_REVOKED, INCORRECT, NOT_CONFIRMED, PASSWORD, REFRESH_REVOKED, UUID, WRONG_CODE, WRONG_PASSWORD, administrator,
  attributes, check, checkClaims, checkMatch, checkRefreshToken, checkRefused, checkSignUpMessage, delivery, newPool,
  otherCode, session, withoutMetadata,
} from './support.mjs';

await session('AWS SDK for JavaScript', async () => {
  const client = administrator();
  const pool = await newPool(client, 'sdk-v3', ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH']);
  const ClientId = pool.clientId;
  const [Username, email] = ['katherine', 'katherine@example.com'];
  const call = async command => withoutMetadata(await client.send(command));
  const signIn = password =>
    call(
      new idp.InitiateAuthCommand({
        ClientId,
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: Username, PASSWORD: password },
      }),
    );
  const refresh = token =>
    call(
      new idp.InitiateAuthCommand({
        ClientId,
        AuthFlow: 'REFRESH_TOKEN_AUTH',
        AuthParameters: { REFRESH_TOKEN: token },
      }),
    );
  const getUser = AccessToken => call(new idp.GetUserCommand({ AccessToken }));
  const confirm = ConfirmationCode => call(new idp.ConfirmSignUpCommand({ ClientId, Username, ConfirmationCode }));

  const UserAttributes = [{ Name: 'email', Value: email }];
  const signUp = new idp.SignUpCommand({ ClientId, Username, Password: PASSWORD, UserAttributes });
  const signedUp = await call(signUp);
  const sub = signedUp.UserSub;
  checkMatch('the user has a UUID', sub, UUID);
  check('SignUp', signedUp, { UserConfirmed: false, UserSub: sub, CodeDeliveryDetails: delivery(email) });
  await checkRefused('a taken name is refused', ['UsernameExistsException', 'User already exists'], () => call(signUp));
  try {
    await signIn(PASSWORD);
    check('an unconfirmed user cannot sign in', 'no error', NOT_CONFIRMED);
  } catch (error) {
    check(
      'an unconfirmed user cannot sign in, with the class of the SDK',
      [error instanceof idp.UserNotConfirmedException, error.name, error.message, error.$fault, error.$metadata.httpStatusCode],
      [true, ...NOT_CONFIRMED, 'client', 400],
    );
    checkMatch('the refusal has a request id', error.$metadata.requestId, UUID);
  }
  const code = await checkSignUpMessage(pool, Username, email);
  await checkRefused('a wrong code is refused', WRONG_CODE, () => confirm(otherCode(code)));
  check('the code confirms', await confirm(code), {});
  await checkRefused('a wrong password is refused', INCORRECT, () => signIn(WRONG_PASSWORD));

  const signedIn = await signIn(PASSWORD);
  const tokens = signedIn.AuthenticationResult;
  check('sign-in answers with tokens and no challenge', signedIn, {
    ChallengeParameters: {},
    AuthenticationResult: {
      AccessToken: tokens.AccessToken,
      ExpiresIn: 3600,
      IdToken: tokens.IdToken,
      RefreshToken: tokens.RefreshToken,
      TokenType: 'Bearer',
    },
  });
  checkRefreshToken(tokens.RefreshToken);
  const pair = result => ({ accessToken: result.AccessToken, idToken: result.IdToken });
  checkClaims(pair(tokens), pool, Username, sub, email);
  const user = { Username, UserAttributes: attributes(sub, email) };
  check('GetUser', await getUser(tokens.AccessToken), user);

  const refreshed = await refresh(tokens.RefreshToken);
  const newer = refreshed.AuthenticationResult;
  check('refresh answers with two tokens', refreshed, {
    ChallengeParameters: {},
    AuthenticationResult: {
      AccessToken: newer.AccessToken,
      ExpiresIn: 3600,
      IdToken: newer.IdToken,
      TokenType: 'Bearer',
    },
  });
  checkClaims(pair(newer), pool, Username, sub, email, tokens.AccessToken);
  check('GetUser with the refreshed token', await getUser(newer.AccessToken), user);

  check('GlobalSignOut', await call(new idp.GlobalSignOutCommand({ AccessToken: newer.AccessToken })), {});
  for (const [name, result] of [['first', tokens], ['refreshed', newer]]) {
    await checkRefused(`the signed-out ${name} access token is refused`, ACCESS_REVOKED, () => getUser(result.AccessToken));
  }
  await checkRefused('the signed-out refresh token is refused', REFRESH_REVOKED, () => refresh(tokens.RefreshToken));
});
