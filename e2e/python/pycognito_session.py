"""pycognito: SRP sign-in of a client without and of a client with a secret.

pycognito verifies both tokens itself at each sign-in: signature, audience, issuer and expiry, with the keys that it
fetches from the pool's own address.
"""

from pycognito import AWSSRP, Cognito
from support import (
    ACCESS_REVOKED, ENDPOINT, INCORRECT, NOT_CONFIRMED, PASSWORD, REFRESH_REVOKED, WRONG_CODE, WRONG_PASSWORD, Pool,
    administrator, check, check_refused, check_sign_up_message, check_signed_up, check_tokens, other_code, session,
)


def whole_session(pool, username):
    """One user's life in a pool, all of it through pycognito."""
    email = f"{username}@example.com"

    def visitor(secret=pool.client_secret):
        return Cognito(
            pool.id, pool.client_id, username=username, client_secret=secret,
            access_key="test", secret_key="test", boto3_client_kwargs={"endpoint_url": ENDPOINT},
        )

    user = visitor()
    user.set_base_attributes(email=email)
    sub = check_signed_up(user.register(username, PASSWORD), email)
    check_refused("an unconfirmed user cannot sign in", "InitiateAuth", NOT_CONFIRMED,
                  lambda: visitor().authenticate(PASSWORD))
    code = check_sign_up_message(pool.id, username, email)
    check_refused("a wrong code is refused", "ConfirmSignUp", WRONG_CODE,
                  lambda: user.confirm_sign_up(other_code(code), username))
    check("the code confirms", user.confirm_sign_up(code, username), None)

    check_refused("a wrong password is refused at the second step", "RespondToAuthChallenge", INCORRECT,
                  lambda: visitor().authenticate(WRONG_PASSWORD))
    if pool.client_secret is not None:
        check_refused(
            "a sign-in without the secret is refused", "InitiateAuth",
            ("NotAuthorizedException", f"Client {pool.client_id} is configured with secret but SECRET_HASH was not received"),
            lambda: visitor(secret=None).authenticate(PASSWORD),
        )
        check_refused(
            "a sign-in with a wrong secret is refused", "InitiateAuth",
            ("NotAuthorizedException", f"SecretHash does not match for the client: {pool.client_id}"),
            lambda: visitor(secret="not the secret").authenticate(PASSWORD),
        )

    # The two steps by hand first, for their whole answers; then again as an application does it.
    steps = AWSSRP(username, PASSWORD, pool.id, pool.client_id, client=user.client, client_secret=pool.client_secret)
    parameters = steps.get_auth_params()
    challenge = user.client.initiate_auth(
        ClientId=pool.client_id, AuthFlow="USER_SRP_AUTH", AuthParameters=parameters
    )
    check("the first step asks for the password proof", challenge["ChallengeName"], "PASSWORD_VERIFIER")
    check("the challenge and its members", (set(challenge) - {"ResponseMetadata"}, set(challenge["ChallengeParameters"])),
          ({"ChallengeName", "ChallengeParameters"}, {"SALT", "SECRET_BLOCK", "SRP_B", "USERNAME", "USER_ID_FOR_SRP"}))
    check("the user of the challenge",
          (challenge["ChallengeParameters"]["USERNAME"], challenge["ChallengeParameters"]["USER_ID_FOR_SRP"]),
          (username, username))
    proof = dict(
        ClientId=pool.client_id,
        ChallengeName="PASSWORD_VERIFIER",
        ChallengeResponses=steps.process_challenge(challenge["ChallengeParameters"], parameters),
    )
    answer = user.client.respond_to_auth_challenge(**proof)
    check_tokens(answer["AuthenticationResult"], pool.id, pool.client_id, pool.issuer, username, sub, email)
    check_refused("the same proof is refused the second time", "RespondToAuthChallenge", INCORRECT,
                  lambda: user.client.respond_to_auth_challenge(**proof))

    user = visitor()
    user.authenticate(PASSWORD)
    check("pycognito verified the access token", (user.access_claims["username"], user.access_claims["token_use"]),
          (username, "access"))
    check("pycognito verified the ID token", (user.id_claims["aud"], user.id_claims["email"], user.id_claims["iss"]),
          (pool.client_id, email, pool.issuer))
    found = user.get_user()
    check("GetUser", (found.username, found.sub, found.email_verified, found._data),
          (username, sub, True, {"email": email}))

    before = user.access_token
    user.renew_access_token()
    check("a refresh makes a new access token", user.access_token != before, True)
    check("the refreshed user is the same", user.get_user().sub, sub)

    tokens = {"access_token": user.access_token, "refresh_token": user.refresh_token}
    user.logout()
    check("pycognito forgot the tokens", (user.access_token, user.refresh_token, user.id_token), (None, None, None))
    gone = visitor()
    gone.access_token, gone.refresh_token = tokens["access_token"], tokens["refresh_token"]
    check_refused("the signed-out access token is refused", "GetUser", ACCESS_REVOKED, gone.get_user)
    check_refused("the access token before the refresh is refused", "GetUser", ACCESS_REVOKED,
                  lambda: user.client.get_user(AccessToken=before))
    check_refused("the signed-out refresh token is refused", "InitiateAuth", REFRESH_REVOKED, gone.renew_access_token)


with session("pycognito"):
    admin = administrator()
    flows = ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    whole_session(Pool(admin, "pycognito", flows), "grace")
    whole_session(Pool(admin, "pycognito-secret", flows, secret=True), "hedy")
