// AWS SDK for JavaScript v3: the flows and challenges that a bare SDK can answer, through both doors.

import * as idp from '@aws-sdk/client-cognito-identity-provider';
import { PASSWORD, administrator, check, checkMatch, getJson, session, withoutMetadata } from './support.mjs';

/** The next code of a user's app that was not used. */
async function appCode(pool, user) {
  const shown = await getJson(`/_dev/totp?${new URLSearchParams({ pool, user })}`);
  const app = shown.pending ?? shown.registered;
  if (app.wait > 0) {
    await new Promise(later => setTimeout(later, app.wait * 1000 + 200));
    return appCode(pool, user);
  }
  return app.code;
}

/** The newest code that was sent to a user. */
async function sentCode(pool, user) {
  const { messages } = await getJson(`/_dev/messages?${new URLSearchParams({ pool, user, wait: '10' })}`);
  return messages[0].code;
}

await session('AWS SDK v3 with challenges', async () => {
  const admin = administrator();
  const send = command => admin.send(command).then(withoutMetadata);
  const made = await send(
    new idp.CreateUserPoolCommand({
      PoolName: 'sdk challenges',
      SmsConfiguration: { SnsCallerArn: 'arn:aws:iam::000000000000:role/sms' },
      Policies: { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'EMAIL_OTP', 'SMS_OTP'] } },
    }),
  );
  const UserPoolId = made.UserPool.Id;
  await send(
    new idp.SetUserPoolMfaConfigCommand({
      UserPoolId,
      MfaConfiguration: 'OPTIONAL',
      SmsMfaConfiguration: { SmsConfiguration: { SnsCallerArn: 'arn:aws:iam::000000000000:role/sms' } },
      SoftwareTokenMfaConfiguration: { Enabled: true },
    }),
  );
  const client = await send(
    new idp.CreateUserPoolClientCommand({
      UserPoolId,
      ClientName: 'sdk',
      ExplicitAuthFlows: [
        'ALLOW_USER_AUTH', 'ALLOW_USER_PASSWORD_AUTH', 'ALLOW_ADMIN_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH',
      ],
    }),
  );
  const ClientId = client.UserPoolClient.ClientId;
  const USERNAME = 'sven';
  await send(
    new idp.AdminCreateUserCommand({
      UserPoolId, Username: USERNAME, MessageAction: 'SUPPRESS', TemporaryPassword: 'Temp0rary-9',
      UserAttributes: [
        { Name: 'email', Value: 'sven@example.com' }, { Name: 'phone_number', Value: '+15555550108' },
      ],
    }),
  );

  // The same steps through the public operations and through the administrator's.
  const doors = {
    public: {
      start: (AuthFlow, AuthParameters) => send(new idp.InitiateAuthCommand({ ClientId, AuthFlow, AuthParameters })),
      answer: (asked, responses) =>
        send(
          new idp.RespondToAuthChallengeCommand({
            ClientId, ChallengeName: asked.ChallengeName, Session: asked.Session,
            ChallengeResponses: { USERNAME, ...responses },
          }),
        ),
      passwordFlow: 'USER_PASSWORD_AUTH',
    },
    administrator: {
      start: (AuthFlow, AuthParameters) =>
        send(new idp.AdminInitiateAuthCommand({ UserPoolId, ClientId, AuthFlow, AuthParameters })),
      answer: (asked, responses) =>
        send(
          new idp.AdminRespondToAuthChallengeCommand({
            UserPoolId, ClientId, ChallengeName: asked.ChallengeName, Session: asked.Session,
            ChallengeResponses: { USERNAME, ...responses },
          }),
        ),
      passwordFlow: 'ADMIN_USER_PASSWORD_AUTH',
    },
  };
  const signedIn = (name, answer) => {
    const { AuthenticationResult, ...rest } = answer;
    check(name, [rest, AuthenticationResult?.TokenType, AuthenticationResult?.ExpiresIn], [
      { ChallengeParameters: {} }, 'Bearer', 3600,
    ]);
    return AuthenticationResult;
  };
  const asked = (name, answer, challenge, parameters, available) => {
    const { Session, ...rest } = answer;
    checkMatch(`${name}: the session`, Session, /^AYAB[A-Za-z0-9_-]{1500,1600}$/);
    check(name, rest, {
      ChallengeName: challenge, ChallengeParameters: parameters,
      ...(available && { AvailableChallenges: available }),
    });
    return answer;
  };
  const prefer = settings =>
    send(new idp.AdminSetUserMFAPreferenceCommand({ UserPoolId, Username: USERNAME, ...settings }));

  let password = 'Temp0rary-9';
  for (const [door, { start, answer, passwordFlow }] of Object.entries(doors)) {
    const to = what => `${door}: ${what}`;
    if (door === 'public') {
      const first = await start(passwordFlow, { USERNAME, PASSWORD: password });
      check(to('a temporary password'), first.ChallengeName, 'NEW_PASSWORD_REQUIRED');
      signedIn(to('a new password'), await answer(first, { NEW_PASSWORD: PASSWORD }));
      password = PASSWORD;
    }
    const offers = ['PASSWORD_SRP', 'PASSWORD', 'EMAIL_OTP', 'SMS_OTP'];
    const choice = await start('USER_AUTH', { USERNAME });
    asked(to('a choice'), choice, 'SELECT_CHALLENGE', {}, offers);
    // The text is nowhere to be seen; the exception is.
    const other = await answer(choice, { ANSWER: 'WEB_AUTHN' }).catch(error => error);
    check(to('what is not offered'), other.name, 'NotAuthorizedException');
    signedIn(to('PASSWORD with the choice'), await answer(choice, { ANSWER: 'PASSWORD', PASSWORD: password }));
    const chosen = await answer(await start('USER_AUTH', { USERNAME }), { ANSWER: 'EMAIL_OTP' });
    asked(to('EMAIL_OTP by choice'), chosen, 'EMAIL_OTP',
      { CODE_DELIVERY_DELIVERY_MEDIUM: 'EMAIL', CODE_DELIVERY_DESTINATION: 's***@e***' }, offers);
    signedIn(to('its code'), await answer(chosen, { EMAIL_OTP_CODE: await sentCode(UserPoolId, USERNAME) }));
    const preferred = await start('USER_AUTH', { USERNAME, PREFERRED_CHALLENGE: 'SMS_OTP' });
    asked(to('SMS_OTP preferred'), preferred, 'SMS_OTP',
      { CODE_DELIVERY_DELIVERY_MEDIUM: 'SMS', CODE_DELIVERY_DESTINATION: '+*******0108' }, offers);
    signedIn(to('its code'), await answer(preferred, { SMS_OTP_CODE: await sentCode(UserPoolId, USERNAME) }));
    signedIn(to('PASSWORD preferred'),
      await start('USER_AUTH', { USERNAME, PREFERRED_CHALLENGE: 'PASSWORD', PASSWORD: password }));
  }

  // Second factors, set up with an access token.
  const { AccessToken, RefreshToken } = signedIn(
    'no second factor yet', await doors.public.start('USER_PASSWORD_AUTH', { USERNAME, PASSWORD }),
  );
  const { SecretCode } = await send(new idp.AssociateSoftwareTokenCommand({ AccessToken }));
  checkMatch('a secret', SecretCode, /^[A-Z2-7]{52}$/);
  const verified = await send(
    new idp.VerifySoftwareTokenCommand({
      AccessToken, UserCode: await appCode(UserPoolId, USERNAME), FriendlyDeviceName: 'phone',
    }),
  );
  check('the app is verified', verified, { Status: 'SUCCESS' });
  await prefer({ SoftwareTokenMfaSettings: { Enabled: true, PreferredMfa: true } });
  for (const [door, { start, answer, passwordFlow }] of Object.entries(doors)) {
    const challenge = await start(passwordFlow, { USERNAME, PASSWORD });
    asked(`${door}: the app`, challenge, 'SOFTWARE_TOKEN_MFA', { USER_ID_FOR_SRP: USERNAME, FRIENDLY_DEVICE_NAME: 'phone' });
    signedIn(`${door}: its code`, await answer(challenge, { SOFTWARE_TOKEN_MFA_CODE: await appCode(UserPoolId, USERNAME) }));
  }
  await prefer({
    SMSMfaSettings: { Enabled: true, PreferredMfa: false }, SoftwareTokenMfaSettings: { Enabled: true, PreferredMfa: false },
  });
  for (const [door, { start, answer, passwordFlow }] of Object.entries(doors)) {
    const challenge = await start(passwordFlow, { USERNAME, PASSWORD });
    check(`${door}: one of two`, challenge.ChallengeName, 'SELECT_MFA_TYPE');
    const sms = await answer(challenge, { ANSWER: 'SMS_MFA' });
    check(`${door}: a text message`, sms.ChallengeName, 'SMS_MFA');
    signedIn(`${door}: its code`, await answer(sms, { SMS_MFA_CODE: await sentCode(UserPoolId, USERNAME) }));
  }
  const factors = await send(new idp.GetUserAuthFactorsCommand({ AccessToken }));
  check('GetUserAuthFactors', { ...factors, UserMFASettingList: [...factors.UserMFASettingList].sort() }, {
    Username: USERNAME,
    UserMFASettingList: ['SMS_MFA', 'SOFTWARE_TOKEN_MFA'],
    ConfiguredUserAuthFactors: ['PASSWORD', 'EMAIL_OTP', 'SMS_OTP', 'SOFTWARE_TOKEN'],
  });
  const refreshed = await doors.administrator.start('REFRESH_TOKEN_AUTH', { REFRESH_TOKEN: RefreshToken });
  check('a refresh needs no second factor', refreshed.AuthenticationResult.TokenType, 'Bearer');
  const traded = await send(new idp.GetTokensFromRefreshTokenCommand({ ClientId, RefreshToken }));
  check('nor does the refresh operation', traded.AuthenticationResult.TokenType, 'Bearer');

  // A pool that requires a second factor.
  const strict = await send(
    new idp.CreateUserPoolCommand({
      PoolName: 'sdk required',
      EmailConfiguration: {
        EmailSendingAccount: 'DEVELOPER', SourceArn: 'arn:aws:ses:us-east-1:000000000000:identity/sender@example.com',
      },
      AccountRecoverySetting: { RecoveryMechanisms: [{ Priority: 1, Name: 'admin_only' }] },
    }),
  );
  const required = strict.UserPool.Id;
  await send(
    new idp.SetUserPoolMfaConfigCommand({
      UserPoolId: required, MfaConfiguration: 'ON', EmailMfaConfiguration: {},
      SoftwareTokenMfaConfiguration: { Enabled: true },
    }),
  );
  const other = await send(
    new idp.CreateUserPoolClientCommand({
      UserPoolId: required, ClientName: 'sdk', ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'],
    }),
  );
  const app = other.UserPoolClient.ClientId;
  const enter = user =>
    send(
      new idp.InitiateAuthCommand({
        ClientId: app, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME: user, PASSWORD },
      }),
    );
  const respond = (user, { ChallengeName, Session }, responses) =>
    send(
      new idp.RespondToAuthChallengeCommand({
        ClientId: app, ChallengeName, Session, ChallengeResponses: { USERNAME: user, ...responses },
      }),
    );
  for (const Username of ['tove', 'ulla']) {
    await send(new idp.AdminCreateUserCommand({ UserPoolId: required, Username, MessageAction: 'SUPPRESS' }));
    await send(new idp.AdminSetUserPasswordCommand({ UserPoolId: required, Username, Password: PASSWORD, Permanent: true }));
  }
  const setUp = await enter('tove');
  check('a factor must be set up', setUp.ChallengeName, 'MFA_SETUP');
  const begun = await send(new idp.AssociateSoftwareTokenCommand({ Session: setUp.Session }));
  const ended = await send(
    new idp.VerifySoftwareTokenCommand({ Session: begun.Session, UserCode: await appCode(required, 'tove') }),
  );
  signedIn('the app that was set up signs in', await respond('tove', { ...setUp, Session: ended.Session }, {}));
  const sent = await respond('ulla', await enter('ulla'), { EMAIL: 'ulla@example.com' });
  check('an address is set up by its code', sent.ChallengeName, 'EMAIL_OTP');
  signedIn('the address signs in', await respond('ulla', sent, { EMAIL_OTP_CODE: await sentCode(required, 'ulla') }));
  const mailed = await enter('ulla');
  check('a code by e-mail is the second factor', mailed.ChallengeName, 'EMAIL_OTP');
  signedIn('its code', await respond('ulla', mailed, { EMAIL_OTP_CODE: await sentCode(required, 'ulla') }));
});
