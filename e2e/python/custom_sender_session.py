"""boto3 and the official AWS Encryption SDK: every reason of CustomEmailSender and CustomSMSSender.

Each event is compared as a whole, and its code decrypted as the documentation says: with a key of a key management service,
and with a key of the operator.
"""

import base64
import os

from aws_encryption_sdk.identifiers import AlgorithmSuite, CommitmentPolicy

import functions
import kms_stub
import official_sdk
from events import METADATA, NO_CLIENT
from own_server import own_server
from support import PASSWORD, administrator, check, get_json, part, session

KMS_KEY = "arn:aws:kms:us-east-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab"
LOCAL_KEY = "arn:aws:kms:us-east-1:111122223333:key/local"
UNKNOWN_KEY = "arn:aws:kms:us-east-1:444455556666:key/nobody"
FLOWS = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
TEMPORARY = "Temporary-7<>&\""
ESCAPED = {"Temporary-7&lt;&gt;&amp;&quot;", "Temporary-7&lt;&gt;&amp;\""}


class World:
    """A pool whose functions send e-mails and text messages, with a key."""

    def __init__(self, admin, server, name, key, keyring):
        self.admin, self.server, self.name, self.keyring = admin, server, name, keyring
        config = {
            f"Custom{kind}Sender": {
                "LambdaVersion": "V1_0", "LambdaArn": server.on(f"{name}-{kind}", functions.echo),
            }
            for kind in ("Email", "SMS")
        }
        self.id = admin.create_user_pool(
            PoolName=name, AutoVerifiedAttributes=["email", "phone_number"],
            LambdaConfig=config | {"KMSKeyID": key},
            SmsConfiguration={"SnsCallerArn": "arn:aws:iam::000000000000:role/sms", "ExternalId": "x"},
        )["UserPool"]["Id"]
        self.client = admin.create_user_pool_client(
            UserPoolId=self.id, ClientName="c", ExplicitAuthFlows=FLOWS, PreventUserExistenceErrors="ENABLED"
        )["UserPoolClient"]["ClientId"]

    def code(self, what, kind, source, username, attributes, client, metadata):
        """Checks the one event that a function got, and returns the text of its code."""
        got = self.server.wait(f"{self.name}-{kind}")
        code = got[0]["request"].pop("code", None) if got else None
        check(f"{self.name}: {what}", got, [{
            "version": "1",
            "triggerSource": f"Custom{kind}Sender_{source}",
            "region": "us-east-1",
            "userPoolId": self.id,
            "userName": username,
            "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": client},
            "request": {
                "type": f"custom{kind}SenderRequestV1", "userAttributes": attributes, "clientMetadata": metadata,
            },
        }])
        text, header = official_sdk.read(code, self.keyring)
        context = dict(header.encryption_context)
        context.pop("aws-crypto-public-key", None)
        check(f"{self.name}: {what}: the message is as the service's",
              (header.algorithm, context),
              (AlgorithmSuite.AES_256_GCM_IV12_TAG16_HKDF_SHA384_ECDSA_P384, {"userpool-id": self.id}))
        self.last = code
        return text


def digits(name, code):
    check(f"{name}: six digits", len(code) == 6 and code.isdigit(), True)
    return code


def every_reason(world):
    admin, client = world.admin, world.client
    sub = admin.sign_up(
        ClientId=client, Username="jane", Password=PASSWORD, ClientMetadata=METADATA,
        UserAttributes=[{"Name": "email", "Value": "jane@example.com"}],
    )["UserSub"]
    user = {
        "sub": sub, "email": "jane@example.com", "email_verified": "false", "cognito:user_status": "UNCONFIRMED",
    }
    about = ("jane", user, client)
    digits("sign-up", world.code("SignUp", "Email", "SignUp", *about, METADATA))
    admin.resend_confirmation_code(ClientId=client, Username="jane", ClientMetadata=METADATA)
    code = digits("resent", world.code("ResendConfirmationCode", "Email", "ResendCode", *about, None))
    admin.confirm_sign_up(ClientId=client, Username="jane", ConfirmationCode=code)
    user |= {"email_verified": "true", "cognito:user_status": "CONFIRMED"}
    admin.forgot_password(ClientId=client, Username="jane", ClientMetadata=METADATA)
    code = digits("forgotten", world.code("ForgotPassword", "Email", "ForgotPassword", *about, METADATA))
    admin.confirm_forgot_password(ClientId=client, Username="jane", ConfirmationCode=code, Password=PASSWORD)
    token = admin.initiate_auth(
        ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": "jane", "PASSWORD": PASSWORD}
    )["AuthenticationResult"]["AccessToken"]
    admin.get_user_attribute_verification_code(AccessToken=token, AttributeName="email", ClientMetadata=METADATA)
    code = world.code("GetUserAttributeVerificationCode", "Email", "VerifyUserAttribute", *about, None)
    admin.verify_user_attribute(AccessToken=token, AttributeName="email", Code=code)
    admin.update_user_attributes(
        AccessToken=token, ClientMetadata=METADATA, UserAttributes=[{"Name": "phone_number", "Value": "+15555550100"}],
    )
    user |= {"phone_number": "+15555550100", "phone_number_verified": "false"}
    code = world.code("UpdateUserAttributes", "SMS", "UpdateUserAttribute", *about, METADATA)
    admin.verify_user_attribute(AccessToken=token, AttributeName="phone_number", Code=code)
    user |= {"phone_number_verified": "true"}

    made = admin.admin_create_user(
        UserPoolId=world.id, Username="joe", TemporaryPassword=TEMPORARY, ClientMetadata=METADATA,
        DesiredDeliveryMediums=["EMAIL", "SMS"], UserAttributes=[
            {"Name": "email", "Value": "joe@example.com"}, {"Name": "email_verified", "Value": "true"},
            {"Name": "phone_number", "Value": "+15555550101"}, {"Name": "phone_number_verified", "Value": "true"},
        ],
    )["User"]
    joe = {item["Name"]: item["Value"] for item in made["Attributes"]}
    joe |= {"cognito:user_status": "FORCE_CHANGE_PASSWORD"}
    about = ("joe", joe, NO_CLIENT)
    for kind, metadata in (("Email", None), ("SMS", METADATA)):
        text = world.code(f"an invitation, {kind}", kind, "AdminCreateUser", *about, metadata)
        check(f"{world.name}: the temporary password, {kind}", text in ESCAPED, True)

    admin.set_user_pool_mfa_config(
        UserPoolId=world.id, MfaConfiguration="OPTIONAL",
        SmsMfaConfiguration={"SmsConfiguration": {
            "SnsCallerArn": "arn:aws:iam::000000000000:role/sms", "ExternalId": "x",
        }},
    )
    admin.admin_set_user_mfa_preference(
        UserPoolId=world.id, Username="jane", SMSMfaSettings={"Enabled": True, "PreferredMfa": True}
    )
    challenge = admin.initiate_auth(
        ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": "jane", "PASSWORD": PASSWORD}
    )
    code = world.code("a second factor", "SMS", "Authentication", "jane", user, client, None)
    answer = admin.respond_to_auth_challenge(
        ClientId=client, ChallengeName="SMS_MFA", Session=challenge["Session"],
        ChallengeResponses={"USERNAME": "jane", "SMS_MFA_CODE": code},
    )
    check(f"{world.name}: the code signs in", "AuthenticationResult" in answer, True)


def altered(world):
    """What the official SDK refuses: another pool's key, an altered message, a policy that the service does not meet."""
    code = bytearray(base64.b64decode(world.last))
    code[-30] ^= 1
    for case, message, policy in (
        ("altered", base64.b64encode(code), CommitmentPolicy.REQUIRE_ENCRYPT_ALLOW_DECRYPT),
        ("a policy that requires commitment", world.last, CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT),
    ):
        try:
            official_sdk.read(message, world.keyring, policy)
            read = True
        except Exception:  # the library has no common class for what it refuses
            read = False
        check(f"{world.name}: {case}: not read", read, False)


def without_key(admin, server, running):
    """No key, or a service that refuses: nothing leaves, neither the code nor the message."""
    world = World(admin, server, "keyless", UNKNOWN_KEY, None)
    up = admin.sign_up(ClientId=world.client, Username="jim", Password=PASSWORD,
                       UserAttributes=[{"Name": "email", "Value": "jim@example.com"}])
    check("the sign-up is accepted", up["CodeDeliveryDetails"]["DeliveryMedium"], "EMAIL")
    check("the function is not called", server.wait("keyless-Email", seconds=2), [])
    found = get_json(f"/_dev/messages?pool={world.id}&user=jim&wait=1")["messages"]
    codes = [message.get("code") for message in found]
    check("the log tells of it and not of the code",
          (UNKNOWN_KEY in running.log(), any(code and code in running.log() for code in codes)), (True, False))


def main():
    server, kms = functions.Functions(), kms_stub.Kms(KMS_KEY)
    local = os.urandom(32)
    flags = [
        "--code-key", f"{KMS_KEY}=kms:{kms.url}",
        "--code-key", f"arn:aws:kms:us-east-1:111122223333:*=local:codes:{base64.b64encode(local).decode()}",
    ]
    with own_server(*server.flags(), *flags) as running:
        admin = administrator()
        for world in (
            World(admin, server, "kms", KMS_KEY, official_sdk.kms_keyring(KMS_KEY, kms.url)),
            World(admin, server, "local", LOCAL_KEY, official_sdk.local_keyring("codes", local)),
        ):
            with part(world.name):
                every_reason(world)
                altered(world)
        made = [request for operation, request in kms.calls if operation == "GenerateDataKey"]
        check("a data key for each message", len(made), 8)
        check("bound to pool and signer", {tuple(sorted(request["EncryptionContext"])) for request in made},
              {("aws-crypto-public-key", "userpool-id")})
        check("every call of the key management service was signed", kms.faults, [])
        with part("without a key"):
            without_key(admin, server, running)
        check("every request was as documented", server.faults, [])
        check("custom senders are called without waiting for them",
              set(server.invocations["kms-Email"]), {"Event"})
        check("no key is in the log", base64.b64encode(local).decode() in running.log(), False)


with session("custom senders"):
    main()
