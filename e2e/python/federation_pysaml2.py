"""pysaml2 as a provider of SAML, with a login form of its own; plain programs in the place of browsers.

The pools are made by boto3, the provider takes their description from /saml2/metadata, and PyJWT verifies the tokens.
"""

import urllib.parse

import requests
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.xmldsig import SIG_RSA_SHA1, SIG_RSA_SHA256, SIG_RSA_SHA512

import support
from own_server import own_server
from saml_logout import logout
from saml_provider import CIPHERS, Key, Provider, clock
from saml_shop import ACS, CALLBACK, DISPLAY_NAME, MAIL, MAPPING, Browser, Shop, bare, parameters, said
from support import ENDPOINT, administrator, check, check_match, check_refused, part, post_json, session

ASSERTION_SIGNATURE = "Invalid SAML response received: SAML Assertion signature is invalid. "
MESSAGE_SIGNATURE = "Invalid SAML response received: SAML Response signature is invalid. "
EXPIRED = "Invalid SAML response received: SAML Assertion is expired or not yet valid. "
NOT_ENCRYPTED = "Invalid SAML response received: SAML Assertion is not encrypted. "
NAME_ID = "Invalid SAML response received: NameID is invalid. "
USERNAME = "Invalid SAML response received: Invalid user attributes: username: Invalid username. "
NO_SUCCESS = "Invalid SAML response received: SAML Response status is not Success. "


def alice(subject):
    """A user of the provider."""
    return {"subject": subject, "attributes": {
        "mail": ["alice@corp.example"], "displayName": ["Alice"], "groups": ["staff", "chess club"], "secret": ["not mapped"],
    }}


def details(admin, provider):
    """How a pool shows the provider, and how the provider reads the pool."""
    shop = Shop(admin, "pysaml2", provider, {"RequestSigningAlgorithm": "rsa-sha256", "IDPSignout": "true"})
    shown = dict(shop.made["ProviderDetails"])
    encryption = shown.pop("ActiveEncryptionCertificate", "")
    check("the provider as it was made", (shop.made["ProviderType"], shop.made["AttributeMapping"], shown), ("SAML", MAPPING, {
        "MetadataURL": provider.name, "RequestSigningAlgorithm": "rsa-sha256", "IDPSignout": "true",
        "SSORedirectBindingURI": f"{provider.url}/sso/redirect", "SLORedirectBindingURI": f"{provider.url}/slo/redirect",
    }))
    known = provider.server.metadata
    check("pysaml2 knows the pool", list(known.keys()), [shop.entity])
    services = known.assertion_consumer_service(shop.entity, BINDING_HTTP_POST)
    check("where answers go", [each["location"] for each in services], [f"{ENDPOINT}{ACS}"])
    shown = admin.get_signing_certificate(UserPoolId=shop.id)["Certificate"]
    check("the certificate for signatures", [bare(text) for _, text in known.certs(shop.entity, "any", "signing")], [shown])
    check("the certificate for encryption", [bare(text) for _, text in known.certs(shop.entity, "any", "encryption")], [encryption])
    (descriptor,) = known[shop.entity]["spsso_descriptor"]
    check("whether requests are signed", descriptor["authn_requests_signed"], "true")
    return shop


def first_sign_in(provider, shop):
    """The request as pysaml2 verified it, and the user in the tokens."""
    provider.demands = True
    provider.load()
    browser = Browser()
    location = browser.depart(shop)
    check("the redirect", location.startswith(f"{provider.url}/sso/redirect?SAMLRequest="), True)
    form = browser.at_provider(location, expect_form=True)
    seen = provider.seen[-1]
    check_match("the ID of the request", seen["id"], r"_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
    check("the signed request", {key: seen[key] for key in seen if key not in ("id", "relay")}, {
        "issuer": shop.entity, "destination": f"{provider.url}/sso/redirect", "acs": f"{ENDPOINT}{ACS}",
        "binding": BINDING_HTTP_POST, "force": None, "signed": True,
    })
    check("the form leads back", (form[0], sorted(form[1]), form[1]["RelayState"]), (
        f"{ENDPOINT}{ACS}", ["RelayState", "SAMLResponse"], seen["relay"],
    ))
    answered = parameters(browser.come_back(*form))
    check("the application gets", (set(answered), answered["state"]), ({"code", "state", "iss"}, "of the application"))
    identity = shop.tokens(answered)
    username = "Corp_alice-1"
    check("the name and the group", (identity["cognito:username"], identity["cognito:groups"]), (username, [f"{shop.id}_Corp"]))
    known = identity["identities"][0]
    check("the identity", {key: known[key] for key in known if key != "dateCreated"}, {
        "userId": "alice-1", "providerName": "Corp", "providerType": "SAML", "issuer": provider.name, "primary": "true",
    })
    check("the attributes in the token", (identity["email"], identity["email_verified"], identity["name"], identity["custom:groups"]), (
        "alice@corp.example", False, "Alice", "[staff,chess+club]",
    ))
    user = shop.admin.admin_get_user(UserPoolId=shop.id, Username=username)
    check("the state of the user", (user["UserStatus"], user["Enabled"]), ("EXTERNAL_PROVIDER", True))
    check("the attributes of the user", set(shop.attributes(username)), {
        "sub", "identities", "email", "email_verified", "name", "custom:groups",
    })

    other = Browser().depart(shop)
    for name, changed in {
        "without a signature": location.split("&SigAlg=")[0],
        "with another RelayState": location.replace("&RelayState=", "&RelayState=x"),
        "of another sign-in": f"{other.split('&Signature=')[0]}&Signature={location.split('&Signature=')[1]}",
    }.items():
        refused = requests.get(changed, timeout=30)
        check(f"pysaml2 refuses the request {name}", (refused.status_code, "IncorrectlySigned" in refused.text), (400, True))
    return identity


def later_sign_ins(provider, shop, first):
    """What the provider changes, takes away and empties."""
    browser = Browser()
    user = provider.users["alice"]["attributes"]
    user.update(mail=["alice@elsewhere.example"], groups=["chess club"])
    del user["displayName"]
    identity = shop.tokens(browser.sign_in(shop))
    check("the same user with other attributes", [identity.get(key) for key in ("sub", "email", "custom:groups", "name")], [
        first["sub"], "alice@elsewhere.example", "chess club", "Alice",
    ])
    user.update(displayName=[""], groups=["staff", "board", "a,b"])
    at_once = browser.depart(shop)
    check("the session of the browser answers at once", at_once.startswith(CALLBACK), True)
    check("and brings nothing new", shop.tokens(parameters(at_once)).get("name"), "Alice")
    identity = shop.tokens(Browser().sign_in(shop))
    check("an empty value takes one away", (identity["sub"], identity.get("name"), identity["custom:groups"]), (
        first["sub"], None, "[staff,board,a%2Cb]",
    ))
    user.update(displayName=["Alice"])

    back = browser.depart(shop, prompt="login")
    form = browser.at_provider(back, expect_form=True)
    check("prompt=login makes the provider ask again", provider.seen[-1]["force"], "true")
    again = shop.tokens(parameters(browser.come_back(*form)))
    check("the same user again", (again["sub"], again["name"]), (first["sub"], "Alice"))
    browser.cookies.clear(domain="127.0.0.1")
    browser.at_provider(browser.depart(shop), expect_form=False)
    check("without it the provider's session is enough", provider.seen[-1]["force"], None)


def names(provider, shop):
    """Characters that XML, URLs and passers-by treat in their own way."""
    name = 'Renée <O\'Brien> & "Søn"; 李'
    for subject, username in (("renée&<co>'1", "Corp_renée&<co>'1"), ("x" * 123, f"Corp_{'x' * 123}")):
        provider.users["renee"] = {"subject": subject, "attributes": {
            "mail": ["renee+saml@corp.example"], "displayName": [name], "groups": ["a&b", "<c>", "d e", "é*-._~"],
        }}
        identity = shop.tokens(Browser().sign_in(shop, "renee"))
        check("the name as the provider wrote it", (identity["cognito:username"], identity["identities"][0]["userId"]), (username, subject))
        check("the attributes too", (identity["email"], identity["name"], identity["custom:groups"]), (
            "renee+saml@corp.example", name, "[a%26b,%3Cc%3E,d+e,%C3%A9*-._%7E]",
        ))
    for subject, text in (("x" * 129, NAME_ID), (" ", NAME_ID), ("x" * 124, USERNAME)):
        provider.users["renee"]["subject"] = subject
        check(f"no name for a user: {len(subject)} characters", said(Browser().sign_in(shop, "renee")), ("server_error", text))


def shapes(provider, shop):
    """What is signed, and by what."""
    def outcome(**settings):
        for name, value in settings.items():
            setattr(provider, name, value)
        answered = Browser().sign_in(shop)
        return shop.tokens(answered)["cognito:username"] if "code" in answered else said(answered)

    for sign in ("response", "assertion", "both"):
        check(f"signed: {sign}", outcome(sign=sign), "Corp_alice-1")
    check("by RSA with SHA-512", outcome(algorithm=SIG_RSA_SHA512), "Corp_alice-1")
    check("by RSA with SHA-1, pysaml2's default", outcome(algorithm=SIG_RSA_SHA1), ("server_error", MESSAGE_SIGNATURE))
    check("not signed", outcome(sign="none", algorithm=SIG_RSA_SHA256), ("server_error", ASSERTION_SIGNATURE))
    honest = provider.keys
    provider.keys = [Key(provider.folder)]
    provider.load()
    check("the assertion by a key of nobody", outcome(sign="assertion"), ("server_error", ASSERTION_SIGNATURE))
    check("the response by a key of nobody", outcome(sign="response"), ("server_error", MESSAGE_SIGNATURE))
    provider.keys, provider.sign = honest, "assertion"
    provider.load()


def misuse(provider, shop):
    """Answers that come twice, late, altered, or in another browser."""
    def nothing(name, url):
        where = urllib.parse.urlsplit(url)
        check(name, (where.path, parameters(url).get("error")), ("/error", "no_transaction"))

    one, other = Browser(), Browser()
    action, fields = one.at_provider(one.depart(shop))
    altered = {**fields, "RelayState": f"{fields['RelayState'][:-1]}{'a' if fields['RelayState'][-1] != 'a' else 'b'}"}
    nothing("another RelayState", one.come_back(action, altered))
    posted = one.post_from_there(action, fields)
    onward = urllib.parse.urljoin(action, posted.headers["location"])
    nothing("another browser", other.get(onward, allow_redirects=False, timeout=30).headers["location"])
    check("its own browser", set(parameters(one.get(onward, allow_redirects=False, timeout=30).headers["location"])), {
        "code", "state", "iss",
    })
    nothing("the same answer once more", one.come_back(action, fields))
    # An answer to one request under the RelayState of another.
    _, old = one.at_provider(one.depart(shop, prompt="login"))
    fresh = parameters(one.depart(shop, prompt="login"))["RelayState"]
    moved = parameters(one.come_back(action, {**old, "RelayState": fresh}))
    check("the answer to another request", said(moved), (
        "server_error", "Invalid SAML response received: InResponseTo is invalid. ",
    ))


def refusals(provider, shop):
    """The provider signs nobody in."""
    for status in ("Responder AuthnFailed", "Responder NoPassive", "Requester", "Responder RequestDenied"):
        for sign in ("none", "response"):
            provider.refuse, provider.sign = status, sign
            check(f"{status}, signed: {sign}", said(Browser().sign_in(shop)), ("server_error", NO_SUCCESS))
    provider.refuse, provider.sign = None, "assertion"
    check("and then it does", "code" in Browser().sign_in(shop), True)


def clocks(provider, shop):
    """The provider's clock is wrong."""
    for seconds, name in ((150, "two and a half minutes ahead"), (-150, "two and a half minutes behind")):
        clock(seconds)
        check(f"a clock {name}", "code" in Browser().sign_in(shop), True)
    # What is taken, five minutes of life in an assertion, and three minutes of difference.
    for seconds, name in ((240, "four minutes ahead"), (-500, "more than eight minutes behind")):
        clock(seconds)
        check(f"a clock {name}", said(Browser().sign_in(shop)), ("server_error", EXPIRED))
    clock(0)


def encryption(admin, provider):
    """A provider that must encrypt; known by a file."""
    shop = Shop(admin, "pysaml2-sealed", provider, {"MetadataFile": provider.metadata(), "EncryptedResponses": "true"})
    check("the file is shown again", shop.made["ProviderDetails"]["MetadataFile"], provider.metadata())
    for cipher in CIPHERS:
        for sign in ("assertion", "both") if cipher == "aes256-gcm" else ("assertion",):
            provider.cipher, provider.sign = cipher, sign
            check(f"{cipher}, signed: {sign}", shop.tokens(Browser().sign_in(shop))["cognito:username"], "Corp_alice-1")
    provider.sign = "none"
    check("encrypted but not signed", said(Browser().sign_in(shop)), ("server_error", ASSERTION_SIGNATURE))
    provider.sign, provider.cipher = "assertion", "3des"
    check("triple DES, pysaml2's default", said(Browser().sign_in(shop)), ("server_error", ASSERTION_SIGNATURE))
    provider.cipher = None
    check("not encrypted", said(Browser().sign_in(shop)), ("server_error", NOT_ENCRYPTED))
    shop.update(EncryptedResponses="false")
    check("where it need not be", "code" in Browser().sign_in(shop), True)
    provider.cipher = "aes128-gcm"
    check("but may be", "code" in Browser().sign_in(shop), True)
    provider.cipher = None


def bindings(admin, provider):
    """Which bindings a provider offers."""
    redirect_alone = Provider()
    try:
        redirect_alone.users = provider.users
        redirect_alone.bindings = [BINDING_HTTP_REDIRECT]
        redirect_alone.load()
        shop = Shop(admin, "pysaml2-redirect", redirect_alone)
        check("redirects alone", shop.tokens(Browser().sign_in(shop))["cognito:username"], "Corp_alice-1")
        check("its request is not signed", redirect_alone.seen[-1]["signed"], False)
        redirect_alone.bindings = [BINDING_HTTP_POST]
        redirect_alone.load()
        check_refused(
            "posts alone", "UpdateIdentityProvider",
            ("InvalidParameterException", "No SingleSignOn Http redirect binding location found in metadata."),
            lambda: shop.update(),
        )
    finally:
        redirect_alone.close()


def unasked(admin, provider):
    """Sign-ins that begin at the provider."""
    shop = Shop(admin, "pysaml2-unasked", provider, {"IDPInit": "true"}, offers=["Corp"])
    browser = Browser()

    def start(relay, to=shop, by=browser):
        query = urllib.parse.urlencode({"to": to.entity, "relay": relay})
        return by.come_back(*by.at_provider(f"{provider.url}/start?{query}"))

    answered = parameters(start(shop.query()))
    check("state of RelayState comes back", answered.get("state"), "of the application")
    identity = shop.tokens(answered)
    (mail,) = provider.users["alice"]["attributes"]["mail"]
    check("the user", (identity["cognito:username"], identity["email"]), ("Corp_alice-1", mail))
    identity = shop.tokens(parameters(start(shop.query(identity_provider=None))))
    check("the only provider of a client need not be named", identity["cognito:username"], "Corp_alice-1")
    again = Browser()
    action, fields = again.at_provider(f"{provider.url}/start?{urllib.parse.urlencode({'to': shop.entity, 'relay': shop.query()})}")
    check("an answer", "code" in parameters(again.come_back(action, fields)), True)
    check("is good once", said(parameters(again.come_back(action, fields))), (
        "server_error", "Invalid SAML response received: Assertion has been used. ",
    ))
    late = Browser()
    clock(-400)
    action, fields = late.at_provider(f"{provider.url}/start?{urllib.parse.urlencode({'to': shop.entity, 'relay': shop.query()})}")
    clock(0)
    check("and for six minutes", said(parameters(late.come_back(action, fields))), ("server_error", EXPIRED))
    for name, relay in {
        "without RelayState": "", "with that of nobody": "https://app.example/home",
        "for another address": shop.query(redirect_uri="https://other.example/callback"),
        "for another provider": shop.query(identity_provider="COGNITO"),
    }.items():
        where = urllib.parse.urlsplit(start(relay))
        check(f"not {name}", (where.netloc, where.path), ("", "/error"))
    check("asked for, the same provider answers too", "code" in Browser().sign_in(shop), True)
    shop.update(IDPInit=None)
    check("not without IDPInit", urllib.parse.urlsplit(start(shop.query())).path, "/error")


def linking(admin, provider):
    """Users of the pool whom an administrator links."""
    provider.users["bob"] = {"subject": "bob-1", "attributes": {"mail": ["bob@corp.example"], "displayName": ["Bob"]}}
    shop = Shop(admin, "pysaml2-linked", provider)
    for username in ("alice", "robert"):
        shop.confirmed_user(username)
    subs = {username: shop.attributes(username)["sub"] for username in ("alice", "robert")}

    def link(username, attribute, value):
        admin.admin_link_provider_for_user(
            UserPoolId=shop.id, DestinationUser={"ProviderName": "Cognito", "ProviderAttributeValue": username},
            SourceUser={"ProviderName": "Corp", "ProviderAttributeName": attribute, "ProviderAttributeValue": value},
        )

    link("alice", "Cognito_Subject", "alice-1")
    link("robert", MAIL, "bob@corp.example")
    for user, username, name in (("alice", "alice", "Alice"), ("bob", "robert", "Bob")):
        identity = shop.tokens(Browser().sign_in(shop, user))
        check(f"{user} is the linked user", (
            identity["cognito:username"], identity["sub"], identity.get("cognito:groups"), identity["name"],
        ), (username, subs[username], None, name))
        check("with the identity", identity["identities"][0]["userId"], f"{user}-1")
    admin.admin_disable_provider_for_user(UserPoolId=shop.id, User={
        "ProviderName": "Corp", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": "alice-1",
    })
    identity = shop.tokens(Browser().sign_in(shop))
    check("without the link, a user of their own", (identity["cognito:username"], identity["sub"] != subs["alice"]), (
        "Corp_alice-1", True,
    ))


def rollover():
    """The provider changes its key; the metadata is read again by itself."""
    provider = Provider()
    try:
        with own_server():
            shop = Shop(administrator(), "pysaml2-rollover", provider)
            provider.users = {"alice": alice("alice-1")}
            ahead = 0

            def pass_by(text, seconds):
                nonlocal ahead
                post_json("/_dev/clock", {"advance": text})
                ahead += seconds
                clock(ahead)

            def read_again():
                before = provider.fetched
                for _ in range(3):
                    pass_by("361m", 361 * 60)
                    if provider.is_read_again(before):
                        return
                raise RuntimeError("nobody fetched the metadata")

            def outcome():
                answered = Browser().sign_in(shop)
                return "signed in" if "code" in answered else said(answered)[1]

            # The time of the next turn is reckoned from the first.
            pass_by("1s", 1)
            check("the first key", outcome(), "signed in")
            old, new = provider.keys[0], Key(provider.folder)
            provider.keys = [new]
            provider.load()
            check("a key that was not announced", outcome(), ASSERTION_SIGNATURE)
            provider.keys = [old, new]
            provider.load()
            read_again()
            check("the first key, beside the next", outcome(), "signed in")
            provider.keys = [new, old]
            provider.load()
            check("the next key", outcome(), "signed in")
            provider.keys = [new]
            provider.load()
            read_again()
            check("the next key alone", outcome(), "signed in")
            provider.keys = [old]
            provider.load()
            check("the first key is not taken any more", outcome(), ASSERTION_SIGNATURE)
    finally:
        clock(0)
        provider.close()


with session("federation by pysaml2"):
    administers = administrator()
    company = Provider()
    company.users["alice"] = alice("alice-1")
    with part("settings"):
        store = details(administers, company)
    with part("the first sign-in"):
        person = first_sign_in(company, store)
    with part("later sign-ins"):
        later_sign_ins(company, store, person)
    with part("names"):
        names(company, store)
    with part("signatures"):
        shapes(company, store)
    with part("misuse"):
        misuse(company, store)
    with part("refusals"):
        refusals(company, store)
    with part("clocks"):
        clocks(company, store)
    with part("sign-out"):
        logout(administers, company)
    company.demands = False
    company.load()
    with part("encryption"):
        encryption(administers, company)
    with part("bindings"):
        bindings(administers, company)
    with part("sign-ins that nobody asked for"):
        unasked(administers, company)
    with part("linked users"):
        linking(administers, company)
    company.close()
    with part("another key"):
        rollover()
