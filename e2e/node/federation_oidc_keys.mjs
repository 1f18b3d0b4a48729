// The keys of an OpenID provider change while its users sign in, on a server of its own, whose clock is moved.

import { addProvider, checkTold, federatedPool, isAsked, offer, request, signedIn } from './federation.mjs';
import { keysOf, openidProvider, there } from './openid_provider.mjs';
import { start } from './own_server.mjs';
import { administrator, check } from './support.mjs';

const SECRET = 'a-secret-of-more-than-thirty-two-bytes';
const BAD_TOKEN = ['invalid_request', 'Invalid ID token'];

/** Signs in by keys that come, go and cannot be fetched. */
export async function rollover(chromium, app) {
  const server = await start([]);
  const provider = await openidProvider([{ id: 'Company', secret: SECRET }], `${server.endpoint}/oauth2/idpresponse`);
  try {
    const [before, after, last] = ['before', 'after', 'last'].map(keysOf);
    provider.rotate(before);
    provider.accounts.set('ada', {});
    const pool = await federatedPool(administrator(server.endpoint), 'openid-keys', app, { endpoint: server.endpoint });
    await addProvider(pool, 'Company', 'OIDC', {
      client_id: 'Company', client_secret: SECRET, oidc_issuer: provider.issuer, authorize_scopes: 'openid',
      attributes_request_method: 'GET',
    }, { 'custom:proof': 'id_token' });
    await offer(pool, ['Company']);
    const page = await chromium.newPage();
    const go = async () => {
      await page.goto(request(pool, { prompt: 'login' }));
      await there.signIn(page, 'ada');
      if (await isAsked(pool, page, there.consenting(page))) await there.consent(page);
    };
    const later = async advance => {
      const answer = await fetch(`${server.endpoint}/_dev/clock`, {
        method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ advance }),
      });
      if (!answer.ok) throw new Error(`the clock stays: ${await answer.text()}`);
    };
    const fetched = () => provider.take('jwks').length;
    /** A sign-in; returns the id of the key, and how often keys were fetched. */
    const keyOf = async () => {
      await go();
      const { identity } = await signedIn(pool, page);
      const header = JSON.parse(Buffer.from(identity['custom:proof'].split('.')[0], 'base64url').toString());
      return [header.kid, fetched()];
    };
    const refused = async (name, times, ...told) => {
      await go();
      await checkTold(name, pool, page, ...told);
      check('keys were fetched so often', fetched(), times);
    };

    await go();
    await signedIn(pool, page);
    check('keys are fetched once', fetched(), 1);
    check('and kept', await keyOf(), ['before-rsa', 0]);
    provider.rotate(after);
    check('a key that nobody knew is fetched', await keyOf(), ['after-rsa', 1]);
    check('and kept too', await keyOf(), ['after-rsa', 0]);
    provider.rotate(before);
    await refused('the old key alone, within five minutes', 0, ...BAD_TOKEN);
    await later('5m');
    check('after five minutes the set is fetched again', await keyOf(), ['before-rsa', 1]);
    provider.rotate([...last, ...before]);
    await refused('a third key, within five minutes', 0, ...BAD_TOKEN);
    provider.rotate([...before, ...last]);
    check('while the old key goes on', await keyOf(), ['before-rsa', 0]);
    provider.rotate(last);
    provider.faults['/jwks'] = 'broken';
    await later('5m');
    await refused('keys that cannot be fetched', 0, 'invalid_request', 'Invalid response from jwks uri');
    delete provider.faults['/jwks'];
    await later('1h');
    // The provider's tokens last for an hour, by its own clock.
    await refused('a token that has expired here', 1, ...BAD_TOKEN);
    await page.context().close();
  } finally {
    provider.close();
    await server.stop();
  }
}
