// The TypeScript SDKs and mcp-remote as clients that nobody registered. Prints one line of JSON by client: its tools, what
// it is called, and the audience and the client of its token.
//
// usage: mcp_document.mjs RESOURCE CALLBACK DOCUMENT

import { Browser, Provider, SDKS, tools } from './mcp_clients.mjs';
import { remoteClient } from './mcp_remote.mjs';
import { claims } from './support.mjs';

const [resource, callback, document] = process.argv.slice(2);
const browser = new Browser();
const told = {};
const token = ({ access_token }) => {
  const { aud, client_id } = claims(access_token);
  return { aud, client_id };
};
for (const name of Object.keys(SDKS)) {
  const provider = new Provider(undefined, callback, { document });
  const found = await tools(SDKS[name], resource, provider, browser);
  told[name] = { tools: found, client: provider.client.client_id, ...token(provider.kept) };
}
// What it sends to the browser is what it calls itself.
let client;
const watched = { open: url => ((client = new URL(url).searchParams.get('client_id')), browser.open(url)) };
const { out, tokens } = await remoteClient(watched, { resource, callback, flags: ['--client-metadata-url', document] });
told['mcp-remote'] = { tools: /"name": "read_note"/.test(out), client, ...token(tokens) };
console.log(JSON.stringify(told));
