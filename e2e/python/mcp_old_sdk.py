"""The Python SDK of MCP before version 2, in a process of its own: it shares its name with the newer one.

Takes JSON: `resource`, `callback`, and where it has them `client` (the id of a client that the pool has), `document` (the URL
of its own) and `narrow` (tokens whose scopes the resource refuses). Prints one line of JSON: the tools, the scopes and audience
of the token, how many pages the browser showed, what the client is called, and with `narrow` the tools and scopes after it.
usage: mcp_old_sdk.py JSON
"""

import asyncio
import json
import sys
from urllib.parse import parse_qs, urlsplit

import jwt
from mcp import ClientSession
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamablehttp_client
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken

from agents import Browser

GIVEN = json.loads(sys.argv[1])
RESOURCE, CALLBACK = GIVEN["resource"], GIVEN["callback"]


class Kept:
    tokens = None
    client = OAuthClientInformationFull(
        client_id=GIVEN["client"], redirect_uris=[CALLBACK], token_endpoint_auth_method="none"
    ) if "client" in GIVEN else None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client


async def tools(auth):
    async with streamablehttp_client(RESOURCE, auth=auth) as (reads, writes, _):
        async with ClientSession(reads, writes) as session:
            await session.initialize()
            return [tool.name for tool in (await session.list_tools()).tools]


def scopes(kept):
    return sorted(jwt.decode(kept.tokens.access_token, options={"verify_signature": False})["scope"].split())


async def main():
    browser, kept, ended = Browser(), Kept(), []

    async def redirect(url):
        ended.append(await asyncio.to_thread(browser.open, url))

    async def answer():
        query = parse_qs(urlsplit(ended.pop()).query)
        return query["code"][0], query["state"][0]

    def provider():
        metadata = OAuthClientMetadata(redirect_uris=[CALLBACK], token_endpoint_auth_method="none")
        return OAuthClientProvider(RESOURCE, metadata, kept, redirect, answer, client_metadata_url=GIVEN.get("document"))

    auth = provider()
    found = await tools(auth)
    first = kept.tokens
    auth.context.token_expiry_time = 1
    again = await tools(auth)
    said = jwt.decode(kept.tokens.access_token, options={"verify_signature": False})
    told = {
        "tools": [found, again], "scope": scopes(kept), "aud": said["aud"], "client_id": said["client_id"],
        "rotated": first.refresh_token != kept.tokens.refresh_token, "client": kept.client.client_id,
    }
    if "narrow" in GIVEN:
        kept.tokens = OAuthToken.model_validate(GIVEN["narrow"])
        told["more"] = [scopes(kept), await tools(provider()), scopes(kept)]
    print(json.dumps(told | {"pages": browser.pages}))


asyncio.run(main())
