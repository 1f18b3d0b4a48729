"""boto3 and requests: the operations on client metadata documents, and a client that has nothing but its document.

The document is served here over HTTP, which `dev` takes on this machine; a pattern names it by https.
"""

import base64
import hashlib
import http.server
import json
import os
import re
import secrets
import subprocess
import threading
import urllib.parse

import requests

from support import (
    ENDPOINT, PASSWORD, Pool, administrator, check, check_match, check_refused, claims, get_json, part, session,
)

NOT_FOUND, INVALID = "ResourceNotFoundException", "InvalidParameterException"
BACK = "http://localhost:8910/callback"
CLASSIC, MANAGED = 1, 2
VERIFIER = secrets.token_urlsafe(48)
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


class Documents:
    """A host of documents on this machine."""

    def __init__(self):
        self.answers, self.asked = {}, []
        host = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                host.asked.append(self.path)
                status, headers, body = host.answers.get(self.path, (404, {}, b""))
                self.send_response(status)
                for name, value in ({"Content-Type": "application/json", "Content-Length": str(len(body))} | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.place = f"127.0.0.1:{self.server.server_port}"

    def publish(self, path, **more):
        """Serves a document and returns its URL."""
        url = f"http://{self.place}{path}"
        document = {
            "client_id": url, "client_name": "Terminal <b>Agent</b>", "redirect_uris": ["http://localhost/callback"],
            "grant_types": ["authorization_code", "refresh_token"], "token_endpoint_auth_method": "none",
        } | more
        self.answers[path] = (200, {}, json.dumps(document).encode())
        return url


def dates(shown):
    """A policy without its dates, which are times."""
    for name in ("CreationDate", "LastModifiedDate"):
        check(f"{name} is a time", hasattr(shown.pop(name), "timestamp"), True)
    return shown


def operations(admin, pool, client):
    """Every member of the seven operations, and what is refused."""
    set_up = {
        "UserPoolId": pool.id, "ClientId": client, "PolicyName": "Agents \u00fc", "CacheDuration": 172800,
        "URLPatterns": ["https://agents.example/*", "https://*.agents.example/c/*.json"],
    }
    made = dates(admin.create_cimd_policy(**set_up)["CIMDPolicy"])
    policy = {"UserPoolId": pool.id, "CIMDPolicyId": made["CIMDPolicyId"]}
    check_match("the id of a policy", made["CIMDPolicyId"], r"[a-z0-9]{1,64}")
    check("the new policy", made, set_up | policy)
    check("described", dates(admin.describe_cimd_policy(**policy)["CIMDPolicy"]), made)
    changed = admin.update_cimd_policy(**policy, ClientId=client, URLPatterns=["https://agents.example/*"])
    check("an update keeps what it does not name", dates(changed["CIMDPolicy"]), made | {"URLPatterns": ["https://agents.example/*"]})
    more = {"PolicyName": "Other", "CacheDuration": 86400}
    changed = admin.update_cimd_policy(**policy, ClientId=client, URLPatterns=["https://agents.example/*"], **more)
    check("and changes what it names", dates(changed["CIMDPolicy"])["PolicyName"], "Other")
    second = admin.create_cimd_policy(
        UserPoolId=pool.id, ClientId=client, PolicyName="Second", URLPatterns=["https://second.example/*"],
    )["CIMDPolicy"]
    check("a policy without a duration", second["CacheDuration"], 86400)
    pages = admin.get_paginator("list_cimd_policies").paginate(UserPoolId=pool.id, PaginationConfig={"PageSize": 1})
    listed = [item for page in pages for item in page["CIMDPolicies"]]
    check("both are listed once", sorted(item["PolicyName"] for item in listed), ["Other", "Second"])
    check("a summary", set(listed[0]), {"CIMDPolicyId", "ClientId", "PolicyName", "CacheDuration", "CreationDate", "LastModifiedDate"})

    url = {"URL": "https://agents.example/c", "Action": "REFRESH"}
    for name, operation, want, call in (
        ("an unknown policy", "DescribeCIMDPolicy", (NOT_FOUND, "CIMD policy none does not exist."),
         lambda: admin.describe_cimd_policy(UserPoolId=pool.id, CIMDPolicyId="none")),
        ("another pool's client", "CreateCIMDPolicy", (NOT_FOUND, "User pool client none does not exist."),
         lambda: admin.create_cimd_policy(**set_up | {"ClientId": "none"})),
        ("a pattern without a path", "CreateCIMDPolicy", (INVALID, "URL pattern https://agents.example must have a host and a path, and no user name."),
         lambda: admin.create_cimd_policy(**set_up | {"URLPatterns": ["https://agents.example"]})),
        ("a pattern that ties", "CreateCIMDPolicy", (INVALID, f"URL pattern https://agents.example/* matches the same URLs as a pattern of CIMD policy {made['CIMDPolicyId']}."),
         lambda: admin.create_cimd_policy(**set_up | {"URLPatterns": ["https://agents.example/*"]})),
        ("a URL without a document", "UpdateClientMetadataURLState", ("CachedCIMDURLDoesNotExistException", "No client metadata document is cached for URL https://agents.example/c."),
         lambda: admin.update_client_metadata_url_state(**policy, **url)),
    ):
        check_refused(name, operation, want, call)
    check("no URLs yet", admin.list_client_metadata_urls(**policy)["ClientMetadataURLs"], [])
    for each in (policy, {"UserPoolId": pool.id, "CIMDPolicyId": second["CIMDPolicyId"]}):
        admin.delete_cimd_policy(**each)
    check("none is left", admin.list_cimd_policies(UserPoolId=pool.id)["CIMDPolicies"], [])


def fields(page, action):
    """The action and the hidden fields of the form that leads to a path."""
    for tag, inside in re.findall(r"(<form[^>]*>)(.*?)</form>", page.text, re.S):
        target = re.search(r'action="([^"]*)"', tag).group(1).replace("&amp;", "&").replace("&#38;", "&")
        if not urllib.parse.urlsplit(target).path == action:
            continue
        found = {}
        for tag in re.findall(r"<input[^>]*>", inside):
            named = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
            if "name" in named:
                found[named["name"]] = named.get("value", "")
        return urllib.parse.urljoin(page.url, target), found
    raise AssertionError(f"no form for {action} in {page.text[:2000]}")


def sign_in(browser, url):
    """Signs in on the page of a request; returns the page after it."""
    page = browser.get(url, timeout=30)
    target, sent = fields(page, "/login")
    return browser.post(target, data=sent | {"username": "edith", "password": PASSWORD}, timeout=30)


def decide(browser, page, decision):
    """Answers the question; returns where the browser is sent."""
    target, sent = fields(page, "/consent")
    answer = browser.post(target, data=sent | {"decision": decision}, allow_redirects=False, timeout=30)
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(answer.headers["location"]).query)) | {
        "to": answer.headers["location"].split("?")[0]
    }


def operator(*words):
    """The status and the lines of a command of the server's operator."""
    command = [*json.loads(os.environ["E2E_COMMAND"]), "consents", *words]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=60, check=False)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def withdraw(pool, url, sub, refresh):
    """An administrator takes the client out that edith let in."""
    code, lines = operator("list", pool.id, "edith")
    times = [line.pop(at)[-1] for line in lines for at in ("created", "modified")]
    check("consents: listed", (code, times, lines), (
        0, ["Z", "Z"], [{"client": url, "place": "localhost", "scopes": ["email", "openid"]}],
    ))
    check("consents: withdrawn", operator("withdraw", pool.id, sub, url), (0, [{"user": sub, "client": url, "consents": 1}]))
    check("consents: the refresh token is over", refresh(), (400, {"error": "invalid_grant"}))
    # Sessions can outlive what is remembered of a consent.
    again = operator("withdraw", pool.id, sub, url)
    check("consents: none is left", (operator("list", pool.id, sub), again), (
        (0, []), (0, [{"user": sub, "client": url, "consents": 0}]),
    ))
    check("consents: a client that needs none", operator("withdraw", pool.id, sub, "unknown"), (1, []))


def walk(admin, documents, version):
    """A sign-in through the pages of a version."""
    name = f"version {version}"
    pool = Pool(admin, f"cimd-{version}", [])
    admin.create_user_pool_domain(UserPoolId=pool.id, Domain=f"cimd-{version}-{secrets.token_hex(4)}", ManagedLoginVersion=version)
    client = admin.create_user_pool_client(
        UserPoolId=pool.id, ClientName="agents", GenerateSecret=True, AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["code"], AllowedOAuthScopes=["openid", "email"], CallbackURLs=["https://app.example/cb"],
        SupportedIdentityProviders=["COGNITO"],
    )["UserPoolClient"]["ClientId"]
    if version == MANAGED:
        admin.create_managed_login_branding(UserPoolId=pool.id, ClientId=client, UseCognitoProvidedValues=True)
    pool.confirmed_user("edith")
    discovery = f"/{pool.id}/.well-known/openid-configuration"
    member = "client_id_metadata_document_supported"
    check(f"{name}: discovery without a policy", get_json(discovery).get(member), None)
    folder = f"/v{version}"
    policy = admin.create_cimd_policy(
        UserPoolId=pool.id, ClientId=client, PolicyName="here", URLPatterns=[f"https://{documents.place}{folder}/*"],
    )["CIMDPolicy"]["CIMDPolicyId"]
    meta = get_json(discovery)
    check(f"{name}: discovery with one", meta.get(member), True)
    url = documents.publish(f"{folder}/client.json")

    def ask(**more):
        query = {
            "response_type": "code", "client_id": url, "redirect_uri": BACK, "scope": "openid email", "state": "s",
            "code_challenge": CHALLENGE, "code_challenge_method": "S256",
        } | more
        return f"{meta['authorization_endpoint']}?{urllib.parse.urlencode(query)}"

    def token(**form):
        answer = requests.post(meta["token_endpoint"], data=form, timeout=30)
        return answer.status_code, answer.json()

    for kind, wrong, said in (
        ("an unknown URL", {"client_id": "https://elsewhere.example/c"}, "CreateCIMDPolicy"),
        ("a document that is not there", {"client_id": f"http://{documents.place}{folder}/none"}, "status 200"),
    ):
        page = requests.get(ask(**wrong), allow_redirects=False, timeout=30)
        check(f"{name}: {kind}", (page.status_code, said in page.text, wrong["client_id"] in page.text), (400, True, True))

    with requests.Session() as browser:
        page = sign_in(browser, ask())
        check(f"{name}: the question", (page.status_code, urllib.parse.urlsplit(page.url).path), (200, "/consent"))
        check(f"{name}: it names", ["127.0.0.1" in page.text, "Terminal &#60;b&#62;Agent" in page.text or "Terminal &lt;b&gt;Agent" in page.text,
                                   "localhost" in page.text, "<b>Agent" in page.text], [True, True, True, False])
        check(f"{name}: denied", decide(browser, page, "deny"), {"to": BACK, "error": "access_denied", "state": "s", "iss": pool.issuer})
        back = browser.get(ask(prompt="none"), allow_redirects=False, timeout=30).headers["location"]
        check(f"{name}: nothing was remembered", "error=consent_required" in back, True)
        page = browser.get(ask(), timeout=30)
        allowed = decide(browser, page, "allow")
        check(f"{name}: allowed", (set(allowed), allowed["to"]), ({"to", "code", "state", "iss"}, BACK))
        status, tokens = token(
            grant_type="authorization_code", client_id=url, code=allowed["code"], redirect_uri=BACK, code_verifier=VERIFIER,
        )
        check(f"{name}: tokens", status, 200)
        access, identity = claims(tokens["access_token"]), claims(tokens["id_token"])
        check(f"{name}: whom they name", (access["client_id"], identity["aud"]), (client, url))
        status, renewed = token(grant_type="refresh_token", client_id=url, refresh_token=tokens["refresh_token"])
        check(f"{name}: another refresh token", (status, renewed["refresh_token"] != tokens["refresh_token"]), (200, True))
        back = browser.get(ask(), allow_redirects=False, timeout=30).headers["location"]
        check(f"{name}: no question twice", back.startswith(f"{BACK}?code="), True)
        page = browser.get(ask(prompt="consent"), timeout=30)
        check(f"{name}: unless it is asked for", urllib.parse.urlsplit(page.url).path, "/consent")
    if version == MANAGED:
        withdraw(pool, url, access["sub"], lambda: token(grant_type="refresh_token", client_id=url, refresh_token=renewed["refresh_token"]))
    urls = admin.list_client_metadata_urls(UserPoolId=pool.id, CIMDPolicyId=policy)["ClientMetadataURLs"]
    check(f"{name}: the URL is listed", [(item["URL"], set(item)) for item in urls], [(url, {"URL", "CachedDate", "ExpirationDate"})])
    check(f"{name}: one fetch", documents.asked.count(f"{folder}/client.json"), 1)
    state = {"UserPoolId": pool.id, "CIMDPolicyId": policy, "URL": url.replace("http:", "https:")}
    admin.update_client_metadata_url_state(**state, Action="REFRESH")
    check(f"{name}: refreshed", documents.asked.count(f"{folder}/client.json"), 2)
    admin.update_client_metadata_url_state(**state, Action="INVALIDATE")
    urls = admin.list_client_metadata_urls(UserPoolId=pool.id, CIMDPolicyId=policy)["ClientMetadataURLs"]
    check(f"{name}: invalidated", urls, [{"URL": url}])
    admin.delete_user_pool_client(UserPoolId=pool.id, ClientId=client)
    shown = admin.describe_cimd_policy(UserPoolId=pool.id, CIMDPolicyId=policy)["CIMDPolicy"]
    check(f"{name}: the policy survives its client", "ClientId" in shown, False)
    status, refused = token(grant_type="refresh_token", client_id=url, refresh_token=renewed["refresh_token"])
    check(f"{name}: its tokens do not", (status, refused), (400, {"error": "invalid_grant"}))


with session("client metadata documents"):
    admin, documents = administrator(), Documents()
    with part("operations"):
        pool = Pool(admin, "cimd operations", [])
        operations(admin, pool, pool.client_id)
    for version in (CLASSIC, MANAGED):
        with part(f"version {version}"):
            walk(admin, documents, version)
