"""The Python SDK of MCP before version 2, in a process of its own: it shares its name with the newer one.

Prints one line of JSON: the tools, the scopes and audience of the token, how many pages the browser showed, and whether it
registered a client.
usage: mcp_old_sdk.py RESOURCE CLIENT_ID CALLBACK    (CLIENT_ID: `-` for none)
"""

import asyncio
import json
import sys
from urllib.parse import parse_qs, urlsplit

import jwt
from mcp import ClientSession
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamablehttp_client
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata

from agents import Browser

RESOURCE, CLIENT_ID, CALLBACK = sys.argv[1:]


class Kept:
    tokens = None
    client = None if CLIENT_ID == "-" else OAuthClientInformationFull(
        client_id=CLIENT_ID, redirect_uris=[CALLBACK], token_endpoint_auth_method="none"
    )
    registered = False

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client, self.registered = client, True


async def tools(auth):
    async with streamablehttp_client(RESOURCE, auth=auth) as (reads, writes, _):
        async with ClientSession(reads, writes) as session:
            await session.initialize()
            return [tool.name for tool in (await session.list_tools()).tools]


async def main():
    browser, kept, ended = Browser(), Kept(), []

    async def redirect(url):
        ended.append(await asyncio.to_thread(browser.open, url))

    async def answer():
        query = parse_qs(urlsplit(ended.pop()).query)
        return query["code"][0], query["state"][0]

    metadata = OAuthClientMetadata(redirect_uris=[CALLBACK], token_endpoint_auth_method="none")
    auth = OAuthClientProvider(RESOURCE, metadata, kept, redirect, answer)
    found = await tools(auth)
    first = kept.tokens
    auth.context.token_expiry_time = 1
    again = await tools(auth)
    said = jwt.decode(kept.tokens.access_token, options={"verify_signature": False})
    print(json.dumps({
        "tools": [found, again], "scope": sorted(said["scope"].split()), "aud": said["aud"], "pages": browser.pages,
        "rotated": first.refresh_token != kept.tokens.refresh_token, "registered": kept.registered,
    }))


asyncio.run(main())
