"""boto3: what a caller learns of each wrong answer of a function, word for word, and that nothing is half done."""

import threading
import time

import botocore.exceptions

import functions
from functions import Late, Raw, Redirect, Refused, Reset, Thrown, responding
from own_server import own_server
from support import PASSWORD, Pool, administrator, check, check_refused, messages, part, session

FLOWS = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
SLOW = "Socket timeout while invoking Lambda function"
# One try would take five seconds, three of them fifteen.
QUICK = ";timeout=400;tries=2"


def throws(message):
    def function(_event):
        raise Thrown(message)

    return function


def wrong_answers():
    """Acts of a function, and the exception and text that follow for a trigger."""
    return [
        ("an error", throws("This email already exists."), "UserLambdaValidationException",
         "{} failed with error This email already exists.."),
        ("an error without full stop", throws("callback is not a function"), "UserLambdaValidationException",
         "{} failed with error callback is not a function."),
        ("an error in Japanese", throws("登録できません"), "UserLambdaValidationException",
         "{} failed with error 登録できません."),
        ("no JSON", Raw(b"<html>"), "InvalidLambdaResponseException", "Invalid lambda function output : Invalid JSON"),
        ("half of a document", Raw(b'{"response":'), "InvalidLambdaResponseException",
         "Invalid lambda function output : Invalid JSON"),
        ("null", None, "InvalidLambdaResponseException", "Unrecognizable lambda output"),
        ("a text", "done", "InvalidLambdaResponseException", "Unrecognizable lambda output"),
        ("a list", [], "InvalidLambdaResponseException", "Unrecognizable lambda output"),
        ("an event without response", {"request": {}}, "InvalidLambdaResponseException", "Unrecognizable lambda output"),
        ("a response that is a text", {"response": "yes"}, "InvalidLambdaResponseException",
         "Unrecognizable lambda output"),
        ("more than 6 MB", Raw(b'{"response":{"x":"' + b"y" * (6 << 20) + b'"}}'), "InvalidLambdaResponseException",
         "Invalid lambda function output : Invalid JSON"),
        ("no permission", Refused(403, "AccessDeniedException"), "UnexpectedLambdaException",
         "{} invocation failed due to error AccessDeniedException."),
        ("no such function", Refused(404, "ResourceNotFoundException"), "UnexpectedLambdaException",
         "{} invocation failed due to error ResourceNotFoundException."),
        ("no answer in time", Late(2), "UnexpectedLambdaException", "{} invocation failed due to error " + SLOW + "."),
        ("a connection that is reset", Reset(), "UnexpectedLambdaException",
         "{} invocation failed due to error ServiceException."),
        ("a redirect to an internal address", Redirect("http://127.0.0.1:1/latest/meta-data"),
         "UnexpectedLambdaException", "{} invocation failed due to error ServiceException."),
    ]


# Members of `response` of another type, which no trigger takes.
SHAPES = {
    "PreSignUp": [{"autoConfirmUser": "yes"}, {"autoVerifyEmail": 1}, {"autoVerifyPhone": []}],
    "CustomMessage": [{"emailMessage": 1}, {"emailSubject": ["x"]}, {"smsMessage": {}}],
    "PreTokenGeneration": [
        {"claimsOverrideDetails": "x"},
        {"claimsOverrideDetails": {"claimsToAddOrOverride": []}},
        {"claimsOverrideDetails": {"claimsToSuppress": "email"}},
        {"claimsOverrideDetails": {"groupOverrideDetails": {"groupsToOverride": "x"}}},
    ],
    "DefineAuthChallenge": [{"issueTokens": "yes"}, {"challengeName": 7}, {"failAuthentication": {}}],
    "CreateAuthChallenge": [{"publicChallengeParameters": []}, {"privateChallengeParameters": "x"}],
    "VerifyAuthChallengeResponse": [{"answerCorrect": "true"}],
    "UserMigration": [{"userAttributes": []}, {"userAttributes": {"email": "a@example.com"}, "finalUserStatus": 1}],
}


class World:
    """A pool with a function for each trigger, and one call that fires it."""

    def __init__(self, admin, server):
        self.admin, self.server = admin, server
        pool = Pool(admin, "wrong answers", FLOWS)
        self.pool, self.client = pool.id, pool.client_id
        self.pool_object = pool
        pool.confirmed_user("jane")
        self.names = 0
        self.calls = {
            "PreSignUp": ("SignUp", self.sign_up),
            "PostConfirmation": ("AdminConfirmSignUp", self.confirm),
            "PreAuthentication": ("InitiateAuth", self.sign_in),
            "PostAuthentication": ("InitiateAuth", self.sign_in),
            "PreTokenGeneration": ("InitiateAuth", self.sign_in),
            "CustomMessage": ("SignUp", self.sign_up),
            "DefineAuthChallenge": ("InitiateAuth", self.custom),
            "CreateAuthChallenge": ("InitiateAuth", self.custom),
            "VerifyAuthChallengeResponse": ("RespondToAuthChallenge", self.answer),
            "UserMigration": ("InitiateAuth", self.migrate),
        }

    def set(self, **config):
        self.admin.update_user_pool(UserPoolId=self.pool, LambdaConfig=config, AutoVerifiedAttributes=["email"])

    def name(self):
        self.names += 1
        return f"user{self.names}"

    def sign_up(self):
        self.last = self.name()
        return self.admin.sign_up(
            ClientId=self.client, Username=self.last, Password=PASSWORD,
            UserAttributes=[{"Name": "email", "Value": f"{self.last}@example.com"}],
        )

    def confirm(self):
        return self.admin.admin_confirm_sign_up(UserPoolId=self.pool, Username=self.last)

    def sign_in(self, username="jane"):
        return self.admin.initiate_auth(
            ClientId=self.client, AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": username, "PASSWORD": PASSWORD},
        )

    def custom(self):
        return self.admin.initiate_auth(
            ClientId=self.client, AuthFlow="CUSTOM_AUTH", AuthParameters={"USERNAME": "jane"}
        )

    def answer(self):
        return self.admin.respond_to_auth_challenge(
            ClientId=self.client, ChallengeName="CUSTOM_CHALLENGE", Session=self.challenge["Session"],
            ChallengeResponses={"USERNAME": "jane", "ANSWER": "x"},
        )

    def migrate(self):
        return self.admin.initiate_auth(
            ClientId=self.client, AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": self.name(), "PASSWORD": PASSWORD},
        )

    def exists(self, username):
        try:
            return self.admin.admin_get_user(UserPoolId=self.pool, Username=username)["UserStatus"]
        except self.admin.exceptions.UserNotFoundException:
            return None


def prepare(world, trigger, arn):
    """Makes only this trigger's function answer wrong, whatever else its call needs."""
    custom = {"DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse"}
    config = {trigger: arn}
    if trigger in custom:
        others = {
            "DefineAuthChallenge": responding(
                challengeName="CUSTOM_CHALLENGE", issueTokens=False, failAuthentication=False
            ),
            "CreateAuthChallenge": responding(
                publicChallengeParameters={"q": "?"}, privateChallengeParameters={"a": "x"}
            ),
            "VerifyAuthChallengeResponse": responding(answerCorrect=True),
        }
        for name, function in others.items():
            if name != trigger:
                config[name] = world.server.on(f"right-{name}", function)
    world.set(**config)


def each_wrong_answer(world, trigger):
    name = f"wrong-{trigger}"
    operation, call = world.calls[trigger]
    cases = wrong_answers()
    cases += [
        (f"response {shape}", {"response": shape}, "InvalidLambdaResponseException", "Unrecognizable lambda output")
        for shape in SHAPES.get(trigger, [])
    ]
    for case, act, code, text in cases:
        if trigger == "PostConfirmation":
            world.set()
            world.sign_up()
        arn = world.server.on(name, act)
        prepare(world, trigger, arn)
        if trigger == "VerifyAuthChallengeResponse":
            world.challenge = world.custom()
        if trigger == "UserMigration" and code == "UnexpectedLambdaException":
            # settled S26: the text of this trigger's own.
            code, text = "UserNotFoundException", f"Exception migrating user in app client {world.client}"
        check_refused(f"{trigger}: {case}", operation, (code, text.format(trigger)), call)
        if trigger in {"PreSignUp", "CustomMessage"}:
            check(f"{trigger}: {case}: nobody signed up", world.exists(world.last), None)
        if trigger == "PostConfirmation":
            check(f"{trigger}: {case}: the confirmation stays", world.exists(world.last), "CONFIRMED")
        if trigger == "UserMigration":
            check(f"{trigger}: {case}: nobody migrated", world.exists(f"user{world.names}"), None)


def tries(world):
    """A time-out and a reset are tried again, an error of the function and a refusal are not."""
    for case, act, count in (
        ("an error", throws("no"), 1), ("a refusal", Refused(500, "ServiceException"), 1),
        ("too late", Late(2), 2), ("a reset", Reset(), 2),
    ):
        world.set(PreAuthentication=world.server.on("tries", act))
        try:
            world.sign_in()
        except botocore.exceptions.ClientError:
            pass
        events = world.server.taken("tries")
        check(f"{case}: calls", len(events), count)
        check(f"{case}: always the same event", all(event == events[0] for event in events), True)


def under_load(world):
    """Sixty-four sign-ins wait for a slow function, and others are answered meanwhile."""
    gate = threading.Event()

    def wait(event):
        gate.wait(5)
        return event

    names = [f"crowd{number}" for number in range(64)]
    for name in names:
        world.pool_object.confirmed_user(name)
    # A long time-out, which this function's name has in the settings.
    world.set(PreAuthentication=world.server.on("patient", wait))
    answers = []

    def sign_in(name):
        try:
            answers.append("AuthenticationResult" in world.sign_in(name))
        except botocore.exceptions.ClientError as error:
            answers.append(error.response["Error"]["Code"])

    threads = [threading.Thread(target=sign_in, args=[name]) for name in names]
    for thread in threads:
        thread.start()
    check("all of them wait for the function", len(world.server.wait("patient", 64, seconds=4)) > 48, True)
    begun = time.monotonic()
    world.admin.describe_user_pool(UserPoolId=world.pool)
    world.exists("jane")
    check("others are answered at once", time.monotonic() - begun < 2, True)
    gate.set()
    for thread in threads:
        thread.join(30)
    check("all sign-ins end", len(answers), 64)
    check("and end well", set(answers), {True})


def nothing_sent(world):
    """A refused sign-up sends nothing."""
    world.set(PreSignUp=world.server.on("no", throws("No.")))
    check_refused("a refused sign-up", "SignUp",
                  ("UserLambdaValidationException", "PreSignUp failed with error No..") , world.sign_up)
    refused = world.last
    world.set()
    world.sign_up()
    check("the next sign-up sends its message", len(messages(world.pool, world.last)), 1)
    found = [message for message in messages(world.pool, world.last) if message["user"] == refused]
    check("and the refused one nothing", found, [])


with session("wrong answers of functions"):
    server = functions.Functions()
    flags = server.flags()
    flags[1] += QUICK
    patient = ["--trigger", f"{functions.arn('patient')}=lambda:{server.url};timeout=10000;tries=1"]
    with own_server(*flags, *patient) as running:
        world = World(administrator(), server)
        for trigger in world.calls:
            with part(trigger):
                each_wrong_answer(world, trigger)
        for one in (tries, nothing_sent, under_load):
            with part(one.__name__):
                one(world)
        check("every request was as documented", server.faults, [])
        check("no password is in the log", PASSWORD in running.log(), False)
