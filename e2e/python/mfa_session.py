"""boto3: every second factor, how it is set up, chosen and preferred, with an authenticator app of our own."""

from authenticator import App
from support import PASSWORD, administrator, check, check_match, check_refused, messages, session, without_metadata

PHONE = "+15555550101"
EMAIL = "maud@example.com"
SMS_ROLE = "arn:aws:iam::000000000000:role/sms"
SENDER = "arn:aws:ses:us-east-1:000000000000:identity/sender@example.com"


class Maud:
    """A pool that asks for a second factor, a client of it, and its one user."""

    def __init__(self, admin, configuration, **attributes):
        self.admin = admin
        self.pool = admin.create_user_pool(
            PoolName="mfa",
            EmailConfiguration={"EmailSendingAccount": "DEVELOPER", "SourceArn": SENDER},
            AccountRecoverySetting={"RecoveryMechanisms": [{"Priority": 1, "Name": "admin_only"}]},
        )["UserPool"]["Id"]
        admin.set_user_pool_mfa_config(
            UserPoolId=self.pool,
            MfaConfiguration=configuration,
            SmsMfaConfiguration={"SmsConfiguration": {"SnsCallerArn": SMS_ROLE}},
            EmailMfaConfiguration={"Message": "Sign in with {####}.", "Subject": "Your code"},
            SoftwareTokenMfaConfiguration={"Enabled": True},
        )
        self.client = admin.create_user_pool_client(
            UserPoolId=self.pool, ClientName="mfa", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
        )["UserPoolClient"]["ClientId"]
        self.named = {"UserPoolId": self.pool, "Username": "maud"}
        admin.admin_create_user(
            **self.named, MessageAction="SUPPRESS",
            UserAttributes=[{"Name": name, "Value": value} for name, value in attributes.items()],
        )
        admin.admin_set_user_password(**self.named, Password=PASSWORD, Permanent=True)

    def begin(self):
        return without_metadata(self.admin.initiate_auth(
            ClientId=self.client, AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": "maud", "PASSWORD": PASSWORD},
        ))

    def answer(self, asked, **responses):
        return without_metadata(self.admin.respond_to_auth_challenge(
            ClientId=self.client, ChallengeName=asked["ChallengeName"], Session=asked["Session"],
            ChallengeResponses={"USERNAME": "maud", **responses},
        ))

    def prefer(self, **settings):
        self.admin.admin_set_user_mfa_preference(**self.named, **settings)

    def newest(self):
        return messages(self.pool, "maud")[0]


def check_asked(name, asked, challenge, parameters):
    """Checks a whole challenge."""
    check_match(f"{name}: the session", asked.get("Session"), r"AYAB[A-Za-z0-9_-]{1500,1600}")
    rest = {key: value for key, value in asked.items() if key != "Session"}
    check(name, rest, {"ChallengeName": challenge, "ChallengeParameters": parameters})


def check_tokens(name, answer):
    """Checks that an answer holds tokens and asks for nothing more."""
    tokens = answer.pop("AuthenticationResult", {})
    check(name, answer, {"ChallengeParameters": {}})
    check(f"{name}: the tokens", sorted(tokens), ["AccessToken", "ExpiresIn", "IdToken", "RefreshToken", "TokenType"])
    return tokens


with session("second factors"):
    admin = administrator()

    # A pool that requires one: an app is set up in the middle of the sign-in.
    required = Maud(admin, "ON")
    asked = required.begin()
    check_asked("a factor must be set up", asked, "MFA_SETUP", {
        "MFAS_CAN_SETUP": '["SMS_MFA","SOFTWARE_TOKEN_MFA","EMAIL_OTP"]', "USER_ID_FOR_SRP": "maud",
    })
    begun = without_metadata(admin.associate_software_token(Session=asked["Session"]))
    secret = begun["SecretCode"]
    check_match("the secret", secret, r"[A-Z2-7]{52}")
    app = App(secret)
    verified = without_metadata(admin.verify_software_token(
        Session=begun["Session"], UserCode=app.code(-1), FriendlyDeviceName="telephone"
    ))
    check("the app is verified", (verified["Status"], sorted(verified)), ("SUCCESS", ["Session", "Status"]))
    tokens = check_tokens("the set-up signs in", required.answer({**asked, "Session": verified["Session"]}))
    shown = without_metadata(admin.get_user_auth_factors(AccessToken=tokens["AccessToken"]))
    check("get_user_auth_factors", shown, {
        "Username": "maud", "UserMFASettingList": ["SOFTWARE_TOKEN_MFA"],
        "ConfiguredUserAuthFactors": ["PASSWORD", "SOFTWARE_TOKEN"],
    })
    asked = required.begin()
    check_asked("the app is asked for", asked, "SOFTWARE_TOKEN_MFA", {
        "USER_ID_FOR_SRP": "maud", "FRIENDLY_DEVICE_NAME": "telephone",
    })
    check_refused(
        "a used code", "RespondToAuthChallenge",
        ("ExpiredCodeException", "Your software token has already been used once."),
        lambda: required.answer(asked, SOFTWARE_TOKEN_MFA_CODE=app.code(-1)),
    )
    check_tokens("the app signs in", required.answer(asked, SOFTWARE_TOKEN_MFA_CODE=app.code(0)))
    check_refused(
        "a used session", "RespondToAuthChallenge",
        ("NotAuthorizedException", "Invalid session for the user, session can only be used once."),
        lambda: required.answer(asked, SOFTWARE_TOKEN_MFA_CODE=app.code(1)),
    )
    admin.admin_delete_software_token(**required.named)
    asked = required.begin()
    check("without the app a factor must be set up", asked["ChallengeName"], "MFA_SETUP")

    # An address is set up by the code that it gets.
    sent = required.answer(asked, EMAIL=EMAIL)
    check_asked("a code is sent", sent, "EMAIL_OTP", {
        "CODE_DELIVERY_DELIVERY_MEDIUM": "EMAIL", "CODE_DELIVERY_DESTINATION": "m***@e***",
    })
    message = required.newest()
    check_match("eight digits", message["code"], r"\d{8}")
    check("the message", (message["to"], message["subject"], message["body"]),
          (EMAIL, "Your code", f"Sign in with {message['code']}."))
    check_refused(
        "a wrong code", "RespondToAuthChallenge",
        ("CodeMismatchException", "Invalid code or auth state for the user."),
        lambda: required.answer(sent, EMAIL_OTP_CODE="none"),
    )
    check_tokens("the address signs in", required.answer(sent, EMAIL_OTP_CODE=message["code"]))
    user = admin.admin_get_user(**required.named)
    attributes = {each["Name"]: each["Value"] for each in user["UserAttributes"]}
    check("the address is verified", (attributes["email"], attributes["email_verified"]), (EMAIL, "true"))
    check("the address is a factor", user["UserMFASettingList"], ["EMAIL_OTP"])

    # Optional ones are asked for when they are on; several are chosen from, unless one is preferred.
    optional = Maud(admin, "OPTIONAL", email=EMAIL, phone_number=PHONE)
    tokens = check_tokens("nothing is on", optional.begin())
    access = {"AccessToken": tokens["AccessToken"]}
    begun = without_metadata(admin.associate_software_token(**access))
    check("no session by token", sorted(begun), ["SecretCode"])
    app = App(begun["SecretCode"])
    check_refused(
        "a wrong code does not register", "VerifySoftwareToken",
        ("EnableSoftwareTokenMFAException", "Code mismatch and fail enable Software Token MFA"),
        lambda: admin.verify_software_token(**access, UserCode=app.code(7)),
    )
    admin.verify_software_token(**access, UserCode=app.code(-1))
    check_tokens("registered is not on", optional.begin())
    admin.set_user_mfa_preference(
        **access, SMSMfaSettings={"Enabled": True}, SoftwareTokenMfaSettings={"Enabled": True},
        EmailMfaSettings={"Enabled": True},
    )
    asked = optional.begin()
    check_asked("one of three", asked, "SELECT_MFA_TYPE", {
        "MFAS_CAN_CHOOSE": '["SMS_MFA","SOFTWARE_TOKEN_MFA","EMAIL_OTP"]',
    })
    sent = optional.answer(asked, ANSWER="SMS_MFA")
    check_asked("a text message is sent", sent, "SMS_MFA", {
        "CODE_DELIVERY_DELIVERY_MEDIUM": "SMS", "CODE_DELIVERY_DESTINATION": "+*******0101", "USER_ID_FOR_SRP": "maud",
    })
    code = optional.newest()["code"]
    check_match("six digits", code, r"\d{6}")
    check_tokens("the number signs in", optional.answer(sent, SMS_MFA_CODE=code))
    chosen = optional.answer(optional.begin(), ANSWER="SOFTWARE_TOKEN_MFA")
    check_tokens("the app signs in as well",
                 optional.answer(chosen, SOFTWARE_TOKEN_MFA_CODE=app.code(0)))
    optional.prefer(EmailMfaSettings={"Enabled": True, "PreferredMfa": True})
    user = admin.admin_get_user(**optional.named)
    check("what is shown", (user["PreferredMfaSetting"], user["UserMFASettingList"]),
          ("EMAIL_OTP", ["SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"]))
    check("the preferred one is asked for", optional.begin()["ChallengeName"], "EMAIL_OTP")
    check_refused(
        "two cannot be preferred", "AdminSetUserMFAPreference",
        ("InvalidParameterException", "Only one MFA method can be preferred."),
        lambda: optional.prefer(
            SMSMfaSettings={"Enabled": True, "PreferredMfa": True},
            EmailMfaSettings={"Enabled": True, "PreferredMfa": True},
        ),
    )
    off = {"Enabled": False, "PreferredMfa": False}
    optional.prefer(SMSMfaSettings=off, SoftwareTokenMfaSettings=off, EmailMfaSettings=off)
    check_tokens("all are off again", optional.begin())

    # Wrong codes lock, and a right password between them helps nobody.
    optional.prefer(SoftwareTokenMfaSettings={"Enabled": True})
    for _ in range(5):
        asked = optional.begin()
        check_refused(
            "a wrong code of the app", "RespondToAuthChallenge",
            ("CodeMismatchException", "Invalid code received for user"),
            lambda: optional.answer(asked, SOFTWARE_TOKEN_MFA_CODE="no"),
        )
    check_refused(
        "the lock", "RespondToAuthChallenge", ("NotAuthorizedException", "Password attempts exceeded"),
        lambda: optional.answer(asked, SOFTWARE_TOKEN_MFA_CODE=app.code(1)),
    )
