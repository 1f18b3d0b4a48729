// Amplify JS v6 in Chromium: a passkey registered, listed, used and deleted with its Auth category.

import { build } from 'esbuild';
import { authenticator, openPage, passkeyPool } from './chromium.mjs';
import { ENDPOINT, PASSWORD, administrator, check, checkRefused, confirmedUser, session } from './support.mjs';

/** Amplify as one script, which gives the page a global `amplify`. */
async function amplifyForBrowsers() {
  const contents = "export { Amplify } from 'aws-amplify'; export * from 'aws-amplify/auth';";
  const made = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    format: 'iife',
    globalName: 'amplify',
    platform: 'browser',
    logLevel: 'error',
    write: false,
  });
  return made.outputFiles[0].text;
}

await session('Amplify JS in Chromium', async () => {
  const admin = administrator();
  const pool = await passkeyPool(admin);
  const username = 'barbara';
  await confirmedUser(admin, pool, username);
  const { page, devtools, close } = await openPage(await amplifyForBrowsers());
  try {
    await authenticator(devtools);
    await page.evaluate(
      Cognito => amplify.Amplify.configure({ Auth: { Cognito } }),
      { userPoolId: pool.id, userPoolClientId: pool.clientId, userPoolEndpoint: ENDPOINT },
    );
    /** Calls a function of Amplify in the page; what it throws keeps its name. */
    const call = async (name, input) => {
      const [done, refused] = await page.evaluate(
        async ([name, input]) => {
          try {
            return [await amplify[name](input)];
          } catch (error) {
            return [null, [error.name, error.message]];
          }
        },
        [name, input],
      );
      if (refused) throw Object.assign(new Error(refused[1]), { name: refused[0] });
      return done;
    };
    const signIn = preferredChallenge => call('signIn', { username, options: { authFlowType: 'USER_AUTH', preferredChallenge } });
    const done = { isSignedIn: true, nextStep: { signInStep: 'DONE' } };

    check('with a password first', await call('signIn', { username, password: PASSWORD, options: { authFlowType: 'USER_PASSWORD_AUTH' } }), done);
    check('a passkey is made', await call('associateWebAuthnCredential'), undefined);
    const { credentials } = await call('listWebAuthnCredentials', {});
    check('it is listed', credentials.map(({ friendlyCredentialName, relyingPartyId }) => [friendlyCredentialName, relyingPartyId]), [
      ['Platform passkey', 'localhost'],
    ]);
    await call('signOut');
    check('the passkey signs in', await signIn('WEB_AUTHN'), done);
    check('as the user', (await call('getCurrentUser')).username, username);
    await call('signOut');

    const asked = await signIn();
    check('without a preference there is a choice', asked.nextStep, {
      signInStep: 'CONTINUE_SIGN_IN_WITH_FIRST_FACTOR_SELECTION',
      availableChallenges: ['PASSWORD_SRP', 'PASSWORD', 'WEB_AUTHN'],
    });
    check('the passkey is chosen', await call('confirmSignIn', { challengeResponse: 'WEB_AUTHN' }), done);
    await checkRefused(
      'the browser makes no second passkey on the same authenticator',
      ['PasskeyAlreadyExists', 'Passkey already exists in authenticator.'],
      () => call('associateWebAuthnCredential'),
    );
    await call('deleteWebAuthnCredential', { credentialId: credentials[0].credentialId });
    check('it is deleted', (await call('listWebAuthnCredentials', {})).credentials, []);
  } finally {
    await close();
  }
});
