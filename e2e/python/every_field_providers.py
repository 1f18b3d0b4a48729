"""boto3: identity providers and domains with every field, updated field by field. A server in this process stands in for
the providers that publish documents about themselves."""

import copy
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from every_field_data import ACCOUNT, dated, saml_metadata
from support import administrator, check, check_match, check_refused, session, without_metadata

VERSION = r"20\d{12}"
INVALID = "InvalidParameterException"


class Host:
    """A server on this machine that publishes documents by path, as identity providers do."""

    def __init__(self):
        documents = self.documents = {}

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):  # noqa: N802 - the name that the library calls
                body = documents.get(self.path)
                self.send_response(200 if body else 404)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_):
                """Says nothing: the output of a session is its checks."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def publish(self, path, text):
        """Publishes a document under a path."""
        self.documents[path] = text.encode()

    def publish_discovery(self, **over):
        """Publishes what an OpenID provider says about itself."""
        self.publish("/.well-known/openid-configuration", json.dumps({
            "issuer": self.url, "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token", "userinfo_endpoint": f"{self.url}/me",
            "jwks_uri": f"{self.url}/keys",
        } | over))


class Provider:
    """An identity provider of the session and what it must show."""

    def __init__(self, admin, pool, name, kind):
        self.admin, self.of, self.dates = admin, {"UserPoolId": pool, "ProviderName": name}, None
        self.want = self.of | {"ProviderType": kind}
        self.certificate = None

    def check(self, name, answer):
        """Compares a whole provider; a SAML provider also has a certificate, always the same."""
        shown = copy.deepcopy(without_metadata(answer)["IdentityProvider"])
        if self.want["ProviderType"] == "SAML":
            certificate = shown["ProviderDetails"].pop("ActiveEncryptionCertificate", None)
            check_match(f"{name}: the certificate for encryption", certificate, r"MII[A-Za-z0-9+/=\s]+")
            check(f"{name}: it is the same certificate", certificate, self.certificate or certificate)
            self.certificate = certificate
        self.dates = dated(name, shown, self.want, self.dates)

    def follow(self, request, added):
        """What must be shown after a request: what it names, and what the service adds to it."""
        self.want |= copy.deepcopy(request)
        for member, more in added.items():
            self.want[member] = self.want[member] | more

    def create(self, request, added):
        """Creates the provider and compares it."""
        self.follow({"IdpIdentifiers": [], "AttributeMapping": {}} | request, added)
        self.check(f"CreateIdentityProvider {self.of['ProviderName']}",
                   self.admin.create_identity_provider(**self.of, ProviderType=self.want["ProviderType"], **request))
        self.read("CreateIdentityProvider")

    def update(self, request, added=None):
        """Updates some members and compares the whole."""
        self.follow(request, added or {})
        name = f"UpdateIdentityProvider {self.of['ProviderName']}: {', '.join(request)}"
        self.check(name, self.admin.update_identity_provider(**self.of, **request))
        self.read(name)

    def read(self, name):
        """Reads the provider by its name and by each of its identifiers."""
        self.check(f"DescribeIdentityProvider after {name}", self.admin.describe_identity_provider(**self.of))
        for identifier in self.want["IdpIdentifiers"]:
            self.check(
                f"GetIdentityProviderByIdentifier {identifier} after {name}",
                self.admin.get_identity_provider_by_identifier(
                    UserPoolId=self.of["UserPoolId"], IdpIdentifier=identifier
                ),
            )


def saml(admin, pool):
    """SAML by a file of metadata."""
    def places(host):
        return {"ProviderDetails": {
            "SSORedirectBindingURI": f"https://{host}/in", "SLORedirectBindingURI": f"https://{host}/out",
        }}

    details = {
        "MetadataFile": saml_metadata("urn:example:company", "company.example.com"), "IDPSignout": "true",
        "IDPInit": "true", "EncryptedResponses": "true", "RequestSigningAlgorithm": "rsa-sha256",
    }
    provider = Provider(admin, pool, "Company", "SAML")
    provider.create({
        "ProviderDetails": details, "AttributeMapping": {"email": "urn:oid:0.9.2342.19200300.100.1.3", "name": "cn"},
        "IdpIdentifiers": ["company.example.com", "company"],
    }, places("company.example.com"))
    provider.update({"AttributeMapping": {"email": "mail", "custom:team": "group"}})
    provider.update({"IdpIdentifiers": ["company"]})
    for key in ("IDPSignout", "IDPInit", "EncryptedResponses"):
        details = details | {key: "false"}
        provider.update({"ProviderDetails": details}, places("company.example.com"))
    details = {"MetadataFile": saml_metadata("urn:example:company", "new.example.com")}
    provider.update({"ProviderDetails": details}, places("new.example.com"))
    provider.update({"IdpIdentifiers": []})
    refused = lambda **members: lambda: admin.update_identity_provider(**provider.of, ProviderDetails=members)  # noqa: E731
    check_refused("SAML without metadata is refused", "UpdateIdentityProvider",
                  ("InvalidParameterException", "At least one of the MetadataURL or MetadataFile should be provided."),
                  refused(IDPInit="true"))
    check_refused("SAML with metadata twice is refused", "UpdateIdentityProvider",
                  ("InvalidParameterException", "Only one of the MetadataURL or MetadataFile should be provided."),
                  refused(MetadataURL="https://company.example.com/metadata", **details))
    provider.read("refusals")
    return provider


def oidc(admin, pool):
    """OIDC with every address spelled out."""
    def details(host, method):
        return {
            "client_id": f"client of {host}", "client_secret": f"secret-of-{host}",
            "authorize_scopes": "openid email profile", "oidc_issuer": f"https://{host}",
            "attributes_request_method": method, "authorize_url": f"https://{host}/authorize",
            "token_url": f"https://{host}/token", "attributes_url": f"https://{host}/me",
            "jwks_uri": f"https://{host}/keys",
        }

    added = {"ProviderDetails": {"attributes_url_add_attributes": "false"}}
    subject = {"AttributeMapping": {"username": "sub"}}
    provider = Provider(admin, pool, "Partner", "OIDC")
    provider.create({
        "ProviderDetails": details("partner.example.com", "GET"),
        "AttributeMapping": {"email": "email", "email_verified": "email_verified"},
        "IdpIdentifiers": ["partner.example.com"],
        "AcrMapping": {f"Level{n}": f"urn:partner:{n}" for n in range(1, 5)},
    }, added | subject)
    provider.update({"ProviderDetails": details("other.example.com", "POST")}, added)
    without_secret = {name: text for name, text in details("other.example.com", "POST").items() if name != "client_secret"}
    provider.update({"ProviderDetails": without_secret}, added)
    provider.update({"AttributeMapping": {"name": "name", "username": "sub"}}, subject)
    provider.update({"IdpIdentifiers": ["other.example.com", "other"]})
    provider.update({"AcrMapping": {"Level1": "urn:other:1"}})
    check_refused("an attribute that the pool does not have is refused", "UpdateIdentityProvider",
                  ("InvalidParameterException", "AttributeMapping contains invalid mapping: [custom:nothing]"),
                  lambda: admin.update_identity_provider(**provider.of, AttributeMapping={"custom:nothing": "x"}))
    provider.read("a refusal")
    return provider


def google(admin, pool):
    """Google, to which the service adds its addresses."""
    provider = Provider(admin, pool, "Google", "Google")
    added = {
        "attributes_url": "https://people.googleapis.com/v1/people/me?personFields=",
        "attributes_url_add_attributes": "true", "authorize_url": "https://accounts.google.com/o/oauth2/v2/auth",
        "oidc_issuer": "https://accounts.google.com", "token_request_method": "POST",
        "token_url": "https://www.googleapis.com/oauth2/v4/token",
    }
    details = {"client_id": "google-client", "client_secret": "google-secret", "authorize_scopes": "email openid"}
    provider.create({"ProviderDetails": details, "AttributeMapping": {"email": "email"}},
                    {"ProviderDetails": added, "AttributeMapping": {"username": "sub"}})
    provider.update({"ProviderDetails": details | {"authorize_scopes": "email profile openid"}},
                    {"ProviderDetails": added})
    return provider


def saml_by_url(admin, pool, host):
    """SAML by the address of its metadata, which is read at every change of the details."""
    def places(name):
        return {"ProviderDetails": {
            "SSORedirectBindingURI": f"https://{name}/in", "SLORedirectBindingURI": f"https://{name}/out",
        }}

    host.publish("/metadata", saml_metadata("urn:example:campus", "campus.example.com"))
    details = {"MetadataURL": f"{host.url}/metadata"}
    provider = Provider(admin, pool, "Campus", "SAML")
    provider.create({"ProviderDetails": details, "AttributeMapping": {"username": "uid", "email": "mail"}},
                    places("campus.example.com"))
    host.publish("/moved", saml_metadata("urn:example:campus", "moved.example.com"))
    details = {"MetadataURL": f"{host.url}/moved", "IDPSignout": "true"}
    provider.update({"ProviderDetails": details}, places("moved.example.com"))
    host.publish("/broken", "<html/>")
    for path, text in {
        "nothing": f"Non-ok status code 404 returned from remote metadata source {host.url}/nothing",
        "broken": "Unable to unmarshall metadata",
    }.items():
        check_refused(f"SAML with {path} at its address is refused", "UpdateIdentityProvider", (INVALID, text),
                      lambda path=path: admin.update_identity_provider(
                          **provider.of, ProviderDetails={"MetadataURL": f"{host.url}/{path}"}))
    check_refused("a certificate for encryption is not taken", "UpdateIdentityProvider",
                  (INVALID, "Unsupported provider detail: ActiveEncryptionCertificate."),
                  lambda: admin.update_identity_provider(
                      **provider.of, ProviderDetails=details | {"ActiveEncryptionCertificate": "x"}))
    provider.read("refusals")
    return provider


def oidc_by_discovery(admin, pool, host):
    """OIDC that is told its issuer only, and finds out the rest."""
    host.publish_discovery()
    details = {"client_id": "campus-client", "client_secret": "campus-secret", "authorize_scopes": "openid",
               "oidc_issuer": host.url, "attributes_request_method": "GET"}

    def found(**over):
        return {"ProviderDetails": {
            "authorize_url": f"{host.url}/authorize", "token_url": f"{host.url}/token",
            "attributes_url": f"{host.url}/me", "jwks_uri": f"{host.url}/keys",
            "attributes_url_add_attributes": "false",
        } | over}

    provider = Provider(admin, pool, "Discovered", "OIDC")
    provider.create({"ProviderDetails": details}, found() | {"AttributeMapping": {"username": "sub"}})
    host.publish_discovery(token_endpoint=f"{host.url}/token2")
    provider.update({"ProviderDetails": details}, found(token_url=f"{host.url}/token2"))
    spelt = details | {"jwks_uri": "https://keys.example.com/", "attributes_url_add_attributes": "true"}
    rest = found(token_url=f"{host.url}/token2")["ProviderDetails"]
    provider.update({"ProviderDetails": spelt},
                    {"ProviderDetails": {name: text for name, text in rest.items() if name not in spelt}})
    for over in ({"issuer": "https://evil.example.com"}, {"jwks_uri": None}):
        host.publish_discovery(**over)
        check_refused(f"a discovery document with {over} is refused", "UpdateIdentityProvider",
                      (INVALID, "Unable to contact well-known endpoint"),
                      lambda: admin.update_identity_provider(**provider.of, ProviderDetails=details))
    check_refused("another method is refused", "UpdateIdentityProvider",
                  (INVALID, "1 validation error detected: Value 'PUT' at "
                   "'providerConfiguration.oidcConfig.attributesRequestMethod' failed to satisfy constraint: Member must "
                   "satisfy enum value set: [POST, GET]"),
                  lambda: admin.update_identity_provider(
                      **provider.of, ProviderDetails=details | {"attributes_request_method": "PUT"}))
    for member in ("client_id", "authorize_scopes", "oidc_issuer", "attributes_request_method"):
        less = {name: text for name, text in details.items() if name != member}
        check_refused(f"OIDC without {member} is refused", "UpdateIdentityProvider",
                      (INVALID, "clientId, authorizeScopes, oidcIssuer and attributesRequestMethod are all required "
                       "idp details."),
                      lambda less=less: admin.update_identity_provider(**provider.of, ProviderDetails=less))
    provider.read("refusals")
    return provider


def facebook(admin, pool):
    """Facebook, whose addresses hold the version of its interface."""
    def added(version):
        graph = f"https://graph.facebook.com/{version}"
        return {"ProviderDetails": {
            "attributes_url": f"{graph}/me?fields=", "attributes_url_add_attributes": "true",
            "authorize_url": f"https://www.facebook.com/{version}/dialog/oauth", "token_request_method": "GET",
            "token_url": f"{graph}/oauth/access_token",
        }}

    details = {"client_id": "facebook-client", "client_secret": "facebook-secret",
               "authorize_scopes": "public_profile,email"}
    provider = Provider(admin, pool, "Facebook", "Facebook")
    provider.create({"ProviderDetails": details, "AttributeMapping": {"email": "email", "name": "name"}},
                    added("v17.0") | {"AttributeMapping": {"username": "id"}})
    provider.update({"ProviderDetails": details | {"api_version": "v21.0"}}, added("v21.0"))
    provider.update({"AttributeMapping": {"picture": "picture", "username": "id"}})
    check_refused("a version that is none is refused", "UpdateIdentityProvider",
                  (INVALID, "Invalid value for provider detail: api_version."),
                  lambda: admin.update_identity_provider(
                      **provider.of, ProviderDetails=details | {"api_version": "newest"}))
    check_refused("another subject is refused", "UpdateIdentityProvider",
                  (INVALID, "AttributeMapping contains invalid mapping: [username]"),
                  lambda: admin.update_identity_provider(**provider.of, AttributeMapping={"username": "email"}))
    return provider


def amazon(admin, pool):
    """Login with Amazon."""
    added = {"ProviderDetails": {
        "attributes_url": "https://api.amazon.com/user/profile", "attributes_url_add_attributes": "false",
        "authorize_url": "https://www.amazon.com/ap/oa", "token_request_method": "POST",
        "token_url": "https://api.amazon.com/auth/o2/token",
    }}
    details = {"client_id": "amazon-client", "client_secret": "amazon-secret", "authorize_scopes": "profile postal_code"}
    provider = Provider(admin, pool, "LoginWithAmazon", "LoginWithAmazon")
    provider.create({"ProviderDetails": details, "AttributeMapping": {"address": "postal_code"}},
                    added | {"AttributeMapping": {"username": "user_id"}})
    provider.update({"ProviderDetails": details | {"client_secret": "amazon-secret-2"}}, added)
    for member in details:
        less = {name: text for name, text in details.items() if name != member}
        check_refused(f"Login with Amazon without {member} is refused", "UpdateIdentityProvider",
                      (INVALID, "clientId, clientSecret and authorizeScopes are all required idp details."),
                      lambda less=less: admin.update_identity_provider(**provider.of, ProviderDetails=less))
    provider.read("refusals")
    return provider


def apple(admin, pool):
    """Sign in with Apple, whose private key nobody sees again."""
    added = {"ProviderDetails": {
        "attributes_url_add_attributes": "false", "authorize_url": "https://appleid.apple.com/auth/authorize",
        "oidc_issuer": "https://appleid.apple.com", "token_request_method": "POST",
        "token_url": "https://appleid.apple.com/auth/token",
    }}
    shown = {"client_id": "com.example.app", "team_id": "TEAM123456", "key_id": "KEY1234567",
             "authorize_scopes": "email name"}
    details = shown | {"private_key": "an-apple-key-to-hide"}
    provider = Provider(admin, pool, "SignInWithApple", "SignInWithApple")
    request = {"ProviderDetails": details, "AttributeMapping": {"email": "email"}}
    provider.follow({"IdpIdentifiers": []} | request | {"ProviderDetails": shown},
                    added | {"AttributeMapping": {"username": "sub"}})
    provider.check("CreateIdentityProvider SignInWithApple",
                   admin.create_identity_provider(**provider.of, ProviderType="SignInWithApple", **request))
    provider.read("CreateIdentityProvider")
    for member in ("client_id", "private_key", "team_id", "key_id"):
        less = {name: text for name, text in details.items() if name != member}
        check_refused(f"Sign in with Apple without {member} is refused", "UpdateIdentityProvider",
                      (INVALID, "clientId, privateKey, teamId, and keyId are all required idp details."),
                      lambda less=less: admin.update_identity_provider(**provider.of, ProviderDetails=less))
    provider.follow({"ProviderDetails": shown | {"key_id": "KEY7654321"}}, added)
    provider.check("UpdateIdentityProvider SignInWithApple: another key", admin.update_identity_provider(
        **provider.of, ProviderDetails=details | {"key_id": "KEY7654321"}))
    provider.read("another key")
    return provider


def providers(admin, pool, host):
    """All of them, listed and deleted."""
    made = [saml(admin, pool), saml_by_url(admin, pool, host), oidc(admin, pool), oidc_by_discovery(admin, pool, host),
            google(admin, pool), facebook(admin, pool), amazon(admin, pool), apple(admin, pool)]
    listed = without_metadata(admin.list_identity_providers(UserPoolId=pool, MaxResults=60))
    shown = {one["ProviderName"]: one for one in listed["Providers"]}
    check("ListIdentityProviders", (set(listed), set(shown)), ({"Providers"}, {provider.of["ProviderName"] for provider in made}))
    for provider in made:
        name = provider.of["ProviderName"]
        dated(f"ListIdentityProviders: {name}", shown[name],
              {"ProviderName": name, "ProviderType": provider.want["ProviderType"]}, provider.dates)
        check(f"DeleteIdentityProvider {name} answers nothing",
              without_metadata(admin.delete_identity_provider(**provider.of)), {})
    check("no provider is left", without_metadata(admin.list_identity_providers(UserPoolId=pool)), {"Providers": []})


def names(admin, pool):
    """What a provider may be called."""
    details = {"client_id": "c", "client_secret": "s", "authorize_scopes": "email"}
    for name, kind in (("Google", "OIDC"), ("MyGoogle", "Google"), ("Facebook", "Google")):
        check_refused(f"a provider {name} of type {kind} is refused", "CreateIdentityProvider",
                      (INVALID, f"Provider {name} cannot be of type {kind}."),
                      lambda name=name, kind=kind: admin.create_identity_provider(
                          UserPoolId=pool, ProviderName=name, ProviderType=kind, ProviderDetails=details))


def custom_domain(admin, pool):
    """A custom domain: its certificate and its kind of pages can change."""
    def certificate(number):
        return f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/{number:08d}-1111-4111-8111-111111111111"

    of = {"UserPoolId": pool, "Domain": f"auth.{pool.split('_')[1].lower()}.example.com"}
    want = of | {"AWSAccountId": ACCOUNT, "S3Bucket": "aws-cognito-prod-iad-assets", "Status": "ACTIVE",
                 "CustomDomainConfig": {"CertificateArn": certificate(1)}, "ManagedLoginVersion": 1}
    answer = without_metadata(admin.create_user_pool_domain(
        **of, CustomDomainConfig=want["CustomDomainConfig"], ManagedLoginVersion=1))
    check_match("the address of a custom domain", answer.get("CloudFrontDomain"), r"[a-z0-9]+\.cloudfront\.net")
    check("CreateUserPoolDomain of a custom domain", answer,
          {"CloudFrontDomain": answer.get("CloudFrontDomain"), "ManagedLoginVersion": 1})
    want["CloudFrontDistribution"] = answer.get("CloudFrontDomain")

    def read(name):
        shown = without_metadata(admin.describe_user_pool_domain(Domain=of["Domain"]))["DomainDescription"]
        check_match(f"{name}: the version", shown.pop("Version", None), VERSION)
        check(f"DescribeUserPoolDomain after {name}", shown, want)
        check(f"the pool shows its custom domain after {name}",
              admin.describe_user_pool(UserPoolId=pool)["UserPool"].get("CustomDomain"), of["Domain"])

    read("CreateUserPoolDomain")
    for changes in ({"CustomDomainConfig": {"CertificateArn": certificate(2)}}, {"ManagedLoginVersion": 2}):
        want |= changes
        check(f"UpdateUserPoolDomain: {', '.join(changes)}",
              without_metadata(admin.update_user_pool_domain(**of, **changes)),
              {"CloudFrontDomain": want["CloudFrontDistribution"], "ManagedLoginVersion": want["ManagedLoginVersion"]})
        read(", ".join(changes))
    check_refused("a second custom domain is refused", "CreateUserPoolDomain",
                  (INVALID, "User pool already has a domain configured."),
                  lambda: admin.create_user_pool_domain(
                      UserPoolId=pool, Domain="other.example.com", CustomDomainConfig=want["CustomDomainConfig"]))
    elsewhere = certificate(3).replace("us-east-1", "eu-west-1")
    check_refused("a certificate of another region is refused", "UpdateUserPoolDomain",
                  (INVALID, "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or "
                   "doesn't include a valid certificate chain."),
                  lambda: admin.update_user_pool_domain(**of, CustomDomainConfig={"CertificateArn": elsewhere}))
    other = admin.create_user_pool(PoolName="other")["UserPool"]["Id"]
    check_refused("a taken custom domain is refused", "CreateUserPoolDomain",
                  (INVALID, "One or more of the CNAMEs you provided are already associated with a different resource."),
                  lambda: admin.create_user_pool_domain(
                      UserPoolId=other, Domain=of["Domain"], CustomDomainConfig=want["CustomDomainConfig"]))
    admin.delete_user_pool(UserPoolId=other)
    read("refusals")
    check("DeleteUserPoolDomain of a custom domain answers nothing",
          without_metadata(admin.delete_user_pool_domain(**of)), {})
    check("a deleted custom domain has an empty description",
          without_metadata(admin.describe_user_pool_domain(Domain=of["Domain"])), {"DomainDescription": {}})


def main(admin):
    """The whole session in one pool."""
    pool = admin.create_user_pool(
        PoolName="providers", Schema=[{"Name": "team", "AttributeDataType": "String", "Mutable": True}]
    )["UserPool"]["Id"]
    host = Host()
    names(admin, pool)
    providers(admin, pool, host)
    custom_domain(admin, pool)
    check("DeleteUserPool answers nothing", without_metadata(admin.delete_user_pool(UserPoolId=pool)), {})


with session("boto3, identity providers and domains with every field"):
    main(administrator())
