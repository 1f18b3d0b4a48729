"""boto3: CUSTOM_AUTH by either door, after SRP and a second factor, for new users and for names that nobody has."""

from pycognito.aws_srp import AWSSRP

import functions
from own_server import own_server
from support import PASSWORD, administrator, check, check_refused, claims, messages, part, session

ANSWERS = ["Pequod", "Ahab", "Moby Dick"]
FLOWS = ["ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
TRIGGERS = ["DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse"]
INCORRECT = ("NotAuthorizedException", "Incorrect username or password.")


def entry(name, result=True, metadata=None):
    return {"challengeName": name, "challengeResult": result, "challengeMetadata": metadata}


def right(session):
    return [past for past in session if past["challengeName"] == "CUSTOM_CHALLENGE" and past["challengeResult"]]


def define(event):
    past, response = event["request"]["session"], event["response"]
    response["issueTokens"] = len(right(past)) == len(ANSWERS)
    response["failAuthentication"] = any(not one["challengeResult"] for one in past)
    only_a = [one["challengeName"] for one in past] == ["SRP_A"]
    response["challengeName"] = "PASSWORD_VERIFIER" if only_a else "CUSTOM_CHALLENGE"
    return event


def create(event):
    turn = len(right(event["request"]["session"]))
    event["response"] = {
        "publicChallengeParameters": {"question": str(turn)},
        "privateChallengeParameters": {"answer": ANSWERS[turn]},
        "challengeMetadata": f"question {turn}",
    }
    return event


def verify(event):
    request = event["request"]
    event["response"]["answerCorrect"] = request["challengeAnswer"] == request["privateChallengeParameters"]["answer"]
    return event


class World:
    """A pool with the three functions, and a client of it that hides which users exist."""

    def __init__(self, admin, server, triggers=TRIGGERS, **settings):
        self.admin, self.server = admin, server
        acts = dict(zip(TRIGGERS, (define, create, verify)))
        config = {name: server.on(name, acts[name]) for name in triggers}
        self.id = admin.create_user_pool(PoolName="custom", LambdaConfig=config, **settings)["UserPool"]["Id"]
        self.client = admin.create_user_pool_client(
            UserPoolId=self.id, ClientName="c", ExplicitAuthFlows=FLOWS, PreventUserExistenceErrors="ENABLED"
        )["UserPoolClient"]["ClientId"]

    def user(self, name, permanent=True, attributes=()):
        self.admin.admin_create_user(
            UserPoolId=self.id, Username=name, MessageAction="SUPPRESS", UserAttributes=list(attributes)
        )
        if permanent:
            self.admin.admin_set_user_password(UserPoolId=self.id, Username=name, Password=PASSWORD, Permanent=True)

    def start(self, name, admin=False, **parameters):
        more = {"UserPoolId": self.id} if admin else {}
        call = self.admin.admin_initiate_auth if admin else self.admin.initiate_auth
        return call(ClientId=self.client, AuthFlow="CUSTOM_AUTH", AuthParameters={"USERNAME": name} | parameters, **more)

    def answer(self, asked, responses, admin=False):
        more = {"UserPoolId": self.id} if admin else {}
        call = self.admin.admin_respond_to_auth_challenge if admin else self.admin.respond_to_auth_challenge
        return call(
            ClientId=self.client, ChallengeName=asked["ChallengeName"], ChallengeResponses=responses,
            Session=asked["Session"], **more,
        )

    def through(self, what, asked, admin=False):
        """Answers all three challenges and checks each; returns what comes then."""
        name = asked["ChallengeParameters"]["USERNAME"]
        for turn, text in enumerate(ANSWERS):
            check(f"{what}: challenge {turn}", (asked["ChallengeName"], asked["ChallengeParameters"]),
                  ("CUSTOM_CHALLENGE", {"USERNAME": name, "question": str(turn)}))
            asked = self.answer(asked, {"USERNAME": name, "ANSWER": text}, admin)
        return asked

    def history(self):
        """What the last call of DefineAuthChallenge saw."""
        return self.server.taken("DefineAuthChallenge")[-1]["request"]["session"]


def doors(admin, server):
    world = World(admin, server)
    world.user("ann")
    for what, is_admin in (("public", False), ("administrator", True)):
        done = world.through(what, world.start("ann", is_admin), is_admin)
        check(f"{what}: tokens", claims(done["AuthenticationResult"]["AccessToken"])["username"], "ann")
        check(f"{what}: the history", world.history(),
              [entry("CUSTOM_CHALLENGE", True, f"question {turn}") for turn in range(3)])
        asked = world.start("ann", is_admin)
        operation = "AdminRespondToAuthChallenge" if is_admin else "RespondToAuthChallenge"
        wrong = {"USERNAME": "ann", "ANSWER": "Starbuck"}
        check_refused(f"{what}: a wrong answer", operation, INCORRECT, lambda: world.answer(asked, wrong, is_admin))
        check_refused(f"{what}: and no other", operation,
                      ("NotAuthorizedException", "Invalid session for the user, session can only be used once."),
                      lambda: world.answer(asked, wrong | {"ANSWER": ANSWERS[0]}, is_admin))


def strangers(admin, server):
    world = World(admin, server)
    asked = world.start("nobody")
    event = server.taken("DefineAuthChallenge")[-1]
    check("an unknown name is told", (event["userName"], event["request"]),
          ("nobody", {"userAttributes": {}, "userNotFound": True, "session": []}))
    check_refused("no answers sign it in", "RespondToAuthChallenge", INCORRECT,
                  lambda: world.through("an unknown name", asked))


def new_users(admin, server):
    world = World(admin, server)
    world.user("new", permanent=False)
    done = world.through("a new user", world.start("new"))
    check("a new user signs in", claims(done["AuthenticationResult"]["IdToken"])["cognito:username"], "new")
    status = admin.admin_get_user(UserPoolId=world.id, Username="new")["UserStatus"]
    check("the temporary password stays", status, "FORCE_CHANGE_PASSWORD")


def after_factors(admin, server):
    world = World(admin, server)
    phone = [{"Name": "phone_number", "Value": "+15555550142"}, {"Name": "phone_number_verified", "Value": "true"}]
    world.user("maud", attributes=phone)
    admin.set_user_pool_mfa_config(
        UserPoolId=world.id, MfaConfiguration="OPTIONAL",
        SmsMfaConfiguration={"SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::000000000000:role/sms"}},
    )
    admin.admin_set_user_mfa_preference(UserPoolId=world.id, Username="maud", SMSMfaSettings={"Enabled": True})
    srp = AWSSRP("maud", PASSWORD, world.id, world.client, client=admin)
    parameters = srp.get_auth_params()
    asked = world.start("maud", CHALLENGE_NAME="SRP_A", SRP_A=parameters["SRP_A"])
    check("SRP: a session comes with the challenge", (asked["ChallengeName"], "Session" in asked), ("PASSWORD_VERIFIER", True))
    check("SRP: the history", world.history(), [entry("SRP_A")])
    asked = world.answer(asked, srp.process_challenge(asked["ChallengeParameters"], parameters))
    check("SRP: then the second factor", asked["ChallengeName"], "SMS_MFA")
    code = messages(world.id, "maud")[0]["code"]
    asked = world.answer(asked, {"USERNAME": "maud", "SMS_MFA_CODE": code})
    past = [entry("SRP_A"), entry("PASSWORD_VERIFIER"), entry("SMS_MFA")]
    check("SRP: the history after both", world.history(), past)
    done = world.through("SRP", asked)
    check("SRP: tokens", claims(done["AuthenticationResult"]["AccessToken"])["username"], "maud")


def missing(admin, server):
    world = World(admin, server, ())
    world.user("ann")
    check_refused("without DefineAuthChallenge", "InitiateAuth",
                  ("InvalidParameterException", "Custom auth lambda trigger is not configured for the user pool."),
                  lambda: world.start("ann"))
    for triggers, absent, operation in ((TRIGGERS[:1], "CreateAuthChallenge", "InitiateAuth"),
                                        (TRIGGERS[:2], "VerifyAuthChallengeResponse", "RespondToAuthChallenge")):
        world = World(admin, server, triggers)
        world.user("ann")
        text = f"{absent} invocation failed due to configuration."
        check_refused(f"without {absent}", operation, ("UnexpectedLambdaException", text),
                      lambda: world.through(f"without {absent}", world.start("ann")))


with session("CUSTOM_AUTH"):
    server = functions.Functions()
    with own_server(*server.flags()):
        admin = administrator()
        for run in (doors, strangers, new_users, after_factors, missing):
            with part(run.__name__):
                run(admin, server)
        check("every request was as documented", server.faults, [])
