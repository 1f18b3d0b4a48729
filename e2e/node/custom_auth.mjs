// What the sessions of CUSTOM_AUTH share: the three functions, and a pool that names them.

import * as idp from '@aws-sdk/client-cognito-identity-provider';
import { PASSWORD } from './support.mjs';
import { arn } from './own_server.mjs';

export const QUESTIONS = ['the name of the ship', 'its captain', 'the whale'];
export const ANSWERS = ['Pequod', 'Ahab', 'Moby Dick'];
export const TRIGGERS = ['DefineAuthChallenge', 'CreateAuthChallenge', 'VerifyAuthChallengeResponse'];

const custom = (session, right) =>
  session.filter(entry => entry.challengeName === 'CUSTOM_CHALLENGE' && entry.challengeResult === right).length;

/** Three right answers sign in, three wrong ones end it; a password that is offered is proven first. */
export const HANDLERS = {
  DefineAuthChallenge(event) {
    const { session } = event.request;
    const onlyA = session.length === 1 && session[0].challengeName === 'SRP_A';
    event.response.issueTokens = custom(session, true) === ANSWERS.length;
    event.response.failAuthentication = custom(session, false) === 3;
    event.response.challengeName = onlyA ? 'PASSWORD_VERIFIER' : 'CUSTOM_CHALLENGE';
    return event;
  },
  CreateAuthChallenge(event) {
    const turn = custom(event.request.session, true);
    event.response.publicChallengeParameters = { question: QUESTIONS[turn] };
    event.response.privateChallengeParameters = { answer: ANSWERS[turn] };
    event.response.challengeMetadata = `question ${turn}`;
    return event;
  },
  VerifyAuthChallengeResponse(event) {
    const { challengeAnswer, privateChallengeParameters } = event.request;
    if (challengeAnswer === 'throw') throw new Error('Nobody expects this');
    event.response.answerCorrect = challengeAnswer === privateChallengeParameters.answer;
    return event;
  },
};

/** An entry of the history that functions get. */
export const entry = (challengeName, challengeResult, challengeMetadata = null) => ({
  challengeName, challengeResult, challengeMetadata,
});

/** The triggers of events, in their order. */
export const sources = events => events.map(event => event.triggerSource.split('_')[0]);

/** Makes a pool with the three functions, a client of it, and its user `ishmael`. */
export async function customPool(endpoint) {
  const admin = new idp.CognitoIdentityProviderClient({
    endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, maxAttempts: 1,
    requestHandler: { httpAgent: { timeout: 20_000 } },
  });
  const LambdaConfig = Object.fromEntries(TRIGGERS.map(name => [name, arn(name)]));
  const made = await admin.send(new idp.CreateUserPoolCommand({ PoolName: 'custom', LambdaConfig }));
  const id = made.UserPool.Id;
  const client = await admin.send(
    new idp.CreateUserPoolClientCommand({
      UserPoolId: id, ClientName: 'custom', ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      PreventUserExistenceErrors: 'ENABLED',
    }),
  );
  const user = { UserPoolId: id, Username: 'ishmael' };
  await admin.send(new idp.AdminCreateUserCommand({ ...user, MessageAction: 'SUPPRESS' }));
  await admin.send(new idp.AdminSetUserPasswordCommand({ ...user, Password: PASSWORD, Permanent: true }));
  return { id, clientId: client.UserPoolClient.ClientId };
}
