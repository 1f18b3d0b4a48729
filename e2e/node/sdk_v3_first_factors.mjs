// AWS SDK for JavaScript v3: USER_AUTH step by step, each challenge as it comes over the wire.

import * as idp from '@aws-sdk/client-cognito-identity-provider';
import {
  INCORRECT, PASSWORD, WRONG_PASSWORD, administrator, check, checkMatch, checkRefused, confirmedUser, getJson, session,
  withoutMetadata,
} from './support.mjs';

const INVALID = ['NotAuthorizedException', 'Invalid session for the user.'];
const USED = ['NotAuthorizedException', 'Invalid session for the user, session can only be used once.'];
const OFFERED = ['PASSWORD_SRP', 'PASSWORD', 'EMAIL_OTP'];

await session('AWS SDK v3, first factors', async () => {
  const admin = administrator();
  const made = await admin.send(
    new idp.CreateUserPoolCommand({
      PoolName: 'choice',
      Policies: { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'EMAIL_OTP'] } },
    }),
  );
  const pool = { id: made.UserPool.Id };
  const newClient = async () => {
    const input = { UserPoolId: pool.id, ClientName: 'choice', ExplicitAuthFlows: ['ALLOW_USER_AUTH'] };
    return (await admin.send(new idp.CreateUserPoolClientCommand(input))).UserPoolClient.ClientId;
  };
  pool.clientId = await newClient();
  const other = await newClient();
  await confirmedUser(admin, pool, 'mary');

  const begin = async (parameters = {}) =>
    withoutMetadata(
      await admin.send(
        new idp.InitiateAuthCommand({
          ClientId: pool.clientId,
          AuthFlow: 'USER_AUTH',
          AuthParameters: { USERNAME: 'mary', ...parameters },
        }),
      ),
    );
  const respond = async (ChallengeName, Session, responses, ClientId = pool.clientId) =>
    withoutMetadata(
      await admin.send(
        new idp.RespondToAuthChallengeCommand({
          ClientId,
          ChallengeName,
          Session,
          ChallengeResponses: { USERNAME: 'mary', ...responses },
        }),
      ),
    );
  const newestCode = async () => {
    const query = new URLSearchParams({ pool: pool.id, user: 'mary', kind: 'authentication', wait: '10' });
    return (await getJson(`/_dev/messages?${query}`)).messages[0].code;
  };

  const { Session: listed, ...list } = await begin();
  check('the list', list, { AvailableChallenges: OFFERED, ChallengeName: 'SELECT_CHALLENGE', ChallengeParameters: {} });
  checkMatch('its session', listed, /^AYAB[A-Za-z0-9_-]{16,2044}$/);
  const { Session: asked, ...challenge } = await begin({ PREFERRED_CHALLENGE: 'EMAIL_OTP' });
  check('the preferred challenge', challenge, {
    AvailableChallenges: OFFERED,
    ChallengeName: 'EMAIL_OTP',
    ChallengeParameters: { CODE_DELIVERY_DELIVERY_MEDIUM: 'EMAIL', CODE_DELIVERY_DESTINATION: 'm***@e***' },
  });
  const EMAIL_OTP_CODE = await newestCode();
  await checkRefused('a session of another challenge is refused', INVALID, () => respond('SMS_OTP', asked, { SMS_OTP_CODE: EMAIL_OTP_CODE }));
  await checkRefused('a session of another client is refused', INVALID, () => respond('EMAIL_OTP', asked, { EMAIL_OTP_CODE }, other));
  const both = await Promise.allSettled([1, 2].map(() => respond('EMAIL_OTP', asked, { EMAIL_OTP_CODE })));
  check('of two answers at once one wins', both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  const lost = both.find(({ status }) => status === 'rejected').reason;
  check('the other is told why', [lost.name, lost.message], USED);
  const won = both.find(({ status }) => status === 'fulfilled').value;
  check('the one has tokens', Object.keys(won.AuthenticationResult).sort(), ['AccessToken', 'ExpiresIn', 'IdToken', 'RefreshToken', 'TokenType']);

  await checkRefused('a wrong password with the choice', INCORRECT, () => respond('SELECT_CHALLENGE', listed, { ANSWER: 'PASSWORD', PASSWORD: WRONG_PASSWORD }));
  check('the password with the choice', (await respond('SELECT_CHALLENGE', listed, { ANSWER: 'PASSWORD', PASSWORD })).ChallengeParameters, {});
  await checkRefused('the choice was made', USED, () => respond('SELECT_CHALLENGE', listed, { ANSWER: 'EMAIL_OTP' }));
});
