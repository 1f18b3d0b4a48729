// What the sessions about SAML in Chromium share: a pool whose users sign in at a provider, and the tokens they get.

import * as idp from '@aws-sdk/client-cognito-identity-provider';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { addClient, pagesPool } from './pages.mjs';
import { ENDPOINT } from './support.mjs';

/** The path that providers post their answers to. */
export const ACS = '/saml2/idpresponse';

/**
 * A pool with the provider `Corp` of these details, and a client that offers it. `mapping` and `offers` are those of the
 * provider and of the client, `pages` more of what `pagesPool` takes.
 */
export async function samlPool(admin, app, name, details, { mapping = { email: 'email' }, offers = ['COGNITO', 'Corp'], ...pages } = {}) {
  const pool = await pagesPool(admin, name, app, pages);
  const { IdentityProvider } = await admin.send(
    new idp.CreateIdentityProviderCommand({
      UserPoolId: pool.id, ProviderName: 'Corp', ProviderType: 'SAML', ProviderDetails: details, AttributeMapping: mapping,
    }),
  );
  const client = await addClient(admin, pool, name, app, { client: { SupportedIdentityProviders: offers } });
  return {
    ...pool,
    ...client,
    made: IdentityProvider,
    entity: `urn:amazon:cognito:sp:${pool.id}`,
    metadataUrl: `${ENDPOINT}/saml2/metadata?user_pool_id=${pool.id}&identity_provider=Corp`,
  };
}

/** Changes details of the provider; undefined takes one away. */
export async function updateProvider(admin, pool, details) {
  const known = { UserPoolId: pool.id, ProviderName: 'Corp' };
  const { IdentityProvider } = await admin.send(new idp.DescribeIdentityProviderCommand(known));
  const { ActiveEncryptionCertificate, ...kept } = IdentityProvider.ProviderDetails;
  const whole = Object.entries({ ...kept, ...details }).filter(([, value]) => value !== undefined);
  await admin.send(new idp.UpdateIdentityProviderCommand({ ...known, ProviderDetails: Object.fromEntries(whole) }));
}

/** Trades the code of a callback; the claims of both tokens, which jose has verified. */
export async function verifiedTokens(pool, app, url) {
  const answer = await fetch(`${ENDPOINT}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code', client_id: pool.clientId, code: url.searchParams.get('code'), redirect_uri: app.callback,
    }),
  });
  const given = await answer.json();
  const keys = createRemoteJWKSet(new URL(`${pool.issuer}/.well-known/jwks.json`));
  const verify = (token, more) => jwtVerify(token, keys, { issuer: pool.issuer, algorithms: ['RS256'], ...more });
  const { payload: access } = await verify(given.access_token);
  const { payload: identity } = await verify(given.id_token, { audience: pool.clientId });
  return { access, identity };
}

/** What the application was told of a sign-in that failed. */
export const said = url => [url.searchParams.get('error'), url.searchParams.get('error_description')];

/** The button of the provider on the page of either version. */
export const providerButton = page => page.locator('[data-provider="Corp"]:visible, [name="CorpSignUpButton"]:visible').first();
