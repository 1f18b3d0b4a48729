// amazon-cognito-identity-js: SRP sign-in of a browser library, here in Node.

import identity from 'amazon-cognito-identity-js';
import {
  ACCESS_REVOKED, ENDPOINT, INCORRECT, NOT_CONFIRMED, PASSWORD, REFRESH_REVOKED, UUID, WRONG_CODE, WRONG_PASSWORD,
  administrator, attributes, check, checkClaims, checkMatch, checkRefreshToken, checkRefused, checkSignUpMessage, delivery,
  newPool, otherCode, session,
} from './support.mjs';

const { AuthenticationDetails, CognitoUser, CognitoUserAttribute, CognitoUserPool } = identity;

/** Turns the library's last-argument callback into a promise. */
const promise = start =>
  new Promise((resolve, reject) => start((error, answer) => (error ? reject(error) : resolve(answer))));

await session('amazon-cognito-identity-js', async () => {
  const pool = await newPool(administrator(), 'identity-js', ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH']);
  const userPool = new CognitoUserPool({ UserPoolId: pool.id, ClientId: pool.clientId, endpoint: ENDPOINT });
  const [username, email] = ['barbara', 'barbara@example.com'];
  const visitor = () => new CognitoUser({ Username: username, Pool: userPool });
  const signIn = (user, password) =>
    new Promise((resolve, reject) =>
      user.authenticateUser(new AuthenticationDetails({ Username: username, Password: password }), {
        onSuccess: resolve,
        onFailure: reject,
        newPasswordRequired: () => reject(new Error('a new password is asked for')),
        mfaRequired: () => reject(new Error('a second factor is asked for')),
        customChallenge: () => reject(new Error('a custom challenge is asked for')),
      }),
    );

  const mail = new CognitoUserAttribute({ Name: 'email', Value: email });
  const signedUp = await promise(done => userPool.signUp(username, PASSWORD, [mail], null, done));
  const sub = signedUp.userSub;
  checkMatch('the user has a UUID', sub, UUID);
  check(
    'signUp',
    { name: signedUp.user.getUsername(), confirmed: signedUp.userConfirmed, delivery: signedUp.codeDeliveryDetails },
    { name: username, confirmed: false, delivery: delivery(email) },
  );
  await checkRefused('an unconfirmed user cannot sign in', NOT_CONFIRMED, () => signIn(visitor(), PASSWORD));
  const code = await checkSignUpMessage(pool, username, email);
  const confirm = value => promise(done => visitor().confirmRegistration(value, false, done));
  await checkRefused('a wrong code is refused', WRONG_CODE, () => confirm(otherCode(code)));
  check('the code confirms', await confirm(code), 'SUCCESS');
  await checkRefused('a wrong password is refused', INCORRECT, () => signIn(visitor(), WRONG_PASSWORD));
  await checkRefused(
    'a password flow is refused to a client that allows SRP only',
    ['InvalidParameterException', 'USER_PASSWORD_AUTH flow not enabled for this client'],
    () => {
      const user = visitor();
      user.setAuthenticationFlowType('USER_PASSWORD_AUTH');
      return signIn(user, PASSWORD);
    },
  );

  const user = visitor();
  const first = await signIn(user, PASSWORD);
  check('the session is valid', [first.isValid(), user.getUsername()], [true, username]);
  const pair = found => ({
    accessToken: found.getAccessToken().getJwtToken(),
    idToken: found.getIdToken().getJwtToken(),
  });
  checkClaims(pair(first), pool, username, sub, email);
  checkRefreshToken(first.getRefreshToken().getToken());

  const data = await promise(done => user.getUserData(done, { bypassCache: true }));
  check('getUserData', data, { Username: username, UserAttributes: attributes(sub, email) });
  const listed = await promise(done => user.getUserAttributes(done));
  check('getUserAttributes', listed.map(one => ({ Name: one.getName(), Value: one.getValue() })), attributes(sub, email));

  // getUserData above has already refreshed once by itself; the session from before it is the one to compare with.
  const second = await promise(done => user.refreshSession(first.getRefreshToken(), done));
  checkClaims(pair(second), pool, username, sub, email, pair(first).accessToken);
  check('the refresh token stays', second.getRefreshToken().getToken(), first.getRefreshToken().getToken());

  check('globalSignOut', await promise(done => user.globalSignOut({ onSuccess: answer => done(null, answer), onFailure: done })), 'SUCCESS');
  check('the library forgot the user', userPool.getCurrentUser(), null);
  const gone = visitor();
  gone.setSignInUserSession(second);
  await checkRefused('the signed-out access token is refused', ACCESS_REVOKED, () =>
    promise(done => gone.getUserAttributes(done)),
  );
  await checkRefused('the signed-out refresh token is refused', REFRESH_REVOKED, () =>
    promise(done => gone.refreshSession(first.getRefreshToken(), done)),
  );

  // signOut without `global` revokes the refresh token of this session only.
  const third = await signIn(user, PASSWORD);
  await new Promise((resolve, reject) => user.signOut(error => (error ? reject(error) : resolve())));
  const revoked = visitor();
  revoked.setSignInUserSession(third);
  await checkRefused('signOut revokes the session', ACCESS_REVOKED, () => promise(done => revoked.getUserAttributes(done)));
});
