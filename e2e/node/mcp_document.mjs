// The TypeScript SDK 2 as a client that nobody registered. Prints one line of JSON: the tools, what it is called, and
// the audience of its token.
//
// usage: mcp_document.mjs RESOURCE CALLBACK DOCUMENT

import { Browser, Provider, SDKS, tools } from './mcp_clients.mjs';
import { claims } from './support.mjs';

const [resource, callback, document] = process.argv.slice(2);
const browser = new Browser();
const provider = new Provider(undefined, callback, { document });
const found = await tools(SDKS['SDK 2'], resource, provider, browser);
const { aud } = claims(provider.kept.access_token);
console.log(JSON.stringify({ tools: found, client: provider.client.client_id, aud }));
