"""requests and authlib: the token, revocation and userInfo endpoints, found by discovery."""

import json
import shutil
import tempfile
from pathlib import Path

import boto3
import botocore.session
import jwt
import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session

import functions
from own_server import own_server
from support import ENDPOINT, UUID, Pool, administrator, check, check_match, claims, get_json, part, session

FLOWS = ["ALLOW_USER_PASSWORD_AUTH"]
# What a function adds, so that a token of the API opens userInfo.
OPENID = {
    "claimsAndScopeOverrideDetails": {"accessTokenGeneration": {"scopesToAdd": ["openid", "email"]}},
}


def with_api(pool, admin, prefix):
    """Adds a domain, a resource server and a client of a machine; returns the client."""
    admin.create_user_pool_domain(UserPoolId=pool.id, Domain=prefix)
    admin.create_resource_server(
        UserPoolId=pool.id, Identifier="api", Name="api",
        Scopes=[{"ScopeName": name, "ScopeDescription": name} for name in ("read", "write")],
    )
    return admin.create_user_pool_client(
        UserPoolId=pool.id, ClientName="machine", GenerateSecret=True, AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["client_credentials"], AllowedOAuthScopes=["api/read", "api/write"],
    )["UserPoolClient"]


def of_newest_model(*services):
    """boto3 clients by the newest model of the service, which this boto3 does not have yet."""
    model = Path(__file__).parents[2] / "model" / "cognito-idp-2016-04-18.min.json"
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "cognito-idp", "2016-04-18")
        place.mkdir(parents=True)
        shutil.copy(model, place / "service-2.json")
        core = botocore.session.get_session()
        core.get_component("data_loader").search_paths.insert(0, folder)
        made = boto3.Session(botocore_session=core)
        return [made.client(service, endpoint_url=ENDPOINT) for service in services]


def answer(response):
    """Status and body of a response."""
    return response.status_code, response.json() if response.content else None


def refuses(name, want, call):
    """Checks the error code that authlib makes of a refusal."""
    try:
        got = call()
    except OAuthError as error:
        got = error.error
    check(name, got, want)


with session("token endpoint"):
    admin = administrator()
    pool = Pool(admin, "token endpoint", FLOWS)
    pool.confirmed_user("jane")
    machine = with_api(pool, admin, "e2e-token-endpoint")
    client_id, secret = machine["ClientId"], machine["ClientSecret"]
    meta = get_json(f"/{pool.id}/.well-known/openid-configuration")
    check(
        "discovery names the endpoints",
        {name: meta.get(name) for name in ("token_endpoint", "revocation_endpoint", "userinfo_endpoint")},
        {
            "token_endpoint": f"{pool.issuer}/oauth2/token", "revocation_endpoint": f"{pool.issuer}/oauth2/revoke",
            "userinfo_endpoint": f"{pool.issuer}/oauth2/userInfo",
        },
    )
    check("and where a user is sent", meta["authorization_endpoint"], f"{pool.issuer}/oauth2/authorize")
    keys = jwt.PyJWKSet.from_dict(requests.get(meta["jwks_uri"], timeout=30).json())

    def read(token, audience=None):
        """The claims of a token whose signature, issuer and times PyJWT has checked."""
        key = keys[jwt.get_unverified_header(token)["kid"]].key
        options = {"verify_aud": audience is not None}
        return jwt.decode(token, key, ["RS256"], audience=audience, issuer=pool.issuer, options=options)

    def post(path, auth=None, **form):
        return requests.post(f"{ENDPOINT}/oauth2/{path}", data=form, auth=auth, timeout=30)

    with part("machines"):
        methods = meta["token_endpoint_auth_methods_supported"]
        check("the ways to prove a client", methods, ["client_secret_basic", "client_secret_post", "none"])
        for method in methods[:2]:
            with OAuth2Session(client_id, secret, token_endpoint_auth_method=method) as client:
                got = client.fetch_token(meta["token_endpoint"], grant_type="client_credentials", scope="api/read")
                got = dict(got)
                got.pop("expires_at")
                token = read(got.pop("access_token"))
                check(f"{method}: the answer", got, {"expires_in": 3600, "token_type": "Bearer"})
                check(f"{method}: the scope", (token["scope"], token["sub"]), ("api/read", client_id))
                refuses(f"{method}: a foreign scope", "invalid_scope", lambda: client.fetch_token(
                    meta["token_endpoint"], grant_type="client_credentials", scope="openid"))
        with OAuth2Session(client_id, "wrong") as client:
            refuses("a wrong secret", "invalid_client", lambda: client.fetch_token(
                meta["token_endpoint"], grant_type="client_credentials"))
        got = post("token", auth=(client_id, secret), grant_type="client_credentials")
        check("without scope, all", read(got.json()["access_token"])["scope"], "api/read api/write")
        check("the content type", got.headers["content-type"], "application/json;charset=UTF-8")
        check("it is not cached", (got.headers["cache-control"], got.headers["pragma"]), ("no-store", "no-cache"))
        check_match("the request has an id", got.headers["x-amz-cognito-request-id"], UUID)
        check("every origin", got.headers["access-control-allow-origin"], "*")
        second = admin.add_user_pool_client_secret(UserPoolId=pool.id, ClientId=client_id)
        second = second["ClientSecretDescriptor"]["ClientSecretValue"]
        for name, value in (("first", secret), ("second", second)):
            got = post("token", auth=(client_id, value), grant_type="client_credentials")
            check(f"the {name} of two secrets", got.status_code, 200)

    with part("users"):
        first = pool.sign_in("jane")
        with OAuth2Session(pool.client_id, token_endpoint_auth_method="none") as client:
            got = dict(client.refresh_token(meta["token_endpoint"], refresh_token=first["RefreshToken"]))
            check(
                "the members of a refresh", set(got),
                {"access_token", "id_token", "expires_in", "expires_at", "token_type", "refresh_token"},
            )
            check("authlib keeps the refresh token", got["refresh_token"], first["RefreshToken"])
            check("the scope stays", read(got["access_token"])["scope"], "aws.cognito.signin.user.admin")
            check("of the same session", read(got["id_token"], pool.client_id)["origin_jti"],
                  claims(first["IdToken"])["origin_jti"])
            refuses("no refresh token", "invalid_grant", lambda: client.refresh_token(
                meta["token_endpoint"], refresh_token="x"))
            got = requests.get(
                meta["userinfo_endpoint"], headers={"Authorization": f"Bearer {got['access_token']}"}, timeout=30
            )
            check("a token of the API opens no userInfo", got.status_code, 401)
            check(
                "and the header says why", got.headers["www-authenticate"],
                'Bearer error="invalid_token", error_description="Access token does not contain openid scope"',
            )
            got = client.revoke_token(meta["revocation_endpoint"], token=first["RefreshToken"])
            check("revoked", (got.status_code, got.content), (200, b""))
            refuses("over", "invalid_grant", lambda: client.refresh_token(
                meta["token_endpoint"], refresh_token=first["RefreshToken"]))
        other = pool.sign_in("jane")["RefreshToken"]
        check(
            "another client's token", answer(post("revoke", auth=(client_id, secret), token=other)),
            (401, {"error": "invalid_client"}),
        )
        check(
            "at another client", answer(post("token", (client_id, secret), grant_type="refresh_token", refresh_token=other)),
            (400, {"error": "invalid_grant"}),
        )

    with part("token exchange"):
        grant = "urn:ietf:params:oauth:grant-type:token-exchange"
        kinds = "urn:ietf:params:oauth:token-type:"
        check("discovery lists the grant", grant in meta["grant_types_supported"], True)
        trader = admin.create_user_pool_client(
            UserPoolId=pool.id, ClientName="trader", GenerateSecret=True,
            ExplicitAuthFlows=["ALLOW_TOKEN_EXCHANGE_IMPERSONATION", "ALLOW_TOKEN_EXCHANGE_DELEGATION"],
            AllowedOAuthScopes=["aws.cognito.signin.user.admin", "api/read"],
        )["UserPoolClient"]
        trader_id, trader_secret = trader["ClientId"], trader["ClientSecret"]
        subject = pool.sign_in("jane")
        agent = post("token", auth=(client_id, secret), grant_type="client_credentials").json()["access_token"]
        for method in methods[:2]:
            with OAuth2Session(trader_id, trader_secret, token_endpoint_auth_method=method) as client:
                got = dict(client.fetch_token(
                    meta["token_endpoint"], grant_type=grant, subject_token=subject["AccessToken"],
                    subject_token_type=f"{kinds}access_token", actor_token=agent,
                    actor_token_type=f"{kinds}access_token", resource="api"))
                got.pop("expires_at"), got.pop("expires_in")
                token = read(got.pop("access_token"), "api")
                check(f"{method}: the answer of an exchange", got, {
                    "issued_token_type": f"{kinds}access_token", "token_type": "Bearer",
                    "scope": "aws.cognito.signin.user.admin"})
                check(f"{method}: whose token", (token["sub"], token["act"], token["client_id"]), (
                    claims(subject["AccessToken"])["sub"], {"sub": client_id}, trader_id))
        exchange = {"grant_type": grant, "subject_token": subject["AccessToken"],
                    "subject_token_type": f"{kinds}access_token"}
        by_api = admin.get_derived_token(
            ClientId=trader_id, SubjectToken=subject["AccessToken"], SubjectTokenType="ACCESS_TOKEN",
            RequestedTokenType="ID_TOKEN", Audiences=["partner"])
        got = post("token", (trader_id, trader_secret), requested_token_type=f"{kinds}id_token", audience="partner",
                   **exchange).json()
        check("an ID token", set(got), {"access_token", "issued_token_type", "token_type", "expires_in"})
        check("it is no bearer token", (got["token_type"], by_api["TokenType"]), ("N_A", "N_A"))
        fresh = {"iat", "jti", "at_hash"}
        both = [read(token, "partner") for token in (got["access_token"], by_api["IssuedToken"])]
        both = [{name: value for name, value in told.items() if name not in fresh} for told in both]
        check("as GetDerivedToken issues it", both[0], both[1])
        for name, form, want in (
            ("another service", {"resource": "x"},
             {"error": "invalid_target", "error_description": "Resource server x does not exist."}),
            ("no scope left", {"scope": "api/write"}, {"error": "invalid_scope"}),
            ("a bad token", {"subject_token": "x"},
             {"error": "invalid_request", "error_description": "Invalid Subject Token"}),
        ):
            check(name, answer(post("token", (trader_id, trader_secret), **(exchange | form))), (400, want))
        check(
            "a client without the flow", answer(post("token", (client_id, secret), **exchange)),
            (400, {"error": "unauthorized_client"}),
        )
        admin.admin_user_global_sign_out(UserPoolId=pool.id, Username="jane")
        check(
            "after the user signed out", answer(post("token", (trader_id, trader_secret), **exchange)),
            (400, {"error": "invalid_request", "error_description": "Invalid Subject Token"}),
        )

    with part("published secrets"):
        newest, store = of_newest_model("cognito-idp", "secretsmanager")
        made = newest.create_user_pool_client(
            UserPoolId=pool.id, ClientName="published", GenerateSecret=True, PublishSecretsInAWSSecretsManager=True,
            AllowedOAuthFlowsUserPoolClient=True, AllowedOAuthFlows=["client_credentials"],
            AllowedOAuthScopes=["api/read"],
        )["UserPoolClient"]
        arn, ids = made["ClientSecretArn"], {"UserPoolId": pool.id, "ClientId": made["ClientId"]}
        check("no secret in the answer", "ClientSecret" in made, False)
        found = store.get_secret_value(SecretId=arn)
        text = json.loads(found["SecretString"])
        value = text.pop("clientSecretValue")
        check("what an application reads", (found["ARN"], found["VersionStages"], text), (
            arn, ["AWSCURRENT"], {"userPoolId": pool.id, "userPoolClientId": ids["ClientId"]}))
        got = post("token", auth=(ids["ClientId"], value), grant_type="client_credentials")
        check("and what it proves itself by", got.status_code, 200)
        about = store.describe_secret(SecretId=found["Name"])
        check("the description", (about["ARN"], about["RotationEnabled"], about["VersionIdsToStages"]), (
            arn, True, {found["VersionId"]: ["AWSCURRENT"]}))
        try:
            store.get_secret_value(SecretId="other")
            refused = None
        except store.exceptions.ResourceNotFoundException as error:
            refused = error.response["Error"]["Message"]
        check("a secret that is none", refused, "Secrets Manager can't find the specified secret.")
        back = newest.update_user_pool_client(**ids, PublishSecretsInAWSSecretsManager=False)["UserPoolClient"]
        check("taken back", (back.get("ClientSecretArn"), back["ClientSecret"]), (None, value))

    with part("refusals"):
        for name, form, want in (
            ("nothing", {}, {"error": "invalid_request"}),
            ("another grant", {"grant_type": "password"}, {"error": "unsupported_grant_type"}),
            ("nobody", {"grant_type": "refresh_token"}, {"error": "invalid_client"}),
            (
                "no secret", {"grant_type": "client_credentials", "client_id": client_id},
                {"error": "invalid_client", "error_description": "invalid_client_secret"},
            ),
            (
                "no code", {"grant_type": "authorization_code", "client_id": pool.client_id, "code": "x",
                            "redirect_uri": "https://app.example"}, {"error": "invalid_grant"},
            ),
        ):
            check(name, answer(post("token", **form)), (400, want))
        got = requests.post(f"{ENDPOINT}/oauth2/token", json={"grant_type": "client_credentials"}, timeout=30)
        check("no form", answer(got), (400, {"error": "invalid_request"}))
        got = requests.get(f"{ENDPOINT}/oauth2/token", timeout=30)
        check("no POST", (got.status_code, got.content), (405, b""))
        got = requests.get(f"{ENDPOINT}/oauth2/userInfo", timeout=30)
        check("no token", got.status_code, 400)

    calls = functions.Functions()
    with part("functions"), own_server(*calls.flags()) as server:
        mine = administrator()
        scoped = Pool(mine, "scoped", FLOWS)
        scoped.confirmed_user("jane")
        arn = calls.on("scopes", lambda event: event | {"response": OPENID})
        config = {"PreTokenGenerationConfig": {"LambdaVersion": "V3_0", "LambdaArn": arn}}
        mine.update_user_pool(UserPoolId=scoped.id, LambdaConfig=config)
        token = scoped.sign_in("jane")["AccessToken"]
        got = requests.get(
            f"{server.endpoint}/oauth2/userInfo", headers={"Authorization": f"Bearer {token}"}, timeout=30
        )
        check(
            "claims are texts", answer(got),
            (200, {"sub": claims(token)["sub"], "email": "jane@example.com", "email_verified": "true",
                   "username": "jane"}),
        )
        machine = with_api(scoped, mine, "e2e-token-functions")
        calls.taken("scopes")
        got = requests.post(
            f"{server.endpoint}/oauth2/token", auth=(machine["ClientId"], machine["ClientSecret"]), timeout=30,
            data={"grant_type": "client_credentials", "aws_client_metadata": json.dumps({"shop": "7"})},
        )
        check("the function's scopes", claims(got.json()["access_token"])["scope"], "api/read api/write openid email")
        event = calls.taken("scopes")[0]
        check(
            "what it was told", (event["triggerSource"], event["request"]["clientMetadata"]),
            ("TokenGeneration_ClientCredentials", {"shop": "7"}),
        )
