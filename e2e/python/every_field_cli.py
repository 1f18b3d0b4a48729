"""The AWS CLI: a pool and an app client with every field, and what stands around them. Settings go in by options where
that is how people give them, else as the JSON that `--generate-cli-skeleton` makes."""

import copy
import json
import tempfile
from pathlib import Path

from cli_support import aws, check_cli_refused
from every_field_clients import CLIENT, CLIENT_CHANGES, SERVER, ClientModel
from every_field_data import ACCOUNT, POOL, POOL_CHANGES, SCHEMA, SCHEMA_SHOWN, role, saml_metadata
from every_field_session import PoolModel
from support import check, check_match, session

# Fields that are newer than this version of the program.
NEWER = {"DcrConfiguration", "AcrConfiguration"}
KNOWN = {name: value for name, value in POOL.items() if name not in NEWER}

# Every run of the program takes a while, so that only these of a pool's fields are changed here one by one.
ONE_BY_ONE = [
    "Policies", "LambdaConfig", "AutoVerifiedAttributes", "MfaConfiguration", "EmailConfiguration", "SmsConfiguration",
]


def given(name, request):
    """A call whose members are one JSON document."""
    return aws(name, "--cli-input-json", json.dumps(request))


def undated(shown):
    """A resource without its dates, which must be there."""
    got = dict(shown)
    if got.pop("CreationDate", None) is None or got.pop("LastModifiedDate", None) is None:
        raise RuntimeError(f"no dates: {shown}")
    return got


def pool_with_everything():
    """A pool created, described, updated and described."""
    fixed = {
        "AliasAttributes": ["phone_number", "email", "preferred_username"],
        "UsernameConfiguration": {"CaseSensitive": False},
    }
    made = given("create-user-pool", KNOWN | fixed | {"Schema": SCHEMA})["UserPool"]
    model = PoolModel(made, fixed | {"SchemaAttributes": SCHEMA_SHOWN})
    model.sent(KNOWN)
    model.check("create-user-pool shows every field", made)
    describe = lambda: aws("describe-user-pool", "--user-pool-id", model.id)["UserPool"]  # noqa: E731
    model.check("describe-user-pool shows every field", describe())
    for field in ONE_BY_ONE:
        request = copy.deepcopy(KNOWN) | {field: POOL_CHANGES[field]}
        if field == "AutoVerifiedAttributes":
            request["UserAttributeUpdateSettings"] = {"AttributesRequireVerificationBeforeUpdate": ["email"]}
        check(f"update-user-pool: {field}", given("update-user-pool", request | {"UserPoolId": model.id}), {})
        model.sent(request)
        model.check(f"describe-user-pool after {field}", describe())
    check("update-user-pool by options", aws(
        "update-user-pool", "--user-pool-id", model.id, "--pool-name", "by options", "--user-pool-tier", "LITE",
        "--deletion-protection", "ACTIVE", "--user-pool-tags", "stage=options,team=cli",
        "--auto-verified-attributes", "email",
        "--user-attribute-update-settings", "AttributesRequireVerificationBeforeUpdate=[]",
        "--device-configuration", "ChallengeRequiredOnNewDevice=true,DeviceOnlyRememberedOnUserPrompt=false",
        "--account-recovery-setting", "RecoveryMechanisms=[{Priority=1,Name=verified_email}]",
        "--policies", "SignInPolicy={AllowedFirstAuthFactors=[PASSWORD]}",
        "--key-configuration", "KeyType=AWS_OWNED_KEY", "--issuer-configuration", "Type=ORIGINAL",
    ), {})
    model.sent({
        "PoolName": "by options", "UserPoolTier": "LITE", "DeletionProtection": "ACTIVE",
        "UserPoolTags": {"stage": "options", "team": "cli"}, "AutoVerifiedAttributes": ["email"],
        "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": []},
        "DeviceConfiguration": {"ChallengeRequiredOnNewDevice": True, "DeviceOnlyRememberedOnUserPrompt": False},
        "AccountRecoverySetting": {"RecoveryMechanisms": [{"Priority": 1, "Name": "verified_email"}]},
        "Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD"]}},
        "KeyConfiguration": {"KeyType": "AWS_OWNED_KEY"}, "IssuerConfiguration": {"Type": "ORIGINAL"},
    })
    model.check("describe-user-pool after options", describe())
    check_cli_refused(
        "a protected pool is not deleted", "DeleteUserPool",
        ("InvalidParameterException", "The user pool cannot be deleted because deletion protection is activated. "
                                      "Deletion protection must be inactivated first."),
        "delete-user-pool", "--user-pool-id", model.id,
    )
    return model.id


def client_with_everything(pool):
    """A client of every field; what an update leaves out returns to its default."""
    made = given("create-user-pool-client", CLIENT | {"UserPoolId": pool, "GenerateSecret": True})["UserPoolClient"]
    model = ClientModel(made, {"UserPoolId": pool, "ClientSecret": made.get("ClientSecret")})
    of = {"UserPoolId": pool, "ClientId": made["ClientId"]}
    # This member of the answers is newer than this version of the program, which does not print it.
    del model.fixed["ClientType"]
    ids = ("--user-pool-id", pool, "--client-id", made["ClientId"])
    model.sent(CLIENT)
    model.check("create-user-pool-client shows every field", made)
    describe = lambda: aws("describe-user-pool-client", *ids)["UserPoolClient"]  # noqa: E731
    model.check("describe-user-pool-client shows every field", describe())
    for field in ("TokenValidityUnits", "CallbackURLs", "RefreshTokenRotation"):
        request = CLIENT | {field: CLIENT_CHANGES[field]}
        shown = given("update-user-pool-client", request | of)["UserPoolClient"]
        model.sent(request)
        model.check(f"update-user-pool-client: {field}", shown)
        model.check(f"describe-user-pool-client after {field}", describe())
    shown = aws("update-user-pool-client", *ids, "--client-name", "by options", "--no-enable-token-revocation",
                "--auth-session-validity", "5", "--explicit-auth-flows", "ALLOW_USER_SRP_AUTH")["UserPoolClient"]
    model.sent({"ClientName": "by options", "EnableTokenRevocation": False, "AuthSessionValidity": 5,
                "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"]})
    model.check("update-user-pool-client by options", shown)
    model.check("describe-user-pool-client after options", describe())
    return made["ClientId"]


def small_parts(pool):
    """A group and a resource server."""
    group = {"GroupName": "readers", "UserPoolId": pool, "Description": "Who reads", "RoleArn": role("readers"),
             "Precedence": 1}
    check("create-group", undated(given("create-group", group)["Group"]), group)
    ids = ("--user-pool-id", pool, "--group-name", "readers")
    check("update-group", undated(aws("update-group", *ids, "--precedence", "2")["Group"]), group | {"Precedence": 2})
    check("get-group", undated(aws("get-group", *ids)["Group"]), group | {"Precedence": 2})
    server = {"UserPoolId": pool, "Identifier": SERVER, "Name": "API", "Scopes": [
        {"ScopeName": name, "ScopeDescription": name} for name in ("read", "write")]}
    # As options, the program would fetch what looks like an address.
    of = {"UserPoolId": pool, "Identifier": SERVER}
    check("create-resource-server", given("create-resource-server", server), {"ResourceServer": server})
    check("describe-resource-server", given("describe-resource-server", of), {"ResourceServer": server})


def providers(pool):
    """A SAML and an OIDC provider, which the client will name."""
    details = {
        "client_id": "cognate", "client_secret": "hidden", "authorize_scopes": "openid email",
        "oidc_issuer": "https://partner.example.com", "attributes_request_method": "GET",
        "authorize_url": "https://partner.example.com/authorize", "token_url": "https://partner.example.com/token",
        "attributes_url": "https://partner.example.com/me", "jwks_uri": "https://partner.example.com/keys",
    }
    for name, kind, sent, mapping, added, mapped in (
        ("Partner", "OIDC", details, {"email": "email"}, {"attributes_url_add_attributes": "false"},
         {"username": "sub"}),
        ("Company", "SAML", {"MetadataFile": saml_metadata("urn:example:company", "company.example.com")},
         {"email": "mail"}, {"SSORedirectBindingURI": "https://company.example.com/in",
                             "SLORedirectBindingURI": "https://company.example.com/out"}, {}),
    ):
        ids = ("--user-pool-id", pool, "--provider-name", name)
        made = aws("create-identity-provider", *ids, "--provider-type", kind, "--provider-details", json.dumps(sent),
                   "--attribute-mapping", json.dumps(mapping), "--idp-identifiers", f"{name}.example.com")
        shown = undated(made["IdentityProvider"])
        if kind == "SAML":
            certificate = shown["ProviderDetails"].get("ActiveEncryptionCertificate")
            check_match("the certificate for encryption", certificate, r"MII[A-Za-z0-9+/=\s]+")
            added = added | {"ActiveEncryptionCertificate": certificate}
        want = {"UserPoolId": pool, "ProviderName": name, "ProviderType": kind, "ProviderDetails": sent | added,
                "AttributeMapping": mapping | mapped, "IdpIdentifiers": [f"{name}.example.com"]}
        check(f"create-identity-provider {name}", shown, want)
        check(f"describe-identity-provider {name}",
              undated(aws("describe-identity-provider", *ids)["IdentityProvider"]), want)
        want["IdpIdentifiers"] = ["one", "two"]
        check(f"update-identity-provider {name}",
              undated(aws("update-identity-provider", *ids, "--idp-identifiers", "one", "two")["IdentityProvider"]), want)
        check(f"describe-identity-provider {name} again",
              undated(aws("describe-identity-provider", *ids)["IdentityProvider"]), want)
        aws("update-identity-provider", *ids, "--idp-identifiers", f"{name}.example.com")


def looks(pool, client, prefix):
    """A domain, both kinds of looks, and terms."""
    ids = ("--user-pool-id", pool)
    check("create-user-pool-domain", aws("create-user-pool-domain", *ids, "--domain", prefix), {"ManagedLoginVersion": 1})
    check("update-user-pool-domain",
          aws("update-user-pool-domain", *ids, "--domain", prefix, "--managed-login-version", "2"),
          {"ManagedLoginVersion": 2})
    shown = aws("describe-user-pool-domain", "--domain", prefix)["DomainDescription"]
    changing = {name: shown.pop(name, None) for name in ("CloudFrontDistribution", "Version")}
    check("describe-user-pool-domain", (shown, all(changing.values())), ({
        "UserPoolId": pool, "AWSAccountId": ACCOUNT, "Domain": prefix, "S3Bucket": "aws-cognito-prod-iad-assets",
        "Status": "ACTIVE", "ManagedLoginVersion": 2,
    }, True))

    settings = {"components": {"primaryButton": {"lightMode": {"defaults": {"textColor": "445566ff"}}}}}
    made = undated(aws("create-managed-login-branding", *ids, "--client-id", client,
                       "--settings", json.dumps(settings))["ManagedLoginBranding"])
    style = {"ManagedLoginBrandingId": made["ManagedLoginBrandingId"], "UserPoolId": pool,
             "UseCognitoProvidedValues": False, "Settings": settings}
    check("create-managed-login-branding", made, style)
    by_client = aws("describe-managed-login-branding-by-client", *ids, "--client-id", client)
    check("describe-managed-login-branding-by-client", undated(by_client["ManagedLoginBranding"]), style)

    sheet = ".banner-customizable { background-color: red; }"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sheet.css"
        file.write_text(sheet, encoding="utf-8")
        made = undated(aws("set-ui-customization", *ids, "--css", f"file://{file}")["UICustomization"])
    want = {"UserPoolId": pool, "ClientId": "ALL", "CSS": sheet, "CSSVersion": made.get("CSSVersion")}
    check("set-ui-customization", made, want)
    check("get-ui-customization", undated(aws("get-ui-customization", *ids)["UICustomization"]), want)

    links = {"cognito:default": "https://example.com/privacy"}
    made = undated(aws("create-terms", *ids, "--client-id", client, "--terms-name", "privacy-policy", "--terms-source",
                       "LINK", "--enforcement", "NONE", "--links", json.dumps(links))["Terms"])
    want = {"TermsId": made["TermsId"], "UserPoolId": pool, "ClientId": client, "TermsName": "privacy-policy",
            "TermsSource": "LINK", "Enforcement": "NONE", "Links": links}
    check("create-terms", made, want)
    check("describe-terms", undated(aws("describe-terms", *ids, "--terms-id", made["TermsId"])["Terms"]), want)

    check("delete-user-pool-domain", aws("delete-user-pool-domain", *ids, "--domain", prefix), {})


with session("AWS CLI, every field"):
    pool_id = pool_with_everything()
    check("add-custom-attributes", aws("add-custom-attributes", "--user-pool-id", pool_id, "--custom-attributes",
                                       "Name=team,AttributeDataType=String,Mutable=true"), {})
    small_parts(pool_id)
    providers(pool_id)
    client_id = client_with_everything(pool_id)
    looks(pool_id, client_id, f"every-field-{client_id[:8]}")
    check("update-user-pool ends the protection", aws(
        "update-user-pool", "--user-pool-id", pool_id, "--auto-verified-attributes", "email"), {})
    check("delete-user-pool", aws("delete-user-pool", "--user-pool-id", pool_id), {})
