"""boto3 and requests: programs register clients of their own, sign a user in by one, read, change and end it."""

import base64
import hashlib
import re
import secrets
import urllib.parse

import jwt
import requests

from support import ENDPOINT, PASSWORD, Pool, administrator, check, check_refused, get_json, part, session, without_metadata

# As mcp-remote sends it, which listens on whatever port is free.
REQUEST = {
    "client_name": "MCP CLI Proxy (mcp-remote)", "redirect_uris": ["http://127.0.0.1/callback"],
    "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
    "token_endpoint_auth_method": "none", "application_type": "native",
}
SCOPE = "aws.cognito/dcr/register"
SECRETS = "Client secret operations are not supported for app clients of type DCR."


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def answer(response):
    """Status and body of a response."""
    return response.status_code, response.json() if response.content else None


def sends_form(http, url, values):
    """Fills the first form of a page in and posts it; returns where it leads."""
    page = http.get(url, timeout=30, allow_redirects=False)
    if "location" in page.headers:
        return urllib.parse.urljoin(url, page.headers["location"])
    tag, form = re.search(r"(<form[^>]*>)(.*?)</form>", page.text, re.S).groups()
    fields = {}
    for field in re.findall(r"<(?:input|button)[^>]*>", form):
        found = dict(re.findall(r'([\w-]+)="([^"]*)"', field))
        if found.get("name"):
            fields.setdefault(found["name"], found.get("value", ""))
    fields |= {name: value for name, value in values.items() if name in fields}
    action = re.search(r'action="([^"]*)"', tag)
    target = urllib.parse.urljoin(page.url, action.group(1).replace("&amp;", "&")) if action else page.url
    posted = http.post(target, data=fields, timeout=30, allow_redirects=False)
    return urllib.parse.urljoin(target, posted.headers["location"])


def named(told):
    """What a client is told without what differs each time."""
    varies = ("client_id", "client_id_issued_at", "registration_access_token", "registration_client_uri", "client_secret")
    return {name: value for name, value in told.items() if name not in varies}


with session("client registration"):
    admin = administrator()
    pool = Pool(admin, "registration", [])
    pool.confirmed_user("edith")
    admin.create_user_pool_domain(UserPoolId=pool.id, Domain=f"registration-{secrets.token_hex(4)}", ManagedLoginVersion=1)
    register = f"{ENDPOINT}/{pool.id}/oauth2/register"

    with part("the pool decides"):
        got = requests.post(register, json=REQUEST, timeout=30)
        check("not without its word", (got.status_code, got.json()["error"]), (403, "access_denied"))
        config = {"EnableStatus": "Enabled", "OpenDcrEnabled": True, "AllowedScopes": ["aws.cognito.signin.user.admin"]}
        admin.update_user_pool(UserPoolId=pool.id, DcrConfiguration=config)
        shown = admin.describe_user_pool(UserPoolId=pool.id)["UserPool"]["DcrConfiguration"]
        check("the configuration is shown", shown, config)
        admin.update_user_pool(UserPoolId=pool.id)
        shown = admin.describe_user_pool(UserPoolId=pool.id)["UserPool"]["DcrConfiguration"]
        check("an update keeps it", shown, config)

    got = requests.post(register, json=REQUEST, timeout=30)
    check("registered", (got.status_code, got.headers["cache-control"]), (201, "no-store"))
    told = got.json()
    client_id, own = told["client_id"], told["registration_client_uri"]
    check("what it is told", named(told), {**REQUEST, "scope": "openid email phone profile aws.cognito.signin.user.admin"})
    check("where it finds itself", own, f"{register}/{client_id}")

    with part("the operations"):
        shown = admin.describe_user_pool_client(UserPoolId=pool.id, ClientId=client_id)["UserPoolClient"]
        check("its type", (shown["ClientType"], shown["ClientName"]), ("DCR", "MCP CLI Proxy mcp-remote"))
        pages = admin.get_paginator("list_user_pool_clients")
        for kind, want in (("DCR", [client_id]), ("REGULAR", [pool.client_id])):
            listed = [c["ClientId"] for p in pages.paginate(UserPoolId=pool.id, ClientType=kind) for c in p["UserPoolClients"]]
            check(f"the clients of type {kind}", listed, want)
        check_refused(
            "no operations on its secrets", "AddUserPoolClientSecret", ("InvalidParameterException", SECRETS),
            lambda: admin.add_user_pool_client_secret(UserPoolId=pool.id, ClientId=client_id),
        )

    with part("a user signs in"):
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        callback = "http://127.0.0.1:49321/callback"
        query = urllib.parse.urlencode({
            "response_type": "code", "client_id": client_id, "redirect_uri": callback, "state": "s",
            "scope": "openid email offline_access other/x", "code_challenge": challenge, "code_challenge_method": "S256",
        })
        with requests.Session() as http:
            target = f"{ENDPOINT}/oauth2/authorize?{query}"
            # The sign-in, and whatever is asked for after it.
            for _ in range(6):
                if target.startswith(callback):
                    break
                target = sends_form(http, target, {"username": "edith", "password": PASSWORD})
        back = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(target).query))
        check("back at the port that it listens on", (back["state"], back["iss"]), ("s", pool.issuer))

        def token(**form):
            return requests.post(f"{ENDPOINT}/oauth2/token", data={"client_id": client_id, **form}, timeout=30)

        tokens = token(grant_type="authorization_code", code=back["code"], redirect_uri=callback, code_verifier=verifier).json()
        check("what it may not have is left out", tokens["scope"], "openid email")
        keys = jwt.PyJWKSet.from_dict(get_json(f"/{pool.id}/.well-known/jwks.json"))
        key = keys[jwt.get_unverified_header(tokens["access_token"])["kid"]].key
        claims = jwt.decode(tokens["access_token"], key, ["RS256"], issuer=pool.issuer)
        check("whose token it is", (claims["client_id"], claims["scope"]), (client_id, "openid email"))
        renewed = token(grant_type="refresh_token", refresh_token=tokens["refresh_token"]).json()
        check("a new refresh token each time", renewed["refresh_token"] != tokens["refresh_token"], True)

    with part("its own registration"):
        check("it reads it", answer(requests.get(own, headers=bearer(told["registration_access_token"]), timeout=30)), (200, told))
        change = {**REQUEST, "client_id": client_id, "client_name": "Other", "scope": "openid"}
        got = requests.put(own, json=change, headers=bearer(told["registration_access_token"]), timeout=30)
        changed = got.json()
        check("it changes it", (got.status_code, named(changed)), (200, {**REQUEST, "client_name": "Other", "scope": "openid"}))
        refused = requests.delete(own, headers=bearer(told["registration_access_token"]), timeout=30)
        check("the token of before is over", (refused.status_code, refused.json()["error"]), (401, "invalid_token"))
        ended = requests.delete(own, headers=bearer(changed["registration_access_token"]), timeout=30)
        check("it ends it", answer(ended), (204, None))
        check_refused(
            "it is gone", "DescribeUserPoolClient",
            ("ResourceNotFoundException", f"User pool client {client_id} does not exist."),
            lambda: admin.describe_user_pool_client(UserPoolId=pool.id, ClientId=client_id),
        )

    with part("with a token"):
        admin.update_user_pool(UserPoolId=pool.id, DcrConfiguration={"EnableStatus": "Enabled"})
        registrar = admin.create_user_pool_client(
            UserPoolId=pool.id, ClientName="registrar", GenerateSecret=True, AllowedOAuthFlowsUserPoolClient=True,
            AllowedOAuthFlows=["client_credentials"], AllowedOAuthScopes=[SCOPE],
        )["UserPoolClient"]
        who = (registrar["ClientId"], registrar["ClientSecret"])
        body = {"grant_type": "client_credentials", "scope": SCOPE}
        initial = requests.post(f"{ENDPOINT}/oauth2/token", data=body, auth=who, timeout=30).json()["access_token"]
        check("nobody without one", requests.post(register, json=REQUEST, timeout=30).status_code, 403)
        check("not with any", requests.post(register, json=REQUEST, headers=bearer("x"), timeout=30).status_code, 401)
        confidential = {"redirect_uris": ["https://app.example/callback"], "client_name": "App"}
        got = requests.post(register, json=confidential, headers=bearer(initial), timeout=30)
        check("with one", got.status_code, 201)
        made = got.json()
        check("a secret that stays", (made["token_endpoint_auth_method"], made["client_secret_expires_at"]), ("client_secret_basic", 0))
        shown = admin.describe_user_pool_client(UserPoolId=pool.id, ClientId=made["client_id"])["UserPoolClient"]
        check("the same secret", shown["ClientSecret"], made["client_secret"])
        gone = admin.delete_user_pool_client(UserPoolId=pool.id, ClientId=made["client_id"])
        check("an administrator ends it", without_metadata(gone), {})
        got = requests.get(made["registration_client_uri"], headers=bearer(made["registration_access_token"]), timeout=30)
        check("its token with it", got.status_code, 401)
