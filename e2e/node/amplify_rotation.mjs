// Amplify JS v6: refresh tokens that rotate, through fetchAuthSession after the access token has expired. Moves the
// server's clock, so that it runs near the end.

import * as idp from '@aws-sdk/client-cognito-identity-provider';
import { Amplify } from 'aws-amplify';
import { fetchAuthSession, signIn } from 'aws-amplify/auth';
import { cognitoUserPoolsTokenProvider } from 'aws-amplify/auth/cognito';
import { ENDPOINT, PASSWORD, administrator, check, checkRefused, confirmedUser, session } from './support.mjs';

await session('Amplify JS with rotation', async () => {
  const admin = administrator();
  const made = await admin.send(new idp.CreateUserPoolCommand({ PoolName: 'amplify rotation' }));
  const pool = { id: made.UserPool.Id };
  const client = await admin.send(
    new idp.CreateUserPoolClientCommand({
      UserPoolId: pool.id,
      ClientName: 'amplify',
      ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'],
      RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 0 },
    }),
  );
  const clientId = client.UserPoolClient.ClientId;
  await confirmedUser(admin, pool, 'rhea');
  const kept = new Map();
  Amplify.configure({ Auth: { Cognito: { userPoolId: pool.id, userPoolClientId: clientId, userPoolEndpoint: ENDPOINT } } });
  cognitoUserPoolsTokenProvider.setKeyValueStorage({
    setItem: async (key, value) => void kept.set(key, value),
    getItem: async key => kept.get(key) ?? null,
    removeItem: async key => void kept.delete(key),
    clear: async () => kept.clear(),
  });
  const refreshToken = () => [...kept].find(([key]) => key.endsWith('.refreshToken'))[1];
  const tokens = async () => (await fetchAuthSession()).tokens;

  check('signs in', (await signIn({ username: 'rhea', password: PASSWORD })).isSignedIn, true);
  const [first, origin] = [refreshToken(), await tokens()];
  // The library judges by its own clock whether a token has expired; what it compares with is moved along.
  const advance = async () => {
    const answer = await fetch(`${ENDPOINT}/_dev/clock`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"advance":"2h"}',
    });
    check('the clock moves on', answer.ok, true);
    for (const key of kept.keys()) if (key.endsWith('.clockDrift')) kept.set(key, String(moved += 7_200_000));
  };
  let moved = 0;
  await advance();
  const second = await tokens();
  check('the tokens are new', String(second.accessToken) !== String(origin.accessToken), true);
  check('of the same sign-in', second.accessToken.payload.origin_jti, origin.accessToken.payload.origin_jti);
  const rotated = refreshToken();
  check('and so is the refresh token', rotated !== first, true);
  await advance();
  await tokens();
  check('every time', refreshToken() !== rotated, true);
  const again = RefreshToken => admin.send(new idp.GetTokensFromRefreshTokenCommand({ ClientId: clientId, RefreshToken }));
  await checkRefused(
    'a token that was rotated out',
    ['RefreshTokenReuseException', 'Refresh token has been invalidated by rotation'],
    () => again(first),
  );
  await checkRefused('ends the whole family', ['NotAuthorizedException', 'Refresh Token has been revoked'], () =>
    again(refreshToken()),
  );
});
