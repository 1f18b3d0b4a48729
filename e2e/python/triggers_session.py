"""boto3: every trigger and every reason for it, each event compared as a whole."""

import events
import functions
from events import METADATA, NO_CLIENT, NO_GROUPS, VALIDATION, message
from own_server import own_server
from support import PASSWORD, administrator, check, check_refused, claims, messages, part, session

OLD = ["PreSignUp", "PostConfirmation", "PreAuthentication", "PostAuthentication", "PreTokenGeneration", "CustomMessage",
       "DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse"]
FLOWS = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]


class World:
    """A pool whose triggers all echo their events, and a client of it."""

    def __init__(self, admin, server, name, **settings):
        self.admin, self.server, self.name = admin, server, name
        config = {trigger: server.on(f"{name}-{trigger}", functions.echo) for trigger in OLD}
        settings = {"AutoVerifiedAttributes": ["email"]} | settings
        self.id = admin.create_user_pool(PoolName=name, LambdaConfig=config, **settings)["UserPool"]["Id"]
        self.client = admin.create_user_pool_client(
            UserPoolId=self.id, ClientName="c", ExplicitAuthFlows=FLOWS, PreventUserExistenceErrors="ENABLED"
        )["UserPoolClient"]["ClientId"]

    def on(self, trigger, function):
        self.server.on(f"{self.name}-{trigger}", function)

    def saw(self, what, *wanted):
        """Checks that exactly these events came since the last call, by trigger, each in its order."""
        got = {trigger: self.server.taken(f"{self.name}-{trigger}") for trigger in OLD}
        want = {trigger: [] for trigger in OLD}
        for event in wanted:
            trigger = event["triggerSource"].split("_")[0].replace("TokenGeneration", "PreTokenGeneration")
            want[trigger].append(event)
        for trigger in OLD:
            if got[trigger] or want[trigger]:
                check(f"{what}: {trigger}", got[trigger], want[trigger])
        check(f"{what}: no other function was called", {t for t in OLD if got[t]}, {t for t in OLD if want[t]})

    def event(self, source, username, request, client="", **more):
        """A whole event, of this world's client unless told otherwise."""
        return events.event(source, self.id, self.client if client == "" else client, username, request, **more)

    def code(self, username):
        return messages(self.id, username)[0]["code"]

    def sign_in(self, username, password=PASSWORD, **more):
        return self.admin.initiate_auth(
            ClientId=self.client, AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": username, "PASSWORD": password}, **more,
        )


def attributes(sub, status, **more):
    return {"sub": sub, "cognito:user_status": status} | more


def sign_up_and_in(world, admin):
    """SignUp to the second refresh, with what a user does about an account in between."""
    up = admin.sign_up(
        ClientId=world.client, Username="jane", Password=PASSWORD, ValidationData=VALIDATION, ClientMetadata=METADATA,
        UserAttributes=[{"Name": "email", "Value": "jane@example.com"}],
    )
    sub = up["UserSub"]
    new = attributes(sub, "UNCONFIRMED", email="jane@example.com", email_verified="false")
    world.saw(
        "SignUp",
        world.event("PreSignUp_SignUp", "jane", {
            "userAttributes": {"email": "jane@example.com"}, "validationData": {"captcha": "passed"},
            "clientMetadata": METADATA,
        }),
        world.event("CustomMessage_SignUp", "jane", message(new)),
    )
    admin.resend_confirmation_code(ClientId=world.client, Username="jane", ClientMetadata=METADATA)
    world.saw("ResendConfirmationCode", world.event("CustomMessage_ResendCode", "jane", message(new)))
    admin.confirm_sign_up(
        ClientId=world.client, Username="jane", ConfirmationCode=world.code("jane"), ClientMetadata=METADATA
    )
    user = attributes(sub, "CONFIRMED", email="jane@example.com", email_verified="true")
    about = {"userAttributes": user}
    world.saw(
        "ConfirmSignUp",
        world.event("PostConfirmation_ConfirmSignUp", "jane", about | {"clientMetadata": METADATA}),
    )
    tokens = world.sign_in("jane", ClientMetadata=METADATA)["AuthenticationResult"]
    # ClientMetadata of InitiateAuth is ValidationData for PreAuthentication and reaches nothing else.
    world.saw(
        "InitiateAuth",
        world.event("PreAuthentication_Authentication", "jane",
                    about | {"validationData": METADATA, "userNotFound": False}),
        world.event("PostAuthentication_Authentication", "jane", about | {"newDeviceUsed": False}),
        world.event("TokenGeneration_Authentication", "jane", about | {"groupConfiguration": NO_GROUPS}),
    )
    admin.initiate_auth(
        ClientId=world.client, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters={"REFRESH_TOKEN": tokens["RefreshToken"]},
    )
    world.saw(
        "refreshing", world.event("TokenGeneration_RefreshTokens", "jane", about | {"groupConfiguration": NO_GROUPS})
    )
    access = tokens["AccessToken"]
    admin.get_user_attribute_verification_code(AccessToken=access, AttributeName="email", ClientMetadata=METADATA)
    world.saw("GetUserAttributeVerificationCode",
              world.event("CustomMessage_VerifyUserAttribute", "jane", message(user)))
    admin.forgot_password(ClientId=world.client, Username="jane", ClientMetadata=METADATA)
    world.saw("ForgotPassword", world.event("CustomMessage_ForgotPassword", "jane", message(user)))
    admin.confirm_forgot_password(
        ClientId=world.client, Username="jane", ConfirmationCode=world.code("jane"), Password=PASSWORD + "!",
        ClientMetadata=METADATA,
    )
    world.saw(
        "ConfirmForgotPassword",
        world.event("PostConfirmation_ConfirmForgotPassword", "jane", about | {"clientMetadata": METADATA}),
    )
    tokens = world.sign_in("jane", PASSWORD + "!")["AuthenticationResult"]
    world.saw(
        "InitiateAuth without ClientMetadata",
        world.event("PreAuthentication_Authentication", "jane",
                    about | {"validationData": None, "userNotFound": False}),
        world.event("PostAuthentication_Authentication", "jane", about | {"newDeviceUsed": False}),
        world.event("TokenGeneration_Authentication", "jane", about | {"groupConfiguration": NO_GROUPS}),
    )
    admin.update_user_attributes(
        AccessToken=tokens["AccessToken"], ClientMetadata=METADATA,
        UserAttributes=[{"Name": "email", "Value": "jane2@example.com"}],
    )
    moved = user | {"email": "jane2@example.com", "email_verified": "false"}
    world.saw("UpdateUserAttributes", world.event("CustomMessage_UpdateUserAttribute", "jane", message(moved)))
    return sub


def by_an_administrator(world, admin):
    """What administrators cause, who name no client."""
    made = admin.admin_create_user(
        UserPoolId=world.id, Username="joe", TemporaryPassword="Temporary-7<>&", ValidationData=VALIDATION,
        ClientMetadata=METADATA, DesiredDeliveryMediums=["EMAIL"],
        UserAttributes=[{"Name": "email", "Value": "joe@example.com"}, {"Name": "email_verified", "Value": "true"}],
    )["User"]
    sub = next(item["Value"] for item in made["Attributes"] if item["Name"] == "sub")
    invited = attributes(sub, "FORCE_CHANGE_PASSWORD", email="joe@example.com", email_verified="true")
    before = world.server.events[f"{world.name}-PreSignUp"][-1:]
    # The service's userAttributes at this point are not known to the last member.
    shown = before[0]["request"].pop("userAttributes") if before else {}
    check("AdminCreateUser: PreSignUp sees the attributes",
          {name: shown.get(name) for name in ("email", "email_verified")},
          {"email": "joe@example.com", "email_verified": "true"})
    world.saw(
        "AdminCreateUser",
        world.event("PreSignUp_AdminCreateUser", "joe",
                    {"validationData": {"captcha": "passed"}, "clientMetadata": METADATA}, client=NO_CLIENT),
        world.event("CustomMessage_AdminCreateUser", "joe", message(invited, username="{username}"), client=NO_CLIENT),
    )
    challenge = world.sign_in("joe", "Temporary-7<>&", ClientMetadata=METADATA)
    about = {"userAttributes": invited}
    world.saw(
        "signing in with a temporary password",
        world.event("PreAuthentication_Authentication", "joe",
                    about | {"validationData": METADATA, "userNotFound": False}),
    )
    admin.respond_to_auth_challenge(
        ClientId=world.client, ChallengeName="NEW_PASSWORD_REQUIRED", Session=challenge["Session"],
        ChallengeResponses={"USERNAME": "joe", "NEW_PASSWORD": PASSWORD}, ClientMetadata=METADATA,
    )
    about = {"userAttributes": invited | {"cognito:user_status": "CONFIRMED"}}
    metadata = {"clientMetadata": METADATA}
    world.saw(
        "a new password",
        world.event("PostAuthentication_Authentication", "joe", about | {"newDeviceUsed": False} | metadata),
        world.event("TokenGeneration_NewPasswordChallenge", "joe", about | {"groupConfiguration": NO_GROUPS} | metadata),
    )
    user = about["userAttributes"]
    admin.admin_update_user_attributes(
        UserPoolId=world.id, Username="joe", ClientMetadata=METADATA,
        UserAttributes=[{"Name": "email", "Value": "joe2@example.com"}],
    )
    moved = user | {"email": "joe2@example.com", "email_verified": "false"}
    world.saw("AdminUpdateUserAttributes",
              world.event("CustomMessage_UpdateUserAttribute", "joe", message(moved), client=NO_CLIENT))
    admin.admin_update_user_attributes(
        UserPoolId=world.id, Username="joe",
        UserAttributes=[{"Name": "email", "Value": "joe@example.com"}, {"Name": "email_verified", "Value": "true"}],
    )
    world.saw("AdminUpdateUserAttributes with a verified address")
    admin.admin_reset_user_password(UserPoolId=world.id, Username="joe", ClientMetadata=METADATA)
    got = world.server.taken(f"{world.name}-CustomMessage")
    status = got[0]["request"]["userAttributes"].pop("cognito:user_status") if got else None
    check("AdminResetUserPassword: the state", status in {"CONFIRMED", "RESET_REQUIRED"}, True)
    plain = {name: value for name, value in user.items() if name != "cognito:user_status"}
    check("AdminResetUserPassword: CustomMessage", got,
          [world.event("CustomMessage_ForgotPassword", "joe", message(plain), client=NO_CLIENT)])
    world.saw("AdminResetUserPassword, nothing else")

    admin.sign_up(ClientId=world.client, Username="ann", Password=PASSWORD)
    world.saw("SignUp of somebody without address",
              world.event("PreSignUp_SignUp", "ann", {"userAttributes": {}, "validationData": None}))
    admin.admin_confirm_sign_up(UserPoolId=world.id, Username="ann", ClientMetadata=METADATA)
    sub = next(item["Value"] for item in admin.admin_get_user(UserPoolId=world.id, Username="ann")["UserAttributes"])
    world.saw(
        "AdminConfirmSignUp",
        world.event("PostConfirmation_ConfirmSignUp", "ann",
                    {"userAttributes": attributes(sub, "CONFIRMED"), "clientMetadata": METADATA}, client=None),
    )
    return sub


def unknown_users(world):
    """A name that nobody has: PreAuthentication learns of it where the client hides names."""
    check_refused("signing in with a name that nobody has", "InitiateAuth",
                  ("NotAuthorizedException", "Incorrect username or password."), lambda: world.sign_in("nobody"))
    world.saw(
        "an unknown name",
        world.event("PreAuthentication_Authentication", "nobody",
                    {"userAttributes": {}, "validationData": None, "userNotFound": True}),
    )


def custom_auth(world, admin, sub):
    """Three challenges of the functions, then tokens."""
    asked = ["What flies?", "What swims?", "What crawls?"]
    answers = ["bird", "fish", "snake"]
    user = attributes(sub, "CONFIRMED")
    about = {"userAttributes": user, "userNotFound": False}

    def define(event):
        past = event["request"]["session"]
        if past and not past[-1]["challengeResult"]:
            event["response"].update(issueTokens=False, failAuthentication=True)
        elif len(past) == 3:
            event["response"].update(issueTokens=True, failAuthentication=False)
        else:
            event["response"].update(challengeName="CUSTOM_CHALLENGE", issueTokens=False, failAuthentication=False)
        return event

    def create(event):
        turn = len(event["request"]["session"])
        event["response"] = {
            "publicChallengeParameters": {"question": asked[turn]},
            "privateChallengeParameters": {"answer": answers[turn]},
            "challengeMetadata": f"question {turn}",
        }
        return event

    def verify(event):
        request = event["request"]
        event["response"]["answerCorrect"] = request["challengeAnswer"] == request["privateChallengeParameters"]["answer"]
        return event

    world.on("DefineAuthChallenge", define)
    world.on("CreateAuthChallenge", create)
    world.on("VerifyAuthChallengeResponse", verify)
    past = []
    answer = admin.initiate_auth(
        ClientId=world.client, AuthFlow="CUSTOM_AUTH", AuthParameters={"USERNAME": "ann"}, ClientMetadata=METADATA
    )
    world.saw(
        "CUSTOM_AUTH begins",
        world.event("PreAuthentication_Authentication", "ann", about | {"validationData": METADATA}),
        world.event("DefineAuthChallenge_Authentication", "ann", about | {"session": []}),
        world.event("CreateAuthChallenge_Authentication", "ann",
                    about | {"session": [], "challengeName": "CUSTOM_CHALLENGE"}),
    )
    metadata = {"clientMetadata": METADATA}
    for turn, right in enumerate(answers):
        check(f"challenge {turn}", (answer["ChallengeName"], answer["ChallengeParameters"]),
              ("CUSTOM_CHALLENGE", {"USERNAME": "ann", "question": asked[turn]}))
        answer = admin.respond_to_auth_challenge(
            ClientId=world.client, ChallengeName="CUSTOM_CHALLENGE", Session=answer["Session"],
            ChallengeResponses={"USERNAME": "ann", "ANSWER": right}, ClientMetadata=METADATA,
        )
        past = past + [
            {"challengeName": "CUSTOM_CHALLENGE", "challengeResult": True, "challengeMetadata": f"question {turn}"}
        ]
        wanted = [
            world.event("VerifyAuthChallengeResponse_Authentication", "ann", about | metadata | {
                "privateChallengeParameters": {"answer": right}, "challengeAnswer": right,
            }),
            world.event("DefineAuthChallenge_Authentication", "ann", about | metadata | {"session": past}),
        ]
        if turn < 2:
            wanted.append(world.event("CreateAuthChallenge_Authentication", "ann", about | metadata | {
                "session": past, "challengeName": "CUSTOM_CHALLENGE",
            }))
        else:
            without = {"userAttributes": user}
            wanted += [
                world.event("PostAuthentication_Authentication", "ann", without | metadata | {"newDeviceUsed": False}),
                world.event("TokenGeneration_Authentication", "ann",
                            without | metadata | {"groupConfiguration": NO_GROUPS}),
            ]
        world.saw(f"answer {turn}", *wanted)
    check("tokens follow", claims(answer["AuthenticationResult"]["AccessToken"])["username"], "ann")

    answer = admin.initiate_auth(ClientId=world.client, AuthFlow="CUSTOM_AUTH", AuthParameters={"USERNAME": "ann"})
    check_refused(
        "failAuthentication ends it", "RespondToAuthChallenge",
        ("NotAuthorizedException", "Incorrect username or password."),
        lambda: admin.respond_to_auth_challenge(
            ClientId=world.client, ChallengeName="CUSTOM_CHALLENGE", Session=answer["Session"],
            ChallengeResponses={"USERNAME": "ann", "ANSWER": "a stone"},
        ),
    )


def without_password(admin, server):
    """A sign-up without a password that the function confirms; the user signs in by a code."""
    world = World(admin, server, "passwordless",
                  Policies={"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}})
    world.on("PreSignUp", functions.responding(autoConfirmUser=True, autoVerifyEmail=True))
    admin.update_user_pool_client(
        UserPoolId=world.id, ClientId=world.client, ExplicitAuthFlows=["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        PreventUserExistenceErrors="ENABLED",
    )
    up = admin.sign_up(ClientId=world.client, Username="ida", ClientMetadata=METADATA,
                       UserAttributes=[{"Name": "email", "Value": "ida@example.com"}])
    check("the sign-up is confirmed at once", (up["UserConfirmed"], "CodeDeliveryDetails" in up), (True, False))
    user = attributes(up["UserSub"], "CONFIRMED", email="ida@example.com", email_verified="true")
    world.saw(
        "a sign-up that is confirmed at once",
        world.event("PreSignUp_SignUp", "ida",
                    {"userAttributes": {"email": "ida@example.com"}, "validationData": None,
                     "clientMetadata": METADATA}),
        world.event("PostConfirmation_ConfirmSignUp", "ida", {"userAttributes": user, "clientMetadata": METADATA}),
    )
    answer = admin.initiate_auth(
        ClientId=world.client, AuthFlow="USER_AUTH",
        AuthParameters={"USERNAME": "ida", "PREFERRED_CHALLENGE": "EMAIL_OTP"},
    )
    world.saw(
        "a code to sign in with",
        world.event("PreAuthentication_Authentication", "ida",
                    {"userAttributes": user, "validationData": None, "userNotFound": False}),
        world.event("CustomMessage_Authentication", "ida", message(user, metadata=None)),
    )
    tokens = admin.respond_to_auth_challenge(
        ClientId=world.client, ChallengeName="EMAIL_OTP", Session=answer["Session"],
        ChallengeResponses={"USERNAME": "ida", "EMAIL_OTP_CODE": world.code("ida")},
    )["AuthenticationResult"]
    check("the code signs in", claims(tokens["AccessToken"])["sub"], up["UserSub"])


def through_a_hook(admin, server):
    """The same events through a plain hook, whose requests are signed."""
    arns = {name: server.on(f"hook-{name}", functions.echo) for name in ("PreSignUp", "PostConfirmation")}
    pool = admin.create_user_pool(PoolName="hooks", LambdaConfig=arns)["UserPool"]["Id"]
    client = admin.create_user_pool_client(UserPoolId=pool, ClientName="c")["UserPoolClient"]["ClientId"]
    server.on("hook-PreSignUp", functions.responding(autoConfirmUser=True))
    up = admin.sign_up(ClientId=client, Username="hans", Password=PASSWORD)
    check("a hook confirms the sign-up", up["UserConfirmed"], True)
    check("the hook got the event", server.taken("hook-PreSignUp"),
          [events.event("PreSignUp_SignUp", pool, client, "hans",
                        {"userAttributes": {}, "validationData": None})])
    check("and the next", server.taken("hook-PostConfirmation"), [events.event(
        "PostConfirmation_ConfirmSignUp", pool, client, "hans",
        {"userAttributes": attributes(up["UserSub"], "CONFIRMED")},
    )])

    def refuse(_event):
        raise functions.Thrown("Not on a Sunday.")

    server.on("hook-PreSignUp", refuse)
    check_refused("a hook refuses", "SignUp",
                  ("UserLambdaValidationException", "PreSignUp failed with error Not on a Sunday.."),
                  lambda: admin.sign_up(ClientId=client, Username="hilda", Password=PASSWORD))


with session("triggers"):
    server = functions.Functions()
    with own_server(*server.flags()) as running:
        admin = administrator()
        world, ann = World(admin, server, "triggers"), None
        with part("signing up and in"):
            sign_up_and_in(world, admin)
        with part("administrators"):
            ann = by_an_administrator(world, admin)
        with part("unknown users"):
            unknown_users(world)
        with part("CUSTOM_AUTH"):
            custom_auth(world, admin, ann)
        with part("without a password"):
            without_password(admin, server)
        with part("a hook"):
            through_a_hook(admin, server)
        check("every request was as documented", server.faults, [])
        check("no event is in the log", any(word in running.log() for word in ("jane@example.com", "captcha")), False)
