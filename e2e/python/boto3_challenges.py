"""boto3: a temporary password through the public and the administrator's operations, and tokens by either refresh."""

from support import PASSWORD, administrator, check, check_refused, session, without_metadata

TEMPORARY = "Temp0rary-9"
TOKENS = ["AccessToken", "ExpiresIn", "IdToken", "RefreshToken", "TokenType"]

with session("boto3 with challenges"):
    admin = administrator()
    pool = admin.create_user_pool(PoolName="boto3 challenges")["UserPool"]["Id"]
    flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    client = admin.create_user_pool_client(UserPoolId=pool, ClientName="py", ExplicitAuthFlows=flows)["UserPoolClient"]["ClientId"]
    place = {"ClientId": client}
    doors = {
        "public": (place, "USER_PASSWORD_AUTH", admin.initiate_auth, admin.respond_to_auth_challenge),
        "administrator": (
            {"UserPoolId": pool, **place}, "ADMIN_USER_PASSWORD_AUTH", admin.admin_initiate_auth,
            admin.admin_respond_to_auth_challenge,
        ),
    }
    for door, (where, flow, start, answer) in doors.items():
        name = f"{door}-user"
        admin.admin_create_user(UserPoolId=pool, Username=name, MessageAction="SUPPRESS", TemporaryPassword=TEMPORARY)

        def begin(password):
            return without_metadata(start(**where, AuthFlow=flow, AuthParameters={"USERNAME": name, "PASSWORD": password}))

        asked = begin(TEMPORARY)
        taken = asked.pop("Session")
        check(f"{door}: a new password is asked for", asked, {
            "ChallengeName": "NEW_PASSWORD_REQUIRED",
            "ChallengeParameters": {"USER_ID_FOR_SRP": name, "requiredAttributes": "[]", "userAttributes": "{}"},
        })

        def renew(password):
            return without_metadata(answer(
                **where, ChallengeName="NEW_PASSWORD_REQUIRED", Session=taken,
                ChallengeResponses={"USERNAME": name, "NEW_PASSWORD": password},
            ))

        operation = "RespondToAuthChallenge" if door == "public" else "AdminRespondToAuthChallenge"
        check_refused(f"{door}: one that is too short", operation,
                      ("InvalidPasswordException", "Password does not conform to policy: Password not long enough"),
                      lambda: renew("Short-1"))
        first = renew(PASSWORD)
        check(f"{door}: the new password signs in", (sorted(first["AuthenticationResult"]), first["ChallengeParameters"]),
              (TOKENS, {}))
        check_refused(f"{door}: the session is used up", operation,
                      ("NotAuthorizedException", "Invalid session for the user, session can only be used once."),
                      lambda: renew(PASSWORD))
        again = begin(PASSWORD)["AuthenticationResult"]
        refreshed = without_metadata(start(
            **where, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters={"REFRESH_TOKEN": again["RefreshToken"]}))
        check(f"{door}: the refresh flow", sorted(refreshed["AuthenticationResult"]), [t for t in TOKENS if t != "RefreshToken"])
        traded = without_metadata(admin.get_tokens_from_refresh_token(ClientId=client, RefreshToken=again["RefreshToken"]))
        check(f"{door}: the refresh operation", sorted(traded["AuthenticationResult"]), [t for t in TOKENS if t != "RefreshToken"])
