"""The recipe of docs/AGENTS.md, run as it stands there, and clients of MCP for Python: SDK 2, SDK 1, fastmcp.

They sign in by a client that the pool has, and by one that they register.
"""

import asyncio
import base64
import hashlib
import json
import os
import secrets
import subprocess
import urllib.parse
import warnings
import webbrowser

import httpx2
import requests
from mcp import Client
from mcp.client.auth.extensions.client_credentials import ClientCredentialsOAuthProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthToken

from agents import AtOnce, Browser, free_port, old_sdk, protected_server, recipe
from support import ENDPOINT, check, claims, get_json, part, session

TOOLS = ["read_note"]


def operator(*words):
    """A command of the server's operator."""
    command = [*json.loads(os.environ["E2E_COMMAND"]), *words]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=60)


def told(url):
    """Status, `error` and `iss` of the answer that a browser without a session carries to the client."""
    answer = requests.get(url, allow_redirects=False, timeout=30)
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(answer.headers.get("location", "")).query))
    return answer.status_code, query.get("error"), query.get("iss")


def code_flow(browser, meta, client_id, callback, scope, resource):
    """Tokens by hand, for scopes and a resource that no client would choose."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = urllib.parse.urlencode({
        "response_type": "code", "client_id": client_id, "redirect_uri": callback, "scope": scope,
        "resource": resource, "code_challenge": challenge, "code_challenge_method": "S256",
    })
    ended = browser.open(f"{meta['authorization_endpoint']}?{query}")
    body = {
        "grant_type": "authorization_code", "client_id": client_id, "redirect_uri": callback,
        "code": urllib.parse.parse_qs(urllib.parse.urlsplit(ended).query)["code"][0],
        "code_verifier": verifier, "resource": resource,
    }
    return requests.post(meta["token_endpoint"], data=body, timeout=30).json()


def documents(pool, meta, site, client, resource):
    """What clients read before they sign anybody in."""
    issuer = site["issuer"]
    for path in (
        f"/.well-known/oauth-authorization-server/{pool}", f"/.well-known/openid-configuration/{pool}",
        f"/{pool}/.well-known/oauth-authorization-server",
    ):
        check(f"{path.replace(pool, 'POOL')} is the same document", get_json(path), meta)
    check("issuer, PKCE, iss, and no offline_access", (
        meta["issuer"], meta["code_challenge_methods_supported"], meta["authorization_response_iss_parameter_supported"],
        meta["scopes_supported"],
    ), (issuer, ["S256"], True, ["openid", "email", "phone", "profile"]))
    check("the endpoints name the pool", (meta["authorization_endpoint"], meta["token_endpoint"]),
          (f"{issuer}/oauth2/authorize", f"{issuer}/oauth2/token"))
    base = {"response_type": "code", "client_id": client, "redirect_uri": site["callback"]}
    asked = lambda **more: f"{meta['authorization_endpoint']}?{urllib.parse.urlencode(base | more)}"
    check("another resource", told(asked(resource=f"{resource}/")), (302, "invalid_target", issuer))
    check("another scope", told(asked(scope="phone")), (302, "invalid_scope", issuer))
    check("an unknown client", told(asked(client_id="1example23456789")), (400, None, None))


async def sdk(site, resource, meta, browser):
    """SDK 2: signs in, refreshes, gets more scopes. Returns tokens with one scope."""
    sign_in = lambda url: asyncio.to_thread(browser.open, url)
    client, callback = site["client"], site["callback"]
    kept = site["Kept"](site["known"](client, callback))
    auth = site["provider"](resource, callback, kept, sign_in)
    check("SDK 2: the tools", await site["tools"](resource, auth), TOOLS)
    said = claims(kept.tokens.access_token)
    both = [f"{resource}/read", f"{resource}/write"]
    check("SDK 2: the token", (said["aud"], said["iss"], said["client_id"], sorted(said["scope"].split())),
          (resource, site["issuer"], client, both))
    check("SDK 2: one page", browser.pages, 1)
    first = kept.tokens
    auth.context.token_expiry_time = 1
    check("SDK 2: after the token's end", await site["tools"](resource, auth), TOOLS)
    check("SDK 2: without a page, by a refresh token that rotates", (
        browser.pages, first.access_token != kept.tokens.access_token, first.refresh_token != kept.tokens.refresh_token,
        claims(kept.tokens.access_token)["aud"],
    ), (1, True, True, resource))

    narrow = await asyncio.to_thread(code_flow, browser, meta, client, callback, both[0], resource)
    check("a token with one scope", claims(narrow["access_token"])["scope"], both[0])
    kept = site["Kept"](site["known"](client, callback))
    kept.tokens = OAuthToken.model_validate(narrow)
    auth = site["provider"](resource, callback, kept, sign_in, both[0])
    check("SDK 2: more scopes", await site["tools"](resource, auth), TOOLS)
    check("SDK 2: both, and no page for the browser that has a session",
          (sorted(claims(kept.tokens.access_token)["scope"].split()), browser.pages), (both, 1))
    return narrow


async def machine(site, resource):
    """SDK 2 as a program of its own, with the standard profile, and a secret that has a character of forms."""
    cognito = site["cognito"]
    made = cognito.create_user_pool_client(
        UserPoolId=site["pool"], ClientName="machine", GenerateSecret=True, AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["client_credentials"], AllowedOAuthScopes=[f"{resource}/read", f"{resource}/write"],
    )["UserPoolClient"]
    operator("client", "set-profile", made["ClientId"], "standard")
    secret = f"plus+{secrets.token_hex(20)}"
    cognito.add_user_pool_client_secret(UserPoolId=site["pool"], ClientId=made["ClientId"], ClientSecret=secret)
    # The profile counts within a second.
    await asyncio.sleep(1.1)
    for method in ("client_secret_basic", "client_secret_post"):
        kept = site["Kept"]()
        auth = ClientCredentialsOAuthProvider(
            resource, kept, made["ClientId"], secret, method, f"{resource}/read {resource}/write", site["issuer"]
        )
        check(f"a machine by {method}", await site["tools"](resource, auth), TOOLS)
        check("its token", (claims(kept.tokens.access_token)["aud"], kept.tokens.refresh_token), (resource, None))


async def fast(site, resource, narrow):
    """fastmcp, with a callback of its own; with tokens that it has kept, and one scope, it asks for more."""
    from fastmcp import Client as FastClient
    from fastmcp.client.auth import OAuth
    from fastmcp.client.auth.oauth import TokenStorageAdapter
    from key_value.aio.stores.memory import MemoryStore

    browser = Browser()
    webbrowser.register("session", None, AtOnce(browser), preferred=True)
    port = urllib.parse.urlsplit(site["callback"]).port
    both = [f"{resource}/read", f"{resource}/write"]
    known = {"client_id": site["client"], "issuer": site["issuer"], "callback_port": port, "callback_host": "127.0.0.1"}
    async with FastClient(resource, auth=OAuth(**known, scopes=both)) as client:
        check("fastmcp: the tools", [tool.name for tool in await client.list_tools()], TOOLS)
        called = await client.call_tool("read_note", {})
        check("fastmcp: a call", called.data, "Buy milk.")
    check("fastmcp: one page", browser.pages, 1)

    store = MemoryStore()
    kept = TokenStorageAdapter(store, resource)
    await kept.set_tokens(OAuthToken.model_validate(narrow))
    async with FastClient(resource, auth=OAuth(**known, scopes=both[0], token_storage=store)) as client:
        check("fastmcp: more scopes", [tool.name for tool in await client.list_tools()], TOOLS)
    said = claims((await kept.get_tokens()).access_token)
    check("fastmcp: both, and no page for the browser that has a session", (sorted(said["scope"].split()), browser.pages), (both, 1))


def old(site, resource, name, **given):
    """SDK 1, by a client of the pool and then with tokens of one scope, or without a client."""
    told = old_sdk(resource=resource, callback=site["callback"], **given)
    client, both = given.get("client"), [f"{resource}/read", f"{resource}/write"]
    check(f"SDK 1{name}: the client", (told["client"] == site["client"], told["client_id"]), (client is not None, told.pop("client")))
    del told["client_id"]
    check(f"SDK 1{name}: the scopes before and after it asks for more", told.pop("more", None), client and [both[:1], TOOLS, both])
    # A client that it registers is asked about.
    check(f"SDK 1{name}: signs in, refreshes", told, {
        "tools": [TOOLS, TOOLS], "scope": both, "aud": resource, "pages": 1 if client else 2, "rotated": True,
    })


async def registers(site, resource):
    """SDK 2 and fastmcp without a client: each registers one."""
    from fastmcp import Client as FastClient
    from fastmcp.client.auth import OAuth

    browser, kept = Browser(), site["Kept"]()
    auth = site["provider"](resource, site["callback"], kept, lambda url: asyncio.to_thread(browser.open, url))
    check("SDK 2 registers: the tools", await site["tools"](resource, auth), TOOLS)
    client, said = kept.client, claims(kept.tokens.access_token)
    check("SDK 2 registers: what it is told",
          (client.client_name, [str(uri) for uri in client.redirect_uris], client.token_endpoint_auth_method, client.client_secret),
          ("A client", [site["callback"]], "none", None))
    check("SDK 2 registers: its token", (said["client_id"], said["aud"], said["iss"]), (client.client_id, resource, site["issuer"]))
    check("SDK 2 registers: a sign-in, and a question that names it", (browser.pages, "A client" in browser.asked), (2, True))
    first = kept.tokens
    auth.context.token_expiry_time = 1
    check("SDK 2 registers: after the token's end", await site["tools"](resource, auth), TOOLS)
    check("SDK 2 registers: by a refresh token that rotates, without a page",
          (browser.pages, first.refresh_token != kept.tokens.refresh_token), (2, True))

    browser = Browser()
    webbrowser.register("session", None, AtOnce(browser), preferred=True)
    async with FastClient(resource, auth=OAuth()) as client:
        check("fastmcp registers: the tools", [tool.name for tool in await client.list_tools()], TOOLS)
    check("fastmcp registers: a sign-in, and a question that names it", (browser.pages, "FastMCP Client" in browser.asked), (2, True))


def refused(site, resource, meta, browser):
    """Tokens that are not for the resource."""
    cognito, pool = site["cognito"], site["pool"]
    cognito.create_resource_server(UserPoolId=pool, Identifier="http://127.0.0.1:9/mcp", Name="other")
    scope = f"{resource}/read {resource}/write"
    for name, other in (("another resource", "http://127.0.0.1:9/mcp"), ("none", "")):
        tokens = code_flow(browser, meta, site["client"], site["callback"], scope, other)
        answer = requests.post(
            resource, json={"jsonrpc": "2.0", "id": 1, "method": "ping"}, timeout=30,
            headers={"authorization": f"Bearer {tokens['access_token']}", "accept": "application/json, text/event-stream"},
        )
        check(f"a token for {name}", (claims(tokens["access_token"]).get("aud"), answer.status_code), (other or None, 401))
        check("is told where to ask", "resource_metadata=" in answer.headers["www-authenticate"], True)


with session("MCP"), warnings.catch_warnings():
    warnings.simplefilter("ignore")
    port, callback = free_port(), free_port()
    blocks = recipe(port, callback)
    check("the blocks of the recipe", sorted(blocks), ["client", "pool", "protected"])
    site = {"callback": f"http://127.0.0.1:{callback}/callback"}
    exec(blocks["pool"], site)
    exec(blocks["client"], site)
    resource, pool = site["resource"], site["pool"]
    scopes = f"{resource}/read {resource}/write"
    with protected_server(blocks["protected"], port, ISSUER=site["issuer"], SCOPES=scopes):
        written = get_json(f"/{pool}/.well-known/openid-configuration")
        with part("documents"):
            documents(pool, written, site, site["client"], resource)
        with part("the resource's document"):
            about = requests.get(f"http://127.0.0.1:{port}/.well-known/oauth-protected-resource/mcp", timeout=30).json()
            check("the resource's document", about, {
                "resource": resource, "authorization_servers": [site["issuer"]],
                "scopes_supported": scopes.split(), "bearer_methods_supported": ["header"],
            } | {name: value for name, value in about.items() if name == "resource_name"})
        browser = Browser()
        with part("SDK 2"):
            narrow = asyncio.run(sdk(site, resource, written, browser))
        with part("a machine"):
            asyncio.run(machine(site, resource))
        with part("fastmcp"):
            asyncio.run(fast(site, resource, narrow))
        with part("SDK 1"):
            old(site, resource, "", client=site["client"], narrow=narrow)
        with part("refused"):
            refused(site, resource, written, browser)
        with part("clients that register"):
            config = {"EnableStatus": "Enabled", "OpenDcrEnabled": True, "AllowedScopes": scopes.split()}
            site["cognito"].update_user_pool(UserPoolId=pool, DcrConfiguration=config)
            asyncio.run(registers(site, resource))
            old(site, resource, " registers")
