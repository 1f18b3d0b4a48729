"""The clock of the development server: codes, access tokens and refresh tokens expire when it is moved.

This session moves the clock of the whole server, so it runs after all others.
"""

from support import (
    PASSWORD, Pool, administrator, check, check_refused, check_sign_up_message, post_json, session, without_metadata,
)

with session("clock"):
    client = administrator()
    pool = Pool(client, "clock", ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])
    pool.confirmed_user("dorothy")
    tokens = pool.sign_in("dorothy")

    def refresh():
        return client.initiate_auth(
            ClientId=pool.client_id, AuthFlow="REFRESH_TOKEN_AUTH",
            AuthParameters={"REFRESH_TOKEN": tokens["RefreshToken"]},
        )["AuthenticationResult"]

    check("the token is good now", client.get_user(AccessToken=tokens["AccessToken"])["Username"], "dorothy")
    post_json("/_dev/clock", {"advance": "61m"})
    check_refused("an access token expires after an hour", "GetUser",
                  ("NotAuthorizedException", "Access Token has expired"),
                  lambda: client.get_user(AccessToken=tokens["AccessToken"]))
    renewed = refresh()
    check("the refresh token still works", client.get_user(AccessToken=renewed["AccessToken"])["Username"], "dorothy")
    check("a signed call is still accepted",
          client.admin_get_user(UserPoolId=pool.id, Username="dorothy")["UserStatus"], "CONFIRMED")

    client.sign_up(ClientId=pool.client_id, Username="edith", Password=PASSWORD,
                   UserAttributes=[{"Name": "email", "Value": "edith@example.com"}])
    code = check_sign_up_message(pool.id, "edith", "edith@example.com")
    post_json("/_dev/clock", {"advance": "25h"})
    check_refused("a sign-up code expires after a day", "ConfirmSignUp",
                  ("ExpiredCodeException", "Invalid code provided, please request a code again."),
                  lambda: client.confirm_sign_up(ClientId=pool.client_id, Username="edith", ConfirmationCode=code))
    check("a new code is sent",
          without_metadata(client.resend_confirmation_code(ClientId=pool.client_id, Username="edith")),
          {"CodeDeliveryDetails": {"Destination": "e***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"}})

    post_json("/_dev/clock", {"advance": "30d"})
    check_refused("a refresh token expires after thirty days", "InitiateAuth",
                  ("NotAuthorizedException", "Refresh Token has expired"), refresh)
