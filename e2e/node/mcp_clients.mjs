// What drives unmodified clients of MCP for Node.js without a person: a browser without scripts, and what a client keeps.

import { randomBytes } from 'node:crypto';
import * as two from '@modelcontextprotocol/client';
import { UnauthorizedError as UnauthorizedOne, auth as authOne } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client as ClientOne } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportOne } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const PASSWORD = 'Correct-Horse-7';

/** A browser without scripts, which signs a user in where a page asks, and counts these pages. */
export class Browser {
  cookies = new Map();
  pages = 0;

  async #send(url, options) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, { redirect: 'manual', ...options, headers: { cookie, ...options?.headers } });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (/max-age=0/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }

  /** Opens a URL and returns the one on which the browser leaves the server. */
  async open(url) {
    const site = new URL(url).origin;
    for (let n = 0; n < 10; n += 1) {
      let answer = await this.#send(url);
      if (answer.status === 200) {
        this.pages += 1;
        const html = await answer.text();
        const [, action, inputs] = /<form[^>]*action="(\/[^"]*)"[^>]*>(.*?)<\/form>/s.exec(html);
        const fields = new URLSearchParams();
        for (const [tag] of inputs.matchAll(/<input[^>]*>/g)) {
          const name = /\bname="([^"]*)"/.exec(tag)?.[1];
          if (name) fields.set(name, /\bvalue="([^"]*)"/.exec(tag)?.[1] ?? '');
        }
        if (fields.has('username')) {
          fields.set('username', 'ada');
          fields.set('password', PASSWORD);
        } else {
          // The question whether the client may come in.
          fields.set('decision', 'allow');
        }
        const target = new URL(action.replaceAll('&amp;', '&').replaceAll('&#38;', '&'), url);
        answer = await this.#send(target, { method: 'POST', body: fields, headers: { origin: target.origin } });
      }
      const location = answer.headers.get('location');
      if (!location) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
      url = new URL(location, url).href;
      if (new URL(url).origin !== site) return url;
    }
    throw new Error(`more than ten redirects, the last to ${url}`);
  }
}

/** What a client keeps, in memory; `asked` is the URL to which it wants to send the browser. */
export class Provider {
  constructor(clientId, redirectUrl, { tokens, scope, document, issuer } = {}) {
    Object.assign(this, { redirectUrl, kept: tokens, clientMetadataUrl: document });
    this.client = clientId && { client_id: clientId, issuer };
    this.clientMetadata = {
      client_name: 'A client', redirect_uris: [redirectUrl], token_endpoint_auth_method: 'none', scope,
      grant_types: ['authorization_code', 'refresh_token'],
    };
  }
  state = () => (this.sent = randomBytes(8).toString('hex'));
  clientInformation = () => this.client;
  saveClientInformation = client => (this.client = client);
  tokens = () => this.kept;
  saveTokens = tokens => (this.kept = tokens);
  redirectToAuthorization = url => (this.asked = url);
  saveCodeVerifier = verifier => (this.verifier = verifier);
  codeVerifier = () => this.verifier;
  saveDiscoveryState = found => (this.found = found);
  discoveryState = () => this.found;
}

/** The tools of a resource; signs in by the browser if the SDK wants to. */
export async function tools({ Client, Transport, Unauthorized, finish }, resource, provider, browser) {
  const attempt = async () => {
    const client = new Client({ name: 'session', version: '1' });
    const transport = new Transport(new URL(resource), { authProvider: provider });
    try {
      await client.connect(transport);
      return (await client.listTools()).tools.map(tool => tool.name);
    } catch (error) {
      if (!(error instanceof Unauthorized)) throw error;
      await finish(transport, new URL(await browser.open(provider.asked.href)), provider);
      return null;
    } finally {
      await client.close();
    }
  };
  return (await attempt()) ?? attempt();
}

export const SDKS = {
  'SDK 2': {
    Client: two.Client, Transport: two.StreamableHTTPClientTransport, Unauthorized: two.UnauthorizedError, auth: two.auth,
    finish: (transport, back) => transport.finishAuth(back.searchParams),
  },
  'SDK 1': {
    Client: ClientOne, Transport: TransportOne, Unauthorized: UnauthorizedOne, auth: authOne,
    finish: (transport, back) => transport.finishAuth(back.searchParams.get('code')),
  },
};
