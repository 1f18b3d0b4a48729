"""The AWS CLI: a whole session in which every call is one run of `aws`, with `--endpoint-url` and nothing else."""

from cli_support import aws, check_cli_refused
from support import (
    ACCESS_REVOKED, ENDPOINT, INCORRECT, NOT_CONFIRMED, PASSWORD, REFRESH_REVOKED, WRONG_CODE, WRONG_PASSWORD, check,
    check_match, check_sign_up_message, check_signed_up, check_tokens, other_code, session, user_answer,
)

with session("AWS CLI"):
    pool = aws("create-user-pool", "--pool-name", "cli", "--auto-verified-attributes", "email")["UserPool"]
    check_match("the pool's id", pool["Id"], r"us-east-1_[0-9a-zA-Z]{9}")
    check("the pool's ARN", pool["Arn"], f"arn:aws:cognito-idp:us-east-1:000000000000:userpool/{pool['Id']}")
    described = aws("describe-user-pool", "--user-pool-id", pool["Id"])["UserPool"]
    check("describe-user-pool finds the same pool", (described["Id"], described["Name"], described["AutoVerifiedAttributes"]),
          (pool["Id"], "cli", ["email"]))
    listed = aws("list-user-pools", "--max-results", "60")["UserPools"]
    check("list-user-pools finds it once", [one["Name"] for one in listed if one["Id"] == pool["Id"]], ["cli"])
    client_id = aws(
        "create-user-pool-client", "--user-pool-id", pool["Id"], "--client-name", "cli",
        "--explicit-auth-flows", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH",
    )["UserPoolClient"]["ClientId"]
    check_match("the client's id", client_id, r"[a-z0-9]{26}")
    check_cli_refused(
        "an unknown pool is refused", "DescribeUserPool",
        ("ResourceNotFoundException", "User pool us-east-1_000000000 does not exist."),
        "describe-user-pool", "--user-pool-id", "us-east-1_000000000",
    )

    username, email = "clara", "clara@example.com"
    sub = check_signed_up(
        aws("sign-up", "--client-id", client_id, "--username", username, "--password", PASSWORD,
            "--user-attributes", f"Name=email,Value={email}"),
        email,
    )

    def sign_in(password):
        return ("initiate-auth", "--client-id", client_id, "--auth-flow", "USER_PASSWORD_AUTH",
                "--auth-parameters", f"USERNAME={username},PASSWORD={password}")

    def refresh(token):
        return ("initiate-auth", "--client-id", client_id, "--auth-flow", "REFRESH_TOKEN_AUTH",
                "--auth-parameters", f"REFRESH_TOKEN={token}")

    def confirm(code):
        return ("confirm-sign-up", "--client-id", client_id, "--username", username, "--confirmation-code", code)

    check_cli_refused("an unconfirmed user cannot sign in", "InitiateAuth", NOT_CONFIRMED, *sign_in(PASSWORD))
    code = check_sign_up_message(pool["Id"], username, email)
    check_cli_refused("a wrong code is refused", "ConfirmSignUp", WRONG_CODE, *confirm(other_code(code)))
    check("the code confirms", aws(*confirm(code)), {})
    check_cli_refused("a wrong password is refused", "InitiateAuth", INCORRECT, *sign_in(WRONG_PASSWORD))
    signed_in = aws(*sign_in(PASSWORD))
    check("no challenge", (set(signed_in), signed_in["ChallengeParameters"]),
          ({"AuthenticationResult", "ChallengeParameters"}, {}))
    tokens = signed_in["AuthenticationResult"]
    issuer = f"{ENDPOINT}/{pool['Id']}"
    check_tokens(tokens, pool["Id"], client_id, issuer, username, sub, email)
    check("get-user", aws("get-user", "--access-token", tokens["AccessToken"]), user_answer(username, sub, email))

    listed = aws("list-users", "--user-pool-id", pool["Id"], "--filter", f'email = "{email}"')["Users"]
    check("list-users finds the user by e-mail",
          [(one["Username"], one["UserStatus"], one["Enabled"], one["Attributes"]) for one in listed],
          [(username, "CONFIRMED", True, user_answer(username, sub, email)["UserAttributes"])])

    refreshed = aws(*refresh(tokens["RefreshToken"]))
    check_tokens(refreshed["AuthenticationResult"], pool["Id"], client_id, issuer, username, sub, email, refreshed=tokens)
    check("global-sign-out", aws("global-sign-out", "--access-token", tokens["AccessToken"]), {})
    check_cli_refused("the signed-out access token is refused", "GetUser", ACCESS_REVOKED,
                      "get-user", "--access-token", tokens["AccessToken"])
    check_cli_refused("the signed-out refresh token is refused", "InitiateAuth", REFRESH_REVOKED,
                      *refresh(tokens["RefreshToken"]))
    check("delete-user-pool", aws("delete-user-pool", "--user-pool-id", pool["Id"]), {})
    check_cli_refused(
        "a deleted pool is gone", "DescribeUserPool",
        ("ResourceNotFoundException", f"User pool {pool['Id']} does not exist."),
        "describe-user-pool", "--user-pool-id", pool["Id"],
    )
