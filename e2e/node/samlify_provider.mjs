// An identity provider of samlify with a login form of its own.

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import samlify from 'samlify';

export const PASSWORD = "provider's own password";
const { binding } = samlify.Constants.namespace;
const PERSISTENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';
const TEXT = { nameFormat: 'urn:oasis:names:tc:SAML:2.0:attrname-format:basic', valueXsiType: 'xs:string' };
// samlify leaves it to its users how somebody signed in.
const STATEMENT = `<saml:AuthnStatement AuthnInstant="{IssueInstant}" SessionIndex="{SessionIndex}"><saml:AuthnContext>\
<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef>\
</saml:AuthnContext></saml:AuthnStatement>`;
const escaped = text => text.replace(/[&<>"]/g, character => `&#${character.charCodeAt(0)};`);

// It wants a judge of each document's schema, and comes without one.
samlify.setSchemaValidator({ validate: async () => 'not judged' });

/**
 * Starts a provider on localhost. `users` by name are its users: `subject`, `email` and `role`.
 *
 * What is returned has settings: `signsMessage`, `encryption` (a name of XML Encryption, none without), `encryptsFirst`,
 * `withStatement`. `requests` are what samlify read of the requests, `refusals` why it refused some.
 */
export async function samlifyProvider(users) {
  const key = readFileSync(process.env.E2E_PROVIDER_KEY, 'utf8');
  const certificate = readFileSync(process.env.E2E_PROVIDER_CERT, 'utf8');
  const sessions = new Map();
  const asked = new Map();
  let trusted;
  const provider = {
    signsMessage: false, encryption: undefined, encryptsFirst: false, withStatement: true, users, requests: [], refusals: [], sessions,
    /** Takes over the metadata of a pool. */
    async trust(url) {
      trusted = await (await fetch(url)).text();
    },
    close: () => server.closeAllConnections() ?? server.close(),
  };

  /** The party of this moment's settings. */
  const party = () =>
    samlify.IdentityProvider({
      entityID: `${provider.url}/metadata`,
      privateKey: key,
      signingCert: certificate,
      wantAuthnRequestsSigned: true,
      wantLogoutRequestSigned: true,
      wantLogoutResponseSigned: true,
      nameIDFormat: [PERSISTENT],
      isAssertionEncrypted: Boolean(provider.encryption),
      dataEncryptionAlgorithm: provider.encryption,
      keyEncryptionAlgorithm: 'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p',
      singleSignOnService: ['redirect', 'post'].map(name => ({ Binding: binding[name], Location: `${provider.url}/sso` })),
      singleLogoutService: ['redirect', 'post'].map(name => ({ Binding: binding[name], Location: `${provider.url}/slo` })),
      loginResponseTemplate: {
        ...samlify.SamlLib.defaultLoginResponseTemplate,
        attributes: ['email', 'role'].map(name => ({ name, valueTag: name, ...TEXT })),
      },
    });
  /** The pool, as its metadata tells. */
  const application = () =>
    samlify.ServiceProvider({
      metadata: trusted, wantMessageSigned: provider.signsMessage,
      wantLogoutRequestSigned: true, wantLogoutResponseSigned: true,
    });
  Object.assign(provider, { party, application });

  /** The page that posts a message. */
  const posting = ({ entityEndpoint, type, context, relayState }) =>
    `<!doctype html><title>provider</title><body onload="document.forms[0].submit()"><form method="post"
    action="${escaped(entityEndpoint)}"><input type="hidden" name="${type}" value="${context}"><input type="hidden"
    name="RelayState" value="${escaped(relayState ?? '')}"></form>`;
  provider.posting = posting;

  /** The page that posts an answer to a request. */
  const answer = async (name, session, { request, relayState }) => {
    const user = users[name];
    const pool = application();
    const now = new Date();
    const later = new Date(now.getTime() + 300_000).toISOString();
    const acs = pool.entityMeta.getAssertionConsumerService('post');
    const id = `_${randomUUID()}`;
    const tags = {
      ID: id, AssertionID: `_${randomUUID()}`, Destination: acs, SubjectRecipient: acs, AssertionConsumerServiceURL: acs,
      Audience: pool.entityMeta.getEntityID(), Issuer: `${provider.url}/metadata`, IssueInstant: now.toISOString(),
      StatusCode: samlify.Constants.StatusCode.Success, ConditionsNotBefore: now.toISOString(), ConditionsNotOnOrAfter: later,
      SubjectConfirmationDataNotOnOrAfter: later, NameIDFormat: PERSISTENT, NameID: user.subject,
      InResponseTo: request.extract.request.id, SessionIndex: session, attrEmail: user.email, attrRole: user.role,
    };
    const statement = provider.withStatement ? STATEMENT : '';
    const response = await party().createLoginResponse(pool, request, 'post', user, {
      relayState,
      encryptThenSign: provider.encryptsFirst,
      customTagReplacement: template => {
        const whole = template.replace('{AuthnStatement}', statement);
        return { id, context: samlify.SamlLib.replaceTagsByValue(whole, tags) };
      },
    });
    return posting(response);
  };

  const page = async (request, url, fields) => {
    const session = /at-provider=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
    if (url.pathname === '/metadata') return party().getMetadata();
    if (url.pathname === '/favicon.ico') return '';
    if (url.pathname === '/sso') {
      const [octetString] = url.search.slice(1).split('&Signature=');
      const read = await party().parseLoginRequest(application(), 'redirect', { query: fields, octetString });
      const force = /ForceAuthn="true"/.test(read.samlContent);
      const asks = { request: read, relayState: fields.RelayState };
      provider.requests.push({ ...read.extract, force, sigAlg: read.sigAlg });
      if (sessions.has(session) && !force) return answer(sessions.get(session).name, session, asks);
      const number = randomUUID();
      asked.set(number, asks);
      return `<!doctype html><title>provider</title><h1>Company</h1><form method="post" action="/login"><input type="hidden"
        name="asked" value="${number}"><input name="user"><input name="password" type="password"><button>Go</button></form>`;
    }
    if (url.pathname === '/login' && users[fields.user] && fields.password === PASSWORD) {
      const fresh = `_${randomUUID()}`;
      sessions.set(fresh, { name: fields.user });
      const asks = asked.get(fields.asked);
      asked.delete(fields.asked);
      return { cookie: `at-provider=${fresh}; HttpOnly; SameSite=Lax; Path=/`, body: await answer(fields.user, fresh, asks) };
    }
    const more = await provider.more?.({ url, fields, session });
    if (more) return more;
    throw new Error(`nothing at ${url.pathname}`);
  };

  const server = createServer(async (request, response) => {
    const url = new URL(request.url, provider.url);
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const posted = new URLSearchParams(Buffer.concat(chunks).toString());
    const fields = Object.fromEntries([...url.searchParams, ...posted]);
    try {
      const made = await page(request, url, fields);
      const { body = made, cookie, location } = typeof made === 'string' ? {} : made;
      if (cookie) response.setHeader('Set-Cookie', cookie);
      if (location) response.writeHead(302, { Location: location }).end();
      else response.setHeader('Content-Type', url.pathname === '/metadata' ? 'text/xml' : 'text/html').end(body);
    } catch (error) {
      provider.refusals.push(String(error?.message ?? error));
      response.writeHead(400, { 'Content-Type': 'text/html' }).end('<!doctype html><title>refused</title>');
    }
  });
  await new Promise(listening => server.listen(0, 'localhost', listening));
  provider.url = `http://localhost:${server.address().port}`;
  return provider;
}
