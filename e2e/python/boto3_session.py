"""boto3: sign up, confirm, sign in by password, GetUser, refresh, sign out."""

from support import (
    ACCESS_REVOKED, INCORRECT, NOT_CONFIRMED, PASSWORD, REFRESH_REVOKED, WRONG_CODE, WRONG_PASSWORD, Pool,
    administrator, check, check_refused, check_sign_up_message, check_signed_up, check_tokens, other_code, session,
    user_answer, without_metadata,
)

with session("boto3"):
    client = administrator()
    pool = Pool(client, "boto3", ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])
    username, email = "ada", "ada@example.com"

    def password_sign_in(password):
        return client.initiate_auth(
            ClientId=pool.client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": username, "PASSWORD": password},
        )

    def refresh(token):
        return client.initiate_auth(
            ClientId=pool.client_id, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters={"REFRESH_TOKEN": token}
        )

    def confirm(code):
        return client.confirm_sign_up(ClientId=pool.client_id, Username=username, ConfirmationCode=code)

    sign_up = dict(
        ClientId=pool.client_id,
        Username=username,
        Password=PASSWORD,
        UserAttributes=[{"Name": "email", "Value": email}],
    )
    sub = check_signed_up(without_metadata(client.sign_up(**sign_up)), email)
    check_refused(
        "a taken name is refused", "SignUp", ("UsernameExistsException", "User already exists"),
        lambda: client.sign_up(**sign_up),
    )
    check_refused(
        "an unconfirmed user cannot sign in", "InitiateAuth", NOT_CONFIRMED, lambda: password_sign_in(PASSWORD)
    )
    code = check_sign_up_message(pool.id, username, email)
    check_refused("a wrong code is refused", "ConfirmSignUp", WRONG_CODE, lambda: confirm(other_code(code)))
    check("the code confirms", without_metadata(confirm(code)), {})
    check_refused(
        "a code confirms once", "ConfirmSignUp",
        ("NotAuthorizedException", "User cannot be confirmed. Current status is CONFIRMED"), lambda: confirm(code),
    )

    check_refused(
        "a wrong password is refused", "InitiateAuth", INCORRECT, lambda: password_sign_in(WRONG_PASSWORD)
    )
    signed_in = without_metadata(password_sign_in(PASSWORD))
    check("sign-in answers with tokens and no challenge", set(signed_in), {"AuthenticationResult", "ChallengeParameters"})
    check("no challenge parameters", signed_in["ChallengeParameters"], {})
    tokens = signed_in["AuthenticationResult"]
    check_tokens(tokens, pool.id, pool.client_id, pool.issuer, username, sub, email)
    check(
        "GetUser", without_metadata(client.get_user(AccessToken=tokens["AccessToken"])),
        user_answer(username, sub, email),
    )
    check_refused(
        "an ID token is no access token", "GetUser", ("NotAuthorizedException", "Invalid Access Token"),
        lambda: client.get_user(AccessToken=tokens["IdToken"]),
    )

    refreshed = without_metadata(refresh(tokens["RefreshToken"]))
    check("refresh answers with tokens and no challenge", set(refreshed), {"AuthenticationResult", "ChallengeParameters"})
    check_tokens(
        refreshed["AuthenticationResult"], pool.id, pool.client_id, pool.issuer, username, sub, email, refreshed=tokens
    )
    newer = refreshed["AuthenticationResult"]["AccessToken"]
    check("GetUser with the refreshed token", without_metadata(client.get_user(AccessToken=newer)),
          user_answer(username, sub, email))

    # One session is revoked; another of the same user is not touched.
    other = password_sign_in(PASSWORD)["AuthenticationResult"]
    check(
        "RevokeToken", without_metadata(client.revoke_token(ClientId=pool.client_id, Token=tokens["RefreshToken"])), {}
    )
    for name, token in (("first", tokens["AccessToken"]), ("refreshed", newer)):
        check_refused(f"the {name} access token of the revoked session is refused", "GetUser", ACCESS_REVOKED,
                      lambda token=token: client.get_user(AccessToken=token))
    check_refused("the revoked refresh token is refused", "InitiateAuth", REFRESH_REVOKED,
                  lambda: refresh(tokens["RefreshToken"]))
    check("the other session lives", without_metadata(client.get_user(AccessToken=other["AccessToken"])),
          user_answer(username, sub, email))

    check("GlobalSignOut", without_metadata(client.global_sign_out(AccessToken=other["AccessToken"])), {})
    check_refused("the signed-out access token is refused", "GetUser", ACCESS_REVOKED,
                  lambda: client.get_user(AccessToken=other["AccessToken"]))
    check_refused("signing out twice is refused", "GlobalSignOut", ACCESS_REVOKED,
                  lambda: client.global_sign_out(AccessToken=other["AccessToken"]))
    check_refused("the signed-out refresh token is refused", "InitiateAuth", REFRESH_REVOKED,
                  lambda: refresh(other["RefreshToken"]))
    check("the user can sign in again", set(password_sign_in(PASSWORD)["AuthenticationResult"]),
          {"AccessToken", "ExpiresIn", "IdToken", "RefreshToken", "TokenType"})
