"""Clients of MCP that nobody registered, by the URL of their document: the SDKs for Python and TypeScript, fastmcp, mcp-remote.

The document is at a host of this session with an authority of its own, which the server of this session trusts.
"""

import asyncio
import json
import os
import ssl
import subprocess
import threading
import webbrowser
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from agents import AtOnce, Browser, free_port, old_sdk, protected_server, recipe
from own_server import own_server
from support import check, claims, get_json, part, session

TOOLS = ["read_note"]


@contextmanager
def documents():
    """A host of documents by https; yields its URL, the documents by path, and the paths that were asked for."""
    served, asked = {}, []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            found = served.get(self.path)
            body = json.dumps(found or {}).encode()
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.environ["E2E_TLS_CERT"], os.environ["E2E_TLS_KEY"])
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"https://127.0.0.1:{server.server_port}", served, asked
    finally:
        server.shutdown()


def call(endpoint, operation, **members):
    """Calls an operation that this version of boto3 does not know."""
    headers = {
        "content-type": "application/x-amz-json-1.1", "x-amz-target": f"AWSCognitoIdentityProviderService.{operation}",
    }
    request = AWSRequest("POST", f"{endpoint}/", headers, json.dumps(members))
    SigV4Auth(Credentials("test", "test"), "cognito-idp", "us-east-1").add_auth(request)
    requests.post(request.url, data=request.data, headers=dict(request.headers), timeout=30).raise_for_status()


async def sdk(site, resource, document):
    """SDK 2: takes the URL, since the server takes such clients."""
    browser, kept = Browser(), site["Kept"]()
    sign_in = lambda url: asyncio.to_thread(browser.open, url)
    auth = site["provider"](resource, site["callback"], kept, sign_in, document=document)
    check("SDK 2: the tools", await site["tools"](resource, auth), TOOLS)
    check("SDK 2: it is its URL", kept.client.client_id, document)
    said = claims(kept.tokens.access_token)
    check("SDK 2: the token is the app client's, for the resource",
          (said["client_id"], said["aud"], sorted(said["scope"].split())),
          (site["client"], resource, [f"{resource}/read", f"{resource}/write"]))
    check("SDK 2: a sign-in, and a question that names the host", (browser.pages, "127.0.0.1" in browser.asked), (2, True))
    first = kept.tokens
    auth.context.token_expiry_time = 1
    check("SDK 2: after the token's end", await site["tools"](resource, auth), TOOLS)
    check("SDK 2: another refresh token, and no page", (first.refresh_token != kept.tokens.refresh_token, browser.pages),
          (True, 2))
    auth = site["provider"](resource, site["callback"], site["Kept"](), sign_in, document=document)
    check("SDK 2: once more", await site["tools"](resource, auth), TOOLS)
    check("SDK 2: what was answered is not asked again", browser.pages, 2)


async def fast(site, resource, document):
    """fastmcp, at another port of this machine than the document names."""
    from fastmcp import Client
    from fastmcp.client.auth import OAuth

    browser = Browser()
    webbrowser.register("session", None, AtOnce(browser), preferred=True)
    auth = OAuth(client_metadata_url=document, callback_host="127.0.0.1", callback_port=free_port())
    async with Client(resource, auth=auth) as client:
        check("fastmcp: the tools", [tool.name for tool in await client.list_tools()], TOOLS)
    check("fastmcp: a sign-in, at most one question", browser.pages in (1, 2), True)


def old(site, resource, document):
    """SDK 1."""
    told = old_sdk(resource=resource, callback=site["callback"], document=document)
    # Whether a page asks about the client is not checked: SDK 2 may have been let in with the same scopes.
    check("SDK 1: a sign-in, at most one question", told.pop("pages") in (1, 2), True)
    check("SDK 1", told, {
        "tools": [TOOLS, TOOLS], "scope": [f"{resource}/read", f"{resource}/write"], "aud": resource, "client": document,
        "client_id": site["client"], "rotated": True,
    })


def typescript(site, resource, document):
    """The TypeScript SDKs and mcp-remote."""
    command = [os.environ["E2E_NODE"], str(Path(__file__).parents[1] / "node/mcp_document.mjs")]
    done = subprocess.run(
        [*command, resource, site["callback"], document], stdout=subprocess.PIPE, text=True, timeout=60, check=True
    )
    told = json.loads(done.stdout)
    token = {"aud": resource, "client_id": site["client"]}
    for name in ("SDK 2", "SDK 1"):
        check(f"TypeScript {name}", told.pop(name), {"tools": TOOLS, "client": document, **token})
    check("mcp-remote", told, {"mcp-remote": {"tools": True, "client": document, **token}})


with session("MCP by documents"), documents() as (host, served, asked):
    document = f"{host}/client.json"
    served["/client.json"] = {
        "client_id": document, "client_name": "A client",
        "redirect_uris": ["http://127.0.0.1/callback", "http://127.0.0.1/oauth/callback"],
        "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    }
    os.environ["SSL_CERT_FILE"] = os.environ["NODE_EXTRA_CA_CERTS"]
    with own_server() as server:
        del os.environ["SSL_CERT_FILE"]
        port, callback = free_port(), free_port()
        blocks = recipe(port, callback, server.endpoint)
        site = {"callback": f"http://127.0.0.1:{callback}/callback"}
        exec(blocks["pool"], site)
        exec(blocks["client"], site)
        resource, pool = site["resource"], site["pool"]
        about = f"/{pool}/.well-known/oauth-authorization-server"
        check("no such clients yet", get_json(about).get("client_id_metadata_document_supported"), None)
        call(
            server.endpoint, "CreateCIMDPolicy", UserPoolId=pool, ClientId=site["client"], PolicyName="clients",
            URLPatterns=[f"{host}/*"],
        )
        check("the document says that they are taken", get_json(about)["client_id_metadata_document_supported"], True)
        scopes = f"{resource}/read {resource}/write"
        with protected_server(blocks["protected"], port, ISSUER=site["issuer"], SCOPES=scopes):
            with part("SDK 2"):
                asyncio.run(sdk(site, resource, document))
            with part("fastmcp"):
                asyncio.run(fast(site, resource, document))
            with part("SDK 1"):
                old(site, resource, document)
            with part("TypeScript"):
                typescript(site, resource, document)
        check("the document was fetched once", asked, ["/client.json"])
