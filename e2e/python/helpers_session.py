"""The helper package for Python: the example of its README, its pytest fixture, and what else it offers, on a server of its own."""

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from support import check, check_raises, session

PACKAGE = Path(__file__).resolve().parents[2] / "helpers" / "python"
COMMAND = json.loads(os.environ["E2E_COMMAND"])
sys.path.insert(0, str(PACKAGE))

import boto3  # noqa: E402
from cognate_dev import Cognate, StartedCognate, connect, start  # noqa: E402

# The order of tests shows that each begins anew.
TESTS = '''
import boto3, pytest

@pytest.fixture(scope="session")
def cognate_prepare():
    def prepare(cognate):
        client = boto3.client("cognito-idp", **cognate.client_config)
        pool = client.create_user_pool(PoolName="shop")["UserPool"]["Id"]
        return client, pool
    return prepare

@pytest.mark.parametrize("n", range(3))
def test_each_begins_anew(cognate, cognate_prepared, n):
    client, pool = cognate_prepared
    assert client.list_users(UserPoolId=pool)["Users"] == []
    client.admin_create_user(UserPoolId=pool, Username="jane", MessageAction="SUPPRESS")
    assert [user["Username"] for user in client.list_users(UserPoolId=pool)["Users"]] == ["jane"]
'''


def environment():
    """The package is installed, and the program is on the path."""
    path = os.pathsep.join([str(Path(COMMAND[0]).resolve().parent), os.environ["PATH"]])
    return os.environ | {"PYTHONPATH": str(PACKAGE), "PATH": path}


def run(*words, folder=None):
    return subprocess.run(
        [sys.executable, *words], env=environment(), cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )


def examples():
    text = (PACKAGE / "README.md").read_text(encoding="utf-8")
    blocks = [block.split("```")[0] for block in text.split("```python\n")[1:]]
    done = run("-c", blocks[0])
    check("the example of the README", (done.returncode, done.stderr), (0, ""))
    with tempfile.TemporaryDirectory(prefix="cognate-e2e-") as folder:
        Path(folder, "test_shop.py").write_text(TESTS + blocks[1], encoding="utf-8")
        done = run("-m", "pytest", "-q", "-p", "cognate_dev.pytest_plugin", "-p", "no:cacheprovider", folder=folder)
        check("the fixture of pytest", "4 passed" in done.stdout or done.stdout + done.stderr, True)


def killed():
    """A program that is killed leaves no server behind, and what `dev` understands of other programs does not reach it."""
    code = f"""
import os, signal
from cognate_dev import start
os.environ |= {{"USE_SSL": "1", "GATEWAY_LISTEN": "0.0.0.0:4566", "PERSISTENCE": "1"}}
print(start({COMMAND!r}).endpoint, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = run("-c", code)
    endpoint = done.stdout.strip()
    check("it is killed", (done.returncode, endpoint.startswith("http://")), (-9, True))
    ends = time.monotonic() + 10
    while time.monotonic() < ends:
        try:
            Cognate(endpoint).now()
        except OSError:
            check("and its server has ended", True, True)
            return
        time.sleep(0.1)
    check("and its server has ended", False, True)


def workers(server):
    """Two workers of pytest-xdist at one server: each in a world of its own, which is gone afterwards."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "cognate_dev.pytest_plugin", "-p", "no:cacheprovider"]
    with tempfile.TemporaryDirectory(prefix="cognate-e2e-") as folder:
        Path(folder, "test_shop.py").write_text(TESTS, encoding="utf-8")
        running = [
            subprocess.Popen(
                command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                env=environment() | {"TEST_COGNATE_ENDPOINT": server.endpoint, "PYTEST_XDIST_WORKER": name},
            )
            for name in ("gw0", "gw1")
        ]
        ended = [worker.communicate(timeout=120)[0] for worker in running]
    check("two workers at one server", [("3 passed" in text) or text for text in ended], [True, True])
    check("their worlds are gone", server.worlds(), [])
    client = boto3.client("cognito-idp", **server.client_config)
    check("the server saw nothing of it", client.list_user_pools(MaxResults=5)["UserPools"], [])


def site(cognate):
    client = boto3.client("cognito-idp", **cognate.client_config)
    policies = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}}
    pool = client.create_user_pool(PoolName="shop", AutoVerifiedAttributes=["email"], Policies=policies)
    pool = pool["UserPool"]["Id"]
    client.set_user_pool_mfa_config(
        UserPoolId=pool, MfaConfiguration="OPTIONAL", SoftwareTokenMfaConfiguration={"Enabled": True},
        WebAuthnConfiguration={"RelyingPartyId": "login.example.com"},
    )
    flows = ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    app = client.create_user_pool_client(UserPoolId=pool, ClientName="web", ExplicitAuthFlows=flows)
    app = app["UserPoolClient"]["ClientId"]
    email = [{"Name": "email", "Value": "jane@example.com"}]
    client.sign_up(ClientId=app, Username="jane", Password="Correct-Horse-7", UserAttributes=email)
    return client, pool, app


def offers(cognate):
    client, pool, app = site(cognate)
    jane = {"pool": pool, "username": "jane"}
    newest = cognate.message(pool=pool, user="jane")
    check("a message", (newest["to"], newest["channel"]), ("jane@example.com", "EMAIL"))
    check("a code that expired", cognate.expire("code", **jane), 1)
    code = {"ClientId": app, "Username": "jane", "ConfirmationCode": newest["code"]}
    late = (
        "ExpiredCodeException",
        "An error occurred (ExpiredCodeException) when calling the ConfirmSignUp operation: "
        "Invalid code provided, please request a code again.",
    )
    check_raises("is told so", late, lambda: client.confirm_sign_up(**code))
    client.admin_confirm_sign_up(UserPoolId=pool, Username="jane")

    def sign_in():
        answer = client.initiate_auth(
            ClientId=app, AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": "jane", "PASSWORD": "Correct-Horse-7"},
        )
        return answer["AuthenticationResult"]["AccessToken"]

    access = sign_in()
    client.associate_software_token(AccessToken=access)
    client.verify_software_token(AccessToken=access, UserCode=cognate.totp(**jane))
    check("the code of an app is taken", len(cognate.totp(**jane)), 6)

    made = cognate.create_passkey(client=app, username="jane")
    check("a passkey", (made["rpId"], made["pool"], made["username"]), ("login.example.com", pool, "jane"))
    asked = client.initiate_auth(
        ClientId=app, AuthFlow="USER_AUTH", AuthParameters={"USERNAME": "jane", "PREFERRED_CHALLENGE": "WEB_AUTHN"}
    )
    credential = cognate.answer_passkey(asked["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"])
    done = client.respond_to_auth_challenge(
        ClientId=app, ChallengeName="WEB_AUTHN", Session=asked["Session"],
        ChallengeResponses={"USERNAME": "jane", "CREDENTIAL": credential},
    )
    check("signs in", sorted(done["AuthenticationResult"])[0], "AccessToken")

    before = cognate.now()
    made = cognate.snapshot("jane")
    check("snapshots", cognate.snapshots(), [made])
    moved = cognate.advance("1h") - before
    check("the clock moves", timedelta(hours=1) <= moved < timedelta(hours=1, minutes=1), True)
    client.admin_delete_user(UserPoolId=pool, Username="jane")
    cognate.restore("jane")
    check("and comes back", cognate.now() - before < timedelta(minutes=1), True)
    check("so does the user", client.get_user(AccessToken=access)["Username"], "jane")
    check("sessions that expired", cognate.expire("session", **jane) > 1, True)
    cognate.delete_snapshot("jane")
    gone = ("CognateError", "there is no snapshot jane")
    check_raises("a snapshot that is gone", gone, lambda: cognate.restore("jane"))
    check("events", len(cognate.events(pool=pool, wait=10)["events"]) > 0, True)
    cognate.reset()
    check("nothing is left", client.list_user_pools(MaxResults=5)["UserPools"], [])


with session("helpers"):
    examples()
    killed()
    with start(COMMAND) as own:
        workers(own)
        offers(own.world("offers"))
        check("a world", [world["name"] for world in own.worlds()], ["offers"])
        offers(own)
        named = connect(own.endpoint)
        check("a server that runs", (named.endpoint, isinstance(named, StartedCognate)), (own.endpoint, False))
    try:
        named.now()
        check("the server has ended", False, True)
    except OSError:
        check("the server has ended", True, True)
