// aws-jwt-verify: the official verifier, for a pool whose issuer is the one of AWS, with keys loaded from this server.

import { execFileSync } from 'node:child_process';
import { mock } from 'node:test';
import { CognitoJwtVerifier } from 'aws-jwt-verify';
import {
  administrator, check, claims, confirmedUser, getJson, newPool, passwordSignIn, session, tampered, unsigned,
} from './support.mjs';

/** Like checkRefused, but by class: the errors of this library all have the name `Error`. */
async function checkThrown(name, want, call) {
  try {
    check(name, ['no error', await call()], want);
  } catch (error) {
    check(name, [error.constructor.name, error.message], want);
  }
}

await session('aws-jwt-verify', async () => {
  const admin = administrator();
  const flows = ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'];
  const [pool, other] = [await newPool(admin, 'verify', flows), await newPool(admin, 'verify-other', flows)];
  for (const one of [pool, other]) {
    const [program, ...args] = JSON.parse(process.env.E2E_COMMAND);
    execFileSync(program, [...args, 'pool', 'set-issuer', one.id, 'aws'], { stdio: ['ignore', 'inherit', 'inherit'] });
    await confirmedUser(admin, one, 'emmy');
  }
  const issuer = `https://cognito-idp.us-east-1.amazonaws.com/${pool.id}`;
  // The running server knows at once when it has made the change itself; when the command has made it in the shared
  // database, every node knows within a second.
  const [tokens, foreign] = await Promise.all(
    [pool, other].map(async one => {
      const until = Date.now() + (process.env.E2E_ENGINE === 'sqlite' ? 0 : 1500);
      for (;;) {
        const found = await passwordSignIn(admin, one, 'emmy');
        if (claims(found.IdToken).iss !== one.issuer || Date.now() >= until) return found;
      }
    }),
  );
  const keys = await getJson(`/${pool.id}/.well-known/jwks.json`);

  const verifier = (tokenUse, clientId = pool.clientId) => {
    const made = CognitoJwtVerifier.create({ userPoolId: pool.id, tokenUse, clientId });
    made.cacheJwks(keys);
    return made;
  };
  const later = async call => {
    mock.timers.enable({ apis: ['Date'], now: Date.now() + 3_601_000 });
    try {
      return await call();
    } finally {
      mock.timers.reset();
    }
  };

  const otherClient = '0123456789abcdefghijklmnop';
  for (const [use, token, claim] of [['access', tokens.AccessToken, 'Client ID'], ['id', tokens.IdToken, 'Client ID ("audience")']]) {
    const payload = await verifier(use).verify(token);
    check(`the ${use} token verifies`, [payload.token_use, payload.iss, payload.sub], [use, issuer, claims(token).sub]);
    const expiry = new Date(claims(token).exp * 1000).toISOString();
    await checkThrown(`an expired ${use} token is refused`, ['JwtExpiredError', `Token expired at ${expiry}`], () =>
      later(() => verifier(use).verify(token)),
    );
    await checkThrown(`a tampered ${use} token is refused`, ['JwtInvalidSignatureError', 'Invalid signature'], () =>
      verifier(use).verify(tampered(token)),
    );
    await checkThrown(
      `an unsigned ${use} token is refused`,
      ['JwtParseError', 'JWT string does not consist of exactly 3 parts (header, payload, signature)'],
      () => verifier(use).verify(unsigned(token)),
    );
    await checkThrown(
      `the ${use} token of another client is refused`,
      ['CognitoJwtInvalidClientIdError', `${claim} not allowed: ${pool.clientId}. Expected: ${otherClient}`],
      () => verifier(use, otherClient).verify(token),
    );
  }
  await checkThrown(
    'an access token is refused where an ID token belongs',
    ['CognitoJwtInvalidTokenUseError', 'Token use not allowed: access. Expected: id'],
    () => verifier('id').verify(tokens.AccessToken),
  );
  for (const [use, token] of [['access', foreign.AccessToken], ['id', foreign.IdToken]]) {
    await checkThrown(
      `another pool's ${use} token is refused`,
      ['ParameterValidationError', `issuer not configured: ${issuer.replace(pool.id, other.id)}`],
      () => verifier(use).verify(token),
    );
  }
});
