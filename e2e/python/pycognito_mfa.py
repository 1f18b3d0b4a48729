"""pycognito: second factors, by an authenticator app and by text message, and a temporary password."""

from authenticator import App
from pycognito import Cognito
from pycognito.exceptions import SMSMFAChallengeException, SoftwareTokenMFAChallengeException
from support import ENDPOINT, PASSWORD, administrator, check, check_refused, messages, session

TEMPORARY = "Temp0rary-9"


def raises(kind, call):
    """Tells whether the call ends in exactly this exception."""
    try:
        call()
    except kind as caught:
        return type(caught) is kind
    return False


with session("pycognito with second factors"):
    admin = administrator()
    pool = admin.create_user_pool(PoolName="pycognito mfa")["UserPool"]["Id"]
    admin.set_user_pool_mfa_config(
        UserPoolId=pool,
        MfaConfiguration="OPTIONAL",
        SmsMfaConfiguration={"SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::000000000000:role/sms"}},
        SoftwareTokenMfaConfiguration={"Enabled": True},
    )
    client = admin.create_user_pool_client(
        UserPoolId=pool, ClientName="py",
        ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        GenerateSecret=True,
    )["UserPoolClient"]
    admin.admin_create_user(
        UserPoolId=pool, Username="pia", MessageAction="SUPPRESS", TemporaryPassword=TEMPORARY,
        UserAttributes=[{"Name": "phone_number", "Value": "+15555550107"},
                        {"Name": "phone_number_verified", "Value": "true"}],
    )

    def visitor():
        return Cognito(
            pool, client["ClientId"], username="pia", client_secret=client["ClientSecret"],
            access_key="test", secret_key="test", boto3_client_kwargs={"endpoint_url": ENDPOINT},
        )

    user = visitor()
    check("a new password takes the place of the temporary one", user.new_password_challenge(TEMPORARY, PASSWORD), None)
    app = App(user.associate_software_token())
    check("the app is verified", user.verify_software_token(app.code(0), "phone"), True)
    user.set_user_mfa_preference(False, True, "SOFTWARE_TOKEN")
    again = visitor()
    check("the app is asked for", raises(SoftwareTokenMFAChallengeException, lambda: again.authenticate(PASSWORD)), True)
    check_refused("a wrong code", "RespondToAuthChallenge",
                  ("CodeMismatchException", "Invalid code received for user"),
                  lambda: again.respond_to_software_token_mfa_challenge(app.code(-9)))
    check("its next code signs in", again.respond_to_software_token_mfa_challenge(app.code(1)), None)

    again.set_user_mfa_preference(True, True, "SMS")
    third = visitor()
    check("a text message is asked for", raises(SMSMFAChallengeException, lambda: third.authenticate(PASSWORD)), True)
    code = messages(pool, "pia")[0]["code"]
    check("the code has six digits", len(code), 6)
    check("it signs in", third.respond_to_sms_mfa_challenge(code), None)
    third.set_user_mfa_preference(False, False)
    check("without factors the password is enough", visitor().authenticate(PASSWORD), None)
    check("nor is more asked of the administrator's flow", visitor().admin_authenticate(PASSWORD), None)
