// The part of python/impersonate_session.py in Node.js, in the same name spaces: no library here is told of an endpoint.

import { Amplify } from 'aws-amplify';
import { fetchAuthSession, signIn } from 'aws-amplify/auth';
import { cognitoUserPoolsTokenProvider } from 'aws-amplify/auth/cognito';
import { CognitoIdentityProviderClient, ListUserPoolsCommand } from '@aws-sdk/client-cognito-identity-provider';
import { CognitoJwtVerifier } from 'aws-jwt-verify';
import CognitoExpress from 'cognito-express';
import identity from 'amazon-cognito-identity-js';
import { PASSWORD, check, checkRefused, session, tampered } from './support.mjs';

await session('libraries with hosts in their code', async () => {
  const [region, pool, clientId, domain, access, id] = JSON.parse(process.env.E2E_STANDIN);
  const issuer = `https://cognito-idp.${region}.amazonaws.com/${pool}`;

  const sdk = new CognitoIdentityProviderClient({ region });
  const { UserPools } = await sdk.send(new ListUserPoolsCommand({ MaxResults: 5 }));
  check('the AWS SDK lists the pool', UserPools.map(one => one.Id), [pool]);

  for (const [tokenUse, token] of [['access', access], ['id', id]]) {
    const verifier = CognitoJwtVerifier.create({ userPoolId: pool, tokenUse, clientId });
    const payload = await verifier.verify(token);
    check(`aws-jwt-verify verifies the ${tokenUse} token`, [payload.iss, payload.token_use], [issuer, tokenUse]);
    const refused = verifier.verify(tampered(token)).then(() => 'taken', error => error.constructor.name);
    check(`aws-jwt-verify refuses a changed ${tokenUse} token`, await refused, 'JwtInvalidSignatureError');
    const express = new CognitoExpress({ region, cognitoUserPoolId: pool, tokenUse });
    const found = await express.validate(token);
    check(`cognito-express verifies the ${tokenUse} token`, [found.iss, found.token_use], [issuer, tokenUse]);
    await checkRefused(`cognito-express refuses a changed ${tokenUse} token`, ['JsonWebTokenError', 'invalid signature'], () =>
      express.validate(tampered(token)),
    );
  }

  const { AuthenticationDetails, CognitoUser, CognitoUserPool } = identity;
  const Pool = new CognitoUserPool({ UserPoolId: pool, ClientId: clientId });
  const signedIn = await new Promise((onSuccess, onFailure) =>
    new CognitoUser({ Username: 'jane', Pool }).authenticateUser(
      new AuthenticationDetails({ Username: 'jane', Password: PASSWORD }), { onSuccess, onFailure },
    ),
  );
  check('amazon-cognito-identity-js signs in by SRP', signedIn.getAccessToken().payload.iss, issuer);

  const kept = new Map();
  Amplify.configure({ Auth: { Cognito: { userPoolId: pool, userPoolClientId: clientId } } });
  cognitoUserPoolsTokenProvider.setKeyValueStorage({
    setItem: async (key, value) => void kept.set(key, value),
    getItem: async key => kept.get(key) ?? null,
    removeItem: async key => void kept.delete(key),
    clear: async () => kept.clear(),
  });
  const { isSignedIn } = await signIn({ username: 'jane', password: PASSWORD });
  const { tokens } = await fetchAuthSession();
  check('Amplify signs in by SRP', [isSignedIn, tokens.idToken.payload.iss], [true, issuer]);

  const page = await fetch(`https://${domain}/login?client_id=${clientId}&response_type=code&redirect_uri=http://localhost:3000/`);
  check('the page of the domain is there', page.status, 200);
});
