// What every Node session shares: counting checks, the inbox, and the answers expected of every client.
//
// A session is an ordinary module. It reports one line a check on standard output (`ok - …` or `not ok - …`) and ends
// with exit code 1 when a check failed or when it could not go on.

import { isDeepStrictEqual, inspect } from 'node:util';
import * as idp from '@aws-sdk/client-cognito-identity-provider';

export const ENDPOINT = process.env.E2E_ENDPOINT;
/** How long a browser waits for what it is told to wait for: two browsers and two servers share two cores. */
export const PATIENCE_MS = 30_000;
export const PASSWORD = 'Correct-Horse-7';
export const WRONG_PASSWORD = 'Correct-Horse-8';
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const REFRESH_TOKEN = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*){4}$/;

export const INCORRECT = ['NotAuthorizedException', 'Incorrect username or password.'];
export const NOT_CONFIRMED = ['UserNotConfirmedException', 'User is not confirmed.'];
export const WRONG_CODE = ['CodeMismatchException', 'Invalid verification code provided, please try again.'];
export const ACCESS_REVOKED = ['NotAuthorizedException', 'Access Token has been revoked'];
export const REFRESH_REVOKED = ['NotAuthorizedException', 'Refresh Token has been revoked'];

let failures = 0;

/** Compares a whole answer; a difference is printed and remembered, and the session goes on. */
export function check(name, got, want) {
  if (isDeepStrictEqual(got, want)) {
    console.log(`ok - ${name}`);
    return true;
  }
  failures += 1;
  const show = value => inspect(value, { depth: 8, breakLength: Infinity });
  console.log(`not ok - ${name}\n    got  ${show(got)}\n    want ${show(want)}`);
  return false;
}

/** Checks that the whole of a string has a form. */
export function checkMatch(name, got, pattern) {
  return check(name, typeof got === 'string' && pattern.test(got) ? 'fits' : got, 'fits');
}

/** Checks that `call` rejects with exactly this name and text. */
export async function checkRefused(name, want, call) {
  try {
    const answer = await call();
    return check(name, ['no error', answer], want);
  } catch (error) {
    return check(name, [error.name, error.message], want);
  }
}

/** Runs one client's session; an error that no check expected fails it. */
export async function session(name, body) {
  try {
    await body();
  } catch (error) {
    failures += 1;
    console.log(`not ok - ${name}: ended early by ${error?.name}: ${error?.message}`);
    console.error(error);
  }
  process.exit(failures ? 1 : 0);
}

/** The AWS SDK with only its endpoint changed; it never repeats a request by itself. */
export function administrator(endpoint = ENDPOINT) {
  return new idp.CognitoIdentityProviderClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    // The server closes a connection that was idle for a minute; who does not try again must not use one that is about to be.
    requestHandler: { httpAgent: { timeout: 20_000 } },
  });
}

/** Makes a pool with one client for one session. */
export async function newPool(admin, name, flows) {
  const made = await admin.send(new idp.CreateUserPoolCommand({ PoolName: name, AutoVerifiedAttributes: ['email'] }));
  const id = made.UserPool.Id;
  const client = await admin.send(
    new idp.CreateUserPoolClientCommand({ UserPoolId: id, ClientName: name, ExplicitAuthFlows: flows }),
  );
  return { id, clientId: client.UserPoolClient.ClientId, issuer: `${ENDPOINT}/${id}` };
}

/** Makes a user who can sign in, without the sign-up that other sessions are about. */
export async function confirmedUser(admin, pool, username) {
  await admin.send(
    new idp.AdminCreateUserCommand({
      UserPoolId: pool.id,
      Username: username,
      MessageAction: 'SUPPRESS',
      UserAttributes: [
        { Name: 'email', Value: `${username}@example.com` },
        { Name: 'email_verified', Value: 'true' },
      ],
    }),
  );
  await admin.send(
    new idp.AdminSetUserPasswordCommand({
      UserPoolId: pool.id,
      Username: username,
      Password: PASSWORD,
      Permanent: true,
    }),
  );
}

/** Signs a user in by password and returns the AuthenticationResult. */
export async function passwordSignIn(admin, pool, username, password = PASSWORD) {
  const answer = await admin.send(
    new idp.InitiateAuthCommand({
      ClientId: pool.clientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: username, PASSWORD: password },
    }),
  );
  return answer.AuthenticationResult;
}

/** GETs a path of the server and reads its JSON. */
export async function getJson(path) {
  const answer = await fetch(`${ENDPOINT}${path}`);
  if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** Checks the one message that a sign-up sends, and returns its code. */
export async function checkSignUpMessage(pool, username, email) {
  const query = new URLSearchParams({ pool: pool.id, user: username, wait: '10' });
  const { messages } = await getJson(`/_dev/messages?${query}`);
  check('one message was sent', messages.length, 1);
  const { id, time, ...message } = messages[0];
  check('the message has an id and a time', [id !== undefined, time !== undefined], [true, true]);
  checkMatch('the code has six digits', message.code, /^\d{6}$/);
  check('the message', message, {
    pool: pool.id,
    user: username,
    to: email,
    channel: 'EMAIL',
    kind: 'sign_up',
    subject: 'Your verification code',
    body: `Your verification code is ${message.code}. `,
    code: message.code,
  });
  return message.code;
}

/** A code of the same form that is certainly not `code`. */
export const otherCode = code => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

/** The answer as the service sent it, without what the SDK adds. */
export function withoutMetadata({ $metadata, ...answer }) {
  return answer;
}

/** What a sign-up says about the delivery of its code. */
export const delivery = email => ({
  AttributeName: 'email',
  DeliveryMedium: 'EMAIL',
  Destination: `${email[0]}***@e***`,
});

/** GetUser's attributes of a user who signed up and confirmed. */
export const attributes = (sub, email) => [
  { Name: 'sub', Value: sub },
  { Name: 'email', Value: email },
  { Name: 'email_verified', Value: 'true' },
];

/** The payload of a compact JWS, not verified. */
export const claims = token => JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());

/** Checks the form of a refresh token. */
export const checkRefreshToken = token => checkMatch('the refresh token is opaque, in five parts', token, REFRESH_TOKEN);

/** Checks every claim of both tokens; `before` is the earlier access token when these come from a refresh. */
export function checkClaims({ accessToken, idToken }, pool, username, sub, email, before) {
  const access = claims(accessToken);
  const identity = claims(idToken);
  const varying = payload =>
    Object.fromEntries(['event_id', 'jti', 'origin_jti', 'auth_time', 'iat', 'exp'].map(name => [name, payload[name]]));
  for (const [kind, payload] of [['access', access], ['ID', identity]]) {
    check(`the ${kind} token lasts an hour`, payload.exp - payload.iat, 3600);
    for (const name of ['event_id', 'jti', 'origin_jti']) checkMatch(`${name} of the ${kind} token`, payload[name], UUID);
  }
  check('the claims of the access token', access, {
    sub,
    iss: pool.issuer,
    client_id: pool.clientId,
    token_use: 'access',
    acr: 'urn:cognito:loa:1',
    amr: ['pwd'],
    scope: 'aws.cognito.signin.user.admin',
    username,
    ...varying(access),
  });
  check('the claims of the ID token', identity, {
    sub,
    iss: pool.issuer,
    aud: pool.clientId,
    token_use: 'id',
    acr: 'urn:cognito:loa:1',
    amr: ['pwd'],
    'cognito:username': username,
    email,
    email_verified: true,
    ...varying(identity),
  });
  const shared = ({ event_id, origin_jti, auth_time, iat }) => ({ event_id, origin_jti, auth_time, iat });
  check('both tokens belong to one sign-in', shared(access), shared(identity));
  check('each token has its own jti', access.jti !== identity.jti, true);
  if (before) {
    const earlier = claims(before);
    check(
      'a refresh keeps origin_jti and auth_time',
      [access.origin_jti, access.auth_time],
      [earlier.origin_jti, earlier.auth_time],
    );
    check('a refresh makes a new token', access.jti !== earlier.jti, true);
  }
}

/** The same token with one claim changed and its signature kept. */
export function tampered(token) {
  const [header, , signature] = token.split('.');
  const changed = { ...claims(token), sub: '00000000-0000-0000-0000-000000000000' };
  return [header, Buffer.from(JSON.stringify(changed)).toString('base64url'), signature].join('.');
}

/** The same claims under `alg: none`. */
export function unsigned(token) {
  return [Buffer.from('{"alg":"none"}').toString('base64url'), token.split('.')[1], ''].join('.');
}
