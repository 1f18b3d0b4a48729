"""boto3: USER_AUTH with its choices, through the public and the administrator's operations, and right after a sign-up."""

from support import PASSWORD, WRONG_PASSWORD, administrator, check, check_match, check_refused, get_json, session

OFFERED = ["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "SMS_OTP"]
INCORRECT = ("NotAuthorizedException", "Incorrect username or password.")
MISMATCH = ("CodeMismatchException", "Invalid code or auth state for the user.")
USED = ("NotAuthorizedException", "Invalid session for the user, session can only be used once.")
EMAIL = {"CODE_DELIVERY_DELIVERY_MEDIUM": "EMAIL", "CODE_DELIVERY_DESTINATION": "h***@e***"}
SMS = {"CODE_DELIVERY_DELIVERY_MEDIUM": "SMS", "CODE_DELIVERY_DESTINATION": "+*******0124"}


def plain(answer):
    """An answer without what varies."""
    return {name: value for name, value in answer.items() if name not in ("ResponseMetadata", "Session")}


with session("boto3 without passwords"):
    admin = administrator()
    factors = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP"]}}
    pool_id = admin.create_user_pool(
        PoolName="first factors", AutoVerifiedAttributes=["email"], Policies=factors,
        SmsConfiguration={"SnsCallerArn": "arn:aws:iam::000000000000:role/sms", "ExternalId": "x"},
    )["UserPool"]["Id"]
    client_id = admin.create_user_pool_client(
        UserPoolId=pool_id, ClientName="app", ExplicitAuthFlows=["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        PreventUserExistenceErrors="ENABLED",
    )["UserPoolClient"]["ClientId"]
    contacts = [{"Name": "email", "Value": "hedy@example.com"}, {"Name": "phone_number", "Value": "+15555550124"}]

    def begin(**parameters):
        return admin.initiate_auth(
            ClientId=client_id, AuthFlow="USER_AUTH", AuthParameters={"USERNAME": "hedy", **parameters})

    def respond(name, asked, **responses):
        return admin.respond_to_auth_challenge(
            ClientId=client_id, ChallengeName=name, Session=asked["Session"],
            ChallengeResponses={"USERNAME": "hedy", **responses})

    def newest(to, kind="authentication"):
        return get_json(f"/_dev/messages?pool={pool_id}&to={to.replace('+', '%2B')}&kind={kind}&wait=10")["messages"][0]["code"]

    signed_up = admin.sign_up(ClientId=client_id, Username="hedy", UserAttributes=contacts)
    confirmed = admin.confirm_sign_up(
        ClientId=client_id, Username="hedy", ConfirmationCode=newest("hedy@example.com", "sign_up"), Session=signed_up["Session"])
    first = {"ClientId": client_id, "AuthFlow": "USER_AUTH", "AuthParameters": {"USERNAME": "hedy"}, "Session": confirmed["Session"]}
    tokens = admin.initiate_auth(**first)["AuthenticationResult"]
    check("the confirmed sign-up signs in", admin.get_user(AccessToken=tokens["AccessToken"])["Username"], "hedy")
    check_refused("and does so once", "InitiateAuth", USED, lambda: admin.initiate_auth(**first))
    check("without a password there are codes", begin()["AvailableChallenges"], ["EMAIL_OTP", "SMS_OTP"])

    admin.admin_set_user_password(UserPoolId=pool_id, Username="hedy", Password=PASSWORD, Permanent=True)
    listed = begin()
    check("the choice", plain(listed),
          {"ChallengeName": "SELECT_CHALLENGE", "ChallengeParameters": {}, "AvailableChallenges": OFFERED})
    check_refused("what is not offered cannot be chosen", "RespondToAuthChallenge",
                  ("NotAuthorizedException", "Selected challenge is not available"),
                  lambda: respond("SELECT_CHALLENGE", listed, ANSWER="WEB_AUTHN"))
    asked = respond("SELECT_CHALLENGE", listed, ANSWER="EMAIL_OTP")
    check("the code that was chosen", plain(asked),
          {"ChallengeName": "EMAIL_OTP", "ChallengeParameters": EMAIL, "AvailableChallenges": OFFERED})
    code = newest("hedy@example.com")
    check_match("eight digits", code, r"\d{8}")
    check_refused("another code", "RespondToAuthChallenge", MISMATCH,
                  lambda: respond("EMAIL_OTP", asked, EMAIL_OTP_CODE=str((int(code) + 1) % 10**8).zfill(8)))
    check("the code signs in", plain(respond("EMAIL_OTP", asked, EMAIL_OTP_CODE=code))["ChallengeParameters"], {})
    check_refused("the code is used up", "RespondToAuthChallenge", USED,
                  lambda: respond("EMAIL_OTP", asked, EMAIL_OTP_CODE=code))

    asked = admin.admin_initiate_auth(
        UserPoolId=pool_id, ClientId=client_id, AuthFlow="USER_AUTH",
        AuthParameters={"USERNAME": "hedy", "PREFERRED_CHALLENGE": "SMS_OTP"})
    check("a text message for the administrator's application", plain(asked),
          {"ChallengeName": "SMS_OTP", "ChallengeParameters": SMS, "AvailableChallenges": OFFERED})
    answer = admin.admin_respond_to_auth_challenge(
        UserPoolId=pool_id, ClientId=client_id, ChallengeName="SMS_OTP", Session=asked["Session"],
        ChallengeResponses={"USERNAME": "hedy", "SMS_OTP_CODE": newest("+15555550124")})
    check("its code signs in", sorted(answer["AuthenticationResult"]),
          ["AccessToken", "ExpiresIn", "IdToken", "RefreshToken", "TokenType"])

    check_refused("a wrong password", "InitiateAuth", INCORRECT,
                  lambda: begin(PREFERRED_CHALLENGE="PASSWORD", PASSWORD=WRONG_PASSWORD))
    check("the password", begin(PREFERRED_CHALLENGE="PASSWORD", PASSWORD=PASSWORD)["ChallengeParameters"], {})
    asked = begin(PREFERRED_CHALLENGE="PASSWORD")
    check("the password in a step of its own", respond("PASSWORD", asked, PASSWORD=PASSWORD)["ChallengeParameters"], {})

    unknown = {"USERNAME": "nobody@example.com", "PREFERRED_CHALLENGE": "EMAIL_OTP"}
    pretended = admin.initiate_auth(ClientId=client_id, AuthFlow="USER_AUTH", AuthParameters=unknown)
    check("a name that nobody has gets a code that nobody gets", (pretended["ChallengeName"], pretended["ChallengeParameters"]),
          ("EMAIL_OTP", {**EMAIL, "CODE_DELIVERY_DESTINATION": "n***@e***"}))
    check_refused("and no code is right", "RespondToAuthChallenge", MISMATCH, lambda: admin.respond_to_auth_challenge(
        ClientId=client_id, ChallengeName="EMAIL_OTP", Session=pretended["Session"],
        ChallengeResponses={"USERNAME": "nobody@example.com", "EMAIL_OTP_CODE": "12345678"}))
