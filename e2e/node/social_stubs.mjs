// Google, Facebook, Login with Amazon and Sign in with Apple as their documentation has them, one small server each.
//
// A stub refuses what its provider would refuse, and notes in `faults` whatever the documentation does not know. They are at
// localhost, another site than that of the pool. Nobody signs in there: `person` is who sits before the page.

import { createHash, createHmac, generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { SignJWT, exportJWK, exportPKCS8, generateKeyPair, jwtVerify } from 'jose';

const fresh = prefix => `${prefix}${randomBytes(24).toString('base64url')}`;
const escaped = text => text.replace(/[&<>"]/g, sign => `&#${sign.charCodeAt(0)};`);
const json = (status, body, type = 'application/json;charset=UTF-8') => ({ status, type, body: JSON.stringify(body) });
const to = (url, parameters, end = '') => ({ status: 302, location: `${url}?${new URLSearchParams(parameters)}${end}` });
const page = body => ({ status: 200, type: 'text/html', body: `<!doctype html><title>provider</title>${body}` });

/** What the four have in common. Each answers `asked` (the parameters of its page), `routes`, and what the page does. */
class Stub {
  faults = [];
  seen = [];
  codes = new Map();
  tokens = new Map();
  person = {};

  constructor({ clientId, clientSecret, redirectUri }) {
    Object.assign(this, { clientId, clientSecret, redirectUri });
  }

  async start() {
    this.server = createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const url = new URL(request.url, this.url);
      const { method, headers } = request;
      const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
      const asked = { method, path: url.pathname, query: Object.fromEntries(url.searchParams), form, headers };
      this.seen.push(asked);
      const route = asked.path === '/decision' ? asked => this.decide(asked) : this.routes[`${method} ${asked.path}`];
      let answer = { status: 404, body: '' };
      if (route) answer = await route(asked);
      else if (asked.path !== '/favicon.ico') this.faults.push(`${method} ${asked.path}`);
      if (answer.location) response.setHeader('Location', answer.location);
      response.setHeader('Content-Type', answer.type ?? 'text/plain');
      response.writeHead(answer.status).end(answer.body);
    });
    await new Promise(listening => this.server.listen(0, '127.0.0.1', listening));
    this.url = `http://localhost:${this.server.address().port}`;
    return this;
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }

  /** The last call of a path, and none again. */
  take(path) {
    const found = this.seen.filter(one => one.path === path);
    this.seen = this.seen.filter(one => one.path !== path);
    return found;
  }

  /** Notes parameters that are missing or that nobody documents. */
  compare(what, given, needed, more = []) {
    for (const name of needed) if (!given[name]) this.faults.push(`${what}: no ${name}`);
    for (const name of Object.keys(given)) {
      if (![...needed, ...more].includes(name)) this.faults.push(`${what}: ${name} is not documented`);
    }
  }

  /** The page that asks, after a look at the request. */
  ask({ query }, needed, more) {
    this.compare('the request', query, ['client_id', 'redirect_uri', 'state', 'scope', 'response_type', ...needed], more);
    if (query.client_id !== this.clientId || query.redirect_uri !== this.redirectUri) return json(400, { error: 'invalid_request' });
    const fields = Object.entries(query).map(([name, value]) => `<input type="hidden" name="${name}" value="${escaped(value)}">`);
    return page(
      `<form action="/decision">${fields.join('')}<button name="decision" value="yes">Continue</button>`
        + '<button name="decision" value="no">Cancel</button></form>',
    );
  }

  decide({ query: { decision, ...query } }) {
    if (decision !== 'yes') return this.denied(query);
    const code = fresh(this.codePrefix);
    this.codes.set(code, { ...query, person: { ...this.person } });
    return this.granted(query, code);
  }

  /** Spends a code that a client of this name and secret brings; returns what it was given for. */
  spend({ code, client_id, redirect_uri }) {
    const granted = this.codes.get(code);
    this.codes.delete(code);
    return granted?.client_id === client_id && granted.redirect_uri === redirect_uri ? granted : undefined;
  }

  /** An access token for a person. */
  accessToken(person) {
    const token = fresh(this.tokenPrefix);
    this.tokens.set(token, person);
    return token;
  }

  bearer({ headers }) {
    return this.tokens.get(/^Bearer (.*)$/.exec(headers.authorization ?? '')?.[1]);
  }

  async idToken(claims, accessToken) {
    const at_hash = createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url');
    const signer = new SignJWT({ at_hash, ...claims }).setProtectedHeader({ alg: 'RS256', kid: this.kid, typ: 'JWT' });
    return signer.setIssuedAt().setExpirationTime(claims.exp ?? '1h').sign(this.privateKey);
  }

  async makeKey() {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    this.kid = randomBytes(20).toString('hex');
    this.privateKey = privateKey;
    this.keySet = { keys: [{ ...(await exportJWK(publicKey)), kid: this.kid, use: 'sig', alg: 'RS256' }] };
  }
}

/** OpenID Connect for web servers, and the People API. */
class Google extends Stub {
  codePrefix = '4/0A';
  tokenPrefix = 'ya29.';
  issuer = 'https://accounts.google.com';
  routes = {
    'GET /o/oauth2/v2/auth': asked => {
      const { prompt } = asked.query;
      if (prompt && !prompt.split(' ').every(word => ['none', 'consent', 'select_account'].includes(word))) {
        this.faults.push(`the request: prompt=${prompt}`);
      }
      return this.ask(asked, ['nonce', 'code_challenge', 'code_challenge_method'], ['prompt', 'login_hint']);
    },
    'POST /oauth2/v4/token': async ({ form, headers }) => {
      this.compare('the code', form, ['grant_type', 'client_id', 'client_secret', 'code', 'redirect_uri', 'code_verifier']);
      if (headers.authorization) this.faults.push('the code: with a header');
      if (form.client_secret !== this.clientSecret) {
        return json(401, { error: 'invalid_client', error_description: 'The provided client secret is invalid.' });
      }
      const granted = this.spend(form);
      const challenge = createHash('sha256').update(form.code_verifier ?? '').digest('base64url');
      if (granted?.code_challenge !== challenge) return json(400, { error: 'invalid_grant', error_description: 'Bad Request' });
      const { person, nonce, scope } = granted;
      const { more, ...claims } = person;
      const access_token = this.accessToken(person);
      const id_token = await this.idToken(
        { iss: this.issuer, azp: this.clientId, aud: this.clientId, nonce, ...claims }, access_token,
      );
      return json(200, { access_token, expires_in: 3599, scope, token_type: 'Bearer', id_token });
    },
    'GET /oauth2/v3/certs': () => json(200, this.keySet),
    'GET /v1/people/me': asked => {
      const person = this.bearer(asked);
      this.compare('the person', asked.query, ['personFields']);
      if (!person) return json(401, { error: { code: 401, message: 'Request had invalid credentials.', status: 'UNAUTHENTICATED' } });
      const fields = asked.query.personFields.split(',');
      const found = Object.fromEntries(Object.entries(person.more ?? {}).filter(([name]) => fields.includes(name)));
      return json(200, { resourceName: `people/${person.sub}`, etag: '%EgUBAgcuNxoEAQIFByIM', ...found });
    },
  };

  granted = ({ redirect_uri, state, scope }, code) =>
    to(redirect_uri, { state, iss: 'https://accounts.google.com', code, scope, authuser: '0', hd: 'gmail.example', prompt: 'none' });
  denied = ({ redirect_uri, state }) => to(redirect_uri, { error: 'access_denied', state });
  details = () => ({
    client_id: this.clientId, client_secret: this.clientSecret, authorize_scopes: 'profile email openid',
    authorize_url: `${this.url}/o/oauth2/v2/auth`, token_url: `${this.url}/oauth2/v4/token`,
    attributes_url: `${this.url}/v1/people/me?personFields=`, jwks_uri: `${this.url}/oauth2/v3/certs`,
  });
}

/** The manual login flow, and the Graph API with the setting that each call needs a proof of the secret. */
class Facebook extends Stub {
  codePrefix = 'AQB';
  tokenPrefix = 'EAAG';
  failed = (message, type, code) => json(400, { error: { message, type, code, fbtrace_id: 'A1b2C3d4E5f' } });
  routes = {
    'GET /v17.0/dialog/oauth': asked => this.ask(asked, []),
    'GET /v17.0/oauth/access_token': ({ query }) => {
      this.compare('the code', query, ['client_id', 'client_secret', 'code', 'redirect_uri'], ['grant_type']);
      if (query.client_secret !== this.clientSecret) return this.failed('Error validating client secret.', 'OAuthException', 1);
      const granted = this.spend(query);
      if (!granted) return this.failed('This authorization code has been used.', 'OAuthException', 100);
      return json(200, { access_token: this.accessToken(granted.person), token_type: 'bearer', expires_in: 5_183_944 });
    },
    'GET /v17.0/me': asked => {
      this.compare('the profile', asked.query, ['fields', 'appsecret_proof']);
      const token = asked.headers.authorization?.replace(/^Bearer /, '') ?? '';
      const person = this.tokens.get(token);
      if (!person) return this.failed('Invalid OAuth access token.', 'OAuthException', 190);
      const proof = createHmac('sha256', this.clientSecret).update(token).digest('hex');
      if (asked.query.appsecret_proof !== proof) {
        return this.failed('Invalid appsecret_proof provided in the API argument', 'GraphMethodException', 100);
      }
      const fields = ['id', ...asked.query.fields.split(',')];
      const found = Object.fromEntries(Object.entries(person).filter(([name]) => fields.includes(name)));
      // Not `application/json`.
      return json(200, found, 'text/javascript; charset=UTF-8');
    },
  };

  granted = ({ redirect_uri, state }, code) => to(redirect_uri, { code, state }, '#_=_');
  denied = ({ redirect_uri, state }) =>
    to(redirect_uri, {
      error: 'access_denied', error_code: '200', error_description: 'Permissions error', error_reason: 'user_denied', state,
    }, '#_=_');
  details = () => ({
    client_id: this.clientId, client_secret: this.clientSecret, authorize_scopes: 'public_profile, email',
    authorize_url: `${this.url}/v17.0/dialog/oauth`, token_url: `${this.url}/v17.0/oauth/access_token`,
    attributes_url: `${this.url}/v17.0/me?fields=`,
  });
}

/** The authorization code grant of Login with Amazon, and the customer profile. */
class Amazon extends Stub {
  codePrefix = 'AN';
  tokenPrefix = 'Atza|';
  routes = {
    'GET /ap/oa': asked => this.ask(asked, [], ['code_challenge', 'code_challenge_method']),
    'POST /auth/o2/token': ({ form, headers }) => {
      this.compare('the code', form, ['grant_type', 'client_id', 'client_secret', 'code', 'redirect_uri'], ['code_verifier']);
      if (!/^application\/x-www-form-urlencoded/.test(headers['content-type'])) this.faults.push('the code: another type');
      if (form.client_secret !== this.clientSecret) {
        return json(401, { error_description: 'Client authentication failed', error: 'invalid_client' });
      }
      const granted = this.spend(form);
      if (!granted) return json(400, { error_description: 'The request has an invalid grant parameter : code', error: 'invalid_grant' });
      const challenge = createHash('sha256').update(form.code_verifier ?? '').digest('base64url');
      if (granted.code_challenge && granted.code_challenge !== challenge) {
        return json(400, { error_description: 'The code verifier does not match', error: 'invalid_grant' });
      }
      const access_token = this.accessToken(granted.person);
      return json(200, { access_token, refresh_token: fresh('Atzr|'), token_type: 'bearer', expires_in: 3600 });
    },
    'GET /user/profile': asked => {
      this.compare('the profile', asked.query, []);
      const person = this.bearer(asked);
      return person ? json(200, person) : json(400, { error: 'invalid_token', error_description: 'Invalid access token' });
    },
  };

  granted = ({ redirect_uri, state, scope }, code) => to(redirect_uri, { code, scope, state });
  denied = ({ redirect_uri, state }) =>
    to(redirect_uri, { error: 'access_denied', error_description: 'Access not permitted', state });
  details = () => ({
    client_id: this.clientId, client_secret: this.clientSecret, authorize_scopes: 'profile postal_code',
    authorize_url: `${this.url}/ap/oa`, token_url: `${this.url}/auth/o2/token`, attributes_url: `${this.url}/user/profile`,
  });
}

/** Sign in with Apple for the web: answers by POST, a signed secret, a name that comes once. */
class Apple extends Stub {
  codePrefix = 'c';
  tokenPrefix = 'a';
  issuer = 'https://appleid.apple.com';
  teamId = 'TEAM123456';
  keyId = 'KEY1234567';
  /** Who has signed in before: their names come no more. */
  known = new Set();
  routes = {
    'GET /auth/authorize': asked => {
      if (asked.query.response_mode !== 'form_post') this.faults.push('the request: scopes without form_post');
      return this.ask(asked, ['response_mode'], ['nonce']);
    },
    'POST /auth/token': async ({ form }) => {
      this.compare('the code', form, ['grant_type', 'client_id', 'client_secret', 'code', 'redirect_uri']);
      if (!(await this.isSecret(form.client_secret))) return json(400, { error: 'invalid_client' });
      const granted = this.spend(form);
      if (!granted) return json(400, { error: 'invalid_grant', error_description: 'The code has expired or has been revoked.' });
      const { name, ...claims } = granted.person;
      const access_token = this.accessToken(granted.person);
      const id_token = await this.idToken(
        {
          iss: this.issuer, aud: this.clientId, nonce: granted.nonce, nonce_supported: true,
          auth_time: Math.floor(Date.now() / 1000), exp: '24h', ...claims,
        },
        access_token,
      );
      return json(200, { access_token, token_type: 'Bearer', expires_in: 3600, refresh_token: fresh('r'), id_token });
    },
    'GET /auth/keys': () => json(200, this.keySet),
  };

  async makeKey() {
    await super.makeKey();
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    this.clientKey = publicKey;
    this.clientKeyFile = await exportPKCS8(privateKey);
  }

  /** Checks the token that stands for a secret. Apple allows it six months. */
  async isSecret(token) {
    try {
      const { payload, protectedHeader } = await jwtVerify(token, this.clientKey, {
        algorithms: ['ES256'], issuer: this.teamId, subject: this.clientId, audience: 'https://appleid.apple.com',
        requiredClaims: ['iat', 'exp'],
      });
      this.secretLife = payload.exp - payload.iat;
      return protectedHeader.kid === this.keyId && this.secretLife <= 15_777_000;
    } catch (error) {
      this.refusedSecret = error.code;
      return false;
    }
  }

  /** A page that posts by itself, as theirs does. */
  posted(redirectUri, fields) {
    const inputs = Object.entries(fields).map(([name, value]) => `<input type="hidden" name="${name}" value="${escaped(value)}">`);
    return page(`<form method="post" action="${escaped(redirectUri)}">${inputs.join('')}</form><script>document.forms[0].submit()</script>`);
  }

  granted = ({ redirect_uri, state }, code) => {
    const { sub, name, email } = this.person;
    const isKnown = this.known.has(sub);
    this.known.add(sub);
    const user = isKnown || !name ? {} : { user: JSON.stringify({ name, email: this.claimedEmail ?? email }) };
    return this.posted(redirect_uri, { state, code, ...user });
  };

  denied = ({ redirect_uri, state }) => this.posted(redirect_uri, { state, error: 'user_cancelled_authorize' });
  details = () => ({
    client_id: this.clientId, team_id: this.teamId, key_id: this.keyId, private_key: this.clientKeyFile, authorize_scopes: 'email name',
    authorize_url: `${this.url}/auth/authorize`, token_url: `${this.url}/auth/token`, jwks_uri: `${this.url}/auth/keys`,
  });
}

/** Starts all four, for browsers that come back to `redirectUri`. */
export async function socialStubs(redirectUri) {
  const settings = clientId => ({ clientId, clientSecret: fresh('secret-'), redirectUri });
  const stubs = {
    Google: new Google(settings('1234-abc.apps.googleusercontent.example')),
    Facebook: new Facebook(settings('1029384756')),
    LoginWithAmazon: new Amazon(settings('amzn1.application-oa2-client.5e02')),
    SignInWithApple: new Apple(settings('com.example.service')),
  };
  await Promise.all(Object.values(stubs).flatMap(stub => [stub.start(), stub.makeKey()]));
  return stubs;
}
