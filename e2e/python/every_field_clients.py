"""boto3: app clients with every field, updated field by field, with the resource server and providers that they name."""

import copy

from every_field_data import ACCOUNT, REGION, role, saml_metadata
from support import administrator, check, check_match, check_refused, session, without_metadata

SERVER = "https://api.example.com"
PROJECT = f"arn:aws:mobiletargeting:{REGION}:{ACCOUNT}:apps/0123456789abcdef0123456789abcdef"
LINKED_ROLE = role("aws-service-role/cognito-idp.amazonaws.com/AWSServiceRoleForAmazonCognitoIdp")

# Every member of a client that an update can change.
CLIENT = {
    "ClientName": "every field",
    "RefreshTokenValidity": 90,
    "AccessTokenValidity": 600,
    "IdTokenValidity": 20,
    "TokenValidityUnits": {"AccessToken": "seconds", "IdToken": "minutes", "RefreshToken": "days"},
    "ReadAttributes": ["email", "email_verified", "custom:team"],
    "WriteAttributes": ["email", "name", "custom:team"],
    "ExplicitAuthFlows": [
        "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH",
        "ALLOW_USER_AUTH",
    ],
    "SupportedIdentityProviders": ["COGNITO", "Company", "Partner"],
    "CallbackURLs": ["https://app.example.com/in", "http://localhost:8080/in", "com.example.app://in"],
    "LogoutURLs": ["https://app.example.com/out", "com.example.app://out"],
    "DefaultRedirectURI": "https://app.example.com/in",
    "AllowedOAuthFlows": ["code", "implicit"],
    "AllowedOAuthScopes": [
        "openid", "email", "phone", "profile", "aws.cognito.signin.user.admin", f"{SERVER}/read", f"{SERVER}/write",
    ],
    "AllowedOAuthFlowsUserPoolClient": True,
    "AnalyticsConfiguration": {"ApplicationArn": PROJECT, "UserDataShared": True},
    "PreventUserExistenceErrors": "ENABLED",
    "EnableTokenRevocation": True,
    "EnablePropagateAdditionalUserContextData": True,
    "AuthSessionValidity": 15,
    "RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 60},
}

# What each is changed to, one after the other.
CLIENT_CHANGES = {
    "ClientName": "every field, renamed",
    "RefreshTokenValidity": 3650,
    "AccessTokenValidity": 86400,
    "IdTokenValidity": 1440,
    "TokenValidityUnits": {"AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "hours"},
    "ReadAttributes": ["name"],
    "WriteAttributes": ["nickname"],
    "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"],
    "SupportedIdentityProviders": ["Company"],
    "CallbackURLs": ["https://app.example.com/in", "https://other.example.com/"],
    "LogoutURLs": ["https://other.example.com/"],
    "DefaultRedirectURI": "com.example.app://in",
    "AllowedOAuthFlows": ["code"],
    "AllowedOAuthScopes": ["openid", f"{SERVER}/write"],
    "AllowedOAuthFlowsUserPoolClient": False,
    "AnalyticsConfiguration": {
        "ApplicationId": "0123456789abcdef0123456789abcdef", "RoleArn": role("numbers"), "ExternalId": "numbers",
        "UserDataShared": False,
    },
    "PreventUserExistenceErrors": "LEGACY",
    "EnableTokenRevocation": False,
    "EnablePropagateAdditionalUserContextData": False,
    "AuthSessionValidity": 7,
    "RefreshTokenRotation": {"Feature": "DISABLED", "RetryGracePeriodSeconds": 0},
}

# What a client shows of members that were never sent; those that are not here are absent.
CLIENT_DEFAULTS = {
    "RefreshTokenValidity": 30,
    "AllowedOAuthFlowsUserPoolClient": False,
    "EnableTokenRevocation": True,
    "EnablePropagateAdditionalUserContextData": False,
    "AuthSessionValidity": 3,
}

# Fields that cannot be left out without others: what else such an update leaves out.
GO_TOGETHER = {
    "CallbackURLs": ["DefaultRedirectURI", "AllowedOAuthFlows", "AllowedOAuthFlowsUserPoolClient"],
    "AllowedOAuthFlows": ["AllowedOAuthFlowsUserPoolClient"],
    "AllowedOAuthScopes": ["AllowedOAuthFlowsUserPoolClient"],
    # 600 hours would be more than a day.
    "TokenValidityUnits": ["AccessTokenValidity", "IdTokenValidity"],
}


class ClientModel:
    """What a client must show, followed through the requests of the session."""

    def __init__(self, shown, fixed):
        self.fixed = fixed | {"ClientId": shown["ClientId"], "ClientType": "REGULAR"}
        self.created, self.modified = shown["CreationDate"], shown["LastModifiedDate"]
        self.settings = {}

    def sent(self, request):
        """Follows one request: the name is kept, everything else that is left out returns to its default."""
        name = self.settings.get("ClientName")
        self.settings = CLIENT_DEFAULTS | {"ClientName": name} | copy.deepcopy(request)
        analytics = self.settings.get("AnalyticsConfiguration", {})
        if "ApplicationArn" in analytics:
            analytics |= {"RoleArn": LINKED_ROLE}

    def check(self, name, client):
        """Compares a whole client, and sees that its dates move as they must."""
        got = dict(client)
        created, modified = got.pop("CreationDate"), got.pop("LastModifiedDate")
        check(name, got, self.fixed | self.settings)
        if created != self.created or modified < self.modified:
            check(f"{name}: the dates", (created, modified >= self.modified), (self.created, True))
        self.modified = modified


class Clients:
    """The clients of one pool."""

    def __init__(self, admin, pool_id):
        self.admin, self.pool_id = admin, pool_id

    def create(self, request, fixed):
        """Creates a client and compares it whole, twice."""
        answer = without_metadata(self.admin.create_user_pool_client(UserPoolId=self.pool_id, **request))
        check("CreateUserPoolClient answers with the client alone", set(answer), {"UserPoolClient"})
        shown = answer["UserPoolClient"]
        if request.get("GenerateSecret"):
            check_match("a secret was made", shown.get("ClientSecret"), r"[a-z0-9]{24,64}")
            fixed = fixed | {"ClientSecret": shown["ClientSecret"]}
        model = ClientModel(shown, fixed | {"UserPoolId": self.pool_id})
        check_match("the client's id", shown["ClientId"], r"[a-z0-9]{26}")
        only_new = {"GenerateSecret", "ClientSecret"}
        model.sent({name: value for name, value in request.items() if name not in only_new})
        model.check(f"CreateUserPoolClient shows {request['ClientName']!r}", shown)
        model.check(f"DescribeUserPoolClient shows {request['ClientName']!r}", self.describe(model))
        return model

    def describe(self, model):
        """The client as Describe shows it."""
        answer = without_metadata(
            self.admin.describe_user_pool_client(UserPoolId=self.pool_id, ClientId=model.fixed["ClientId"])
        )
        check("DescribeUserPoolClient answers with the client alone", set(answer), {"UserPoolClient"})
        return answer["UserPoolClient"]

    def update(self, model, name, request):
        """Updates a client and compares it whole, twice."""
        answer = without_metadata(
            self.admin.update_user_pool_client(
                UserPoolId=self.pool_id, ClientId=model.fixed["ClientId"], **request
            )
        )
        check(f"{name}: UpdateUserPoolClient answers with the client alone", set(answer), {"UserPoolClient"})
        model.sent(request)
        model.check(f"{name}: UpdateUserPoolClient", answer["UserPoolClient"])
        model.check(f"{name}: DescribeUserPoolClient", self.describe(model))


def full_client(clients):
    """Every field at once, then each changed and each left out among all the others."""
    model = clients.create(CLIENT | {"GenerateSecret": True}, {})
    for field, changed in CLIENT_CHANGES.items():
        clients.update(model, f"{field} changed", CLIENT | {field: changed})
        without = {field, *GO_TOGETHER.get(field, [])}
        clients.update(model, f"{field} left out",
                       {name: value for name, value in CLIENT.items() if name not in without})
    clients.update(model, "everything left out", {})
    return model


def bare_client(clients):
    """Nothing but a name, then each field alone with what it cannot be without, and an update without it."""
    model = clients.create({"ClientName": "bare"}, {})
    needs = {
        "DefaultRedirectURI": ["CallbackURLs"],
        "AllowedOAuthFlows": ["CallbackURLs"],
        "AllowedOAuthFlowsUserPoolClient": ["CallbackURLs", "AllowedOAuthFlows", "AllowedOAuthScopes"],
        "AccessTokenValidity": ["TokenValidityUnits"],
        "IdTokenValidity": ["TokenValidityUnits"],
    }
    for field in [name for name in CLIENT if name != "EnablePropagateAdditionalUserContextData"]:
        clients.update(model, f"{field} alone", {name: CLIENT[name] for name in [field, *needs.get(field, [])]})
        clients.update(model, f"nothing after {field}", {})
    check_refused(
        "addresses of callers without a secret are refused", "UpdateUserPoolClient",
        ("InvalidParameterException",
         "Client Secret is required to set EnablePropagateAdditionalUserContextData as true"),
        lambda: clients.update(model, "", {"EnablePropagateAdditionalUserContextData": True}),
    )
    for flows in (["ADMIN_NO_SRP_AUTH", "USER_PASSWORD_AUTH"], ["CUSTOM_AUTH_FLOW_ONLY"]):
        clients.update(model, f"the old flows {flows}", {"ExplicitAuthFlows": flows})
    clients.update(model, "a part of the units", {
        "ClientName": "bare", "TokenValidityUnits": {"IdToken": "minutes"}, "IdTokenValidity": 5,
    })
    clients.admin.update_user_pool_client(
        UserPoolId=clients.pool_id, ClientId=model.fixed["ClientId"], RefreshTokenValidity=0,
        RefreshTokenRotation={"Feature": "DISABLED"},
    )
    model.sent({"RefreshTokenRotation": {"Feature": "DISABLED", "RetryGracePeriodSeconds": 0}})
    model.check("0 days are 30, and the grace period is shown", clients.describe(model))


def machine_client(clients):
    """A client of its own secret for machines, and the change of its secrets."""
    admin, secret = clients.admin, "a_secret_that_was_chosen_by_hand"
    request = {
        "ClientName": "machine", "ClientSecret": secret, "AllowedOAuthFlows": ["client_credentials"],
        "AllowedOAuthScopes": [f"{SERVER}/read"], "AllowedOAuthFlowsUserPoolClient": True,
    }
    model = clients.create(request, {"ClientSecret": secret})
    check_refused(
        "a scope that no resource server has is refused", "UpdateUserPoolClient",
        ("ScopeDoesNotExistException", f"Invalid scope requested: {SERVER}/delete"),
        lambda: clients.update(model, "", request_without(request, "ClientSecret") | {
            "AllowedOAuthScopes": [f"{SERVER}/delete"],
        }),
    )
    ids = {"UserPoolId": clients.pool_id, "ClientId": model.fixed["ClientId"]}
    first = without_metadata(admin.list_user_pool_client_secrets(**ids))
    check("one secret is listed, without its value",
          [set(one) for one in first["ClientSecrets"]], [{"ClientSecretId", "ClientSecretCreateDate"}])
    added = without_metadata(admin.add_user_pool_client_secret(**ids))["ClientSecretDescriptor"]
    check("a secret that was made is shown once", set(added),
          {"ClientSecretId", "ClientSecretValue", "ClientSecretCreateDate"})
    check_match("the id of a secret", added["ClientSecretId"], ids["ClientId"] + r"--\d+")
    listed = without_metadata(admin.list_user_pool_client_secrets(**ids))["ClientSecrets"]
    want = [*first["ClientSecrets"], {name: value for name, value in added.items() if name != "ClientSecretValue"}]
    order = lambda one: one["ClientSecretId"]  # noqa: E731
    check("both secrets are listed", sorted(listed, key=order), sorted(want, key=order))
    check("DeleteUserPoolClientSecret answers nothing", without_metadata(
        admin.delete_user_pool_client_secret(**ids, ClientSecretId=added["ClientSecretId"])), {})
    check("one secret is left", without_metadata(admin.list_user_pool_client_secrets(**ids)), first)
    model.check("the client still shows its first secret", clients.describe(model))


def request_without(request, *names):
    """A request without some of its members."""
    return {name: value for name, value in request.items() if name not in names}


def main(admin):
    """The whole session in one pool."""
    pool_id = admin.create_user_pool(
        PoolName="clients", Schema=[{"Name": "team", "AttributeDataType": "String", "Mutable": True}]
    )["UserPool"]["Id"]
    admin.create_resource_server(
        UserPoolId=pool_id, Identifier=SERVER, Name="API",
        Scopes=[{"ScopeName": "read", "ScopeDescription": "Read"}, {"ScopeName": "write", "ScopeDescription": "Write"}],
    )
    admin.create_identity_provider(
        UserPoolId=pool_id, ProviderName="Company", ProviderType="SAML",
        ProviderDetails={"MetadataFile": saml_metadata("urn:example:company", "company.example.com")},
    )
    admin.create_identity_provider(
        UserPoolId=pool_id, ProviderName="Partner", ProviderType="OIDC",
        ProviderDetails={
            "client_id": "cognate", "authorize_scopes": "openid", "oidc_issuer": "https://partner.example.com",
            "attributes_request_method": "GET", "authorize_url": "https://partner.example.com/authorize",
            "token_url": "https://partner.example.com/token", "attributes_url": "https://partner.example.com/me",
            "jwks_uri": "https://partner.example.com/keys",
        },
    )
    clients = Clients(admin, pool_id)
    full = full_client(clients)
    bare_client(clients)
    machine_client(clients)
    listed = without_metadata(admin.list_user_pool_clients(UserPoolId=pool_id, MaxResults=60))
    check("ListUserPoolClients shows three clients, with ids and names alone",
          (set(listed), sorted((set(one) == {"ClientId", "UserPoolId", "ClientName"}, one["ClientName"])
                               for one in listed["UserPoolClients"])),
          ({"UserPoolClients"},
           [(True, "bare"), (True, "every field"), (True, "machine")]))
    admin.delete_user_pool_client(UserPoolId=pool_id, ClientId=full.fixed["ClientId"])
    check_refused(
        "a deleted client is gone", "DescribeUserPoolClient",
        ("ResourceNotFoundException", f"User pool client {full.fixed['ClientId']} does not exist."),
        lambda: clients.describe(full),
    )
    admin.delete_user_pool(UserPoolId=pool_id)


if __name__ == "__main__":
    with session("boto3, every field of an app client"):
        main(administrator())
