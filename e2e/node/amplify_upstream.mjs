// Amplify JS v6: SRP sign-in at a pool that stands in front of a pool of another server. Only the endpoint of the application
// is another one than before.

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as idp from '@aws-sdk/client-cognito-identity-provider';
import { Amplify } from 'aws-amplify';
import {
  confirmSignIn, fetchAuthSession, fetchUserAttributes, getCurrentUser, signIn, signOut, updatePassword,
} from 'aws-amplify/auth';
import { start } from './own_server.mjs';
import {
  INCORRECT, PASSWORD, WRONG_PASSWORD, administrator, check, checkRefused, confirmedUser, session,
} from './support.mjs';

const DONE = { isSignedIn: true, nextStep: { signInStep: 'DONE' } };
const FLOWS = ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'];

async function appCode(endpoint, pool, user) {
  const answer = await fetch(`${endpoint}/_dev/totp?${new URLSearchParams({ pool, user })}`);
  const shown = await answer.json();
  const app = shown.pending ?? shown.registered;
  if (app.wait > 0) {
    await new Promise(later => setTimeout(later, app.wait * 1000 + 200));
    return appCode(endpoint, pool, user);
  }
  return app.code;
}

await session('Amplify JS before an upstream', async () => {
  const [real, ours] = [await start([]), await start([])];
  const folder = await mkdtemp(join(tmpdir(), 'cognate-e2e-upstream-'));
  try {
    const cognate = async (...words) => {
      const [program, ...args] = JSON.parse(process.env.E2E_COMMAND);
      const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('COGNATE_')));
      env.COGNATE_DATA_DIR = join(ours.folder, 'data');
      return (await promisify(execFile)(program, [...args, ...words], { env })).stdout.trim();
    };
    const there = administrator(real.endpoint);
    const made = await there.send(new idp.CreateUserPoolCommand({ PoolName: 'real' }));
    const pool = made.UserPool.Id;
    const client = await there.send(
      new idp.CreateUserPoolClientCommand({ UserPoolId: pool, ClientName: 'real', ExplicitAuthFlows: FLOWS }),
    );
    const clientId = client.UserPoolClient.ClientId;
    await there.send(
      new idp.SetUserPoolMfaConfigCommand({
        UserPoolId: pool, MfaConfiguration: 'OPTIONAL', SoftwareTokenMfaConfiguration: { Enabled: true },
      }),
    );
    await confirmedUser(there, { id: pool }, 'ada');
    await confirmedUser(there, { id: pool }, 'tea');

    await writeFile(join(folder, 'pool.json'), JSON.stringify({ PoolName: 'ours' }));
    await writeFile(join(folder, 'client.json'), JSON.stringify({ ClientName: 'ours', ExplicitAuthFlows: FLOWS }));
    await cognate('pool', 'create', '--id', pool, join(folder, 'pool.json'));
    await cognate('client', 'create', '--pool', pool, '--id', clientId, join(folder, 'client.json'));
    await cognate(
      'upstream', 'set', pool, '--user-pool', pool, '--endpoint', real.endpoint, '--client', `${clientId}=${clientId}`,
    );

    const use = userPoolEndpoint =>
      Amplify.configure({ Auth: { Cognito: { userPoolId: pool, userPoolClientId: clientId, userPoolEndpoint } } });
    use(real.endpoint);
    await signIn({ username: 'tea', password: PASSWORD });
    const access = String((await fetchAuthSession()).tokens.accessToken);
    await there.send(new idp.AssociateSoftwareTokenCommand({ AccessToken: access }));
    const UserCode = await appCode(real.endpoint, pool, 'tea');
    await there.send(new idp.VerifySoftwareTokenCommand({ AccessToken: access, UserCode }));
    await there.send(
      new idp.SetUserMFAPreferenceCommand({
        AccessToken: access, SoftwareTokenMfaSettings: { Enabled: true, PreferredMfa: true },
      }),
    );
    await signOut();
    check('signIn before the move', await signIn({ username: 'ada', password: PASSWORD }), DONE);
    const sub = (await getCurrentUser()).userId;

    // Only this changes for the application, even for who is signed in.
    use(ours.endpoint);
    const renewed = await fetchAuthSession({ forceRefresh: true });
    check('the session goes on here', renewed.tokens.accessToken.payload.sub, sub);
    check('fetchUserAttributes', { ...(await fetchUserAttributes()) }, {
      sub, email: 'ada@example.com', email_verified: 'true',
    });
    await signOut();
    await checkRefused('a wrong password is refused', INCORRECT, () =>
      signIn({ username: 'ada', password: WRONG_PASSWORD }));
    check('signIn by SRP', await signIn({ username: 'ada', password: PASSWORD }), DONE);
    check('the same user', (await getCurrentUser()).userId, sub);
    await updatePassword({ oldPassword: PASSWORD, newPassword: 'Moved-Horse-9' });
    await signOut();

    check('the app of there is asked for', await signIn({ username: 'tea', password: PASSWORD }), {
      isSignedIn: false, nextStep: { signInStep: 'CONFIRM_SIGN_IN_WITH_TOTP_CODE' },
    });
    const code = await appCode(real.endpoint, pool, 'tea');
    check('its code signs in', await confirmSignIn({ challengeResponse: code }), DONE);
    await signOut();

    await real.stop();
    check('who has moved needs no other server', await signIn({ username: 'ada', password: 'Moved-Horse-9' }), DONE);
    await signOut();
  } finally {
    await real.stop();
    await ours.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
