"""What the sessions about SAML share: a pool with an application whose users sign in at a provider, and their browser."""

import re
import urllib.parse
from html.parser import HTMLParser

import jwt
import requests

import support
from saml_provider import PASSWORD
from support import Pool

CALLBACK = "https://app.example/callback"
ACS = "/saml2/idpresponse"
MAIL = "urn:oid:0.9.2342.19200300.100.1.3"
DISPLAY_NAME = "urn:oid:2.16.840.1.113730.3.1.241"
MAPPING = {"email": MAIL, "name": DISPLAY_NAME, "custom:groups": "groups"}


class Shop(Pool):
    """A pool with the provider `Corp`, and an application that offers it.

    `details` are added to the provider's; without a document among them it is known by its MetadataURL.
    """

    def __init__(self, admin, name, provider, details=None, offers=("COGNITO", "Corp")):
        super().__init__(admin, name, [])
        self.provider = provider
        text = {"AttributeDataType": "String", "Mutable": True, "StringAttributeConstraints": {"MinLength": "0", "MaxLength": "256"}}
        admin.add_custom_attributes(UserPoolId=self.id, CustomAttributes=[{"Name": "groups", **text}])
        details = details or {}
        if "MetadataFile" not in details:
            details = {"MetadataURL": provider.name, **details}
        self.made = admin.create_identity_provider(
            UserPoolId=self.id, ProviderName="Corp", ProviderType="SAML", ProviderDetails=details, AttributeMapping=MAPPING,
        )["IdentityProvider"]
        made = admin.create_user_pool_client(
            UserPoolId=self.id, ClientName=name, AllowedOAuthFlowsUserPoolClient=True, AllowedOAuthFlows=["code"],
            AllowedOAuthScopes=["openid", "email", "profile", "aws.cognito.signin.user.admin"], CallbackURLs=[CALLBACK],
            LogoutURLs=["https://app.example/signed-out"], SupportedIdentityProviders=list(offers),
            WriteAttributes=list(MAPPING), ReadAttributes=[*MAPPING, "email_verified", "identities"],
        )["UserPoolClient"]
        self.client_id = made["ClientId"]
        self.entity = f"urn:amazon:cognito:sp:{self.id}"
        self.metadata_url = f"{support.ENDPOINT}/saml2/metadata?user_pool_id={self.id}&identity_provider=Corp"
        provider.trust(self.metadata_url)

    def update(self, **details):
        """Changes details of the provider; None takes one away."""
        now = self.admin.describe_identity_provider(UserPoolId=self.id, ProviderName="Corp")["IdentityProvider"]
        kept = {key: value for key, value in now["ProviderDetails"].items() if key != "ActiveEncryptionCertificate"}
        whole = {key: value for key, value in {**kept, **details}.items() if value is not None}
        self.admin.update_identity_provider(UserPoolId=self.id, ProviderName="Corp", ProviderDetails=whole)

    def query(self, **more):
        """The query of a request for a code, by way of the provider."""
        query = {
            "client_id": self.client_id, "response_type": "code", "redirect_uri": CALLBACK, "scope": "openid email profile",
            "state": "of the application", "identity_provider": "Corp", **more,
        }
        return urllib.parse.urlencode({key: value for key, value in query.items() if value is not None})

    def tokens(self, answered):
        """Trades the code, and returns the claims of the ID token, which PyJWT has verified as the access token too."""
        body = {
            "grant_type": "authorization_code", "client_id": self.client_id, "code": answered["code"], "redirect_uri": CALLBACK,
        }
        given = requests.post(f"{support.ENDPOINT}/oauth2/token", data=body, timeout=30).json()
        issuer = f"{support.ENDPOINT}/{self.id}"
        keys = jwt.PyJWKClient(f"{issuer}/.well-known/jwks.json")

        def verified(token, **more):
            key = keys.get_signing_key_from_jwt(token).key
            return jwt.decode(token, key, algorithms=["RS256"], issuer=issuer, **more)

        access = verified(given["access_token"], options={"verify_aud": False})
        identity = verified(given["id_token"], audience=self.client_id)
        if access["sub"] != identity["sub"] or access["client_id"] != self.client_id:
            raise RuntimeError(f"tokens of two users: {access} {identity}")
        return identity

    def attributes(self, username):
        """The attributes of a user."""
        found = self.admin.admin_get_user(UserPoolId=self.id, Username=username)["UserAttributes"]
        return {each["Name"]: each["Value"] for each in found}


class Form(HTMLParser):
    """The first form of a page."""

    def __init__(self, text):
        super().__init__()
        self.action, self.fields = None, {}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "form" and self.action is None:
            self.action = attributes["action"]
        if tag == "input" and "name" in attributes:
            self.fields[attributes["name"]] = attributes.get("value", "")


def parameters(url):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))


class Browser(requests.Session):
    """The browser of somebody."""

    def depart(self, shop, **more):
        """Asks for a code, and returns the URL of the provider to which the browser is sent."""
        answer = self.get(f"{support.ENDPOINT}/oauth2/authorize?{shop.query(**more)}", allow_redirects=False, timeout=30)
        return answer.headers["location"]

    def at_provider(self, location, user="alice", expect_form=None):
        """Signs in at the provider, where it asks; returns the address and the fields of the form that leads back."""
        page = self.get(location, timeout=30)
        form = Form(page.text)
        if expect_form is not None and (form.action == "/login") != expect_form:
            raise RuntimeError(f"the form of the provider was {'not ' if expect_form else ''}shown: {page.text[:300]}")
        if form.action == "/login":
            fields = {**form.fields, "user": user, "password": PASSWORD}
            page = self.post(urllib.parse.urljoin(page.url, "/login"), data=fields, timeout=30)
            form = Form(page.text)
        if form.action is None:
            raise RuntimeError(f"the provider says {page.status_code} {page.text}")
        return form.action, form.fields

    def post_from_there(self, action, fields):
        """Posts a form of another site: without the cookies, which browsers do not send along."""
        answer = requests.post(action, data=fields, allow_redirects=False, timeout=30)
        self.cookies.update(answer.cookies)
        return answer

    def come_back(self, action, fields):
        """Brings the provider's answer, and returns the URL to which the browser is sent at last."""
        answer = self.post_from_there(action, fields)
        if answer.status_code != 303:
            return answer.headers.get("location", f"{answer.status_code} {answer.text}")
        onward = urllib.parse.urljoin(action, answer.headers["location"])
        answer = self.get(onward, allow_redirects=False, timeout=30)
        return answer.headers.get("location", f"{answer.status_code} {answer.text}")

    def sign_in(self, shop, user="alice", **more):
        """A whole sign-in; returns the parameters with which the application is called."""
        to = self.depart(shop, **more)
        if to.startswith(CALLBACK):
            return parameters(to)
        back = self.come_back(*self.at_provider(to, user))
        if not back.startswith(CALLBACK):
            raise RuntimeError(f"the application was not called: {back}")
        return parameters(back)


def said(answered):
    """What the application was told of a sign-in that failed."""
    return answered.get("error"), answered.get("error_description")


def bare(certificate):
    """A PEM certificate without its armour."""
    return re.sub(r"-----[A-Z ]+-----|\s", "", certificate)
