"""What every Python session shares: counting checks, the inbox, and the answers expected of every client.

A session is an ordinary script. It reports one line a check on standard output (`ok - …` or `not ok - …`)
and ends with exit code 1 when a check failed or when it could not go on.
"""

import base64
import json
import os
import re
import sys
import urllib.parse
import urllib.request
import uuid
from contextlib import contextmanager

import boto3
import botocore.exceptions

ENDPOINT = os.environ["E2E_ENDPOINT"]
PASSWORD = "Correct-Horse-7"
WRONG_PASSWORD = "Correct-Horse-8"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
REFRESH_TOKEN = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*){4}")

_failures = 0


def check(name, got, want):
    """Compares a whole answer; a difference is printed and remembered, and the session goes on."""
    global _failures
    if got == want:
        print(f"ok - {name}", flush=True)
        return True
    _failures += 1
    print(f"not ok - {name}\n    got  {got!r}\n    want {want!r}", flush=True)
    return False


def check_match(name, got, pattern):
    """Checks that the whole of a string has a form."""
    fits = isinstance(got, str) and re.fullmatch(pattern, got) is not None
    return check(name, got if not fits else "fits", "fits")


def check_raises(name, want, call):
    """Checks that `call` raises exactly `want`: the class name and the text of the exception."""
    try:
        answer = call()
    except Exception as error:  # the very thing under test is which one it is
        return check(name, (type(error).__name__, str(error)), want)
    return check(name, ("no exception", repr(answer)), want)


def check_refused(name, operation, want, call):
    """Checks the exception class, code, text and status that boto3 makes of a refusal."""
    code, message = want
    try:
        answer = call()
    except botocore.exceptions.ClientError as error:
        got = {
            "class": type(error).__name__,
            "error": error.response["Error"],
            "status": error.response["ResponseMetadata"]["HTTPStatusCode"],
            "repeated": error.response["ResponseMetadata"]["RetryAttempts"],
            "text": str(error),
        }
    else:
        got = {"answer": answer}
    return check(
        name,
        got,
        {
            "class": code,
            "error": {"Code": code, "Message": message},
            "status": 400,
            "repeated": 0,
            "text": f"An error occurred ({code}) when calling the {operation} operation: {message}",
        },
    )


@contextmanager
def session(name):
    """Runs one client's session; an exception that no check expected fails it."""
    global _failures
    try:
        yield
    except Exception as error:
        _failures += 1
        print(f"not ok - {name}: ended early by {type(error).__name__}: {error}", flush=True)
        import traceback

        traceback.print_exc()
    sys.exit(1 if _failures else 0)


@contextmanager
def part(name):
    """Runs one part of a session; an exception fails it, and the session goes on with the next part."""
    global _failures
    try:
        yield
    except Exception as error:
        _failures += 1
        print(f"not ok - {name}: ended early by {type(error).__name__}: {error}", flush=True)


def use(endpoint):
    """Leads what this module calls to another server."""
    global ENDPOINT
    ENDPOINT = endpoint


def administrator():
    """A boto3 client with only its endpoint changed."""
    return boto3.client("cognito-idp", endpoint_url=ENDPOINT)


class Pool:
    """A new pool with one client, made by an administrator for one session."""

    def __init__(self, admin, name, flows, secret=False):
        self.admin = admin
        self.id = admin.create_user_pool(PoolName=name, AutoVerifiedAttributes=["email"])["UserPool"]["Id"]
        client = admin.create_user_pool_client(
            UserPoolId=self.id, ClientName=name, GenerateSecret=secret, ExplicitAuthFlows=flows
        )["UserPoolClient"]
        self.client_id = client["ClientId"]
        self.client_secret = client.get("ClientSecret")
        self.issuer = f"{ENDPOINT}/{self.id}"

    def confirmed_user(self, username):
        """Makes a user who can sign in, without the sign-up that other sessions are about."""
        self.admin.admin_create_user(
            UserPoolId=self.id,
            Username=username,
            MessageAction="SUPPRESS",
            UserAttributes=[
                {"Name": "email", "Value": f"{username}@example.com"},
                {"Name": "email_verified", "Value": "true"},
            ],
        )
        self.admin.admin_set_user_password(
            UserPoolId=self.id, Username=username, Password=PASSWORD, Permanent=True
        )

    def sign_in(self, username):
        """Signs a user in by password and returns the AuthenticationResult."""
        return self.admin.initiate_auth(
            ClientId=self.client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": username, "PASSWORD": PASSWORD},
        )["AuthenticationResult"]


def get_json(path):
    """GETs a path of the server and reads its JSON."""
    with urllib.request.urlopen(f"{ENDPOINT}{path}", timeout=30) as answer:
        return json.load(answer)


def post_json(path, body):
    """POSTs JSON to a path of the server and reads the JSON that comes back, if any."""
    request = urllib.request.Request(
        f"{ENDPOINT}{path}", data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def messages(pool_id, username):
    """The messages of one user, newest first; waits up to ten seconds for the first."""
    query = urllib.parse.urlencode({"pool": pool_id, "user": username, "wait": 10})
    return get_json(f"/_dev/messages?{query}")["messages"]


def check_sign_up_message(pool_id, username, email):
    """Checks the one message that a sign-up sends, and returns its code."""
    found = messages(pool_id, username)
    check("one message was sent", len(found), 1)
    message = dict(found[0])
    check_match("the message has an id", str(message.pop("id", None)), r".+")
    check("the message has a time", message.pop("time", None) is not None, True)
    code = message.get("code")
    check_match("the code has six digits", code, r"\d{6}")
    check(
        "the message",
        message,
        {
            "pool": pool_id,
            "user": username,
            "to": email,
            "channel": "EMAIL",
            "kind": "sign_up",
            "subject": "Your verification code",
            "body": f"Your verification code is {code}. ",
            "code": code,
        },
    )
    return code


def other_code(code):
    """A code of the same form that is certainly not `code`."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


def without_metadata(answer):
    """The answer as the service sent it, without what botocore adds; botocore had to send the request only once."""
    if answer["ResponseMetadata"]["RetryAttempts"] != 0:
        raise RuntimeError(f"botocore repeated the request: {answer['ResponseMetadata']}")
    return {key: value for key, value in answer.items() if key != "ResponseMetadata"}


def claims(token):
    """The payload of a compact JWS, not verified."""
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def check_signed_up(answer, email):
    """Checks the whole SignUp answer and returns the user's sub."""
    sub = answer.get("UserSub")
    check_match("the user has a UUID", sub, UUID)
    check(
        "SignUp answers with the delivery of the code",
        answer,
        {
            "UserConfirmed": False,
            "UserSub": sub,
            "CodeDeliveryDetails": {
                "Destination": f"{email[0]}***@e***",
                "DeliveryMedium": "EMAIL",
                "AttributeName": "email",
            },
        },
    )
    return sub


def check_tokens(result, pool_id, client_id, issuer, username, sub, email, refreshed=None):
    """Checks an AuthenticationResult and every claim of its tokens.

    `refreshed` is the AuthenticationResult of the sign-in, when this one comes from its refresh token.
    """
    names = {"AccessToken", "ExpiresIn", "IdToken", "TokenType"}
    if refreshed is None:
        names.add("RefreshToken")
        check_match("the refresh token is opaque, in five parts", result.get("RefreshToken"), REFRESH_TOKEN)
    check("the members of the AuthenticationResult", set(result), names)
    check("the lifetime and type of the tokens", (result["ExpiresIn"], result["TokenType"]), (3600, "Bearer"))
    access, identity = claims(result["AccessToken"]), claims(result["IdToken"])
    for kind, payload in (("access", access), ("ID", identity)):
        check(f"the {kind} token lasts an hour", payload["exp"] - payload["iat"], 3600)
        for name in ("event_id", "jti", "origin_jti"):
            check_match(f"{name} of the {kind} token", payload.get(name), UUID)
    check(
        "the claims of the access token",
        access,
        {
            "sub": sub,
            "iss": issuer,
            "client_id": client_id,
            "token_use": "access",
            "acr": "urn:cognito:loa:1",
            "amr": ["pwd"],
            "scope": "aws.cognito.signin.user.admin",
            "username": username,
        }
        | {name: access.get(name) for name in ("event_id", "jti", "origin_jti", "auth_time", "iat", "exp")},
    )
    check(
        "the claims of the ID token",
        identity,
        {
            "sub": sub,
            "iss": issuer,
            "aud": client_id,
            "token_use": "id",
            "acr": "urn:cognito:loa:1",
            "amr": ["pwd"],
            "cognito:username": username,
            "email": email,
            "email_verified": True,
        }
        | {name: identity.get(name) for name in ("event_id", "jti", "origin_jti", "auth_time", "iat", "exp")},
    )
    for name in ("event_id", "origin_jti", "auth_time", "iat"):
        check(f"both tokens have the same {name}", access[name], identity[name])
    check("each token has its own jti", access["jti"] != identity["jti"], True)
    if refreshed is not None:
        before = claims(refreshed["AccessToken"])
        check("a refresh keeps origin_jti and auth_time",
              (access["origin_jti"], access["auth_time"]), (before["origin_jti"], before["auth_time"]))
        check("a refresh makes a new token", access["jti"] != before["jti"], True)


def user_answer(username, sub, email):
    """GetUser's whole answer for a user who signed up and confirmed."""
    return {
        "Username": username,
        "UserAttributes": [
            {"Name": "sub", "Value": sub},
            {"Name": "email", "Value": email},
            {"Name": "email_verified", "Value": "true"},
        ],
    }


def tampered(token):
    """The same token with one claim changed and its signature kept."""
    header, _, signature = token.split(".")
    payload = claims(token)
    payload["sub"] = str(uuid.UUID(int=0))
    changed = base64.urlsafe_b64encode(json.dumps(payload).encode()).decode().rstrip("=")
    return f"{header}.{changed}.{signature}"


def unsigned(token):
    """The same claims under `alg: none`."""
    header = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    return f"{header}.{token.split('.')[1]}."


INCORRECT = ("NotAuthorizedException", "Incorrect username or password.")
NOT_CONFIRMED = ("UserNotConfirmedException", "User is not confirmed.")
WRONG_CODE = ("CodeMismatchException", "Invalid verification code provided, please try again.")
ACCESS_REVOKED = ("NotAuthorizedException", "Access Token has been revoked")
REFRESH_REVOKED = ("NotAuthorizedException", "Refresh Token has been revoked")
