"""requests: two pools of this server, one the OpenID provider of the other, with plain programs in the place of browsers."""

import re
import secrets
import urllib.parse

import jwt
import requests

from support import ENDPOINT, PASSWORD, UUID, Pool, administrator, check, check_match, claims, part, session

CALLBACK = "https://app.example/callback"
# The provider has a name of its own, so that each pool has its own cookies in a browser.
PROVIDER = ENDPOINT.replace("127.0.0.1", "localhost")
RESPONSE = "/oauth2/idpresponse"


class Company(Pool):
    """A pool whose users sign in elsewhere by OpenID Connect."""

    def __init__(self, admin, name):
        super().__init__(admin, name, [], secret=False)
        admin.create_user_pool_domain(UserPoolId=self.id, Domain=f"{name}-{secrets.token_hex(4)}")
        made = admin.create_user_pool_client(
            UserPoolId=self.id, ClientName=name, GenerateSecret=True, AllowedOAuthFlowsUserPoolClient=True,
            AllowedOAuthFlows=["code"], AllowedOAuthScopes=["openid", "email", "profile"],
            CallbackURLs=[f"{ENDPOINT}{RESPONSE}"], SupportedIdentityProviders=["COGNITO"],
        )["UserPoolClient"]
        self.client_id, self.client_secret = made["ClientId"], made["ClientSecret"]
        self.confirmed_user("edith")
        self.issuer = f"{PROVIDER}/{self.id}"


class Shop(Pool):
    """A pool with an application that offers such a company."""

    def __init__(self, admin, name, company, **more):
        super().__init__(admin, name, [])
        self.company = company
        self.provider = {
            "client_id": company.client_id, "client_secret": company.client_secret, "authorize_scopes": "openid email profile",
            "oidc_issuer": company.issuer, "attributes_request_method": "GET",
        }
        admin.create_identity_provider(
            UserPoolId=self.id, ProviderName="Company", ProviderType="OIDC", ProviderDetails=self.provider,
            AttributeMapping={"email": "email", "email_verified": "email_verified", "name": "name"}, IdpIdentifiers=["example.com"],
        )
        made = admin.create_user_pool_client(
            UserPoolId=self.id, ClientName=name, AllowedOAuthFlowsUserPoolClient=True, AllowedOAuthFlows=["code"],
            AllowedOAuthScopes=["openid", "email", "profile", "aws.cognito.signin.user.admin"], CallbackURLs=[CALLBACK],
            SupportedIdentityProviders=["COGNITO", "Company"], **more,
        )["UserPoolClient"]
        self.client_id = made["ClientId"]

    def ask(self, **more):
        query = {
            "client_id": self.client_id, "response_type": "code", "redirect_uri": CALLBACK, "scope": "openid email profile",
            "state": "of the application", "identity_provider": "Company", **more,
        }
        return f"{ENDPOINT}/oauth2/authorize?{urllib.parse.urlencode({k: v for k, v in query.items() if v is not None})}"


def parameters(url):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))


def to_provider(browser, shop, **more):
    """The redirect to the provider."""
    return browser.get(shop.ask(**more), allow_redirects=False, timeout=30)


def sign_in_there(browser, location, password=PASSWORD):
    """Signs in on the provider's page, or goes on with its session; returns the way back."""
    answer = browser.get(location, timeout=30, allow_redirects=False)
    while answer.is_redirect and RESPONSE not in answer.headers["location"]:
        answer = browser.get(urllib.parse.urljoin(answer.url, answer.headers["location"]), timeout=30, allow_redirects=False)
    if not answer.is_redirect:
        form = re.search(r'<form[^>]*action="(/[^"]*)"[^>]*>(.*?)</form>', answer.text, re.S)
        fields = dict(re.findall(r'<input[^>]*name="(_csrf)"[^>]*value="([^"]*)"', form.group(2)))
        fields |= {"username": "edith", "password": password}
        target = urllib.parse.urljoin(answer.url, form.group(1).replace("&amp;", "&").replace("&#38;", "&"))
        answer = browser.post(target, data=fields, allow_redirects=False, timeout=30)
    return answer.headers["location"]


def sign_in(browser, shop, **more):
    """A whole sign-in; returns the parameters with which the application is called."""
    back = sign_in_there(browser, to_provider(browser, shop, **more).headers["location"])
    answer = browser.get(back, allow_redirects=False, timeout=30)
    return parameters(answer.headers["location"])


def tokens(shop, code):
    body = {"grant_type": "authorization_code", "client_id": shop.client_id, "code": code, "redirect_uri": CALLBACK}
    answer = requests.post(f"{ENDPOINT}/oauth2/token", data=body, timeout=30).json()
    return answer


with session("federation by OpenID Connect"):
    admin = administrator()
    company = Company(admin, "company")
    shop = Shop(admin, "shop", company)
    subject = admin.admin_get_user(UserPoolId=company.id, Username="edith")["UserAttributes"]
    subject = {each["Name"]: each["Value"] for each in subject}["sub"]
    username = f"Company_{subject}"

    with part("the way there"), requests.Session() as browser:
        answer = to_provider(browser, shop, login_hint="edith")
        check("a redirect to the provider", answer.status_code, 302)
        url = urllib.parse.urlsplit(answer.headers["location"])
        check("its authorization endpoint", f"{url.scheme}://{url.netloc}{url.path}", f"{company.issuer}/oauth2/authorize")
        sent = parameters(answer.headers["location"])
        check("the parameters", set(sent), {
            "client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "code_challenge", "code_challenge_method", "login_hint",
        })
        check("the way back", sent["redirect_uri"], f"{ENDPOINT}{RESPONSE}")
        check("by the name of the domain of its users", to_provider(
            browser, shop, identity_provider=None, idp_identifier="example.com").status_code, 302)

    with part("the first sign-in"), requests.Session() as browser:
        answered = sign_in(browser, shop)
        check("state comes back", answered["state"], "of the application")
        given = tokens(shop, answered["code"])
        identity = claims(given["id_token"])
        check("the name of the user", identity["cognito:username"], username)
        check("the group of the provider", identity["cognito:groups"], [f"{shop.id}_Company"])
        known = identity["identities"][0]
        check("the identity", {key: known[key] for key in ("userId", "providerName", "providerType", "issuer", "primary")}, {
            "userId": subject, "providerName": "Company", "providerType": "OIDC", "issuer": None, "primary": "true",
        })
        check("the attributes", (identity["email"], identity["email_verified"]), ("edith@example.com", True))
        user = admin.admin_get_user(UserPoolId=shop.id, Username=username)
        check("its state", user["UserStatus"], "EXTERNAL_PROVIDER")
        first = identity["sub"]
        at_once = to_provider(browser, shop).headers["location"]
        check("the session of the browser answers at once", at_once.startswith(CALLBACK), True)
        check("the same user", claims(tokens(shop, parameters(at_once)["code"])["id_token"])["sub"], first)
        again = sign_in(browser, shop, prompt="login")
        check("and after another proof", claims(tokens(shop, again["code"])["id_token"])["sub"], first)

    with part("changed attributes"), requests.Session() as browser:
        admin.admin_update_user_attributes(UserPoolId=company.id, Username="edith", UserAttributes=[
            {"Name": "email", "Value": "edith@elsewhere.example"}, {"Name": "email_verified", "Value": "false"},
            {"Name": "name", "Value": "Edith"},
        ])
        identity = claims(tokens(shop, sign_in(browser, shop)["code"])["id_token"])
        check("are those of the provider", (identity["sub"], identity["email"], identity["email_verified"], identity["name"]), (
            first, "edith@elsewhere.example", False, "Edith",
        ))

    with part("forgeries"), requests.Session() as browser, requests.Session() as other:
        def refused(name, answer):
            where = urllib.parse.urlsplit(answer.headers.get("location", ""))
            check(name, (answer.status_code, where.path, parameters(answer.headers.get("location", "")).get("error")), (
                302, "/error", "no_transaction",
            ))

        back = sign_in_there(browser, to_provider(browser, shop).headers["location"])
        refused("another browser", other.get(back, allow_redirects=False, timeout=30))
        query = parameters(back)
        for name, change in {
            "no state": {"state": None},
            "another state": {"state": f"{shop.id}.{'x' * 43}"},
            "the state of another pool": {"state": query["state"].replace(shop.id, company.id)},
        }.items():
            altered = {key: value for key, value in {**query, **change}.items() if value is not None}
            url = f"{ENDPOINT}{RESPONSE}?{urllib.parse.urlencode(altered)}"
            refused(name, browser.get(url, allow_redirects=False, timeout=30))
        whole = parameters(browser.get(back, allow_redirects=False, timeout=30).headers["location"])
        check("the right one", set(whole), {"code", "state", "iss"})
        refused("the same answer once more", browser.get(back, allow_redirects=False, timeout=30))
        # A code that the provider gave somebody else ends in its refusal, in the application's hands.
        stolen = parameters(sign_in_there(other, to_provider(other, shop).headers["location"]))
        fresh = parameters(to_provider(browser, shop, prompt="login").headers["location"])
        url = f"{ENDPOINT}{RESPONSE}?{urllib.parse.urlencode({'code': stolen['code'], 'iss': stolen['iss'], 'state': fresh['state']})}"
        injected = parameters(browser.get(url, allow_redirects=False, timeout=30).headers["location"])
        check("a code of another sign-in", (injected["error"], injected["error_description"], injected["state"]), (
            "invalid_request", "Company Error - 400 error getting token", "of the application",
        ))
        silent = parameters(to_provider(browser, shop, prompt="login").headers["location"])["state"]
        url = f"{ENDPOINT}{RESPONSE}?{urllib.parse.urlencode({'code': stolen['code'], 'state': silent})}"
        mixed_up = parameters(browser.get(url, allow_redirects=False, timeout=30).headers["location"])
        check("an answer that does not say whose it is", mixed_up["error"], "invalid_request")
        denied = parameters(to_provider(browser, shop, prompt="login").headers["location"])["state"]
        url = f"{ENDPOINT}{RESPONSE}?{urllib.parse.urlencode({'error': 'access_denied', 'error_description': 'no', 'iss': stolen['iss'], 'state': denied})}"
        said = parameters(browser.get(url, allow_redirects=False, timeout=30).headers["location"])
        check("the provider says no", (said["error"], said["error_description"]), ("access_denied", "no; error=access_denied"))

    with part("a disabled user"), requests.Session() as browser:
        admin.admin_disable_user(UserPoolId=shop.id, Username=username)
        said = sign_in(browser, shop)
        check("is refused", (said["error"], said["error_description"]), ("invalid_request", "User is disabled."))
        admin.admin_enable_user(UserPoolId=shop.id, Username=username)

    with part("a linked user"), requests.Session() as browser:
        elsewhere = Shop(admin, "elsewhere", company)
        elsewhere.confirmed_user("edith")
        admin.admin_link_provider_for_user(
            UserPoolId=elsewhere.id, DestinationUser={"ProviderName": "Cognito", "ProviderAttributeValue": "edith"},
            SourceUser={"ProviderName": "Company", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": subject},
        )
        identity = claims(tokens(elsewhere, sign_in(browser, elsewhere)["code"])["id_token"])
        check("signs in as the user of the pool", (identity["cognito:username"], identity.get("cognito:groups")), ("edith", None))

    with part("a provider that cannot be reached"), requests.Session() as browser:
        admin.update_identity_provider(UserPoolId=shop.id, ProviderName="Company", ProviderDetails={
            **shop.provider, "authorize_url": f"{PROVIDER}/oauth2/authorize", "token_url": "http://127.0.0.1:9/token",
            "attributes_url": f"{PROVIDER}/oauth2/userInfo", "jwks_uri": f"{company.issuer}/.well-known/jwks.json",
        })
        said = sign_in(browser, shop)
        check("is told to the application", (said["error"], said["error_description"]), ("invalid_request", "Connection reset"))
