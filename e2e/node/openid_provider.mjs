// oidc-provider as itself: an OpenID provider of somebody else, with its own pages to sign in and to consent.
//
// It is at localhost, which is another site than 127.0.0.1, where the server is: cookies cross between them as between two
// companies.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

/** A signing key, private, as a JWK. Without `alg`, so that one RSA key makes RS256 and PS256. */
function signingKey(kid, kind, options) {
  const { privateKey } = generateKeyPairSync(kind, options);
  return { ...privateKey.export({ format: 'jwk' }), kid, use: 'sig' };
}

/** Keys of each kind, whose ids begin with `name`. */
export const keysOf = name => [
  signingKey(`${name}-rsa`, 'rsa', { modulusLength: 2048 }),
  signingKey(`${name}-p256`, 'ec', { namedCurve: 'P-256' }),
  signingKey(`${name}-ed25519`, 'ed25519'),
];

// The library says of each default that a provider of the world should have another.
console.info = console.warn = () => {};
const { Provider, errors } = await import('oidc-provider');

/**
 * Starts the provider for clients `{ id, secret, algorithm, signsClaims }` whose browsers come back to `redirectUri`.
 *
 * `accounts` has the claims of each person by the name that is typed on its page; `seen` is what came to its endpoints;
 * `faults` has, by endpoint, what goes wrong: `fail`, `unknown` (no such account) at a route, `broken` at a path.
 */
export async function openidProvider(clients, redirectUri) {
  const accounts = new Map();
  const seen = [];
  const faults = {};
  let handler;
  const server = createServer((request, response) => {
    const path = request.url.split('?')[0];
    if (faults[path] === 'broken') response.writeHead(500).end();
    else handler(request, response);
  });
  await new Promise(listening => server.listen(0, '127.0.0.1', listening));
  const issuer = `http://localhost:${server.address().port}`;
  const cookieKeys = [randomBytes(32).toString('hex')];

  /** Signs with these keys from now on, and publishes no others. The provider begins anew, without any session. */
  function rotate(keys) {
    const provider = new Provider(issuer, {
      clients: clients.map(({ id, secret, algorithm = 'RS256', signsClaims }) => ({
        client_id: id, client_secret: secret, redirect_uris: [redirectUri],
        // Another way of proving the client is refused.
        token_endpoint_auth_method: 'client_secret_post',
        id_token_signed_response_alg: algorithm,
        ...(signsClaims && { userinfo_signed_response_alg: algorithm }),
      })),
      jwks: { keys },
      enabledJWA: { idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519', 'HS256'] },
      pkce: { required: () => true },
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'nickname', 'groups', 'department'] },
      cookies: { keys: cookieKeys },
      features: { devInteractions: { enabled: true }, jwtUserinfo: { enabled: true } },
      findAccount: (context, accountId) => {
        const fault = faults[context.oidc.route];
        if (fault === 'fail') throw new errors.CustomOIDCProviderError('server_error', 'The directory is away');
        if (fault === 'unknown' || !accounts.has(accountId)) return undefined;
        return { accountId, claims: () => ({ sub: accountId, ...accounts.get(accountId) }) };
      },
    });
    provider.use(async (context, next) => {
      await next();
      const { method, query, status, headers, oidc } = context;
      const body = { ...oidc?.body };
      if (oidc?.route) seen.push({ route: oidc.route, method, status, query: { ...query }, body, headers });
    });
    handler = provider.callback();
  }

  return {
    issuer,
    accounts,
    faults,
    rotate,
    /** What came to an endpoint until now; it is forgotten. */
    take: route => {
      const taken = seen.filter(one => one.route === route);
      seen.splice(0, seen.length, ...seen.filter(one => one.route !== route));
      return taken;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** What a person does on the provider's pages. */
export const there = {
  name: page => page.locator('input[name="login"]'),
  signIn: async (page, login) => {
    await there.name(page).fill(login);
    await page.locator('input[name="password"]').fill('any');
    await page.getByRole('button', { name: 'Sign-in' }).click();
  },
  consenting: page => page.getByRole('button', { name: 'Continue', exact: true }),
  consent: page => there.consenting(page).click(),
  cancel: page => page.getByRole('link', { name: 'Cancel' }).click(),
  signOut: async (page, issuer) => {
    await page.goto(`${issuer}/session/end`);
    await page.getByRole('button', { name: 'Yes, sign me out' }).click();
    await page.getByText('Sign-out Success').waitFor();
  },
};
