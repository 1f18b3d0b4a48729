"""requests and authlib: programs that sign in on a page without a browser, and clients that compare every issuer.

The rules of Spring Security and of oauth2-proxy are those of their documentation; the programs are not run here.
"""

import re
import secrets
import urllib.parse

import jwt
import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session

from support import ENDPOINT, PASSWORD, UUID, Pool, administrator, check, check_match, claims, get_json, part, session

CALLBACK = "https://app.example/callback"
SIGNED_OUT = "https://app.example/signed-out"
CLASSIC, MANAGED = 1, 2


def with_pages(admin, name, version, secret=False, **client):
    """A pool with a domain of this version, a user, and a client."""
    pool = Pool(admin, name, [])
    admin.create_user_pool_domain(
        UserPoolId=pool.id, Domain=f"{name}-{secrets.token_hex(4)}", ManagedLoginVersion=version
    )
    made = admin.create_user_pool_client(
        UserPoolId=pool.id, ClientName=name, GenerateSecret=secret, AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["code"], AllowedOAuthScopes=["openid", "email", "profile"], CallbackURLs=[CALLBACK],
        LogoutURLs=[SIGNED_OUT], SupportedIdentityProviders=["COGNITO"], **client,
    )["UserPoolClient"]
    if version == MANAGED:
        admin.create_managed_login_branding(
            UserPoolId=pool.id, ClientId=made["ClientId"], UseCognitoProvidedValues=True
        )
    pool.client_id, pool.client_secret = made["ClientId"], made.get("ClientSecret")
    pool.confirmed_user("edith")
    return pool


def classic_sign_in(http, url, password=PASSWORD):
    """What scrapers of the classic page do: the token by a regular expression, then one POST. Returns the answer."""
    page = http.get(url, timeout=30)
    token = re.search(r'name="_csrf"\s+value="([^"]+)"', page.text).group(1)
    form = re.search(r'<form[^>]*action="([^"]+)"[^>]*name="cognitoSignInForm"', page.text).group(1)
    target = urllib.parse.urljoin(page.url, form.replace("&amp;", "&"))
    body = {"_csrf": token, "username": "edith", "password": password, "cognitoAsfData": ""}
    return http.post(target, data=body, allow_redirects=False, timeout=30)


def managed_sign_in(http, url, password=PASSWORD):
    """What scrapers of managed login do: the first form with an action, all of its inputs, the two that they know."""
    page = http.get(url, timeout=30)
    form = re.search(r'<form[^>]*action="(/[^"]*)"[^>]*>(.*?)</form>', page.text, re.S)
    fields = {}
    for tag in re.findall(r"<input[^>]*>", form.group(2)):
        found = dict(re.findall(r'(\w[\w-]*)="([^"]*)"', tag))
        if "name" in found:
            fields[found["name"]] = found.get("value", "")
    fields |= {"username": "edith", "password": password, "cognitoAsfData": ""}
    target = urllib.parse.urljoin(page.url, form.group(1).replace("&amp;", "&").replace("&#38;", "&"))
    return http.post(target, data=fields, allow_redirects=False, timeout=30)


def stays(response):
    """True for what scrapers take for wrong credentials: no Location, or one on the same host."""
    where = urllib.parse.urljoin(response.url, response.headers.get("location", ""))
    return urllib.parse.urlsplit(where).netloc == urllib.parse.urlsplit(response.url).netloc


def refuses(name, want, call):
    """Checks the error code that authlib makes of a refusal."""
    try:
        got = call()
    except OAuthError as error:
        got = error.error
    check(name, got, want)


with session("pages by HTTP"):
    admin = administrator()

    for version, sign_in in ((CLASSIC, classic_sign_in), (MANAGED, managed_sign_in)):
        for secret in (False, True):
            name = f"version {version}, {'a secret' if secret else 'public'}"
            with part(name):
                pool = with_pages(admin, f"authlib-{version}-{int(secret)}", version, secret)
                meta = get_json(f"/{pool.id}/.well-known/openid-configuration")
                method = "client_secret_basic" if secret else "none"
                with OAuth2Session(
                    pool.client_id, pool.client_secret, scope="openid email", redirect_uri=CALLBACK,
                    code_challenge_method="S256", token_endpoint_auth_method=method,
                ) as client, requests.Session() as browser:
                    verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
                    url, state = client.create_authorization_url(
                        meta["authorization_endpoint"], code_verifier=verifier, nonce=nonce
                    )
                    wrong = sign_in(browser, url, "Correct-Horse-8")
                    check(f"{name}: a wrong password stays here", (stays(wrong), "cognito" in browser.cookies), (True, False))
                    right = sign_in(browser, url)
                    check(f"{name}: the right one leaves", (right.status_code, stays(right)), (302, False))
                    check(f"{name}: with a session", "cognito" in browser.cookies, True)
                    back = right.headers["location"]
                    tokens = client.fetch_token(
                        meta["token_endpoint"], authorization_response=back, state=state, code_verifier=verifier
                    )
                    check(f"{name}: the members", set(tokens), {
                        "access_token", "id_token", "refresh_token", "expires_in", "expires_at", "token_type",
                    })
                    keys = jwt.PyJWKSet.from_dict(requests.get(meta["jwks_uri"], timeout=30).json())
                    key = keys[jwt.get_unverified_header(tokens["id_token"])["kid"]].key
                    identity = jwt.decode(
                        tokens["id_token"], key, ["RS256"], audience=pool.client_id, issuer=pool.issuer,
                        options={"require": ["exp", "iat", "iss", "aud", "sub", "nonce"]},
                    )
                    check(f"{name}: the nonce", identity["nonce"], nonce)
                    about = client.get(meta["userinfo_endpoint"]).json()
                    check(f"{name}: userInfo", about, {
                        "sub": identity["sub"], "email": "edith@example.com", "email_verified": "true", "username": "edith",
                    })
                    before = claims(tokens["access_token"])
                    renewed = client.refresh_token(meta["token_endpoint"], refresh_token=tokens["refresh_token"])
                    check(f"{name}: a refresh keeps session and scope",
                          {k: claims(renewed["access_token"])[k] for k in ("origin_jti", "scope", "auth_time")},
                          {k: before[k] for k in ("origin_jti", "scope", "auth_time")})
                    revoked = client.revoke_token(meta["revocation_endpoint"], token=tokens["refresh_token"])
                    check(f"{name}: revoked", revoked.status_code, 200)
                    refuses(f"{name}: over", "invalid_grant", lambda: client.refresh_token(
                        meta["token_endpoint"], refresh_token=tokens["refresh_token"]))
                    end = {"client_id": pool.client_id, "logout_uri": SIGNED_OUT}
                    left = browser.get(meta["end_session_endpoint"], params=end, allow_redirects=False, timeout=30)
                    check(f"{name}: signed out", (left.status_code, left.headers["location"]), (302, SIGNED_OUT))
                    check(f"{name}: the cookie is gone", "cognito" in browser.cookies, False)

    pool = with_pages(admin, "issuers", MANAGED)
    meta = get_json(f"/{pool.id}/.well-known/openid-configuration")

    def signed_in(**more):
        """Tokens of a sign-in on the page with PKCE."""
        with OAuth2Session(
            pool.client_id, scope="openid email profile", redirect_uri=CALLBACK, code_challenge_method="S256",
            token_endpoint_auth_method="none",
        ) as client, requests.Session() as browser:
            verifier = secrets.token_urlsafe(48)
            url, state = client.create_authorization_url(meta["authorization_endpoint"], code_verifier=verifier, **more)
            back = managed_sign_in(browser, url).headers["location"]
            tokens = client.fetch_token(
                meta["token_endpoint"], authorization_response=back, state=state, code_verifier=verifier
            )
            return back, dict(tokens)

    with part("Spring Security"):
        # JwtDecoders.fromIssuerLocation: the issuer that is configured, with and without the slash at its end, against
        # the one in the document; then `iss` of the token against the same, and `sub` of userInfo against the token.
        issuer = pool.issuer
        check("the document's issuer is the configured one", meta["issuer"], issuer)
        check("no issuer ends with a slash", issuer.endswith("/"), False)
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint", "end_session_endpoint"):
            check(f"{name} is absolute", bool(urllib.parse.urlsplit(meta[name]).netloc), True)
        check("subject types", meta["subject_types_supported"], ["public"])
        check("scopes have openid", "openid" in meta["scopes_supported"], True)
        check("RS256", meta["id_token_signing_alg_values_supported"], ["RS256"])
        back, tokens = signed_in(nonce="n-0S6_WzA2Mj")
        identity = claims(tokens["id_token"])
        check("iss of the ID token", identity["iss"], issuer)
        check("iss of the access token", claims(tokens["access_token"])["iss"], issuer)
        check("iss of the answer (RFC 9207)", dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(back).query))["iss"], issuer)
        check("and it is announced", meta.get("authorization_response_iss_parameter_supported"), True)
        check("aud is one text", identity["aud"], pool.client_id)
        check("token_type, whatever its case", tokens["token_type"].lower(), "bearer")
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        about = requests.get(meta["userinfo_endpoint"], headers=headers, timeout=30)
        check("userInfo is JSON", about.headers["content-type"].split(";")[0], "application/json")
        check("sub of userInfo", about.json()["sub"], identity["sub"])
        check_match("sub", identity["sub"], UUID)

    with part("oauth2-proxy"):
        # Discovery must have these, or the proxy does not start; without a list of challenge methods it warns.
        for name in ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"):
            check(f"{name} is there", bool(meta.get(name)), True)
        check("it may use PKCE", "S256" in meta.get("code_challenge_methods_supported", []), True)
        check("and no plain challenge", meta["code_challenge_methods_supported"], ["S256"])
        back, tokens = signed_in()
        identity = claims(tokens["id_token"])
        # go-oidc: issuer, audience, times; then the claims that the proxy reads.
        check("issuer and audience", (identity["iss"], identity["aud"]), (pool.issuer, pool.client_id))
        check("email", identity["email"], "edith@example.com")
        check("email_verified is true, not a text", identity["email_verified"], True)
        check("no nonce that was not sent", "nonce" in identity, False)
        check("times are whole numbers", [type(identity[name]) for name in ("exp", "iat", "auth_time")], [int, int, int])
        keys = requests.get(meta["jwks_uri"], timeout=30).json()["keys"]
        header = jwt.get_unverified_header(tokens["id_token"])
        check("the key is among the keys", header["kid"] in [key["kid"] for key in keys], True)
        check("each key says what it is for", {(key["use"], key["alg"], key["kty"]) for key in keys}, {("sig", "RS256", "RSA")})

    with part("other places"):
        other = requests.get(f"{ENDPOINT}/us-east-1_doesnotex/.well-known/openid-configuration", timeout=30)
        check("a pool that is not there has no document", other.status_code in (400, 404), True)
        exact = {"client_id": pool.client_id, "response_type": "code", "scope": "openid"}
        for name, uri in (
            ("a prefix", CALLBACK + "/more"), ("another port", "https://app.example:444/callback"),
            ("another case", "https://app.example/Callback"), ("user information", "https://app.example@evil.example/callback"),
            ("a backslash", "https://app.example\\@evil.example/callback"), ("a query", CALLBACK + "?x=1"),
            ("a fragment", CALLBACK + "#x"), ("encoded", "https://app.example/%63allback"), ("a blank", CALLBACK + " "),
        ):
            got = requests.get(
                f"{ENDPOINT}/oauth2/authorize", params=exact | {"redirect_uri": uri}, allow_redirects=False, timeout=30
            )
            where = got.headers.get("location", "")
            check(f"{name}: nothing leads away", (got.status_code in (302, 400), stays(got), "evil" in where), (True, True, False))
