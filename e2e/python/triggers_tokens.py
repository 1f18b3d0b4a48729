"""boto3 and PyJWT: PreTokenGeneration V1_0, V2_0 and V3_0 change both tokens, at sign-in and when they are refreshed."""

import jwt

import events
import functions
from events import METADATA
from own_server import own_server
from support import Pool, administrator, check, check_refused, get_json, part, session

FLOWS = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
# What no function may change, in either token, with what these try to set.
SEALED = {
    "acr": "x", "amr": "x", "at_hash": "x", "auth_time": "1", "azp": "x", "exp": "1", "iat": "1", "iss": "x", "jti": "x",
    "nbf": "1", "nonce": "x", "origin_jti": "x", "sub": "x", "token_use": "x", "aud": "x", "cognito:username": "x",
}
SEALED_ACCESS = {"client_id": "x", "device_key": "x", "event_id": "x", "username": "x", "scope": "x", "version": "9"}


class World:
    """A pool with a user in two groups, and a function for its tokens."""

    def __init__(self, admin, server, version):
        self.admin, self.server, self.version = admin, server, version
        self.pool = Pool(admin, f"tokens {version}", FLOWS)
        self.function = f"tokens-{version}"
        arn = server.on(self.function, functions.echo)
        config = {"PreTokenGenerationConfig": {"LambdaVersion": version, "LambdaArn": arn}}
        admin.update_user_pool(UserPoolId=self.pool.id, LambdaConfig=config)
        self.pool.confirmed_user("jane")
        for precedence, name in enumerate(["readers", "writers"]):
            admin.create_group(
                UserPoolId=self.pool.id, GroupName=name, Precedence=precedence,
                RoleArn=f"arn:aws:iam::000000000000:role/{name}",
            )
            admin.admin_add_user_to_group(UserPoolId=self.pool.id, Username="jane", GroupName=name)
        self.keys = jwt.PyJWKSet.from_dict(get_json(f"/{self.pool.id}/.well-known/jwks.json"))
        self.groups = {
            "groupsToOverride": ["readers", "writers"],
            "iamRolesToOverride": [f"arn:aws:iam::000000000000:role/{name}" for name in ("readers", "writers")],
            "preferredRole": "arn:aws:iam::000000000000:role/readers",
        }

    def read(self, token, audience):
        """The claims of a token whose signature, issuer and times PyJWT has checked."""
        key = self.keys[jwt.get_unverified_header(token)["kid"]].key
        options = {"verify_aud": audience is not None}
        return jwt.decode(token, key, ["RS256"], audience=audience, issuer=self.pool.issuer, options=options)

    def both(self, result):
        return self.read(result["IdToken"], self.pool.client_id), self.read(result["AccessToken"], None)

    def tokens(self, function):
        """The claims of four tokens with a function: of a sign-in, and of its refresh; and the refresh token."""
        self.server.on(self.function, function)
        first = self.pool.sign_in("jane")
        again = self.admin.initiate_auth(
            ClientId=self.pool.client_id, AuthFlow="REFRESH_TOKEN_AUTH",
            AuthParameters={"REFRESH_TOKEN": first["RefreshToken"]}, ClientMetadata=METADATA,
        )["AuthenticationResult"]
        return {"sign-in": self.both(first), "refresh": self.both(again)}

    def events(self):
        """Checks the two events of `tokens`."""
        user = self.admin.admin_get_user(UserPoolId=self.pool.id, Username="jane")
        attributes = {item["Name"]: item["Value"] for item in user["UserAttributes"]}
        request = {
            "userAttributes": attributes | {"cognito:user_status": "CONFIRMED"}, "groupConfiguration": self.groups,
        }
        response = {"claimsOverrideDetails": None}
        if self.version != "V1_0":
            request["scopes"] = ["aws.cognito.signin.user.admin"]
            response = {"claimsAndScopeOverrideDetails": None}
        wanted = [
            events.event(f"TokenGeneration_{source}", self.pool.id, self.pool.client_id, "jane", request,
                         response=response, version=self.version[1])
            for source in ("Authentication", "RefreshTokens")
        ]
        got = self.server.taken(self.function)
        # Not said whether a refresh passes ClientMetadata on; if it does, as it was given.
        passed = [event["request"].pop("clientMetadata", METADATA) for event in got]
        check(f"{self.version}: the events", got, wanted)
        check(f"{self.version}: ClientMetadata", passed, [METADATA, METADATA])


def same(name, token, want):
    """Checks some claims of a token; a claim whose wanted value is None must be absent."""
    check(name, {claim: token.get(claim) for claim in want}, want)


def first_version(world):
    def change(event):
        event["response"] = {"claimsOverrideDetails": {
            "claimsToAddOrOverride": {"tenant": "t1", "email": "other@example.com", **SEALED},
            "claimsToSuppress": ["email_verified", "iss", "sub"],
            "groupOverrideDetails": {
                "groupsToOverride": ["editors"],
                "iamRolesToOverride": ["arn:aws:iam::000000000000:role/editors"],
                "preferredRole": "arn:aws:iam::000000000000:role/editors",
            },
        }}
        return event

    plain = world.tokens(functions.echo)
    world.events()
    changed = world.tokens(change)
    world.events()
    for when, (identity, access) in changed.items():
        before, _ = plain[when]
        same(f"V1_0, {when}: the ID token", identity, {
            "tenant": "t1", "email": "other@example.com", "email_verified": None, "cognito:groups": ["editors"],
            "cognito:roles": ["arn:aws:iam::000000000000:role/editors"],
            "cognito:preferred_role": "arn:aws:iam::000000000000:role/editors",
            "sub": before["sub"], "iss": before["iss"], "aud": before["aud"], "token_use": "id",
            "cognito:username": "jane",
        })
        same(f"V1_0, {when}: the access token", access, {
            "tenant": None, "cognito:groups": ["editors"], "username": "jane", "token_use": "access",
        })

    def without_groups(event):
        event["response"] = {"claimsOverrideDetails": {"groupOverrideDetails": {}}}
        return event

    for when, (identity, access) in world.tokens(without_groups).items():
        same(f"V1_0, {when}: no groups", identity | {"access": access.get("cognito:groups")},
             {"cognito:groups": None, "cognito:roles": None, "cognito:preferred_role": None, "access": None})
    # Claims of this version are texts.
    world.server.on(world.function, functions.responding(
        claimsOverrideDetails={"claimsToAddOrOverride": {"list": ["a"]}}
    ))
    check_refused("V1_0: a claim that is no text", "InitiateAuth",
                  ("InvalidLambdaResponseException", "Unrecognizable lambda output"), lambda: world.pool.sign_in("jane"))


def later_version(world):
    version = world.version

    def change(event):
        event["response"] = {"claimsAndScopeOverrideDetails": {
            "idTokenGeneration": {
                "claimsToAddOrOverride": {"tenant": {"id": 1, "names": ["a", "ä"]}, "both": "x", **SEALED},
                "claimsToSuppress": ["email", "both"],
            },
            "accessTokenGeneration": {
                "claimsToAddOrOverride": {"level": 7, "aud": world.pool.client_id, **(SEALED | SEALED_ACCESS | {"aud": world.pool.client_id})},
                "claimsToSuppress": ["client_id"],
                "scopesToAdd": ["orders/read", "orders/write"],
                "scopesToSuppress": ["aws.cognito.signin.user.admin", "orders/write"],
            },
            "groupOverrideDetails": {"groupsToOverride": ["editors"], "iamRolesToOverride": [], "preferredRole": ""},
        }}
        return event

    plain = world.tokens(functions.echo)
    world.events()
    changed = world.tokens(change)
    world.events()
    for when, (identity, access) in changed.items():
        before = plain[when][1]
        same(f"{version}, {when}: the ID token", identity, {
            "tenant": {"id": 1, "names": ["a", "ä"]}, "both": None, "email": None, "email_verified": True,
            "cognito:groups": ["editors"], "aud": world.pool.client_id, "sub": before["sub"], "level": None,
        })
        same(f"{version}, {when}: the access token", access, {
            "level": 7, "aud": world.pool.client_id, "scope": "orders/read", "cognito:groups": ["editors"],
            "client_id": world.pool.client_id, "username": "jane", "sub": before["sub"], "token_use": "access",
            "tenant": None, "device_key": None,
        })

    def foreign_audience(event):
        event["response"] = {"claimsAndScopeOverrideDetails": {
            "accessTokenGeneration": {"claimsToAddOrOverride": {"aud": "another"}}
        }}
        return event

    for when, (_, access) in world.tokens(foreign_audience).items():
        same(f"{version}, {when}: an audience that is not the client's", access, {"aud": None})
    for case, members in {
        "a scope with a space": {"accessTokenGeneration": {"scopesToAdd": ["a b"]}},
        "scopes that are no list": {"accessTokenGeneration": {"scopesToAdd": "a"}},
        "claims that are no object": {"idTokenGeneration": {"claimsToAddOrOverride": ["a"]}},
    }.items():
        world.server.on(world.function, functions.responding(claimsAndScopeOverrideDetails=members))
        check_refused(f"{version}: {case}", "InitiateAuth",
                      ("InvalidLambdaResponseException", "Unrecognizable lambda output"),
                      lambda: world.pool.sign_in("jane"))


with session("tokens of functions"):
    server = functions.Functions()
    with own_server(*server.flags()):
        admin = administrator()
        with part("V1_0"):
            first_version(World(admin, server, "V1_0"))
        for version in ("V2_0", "V3_0"):
            with part(version):
                later_version(World(admin, server, version))
        check("every request was as documented", server.faults, [])
