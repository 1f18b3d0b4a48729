"""boto3 and pycognito: a thousand users move in at their first sign-in, and their passwords with them.

The first sign-in has the password, so that the second can be SRP, where no password is sent.
"""

import time
from concurrent.futures import ThreadPoolExecutor

from pycognito import Cognito

import events
import functions
from events import METADATA
from functions import Thrown
from own_server import own_server
from support import PASSWORD, administrator, check, check_refused, claims, messages, session

import support

COUNT = 1000
FLOWS = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
INCORRECT = ("NotAuthorizedException", "Incorrect username or password.")


def name(number):
    return f"user{number:04d}"


def password(number):
    return f"Correct-Horse-{number}"


def attributes(number):
    return {
        "email": f"{name(number)}@example.com", "email_verified": "true", "name": f"Nutzer {number} 花子",
        "custom:plan": "gold" if number % 2 else "silver",
    }


def migrate(event):
    """What the old directory knows: these users and passwords; a stranger gets an error, a ghost nothing."""
    typed = event["userName"]
    if typed == "ghost":
        return event
    if not typed.startswith("user"):
        raise Thrown("Bad password")
    number = int(typed.removeprefix("user"))
    if event["triggerSource"] == "UserMigration_Authentication" and event["request"]["password"] != password(number):
        raise Thrown("Bad password")
    event["response"].update(userAttributes=attributes(number), finalUserStatus="CONFIRMED", messageAction="SUPPRESS")
    return event


def sign_in(admin, client, number, word=None):
    return admin.initiate_auth(
        ClientId=client, AuthFlow="USER_PASSWORD_AUTH", ClientMetadata=METADATA,
        AuthParameters={"USERNAME": name(number), "PASSWORD": word or password(number)},
    )["AuthenticationResult"]


def shape(pool, client, source, username, word):
    request = {"validationData": METADATA} if source == "Authentication" else {"clientMetadata": METADATA}
    request |= {"password": word} if word else {"password": None}
    return events.event(f"UserMigration_{source}", pool, client, username, request)


with session("migration"):
    server = functions.Functions()
    with own_server(*server.flags()) as running:
        admin = administrator()
        pool = admin.create_user_pool(
            PoolName="migration", AutoVerifiedAttributes=["email"],
            Schema=[{"Name": "plan", "AttributeDataType": "String", "Mutable": True}],
            LambdaConfig={"UserMigration": server.on("migrate", migrate)},
        )["UserPool"]["Id"]

        def new_client(existence):
            return admin.create_user_pool_client(
                UserPoolId=pool, ClientName=existence, ExplicitAuthFlows=FLOWS, PreventUserExistenceErrors=existence
            )["UserPoolClient"]["ClientId"]

        client, legacy = new_client("ENABLED"), new_client("LEGACY")

        tokens = sign_in(admin, client, 0)
        got = server.taken("migrate")
        for event in got:
            for member in ("userAttributes", "clientMetadata"):
                if event["request"].get(member) in (None, {}):
                    event["request"].pop(member, None)
        check("the event of the first sign-in", got,
              [shape(pool, client, "Authentication", name(0), password(0))])
        identity = claims(tokens["IdToken"])
        check("the attributes are in the ID token",
              {key: identity.get(key) for key in ("email", "email_verified", "name")},
              {key: attributes(0)[key] for key in ("email", "name")} | {"email_verified": True})
        sign_in(admin, client, 0)
        check("the second sign-in asks nobody", server.taken("migrate"), [])
        check_refused("a wrong password afterwards", "InitiateAuth", INCORRECT,
                      lambda: sign_in(admin, client, 0, "Wrong-Horse-1"))
        check("asks nobody either", server.taken("migrate"), [])

        begun = time.monotonic()
        with ThreadPoolExecutor(16) as threads:
            results = list(threads.map(lambda number: sign_in(admin, client, number), range(1, COUNT)))
        print(f"# {COUNT} users moved in within {time.monotonic() - begun:.0f} s")
        check("every user moved in", sum("AccessToken" in result for result in results), COUNT - 1)
        check("and each function was called once", len(server.taken("migrate")), COUNT - 1)
        check("all are there, with their attributes", sorted(
            (user["Username"], user["UserStatus"], found["email"], found["custom:plan"])
            for page in admin.get_paginator("list_users").paginate(UserPoolId=pool)
            for user in page["Users"]
            for found in [{item["Name"]: item["Value"] for item in user["Attributes"]}]
        ), sorted((name(n), "CONFIRMED", attributes(n)["email"], attributes(n)["custom:plan"]) for n in range(COUNT)))

        def proves_it(number):
            user = Cognito(pool, client, username=name(number), user_pool_region="us-east-1",
                           boto3_client_kwargs={"endpoint_url": support.ENDPOINT})
            user.authenticate(password=password(number))
            return claims(user.access_token)["username"] == name(number)

        with ThreadPoolExecutor(8) as threads:
            proved = list(threads.map(proves_it, range(0, COUNT, 20)))
        check("SRP works with the password that was captured", proved, [True] * len(proved))
        check("and asks nobody", server.taken("migrate"), [])

        check_refused("a password that the old directory refuses", "InitiateAuth",
                      ("UserLambdaValidationException", "UserMigration failed with error Bad password."),
                      lambda: sign_in(admin, legacy, 4999, "Wrong-Horse-1"))
        for existence, one in (("ENABLED", client), ("LEGACY", legacy)):
            want = INCORRECT if existence == "ENABLED" else (
                "UserNotFoundException", f"Exception migrating user in app client {legacy}")
            check_refused(f"{existence}: a function without an answer", "InitiateAuth", want, lambda one=one: admin.initiate_auth(
                ClientId=one, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": "ghost", "PASSWORD": PASSWORD},
            ))
        server.taken("migrate")

        answer = admin.forgot_password(ClientId=client, Username=name(5000), ClientMetadata=METADATA)
        check("a forgotten password moves a user in", answer["CodeDeliveryDetails"],
              {"Destination": "u***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"})
        got = server.taken("migrate")
        check("its source", [event["triggerSource"] for event in got], ["UserMigration_ForgotPassword"])
        check("no password is in it", [event["request"].get("password") for event in got], [None])
        code = messages(pool, name(5000))[0]["code"]
        admin.confirm_forgot_password(
            ClientId=client, Username=name(5000), ConfirmationCode=code, Password=PASSWORD
        )
        check("the new password signs in", "AccessToken" in sign_in(admin, client, 5000, PASSWORD), True)

        def twice(_):
            try:
                return "AccessToken" in sign_in(admin, client, 6000)
            except admin.exceptions.ClientError as error:
                return error.response["Error"]["Code"], error.response["Error"]["Message"]

        with ThreadPoolExecutor(16) as threads:
            answers = set(threads.map(twice, range(16)))
        # Passwords that are being judged count as attempts until they are found right.
        allowed = {True, ("NotAuthorizedException", "Password attempts exceeded")}
        check("sixteen sign-ins at once end as sign-ins do", answers | {True} <= allowed and True in answers, True)
        found = admin.list_users(UserPoolId=pool, Filter=f'username = "{name(6000)}"')["Users"]
        check("and no more", len(found), 1)
        check("no password is in the log", any(word in running.log() for word in ("Correct-Horse", "Wrong-Horse")), False)
        check("every request was as documented", server.faults, [])
