// jose, a generic JWT library: verifies both tokens with the published keys and refuses what it must.

import { createRemoteJWKSet, jwtVerify } from 'jose';
import {
  ENDPOINT, administrator, check, checkRefused, confirmedUser, newPool, passwordSignIn, session, tampered, unsigned,
} from './support.mjs';

await session('jose', async () => {
  const admin = administrator();
  const flows = ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'];
  const [pool, other] = [await newPool(admin, 'jose', flows), await newPool(admin, 'jose-other', flows)];
  for (const one of [pool, other]) await confirmedUser(admin, one, 'lise');
  const tokens = await passwordSignIn(admin, pool, 'lise');
  const foreign = await passwordSignIn(admin, other, 'lise');

  const keySet = one => createRemoteJWKSet(new URL(`${ENDPOINT}/${one.id}/.well-known/jwks.json`));
  const [keys, otherKeys] = [keySet(pool), keySet(other)];
  const expected = { access: {}, id: { audience: pool.clientId } };
  const verify = (token, use, more = {}, set = keys) =>
    jwtVerify(token, set, { issuer: pool.issuer, algorithms: ['RS256'], ...expected[use], ...more });
  const noKey = ['JWKSNoMatchingKey', 'no applicable key found in the JSON Web Key Set'];

  for (const [use, token] of [['access', tokens.AccessToken], ['id', tokens.IdToken]]) {
    const { payload, protectedHeader } = await verify(token, use);
    check(`the ${use} token verifies`, [payload.token_use, payload.iss], [use, pool.issuer]);
    check('the header', protectedHeader, { kid: protectedHeader.kid, alg: 'RS256' });
    const later = new Date((payload.exp + 1) * 1000);
    await checkRefused(`an expired ${use} token is refused`, ['JWTExpired', '"exp" claim timestamp check failed'], () =>
      verify(token, use, { currentDate: later }),
    );
    await checkRefused(
      `a tampered ${use} token is refused`,
      ['JWSSignatureVerificationFailed', 'signature verification failed'],
      () => verify(tampered(token), use),
    );
    await checkRefused(
      `an unsigned ${use} token is refused`,
      ['JOSEAlgNotAllowed', '"alg" (Algorithm) Header Parameter value not allowed'],
      () => verify(unsigned(token), use),
    );
  }
  for (const [use, token] of [['access', foreign.AccessToken], ['id', foreign.IdToken]]) {
    await checkRefused(`another pool's ${use} token is refused by its key`, noKey, () => verify(token, use));
    await checkRefused(
      `another pool's ${use} token is refused by its issuer`,
      ['JWTClaimValidationFailed', 'unexpected "iss" claim value'],
      () => verify(token, use, {}, otherKeys),
    );
  }
  await checkRefused(
    'an access token is refused where an ID token belongs',
    ['JWTClaimValidationFailed', 'missing required "aud" claim'],
    () => verify(tokens.AccessToken, 'id'),
  );
});
