// The helper package for JavaScript: the example of its README, its fixtures for Playwright, and what else it offers, on
// servers of its own.

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as idp from '@aws-sdk/client-cognito-identity-provider';

import { Cognate, connect, start } from '../../helpers/javascript/index.js';
import globalSetup, { cognateFixtures } from '../../helpers/javascript/playwright.js';
import { check, checkRefused, session } from './support.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const PACKAGE = resolve(HERE, '../../helpers/javascript');
const command = JSON.parse(process.env.E2E_COMMAND);

/** Runs the example as a program whose node_modules have both packages, with the server's program on its path. */
async function example() {
  const folder = await mkdtemp(join(tmpdir(), 'cognate-e2e-'));
  try {
    await mkdir(join(folder, 'node_modules'));
    await symlink(PACKAGE, join(folder, 'node_modules/cognate-dev'));
    await symlink(resolve(HERE, '../node_modules/@aws-sdk'), join(folder, 'node_modules/@aws-sdk'));
    const text = await readFile(join(PACKAGE, 'README.md'), 'utf8');
    const [code] = text.split('```js\n')[1].split('```');
    await writeFile(join(folder, 'example.mjs'), code);
    const PATH = [dirname(resolve(command[0])), process.env.PATH].join(delimiter);
    const done = await promisify(execFile)(process.execPath, ['example.mjs'], {
      cwd: folder, env: { ...process.env, PATH }, timeout: 120_000,
    });
    check('the example of the README', done.stderr, '');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A program that is killed leaves no server behind, and what `dev` understands of other programs does not reach it. */
async function killed() {
  const code = `
    import { start } from ${JSON.stringify(join(PACKAGE, 'index.js'))};
    Object.assign(process.env, { USE_SSL: '1', GATEWAY_LISTEN: '0.0.0.0:4566', PERSISTENCE: '1' });
    const own = await start({ command: ${JSON.stringify(command)} });
    process.stdout.write(own.endpoint, () => process.kill(process.pid, 'SIGKILL'));
  `;
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], { timeout: 60_000 });
  const { signal, stdout } = await run.catch(error => error);
  check('it is killed', [signal, stdout.startsWith('http://')], ['SIGKILL', true]);
  let ended = false;
  for (let tries = 0; tries < 100 && !ended; tries += 1) {
    ended = await new Cognate(stdout).now().then(() => false, () => true);
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  check('and its server has ended', ended, true);
}

async function site(cognate) {
  const client = new idp.CognitoIdentityProviderClient(cognate.clientConfig);
  const send = (name, input) => client.send(new idp[`${name}Command`](input));
  const made = await send('CreateUserPool', {
    PoolName: 'shop', AutoVerifiedAttributes: ['email'],
    Policies: { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'WEB_AUTHN'] } },
  });
  const pool = made.UserPool.Id;
  await send('SetUserPoolMfaConfig', {
    UserPoolId: pool, MfaConfiguration: 'OPTIONAL', SoftwareTokenMfaConfiguration: { Enabled: true },
    WebAuthnConfiguration: { RelyingPartyId: 'login.example.com' },
  });
  const app = await send('CreateUserPoolClient', {
    UserPoolId: pool, ClientName: 'web',
    ExplicitAuthFlows: ['ALLOW_USER_AUTH', 'ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
  });
  return { send, pool, app: app.UserPoolClient.ClientId };
}

async function offers(cognate) {
  const { send, pool, app } = await site(cognate);
  const jane = { pool, username: 'jane' };
  await send('SignUp', {
    ClientId: app, Username: 'jane', Password: 'Correct-Horse-7',
    UserAttributes: [{ Name: 'email', Value: 'jane@example.com' }],
  });
  const newest = await cognate.message({ pool, user: 'jane' });
  check('a message', [newest.to, newest.channel], ['jane@example.com', 'EMAIL']);
  check('a code that expired', await cognate.expire(jane, 'code'), 1);
  await checkRefused(
    'is told so', ['ExpiredCodeException', 'Invalid code provided, please request a code again.'],
    () => send('ConfirmSignUp', { ClientId: app, Username: 'jane', ConfirmationCode: newest.code }),
  );
  await send('AdminConfirmSignUp', { UserPoolId: pool, Username: 'jane' });
  const signed = await send('InitiateAuth', {
    ClientId: app, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME: 'jane', PASSWORD: 'Correct-Horse-7' },
  });
  const { AccessToken } = signed.AuthenticationResult;
  await send('AssociateSoftwareToken', { AccessToken });
  const { code, seconds } = await cognate.totp(jane);
  check('the life of a code', seconds > 0 && seconds <= 60, true);
  const verified = await send('VerifySoftwareToken', { AccessToken, UserCode: code });
  check('the code of an app', verified.Status, 'SUCCESS');

  const made = await cognate.createPasskey({ client: app, username: 'jane' });
  check('a passkey', [made.rpId, made.pool, made.username], ['login.example.com', pool, 'jane']);
  const asked = await send('InitiateAuth', {
    ClientId: app, AuthFlow: 'USER_AUTH', AuthParameters: { USERNAME: 'jane', PREFERRED_CHALLENGE: 'WEB_AUTHN' },
  });
  const credential = await cognate.answerPasskey(asked.ChallengeParameters.CREDENTIAL_REQUEST_OPTIONS);
  const done = await send('RespondToAuthChallenge', {
    ClientId: app, ChallengeName: 'WEB_AUTHN', Session: asked.Session,
    ChallengeResponses: { USERNAME: 'jane', CREDENTIAL: JSON.stringify(credential) },
  });
  check('signs in', typeof done.AuthenticationResult.AccessToken, 'string');

  const before = await cognate.now();
  const snapshot = await cognate.snapshot('jane');
  check('snapshots', await cognate.snapshots(), [snapshot]);
  const moved = (await cognate.advance('1h')) - before;
  check('the clock moves', moved >= 3_600_000 && moved < 3_660_000, true);
  await send('AdminDeleteUser', { UserPoolId: pool, Username: 'jane' });
  await cognate.restore('jane');
  check('and comes back', (await cognate.now()) - before < 60_000, true);
  check('so does the user', (await send('GetUser', { AccessToken })).Username, 'jane');
  check('sessions that expired', (await cognate.expire(jane, 'session')) > 1, true);
  await cognate.deleteSnapshot('jane');
  await checkRefused('a snapshot that is gone', ['CognateError', 'there is no snapshot jane'], () => cognate.restore('jane'));
  const { events } = await cognate.events({ pool, wait: 10 });
  check('events', events.length > 0, true);
  await cognate.reset();
  check('nothing is left', (await send('ListUserPools', { MaxResults: 5 })).UserPools, []);
}

/** Runs the fixtures as Playwright Test does: one worker, two tests. */
async function fixtures(options, workerIndex) {
  const { cognateWorker: [worker], cognate, prepared } = cognateFixtures(options, site);
  let endpoint;
  const workerInfo = { workerIndex };
  await worker({}, async cognateWorker => {
    const users = ({ send, pool }) => send('ListUsers', { UserPoolId: pool });
    for (const test of [1, 2]) {
      await cognate({ cognateWorker }, async server => {
        endpoint = server.endpoint;
        await prepared({ cognateWorker }, async made => {
          check(`test ${test} begins anew`, (await users(made)).Users, []);
          await made.send('AdminCreateUser', { UserPoolId: made.pool, Username: 'jane', MessageAction: 'SUPPRESS' });
          check(`test ${test} changes it`, (await users(made)).Users.length, 1);
        });
      });
    }
  }, workerInfo);
  return endpoint;
}

/** Workers at one server that the global set-up has started: each in a world of its own, which is gone afterwards. */
async function workers() {
  const end = await globalSetup({}, { command });
  const endpoint = process.env.TEST_COGNATE_ENDPOINT;
  const server = new Cognate(endpoint);
  const worlds = await Promise.all([0, 1, 2].map(index => fixtures({}, index)));
  check('the worlds of the workers', worlds, [0, 1, 2].map(index => `${endpoint}/_world/w${index}`));
  check('their worlds are gone', await server.worlds(), []);
  const client = new idp.CognitoIdentityProviderClient(server.clientConfig);
  const pools = await client.send(new idp.ListUserPoolsCommand({ MaxResults: 5 }));
  check('the server saw nothing of it', pools.UserPools, []);
  await end();
  check('the variable is gone', process.env.TEST_COGNATE_ENDPOINT, undefined);
  return endpoint;
}

const gone = endpoint =>
  checkRefused('the server has ended', ['TypeError', 'fetch failed'], () => new Cognate(endpoint).now());

await session('helpers', async () => {
  await example();
  await killed();
  const own = await start({ command });
  try {
    await offers(own.world('offers'));
    check('a world', (await own.worlds()).map(({ name }) => name), ['offers']);
    await own.deleteWorld('offers');
    await offers(own);
    const named = await connect({ endpoint: own.endpoint });
    await named.stop();
    check('a server that runs goes on', (await own.now()) > 0, true);
  } finally {
    await own.stop();
  }
  await gone(await fixtures({ command }, 0));
  await gone(await workers());
});
