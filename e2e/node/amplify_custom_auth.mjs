// Amplify JS v6: sign-in by three challenges of the pool's own functions, without a password and after one.

import { Amplify } from 'aws-amplify';
import { confirmSignIn, fetchAuthSession, getCurrentUser, signIn, signOut } from 'aws-amplify/auth';
import { ANSWERS, HANDLERS, QUESTIONS, customPool, entry, sources } from './custom_auth.mjs';
import { withFunctions } from './own_server.mjs';
import { INCORRECT, PASSWORD, WRONG_PASSWORD, check, checkRefused, session } from './support.mjs';

const DONE = { isSignedIn: true, nextStep: { signInStep: 'DONE' } };
const asked = turn => ({
  isSignedIn: false,
  nextStep: {
    signInStep: 'CONFIRM_SIGN_IN_WITH_CUSTOM_CHALLENGE',
    additionalInfo: { USERNAME: 'ishmael', question: QUESTIONS[turn] },
  },
});

await session('Amplify JS with custom challenges', () =>
  withFunctions(HANDLERS, async (endpoint, functions) => {
    const pool = await customPool(endpoint);
    Amplify.configure({
      Auth: { Cognito: { userPoolId: pool.id, userPoolClientId: pool.clientId, userPoolEndpoint: endpoint } },
    });
    const enter = (authFlowType, password) => signIn({ username: 'ishmael', password, options: { authFlowType } });
    const answer = (challengeResponse, clientMetadata) =>
      confirmSignIn({ challengeResponse, options: clientMetadata && { clientMetadata } });

    check('without a password, the first challenge', await enter('CUSTOM_WITHOUT_SRP'), asked(0));
    check('the functions of a start', sources(functions.take()), ['DefineAuthChallenge', 'CreateAuthChallenge']);
    check('the second', await answer(ANSWERS[0], { from: 'Amplify' }), asked(1));
    const [verify, define] = functions.take();
    check('what the first answer is compared with', verify.request.privateChallengeParameters, { answer: ANSWERS[0] });
    check('ClientMetadata of the answer', [verify.request.clientMetadata, define.request.clientMetadata], [
      { from: 'Amplify' }, { from: 'Amplify' },
    ]);
    check('the history', define.request.session, [entry('CUSTOM_CHALLENGE', true, 'question 0')]);
    check('a wrong answer brings the same question', await answer('Starbuck'), asked(1));
    check('the third', await answer(ANSWERS[1]), asked(2));
    check('three right answers sign in', await answer(ANSWERS[2]), DONE);
    check('the user', (await getCurrentUser()).username, 'ishmael');
    check('tokens', Object.keys((await fetchAuthSession()).tokens).sort(), ['accessToken', 'idToken', 'signInDetails']);
    await signOut();

    await enter('CUSTOM_WITHOUT_SRP');
    for (let wrong = 0; wrong < 2; wrong += 1) check('another chance', await answer('Starbuck'), asked(0));
    await checkRefused('the third wrong answer ends it', INCORRECT, () => answer('Starbuck'));

    await enter('CUSTOM_WITHOUT_SRP');
    const thrown = ['UserLambdaValidationException', 'VerifyAuthChallengeResponse failed with error Nobody expects this.'];
    await checkRefused('a function that throws', thrown, () => answer('throw'));

    functions.take();
    check('after a password, the first challenge', await enter('CUSTOM_WITH_SRP', PASSWORD), asked(0));
    const events = functions.take();
    check('the functions around the password', sources(events), [
      'DefineAuthChallenge', 'DefineAuthChallenge', 'CreateAuthChallenge',
    ]);
    check('the history after a password', events[1].request.session, [entry('SRP_A', true), entry('PASSWORD_VERIFIER', true)]);
    for (const [turn, right] of ANSWERS.entries()) {
      check(`answer ${turn} after a password`, await answer(right), turn < 2 ? asked(turn + 1) : DONE);
    }
    await signOut();
    await checkRefused('a wrong password asks nothing', INCORRECT, () => enter('CUSTOM_WITH_SRP', WRONG_PASSWORD));
    check('every request was an invocation', functions.faults, []);
  }),
);
