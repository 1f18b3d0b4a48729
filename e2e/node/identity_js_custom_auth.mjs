// amazon-cognito-identity-js: sign-in by three challenges of the pool's own functions, without a password and after one.

import identity from 'amazon-cognito-identity-js';
import { ANSWERS, HANDLERS, QUESTIONS, customPool, entry, sources } from './custom_auth.mjs';
import { withFunctions } from './own_server.mjs';
import { INCORRECT, PASSWORD, check, checkRefused, session } from './support.mjs';

const { AuthenticationDetails, CognitoUser, CognitoUserPool } = identity;

/** Turns the library's callbacks into the name of the first that is called, with what it was given. */
const step = start =>
  new Promise((resolve, reject) => {
    const names = ['onSuccess', 'customChallenge'];
    const callbacks = Object.fromEntries(names.map(name => [name, given => resolve([name, given])]));
    start({ ...callbacks, onFailure: reject });
  });
const asked = turn => ['customChallenge', { USERNAME: 'ishmael', question: QUESTIONS[turn] }];

await session('amazon-cognito-identity-js with custom challenges', () =>
  withFunctions(HANDLERS, async (endpoint, functions) => {
    const pool = await customPool(endpoint);
    const Pool = new CognitoUserPool({ UserPoolId: pool.id, ClientId: pool.clientId, endpoint });
    const user = new CognitoUser({ Username: 'ishmael', Pool });
    user.setAuthenticationFlowType('CUSTOM_AUTH');
    const begin = () => step(on => user.initiateAuth(new AuthenticationDetails({ Username: 'ishmael' }), on));
    const answer = (text, metadata) => step(on => user.sendCustomChallengeAnswer(text, on, metadata));

    check('without a password, the first challenge', await begin(), asked(0));
    check('the functions of a start', sources(functions.take()), ['DefineAuthChallenge', 'CreateAuthChallenge']);
    check('the second', await answer(ANSWERS[0], { from: 'js' }), asked(1));
    check('ClientMetadata of the answer', functions.take().map(event => event.request.clientMetadata), [
      { from: 'js' }, { from: 'js' }, { from: 'js' },
    ]);
    check('a wrong answer brings the same question', await answer('Starbuck'), asked(1));
    check('the third', await answer(ANSWERS[1]), asked(2));
    const [end, tokens] = await answer(ANSWERS[2]);
    check('three right answers sign in', [end, tokens?.isValid()], ['onSuccess', true]);
    user.signOut();

    await begin();
    await answer('Starbuck');
    await answer('Starbuck');
    await checkRefused('the third wrong answer ends it', INCORRECT, () => answer('Starbuck'));
    await begin();
    const thrown = ['UserLambdaValidationException', 'VerifyAuthChallengeResponse failed with error Nobody expects this.'];
    await checkRefused('a function that throws', thrown, () => answer('throw'));
    await checkRefused(
      'and leaves no further guess',
      ['NotAuthorizedException', 'Invalid session for the user, session can only be used once.'],
      () => answer(ANSWERS[0]),
    );

    functions.take();
    const details = new AuthenticationDetails({ Username: 'ishmael', Password: PASSWORD });
    check('after a password, the first challenge', await step(on => user.authenticateUser(details, on)), asked(0));
    const events = functions.take();
    check('the history after a password', events[1].request.session, [entry('SRP_A', true), entry('PASSWORD_VERIFIER', true)]);
    check('the next', await answer(ANSWERS[0]), asked(1));
    check('the last', await answer(ANSWERS[1]), asked(2));
    check('and in', (await answer(ANSWERS[2]))[0], 'onSuccess');
    check('every request was an invocation', functions.faults, []);
  }),
);
