"""pycognito: a remembered device in the place of the authenticator app, without any Session.

The library sends ConfirmDevice, UpdateDeviceStatus and ForgetDevice by itself, with an Authorization header that the
operations do not need, to an address that it makes from the pool's region: only that address is changed here.
"""

import pycognito.aws_srp
from authenticator import App
from pycognito import AWSSRP
from pycognito.exceptions import SoftwareTokenMFAChallengeException
from support import ENDPOINT, PASSWORD, Pool, administrator, check, check_match, check_refused, claims, session

KEY = r"us-east-1_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class Requests:
    """The library's own HTTP client, with the address of this server."""

    def __init__(self, own):
        self.own = own

    def post(self, url, **options):
        check("the address that the library makes", url, "https://cognito-idp.us-east-1.amazonaws.com/")
        return self.own.post(ENDPOINT, **options)


with session("pycognito with devices"):
    pycognito.aws_srp.requests = Requests(pycognito.aws_srp.requests)
    admin = administrator()
    pool = Pool(admin, "pycognito-devices", ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])
    admin.set_user_pool_mfa_config(
        UserPoolId=pool.id, MfaConfiguration="OPTIONAL", SoftwareTokenMfaConfiguration={"Enabled": True}
    )
    admin.update_user_pool(
        UserPoolId=pool.id, MfaConfiguration="OPTIONAL", AutoVerifiedAttributes=["email"],
        DeviceConfiguration={"ChallengeRequiredOnNewDevice": True, "DeviceOnlyRememberedOnUserPrompt": True},
    )
    pool.confirmed_user("frances")

    def visitor(**device):
        return AWSSRP("frances", PASSWORD, pool.id, pool.client_id, client=admin, **device)

    first = visitor()
    tokens = first.authenticate_user()
    access = tokens["AuthenticationResult"]["AccessToken"]
    answer, password = first.confirm_device(tokens, "notebook")
    check("ConfirmDevice", (answer.status_code, answer.json()), (200, {"UserConfirmationNecessary": True}))
    key = first.device_key
    check_match("the key of the device", key, KEY)
    device = {"device_key": key, "device_group_key": first.device_group_key, "device_password": password}

    app = App(admin.associate_software_token(AccessToken=access)["SecretCode"])
    verified = admin.verify_software_token(AccessToken=access, UserCode=app.code(0))
    check("the app is set up", verified["Status"], "SUCCESS")
    admin.set_user_mfa_preference(AccessToken=access, SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True})
    try:
        visitor(**device).authenticate_user()
        asked = "nothing"
    except SoftwareTokenMFAChallengeException:
        asked = "the app"
    check("a device that is not remembered does not stand for the app", asked, "the app")

    check("UpdateDeviceStatus", first.update_device_status(True, access, key).split(" : ")[0], "<Response [200]>")
    for _ in range(2):
        done = visitor(**device).authenticate_user()["AuthenticationResult"]
        access_claims = claims(done["AccessToken"])
        check("a remembered device signs in", (access_claims["device_key"], access_claims["username"]), (key, "frances"))
        check("and gets no new key", "NewDeviceMetadata" in done, False)
    shown = admin.get_device(AccessToken=access, DeviceKey=key)["Device"]
    check("GetDevice", {entry["Name"]: entry["Value"] for entry in shown["DeviceAttributes"]}, {
        "device_status": "valid", "device_name": "notebook", "last_ip_used": "127.0.0.1",
        "dev:device_arn": f"arn:aws:cognito-idp:us-east-1:000000000000:owner/frances.{pool.id}/device/{key}",
        "dev:device_owner": f"frances.{pool.id}", "dev:device_remembered_status": "remembered",
        "dev:device_sdk": "aws-sdk",
    })
    check_refused(
        "a wrong device password is refused", "RespondToAuthChallenge",
        ("NotAuthorizedException", "Incorrect username or password."),
        lambda: visitor(**(device | {"device_password": "another"})).authenticate_user(),
    )

    check("ForgetDevice", first.forget_device(access, key).split(" : ")[0], "<Response [200]>")
    check_refused(
        "a forgotten device does not exist", "RespondToAuthChallenge",
        ("ResourceNotFoundException", "Device does not exist."),
        lambda: visitor(**device).authenticate_user(),
    )
