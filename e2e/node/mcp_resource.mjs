// A protected server of MCP in a few lines: a tool that reads and one that writes, each with a scope of its own. Its refusals
// name the scopes that a request needs (RFC 6750 section 3.1), by which clients ask for more.

import { createServer } from 'node:http';
import { createRemoteJWKSet, jwtVerify } from 'jose';

const TOOLS = { read_note: 'read', write_note: 'write' };

/** Reads a body whole. */
async function body(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString() || 'null');
}

/** What a request gets: the result of a call of JSON-RPC, or nothing for a method that is not known. */
function result({ method, params }) {
  switch (method) {
    case 'initialize':
      return {
        protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'notes', version: '1' },
      };
    case 'tools/list':
      return { tools: Object.keys(TOOLS).map(name => ({ name, inputSchema: { type: 'object' } })) };
    case 'tools/call':
      return { content: [{ type: 'text', text: `${params.name} is done.` }] };
    case 'ping':
      return {};
    default:
      return undefined;
  }
}

/** Runs the server at `http://127.0.0.1:port/mcp` for tokens of an issuer; `refused` are its refusals so far. */
export async function protectedResource(port, issuer) {
  const resource = `http://127.0.0.1:${port}/mcp`;
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));
  const about = `http://127.0.0.1:${port}/.well-known/oauth-protected-resource/mcp`;
  const refused = [];

  /** The scopes of the token of a request; null without a token for this server. */
  async function scopes(request) {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (!token) return null;
    try {
      const { payload } = await jwtVerify(token, keys, { issuer, audience: resource });
      return payload.token_use === 'access' ? payload.scope.split(' ') : null;
    } catch {
      return null;
    }
  }

  const server = createServer(async (request, response) => {
    const answer = (status, content, headers = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(content === undefined ? '' : JSON.stringify(content));
    };
    const refuse = (status, error, scope) => {
      refused.push([status, error, scope]);
      const parts = [error && `error="${error}"`, `scope="${scope}"`, `resource_metadata="${about}"`];
      answer(status, { error }, { 'www-authenticate': `Bearer ${parts.filter(Boolean).join(', ')}` });
    };
    if (request.url === new URL(about).pathname)
      return answer(200, { resource, authorization_servers: [issuer], bearer_methods_supported: ['header'] });
    if (request.url !== '/mcp') return answer(404, {});
    const granted = await scopes(request);
    if (!granted) return refuse(401, undefined, `${resource}/read`);
    if (request.method !== 'POST') return answer(405, {});
    const call = await body(request);
    const needed = `${resource}/${TOOLS[call.method === 'tools/call' ? call.params.name : 'read_note']}`;
    if (!granted.includes(needed)) return refuse(403, 'insufficient_scope', needed);
    if (call.id === undefined) return answer(202);
    const found = result(call);
    const said = found ? { result: found } : { error: { code: -32601, message: 'Method not found' } };
    return answer(200, { jsonrpc: '2.0', id: call.id, ...said });
  });
  await new Promise(listening => server.listen(port, '127.0.0.1', listening));
  return { refused, close: () => server.close() };
}
