// A pool whose users sign in with their e-mail address, as most have it: sign-up, a new password for a user whom an
// administrator made, and a forgotten password; amazon-cognito-identity-js throughout, so every sign-in is SRP.

import * as idp from '@aws-sdk/client-cognito-identity-provider';
import identity from 'amazon-cognito-identity-js';
import {
  ENDPOINT, INCORRECT, PASSWORD, UUID, administrator, check, checkMatch, checkRefused, claims, delivery, getJson, otherCode,
  session,
} from './support.mjs';

const { AuthenticationDetails, CognitoUser, CognitoUserAttribute, CognitoUserPool } = identity;
const NEW_PASSWORD = 'Battery-Staple-9';

const promise = start =>
  new Promise((resolve, reject) => start((error, answer) => (error ? reject(error) : resolve(answer))));

await session('e-mail addresses as user names', async () => {
  const admin = administrator();
  const made = await admin.send(
    new idp.CreateUserPoolCommand({
      PoolName: 'email-names',
      UsernameAttributes: ['email'],
      AutoVerifiedAttributes: ['email'],
      UsernameConfiguration: { CaseSensitive: false },
    }),
  );
  const UserPoolId = made.UserPool.Id;
  const created = await admin.send(
    new idp.CreateUserPoolClientCommand({
      UserPoolId,
      ClientName: 'email-names',
      ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      PreventUserExistenceErrors: 'ENABLED',
    }),
  );
  const ClientId = created.UserPoolClient.ClientId;
  const userPool = new CognitoUserPool({ UserPoolId, ClientId, endpoint: ENDPOINT });
  const visitor = name => new CognitoUser({ Username: name, Pool: userPool });
  const newest = async to => {
    const { messages } = await getJson(`/_dev/messages?${new URLSearchParams({ pool: UserPoolId, to, wait: '10' })}`);
    return messages[0];
  };

  /** Signs in; resolves to the session, or to the user who must choose a new password. */
  const signIn = (name, password) =>
    new Promise((resolve, reject) => {
      const user = visitor(name);
      user.authenticateUser(new AuthenticationDetails({ Username: name, Password: password }), {
        onSuccess: resolve,
        onFailure: reject,
        newPasswordRequired: (attributes, required) => resolve({ user, attributes, required }),
      });
    });

  // Sign-up: the user name becomes a UUID, and the address signs in whatever its letters' case.
  const email = 'ida@example.com';
  const mail = new CognitoUserAttribute({ Name: 'email', Value: email });
  const signedUp = await promise(done => userPool.signUp(email, PASSWORD, [mail], null, done));
  checkMatch('the user has a UUID', signedUp.userSub, UUID);
  check('the code goes to the address', signedUp.codeDeliveryDetails, delivery(email));
  await checkRefused(
    'a taken address is refused, whatever its letters',
    ['UsernameExistsException', 'An account with the given email already exists.'],
    () => promise(done => userPool.signUp('IDA@example.com', PASSWORD, [], null, done)),
  );
  await checkRefused('a name that is no address is refused', ['InvalidParameterException', 'Username should be an email.'], () =>
    promise(done => userPool.signUp('ida', PASSWORD, [], null, done)),
  );
  const { code } = await newest(email);
  check('the code confirms', await promise(done => visitor(email).confirmRegistration(code, false, done)), 'SUCCESS');
  for (const typed of [email, 'Ida@Example.com']) {
    const access = claims((await signIn(typed, PASSWORD)).getAccessToken().getJwtToken());
    check(`${typed} signs in, and the token has the internal name`, [access.username, access.sub], [signedUp.userSub, signedUp.userSub]);
  }
  await checkRefused('a wrong password is refused', INCORRECT, () => signIn(email, `${PASSWORD}.`));
  await checkRefused('an unknown address is refused in the same words', INCORRECT, () => signIn('nobody@example.com', PASSWORD));

  // A forgotten password.
  const forgotten = await new Promise((resolve, reject) =>
    visitor(email).forgotPassword({ onSuccess: resolve, onFailure: reject, inputVerificationCode: resolve }),
  );
  check('forgotPassword tells where the code went', forgotten.CodeDeliveryDetails, delivery(email));
  const reset = await newest(email);
  check('the second message', [reset.kind, reset.to, reset.subject, reset.body], [
    'forgot_password', email, 'Your verification code', `Your verification code is ${reset.code}. `,
  ]);
  const confirm = (value, password) =>
    new Promise((resolve, reject) =>
      visitor(email).confirmPassword(value, password, { onSuccess: resolve, onFailure: reject }),
    );
  await checkRefused(
    'a wrong code is refused',
    ['CodeMismatchException', 'Invalid verification code provided, please try again.'],
    () => confirm(otherCode(reset.code), NEW_PASSWORD),
  );
  check('the right code sets the password', await confirm(reset.code, NEW_PASSWORD), 'SUCCESS');
  await checkRefused('the old password is refused', INCORRECT, () => signIn(email, PASSWORD));
  check('the new password signs in', (await signIn(email, NEW_PASSWORD)).isValid(), true);

  // A user whom an administrator made must choose a password first.
  const other = 'joan@example.com';
  const added = await admin.send(
    new idp.AdminCreateUserCommand({
      UserPoolId,
      Username: other,
      TemporaryPassword: PASSWORD,
      UserAttributes: [{ Name: 'email', Value: other }, { Name: 'email_verified', Value: 'true' }],
    }),
  );
  checkMatch('the name of the new user is a UUID', added.User.Username, UUID);
  check('the new user must change the password', added.User.UserStatus, 'FORCE_CHANGE_PASSWORD');
  const invitation = await newest(other);
  check('the invitation', [invitation.kind, invitation.subject, invitation.code], [
    'admin_create_user', 'Your temporary password', PASSWORD,
  ]);
  const asked = await signIn(other, PASSWORD);
  check('a new password is asked for', [asked.attributes, asked.required], [{ email: other, email_verified: 'true' }, []]);
  const answer = password =>
    new Promise((resolve, reject) =>
      asked.user.completeNewPasswordChallenge(password, {}, { onSuccess: resolve, onFailure: reject }),
    );
  const first = await answer(NEW_PASSWORD);
  check('the new password signs in', claims(first.getIdToken().getJwtToken())['cognito:username'], added.User.Username);
  check('and again by itself', (await signIn(other, NEW_PASSWORD)).isValid(), true);
  await checkRefused('the temporary password is gone', INCORRECT, () => signIn(other, PASSWORD));
});
