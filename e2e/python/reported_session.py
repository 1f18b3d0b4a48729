"""boto3: what users of the service reported of its answers, word for word."""

import base64
import hashlib
import hmac

from botocore.config import Config
from pycognito.aws_srp import AWSSRP

from support import ENDPOINT, PASSWORD, administrator, boto3, check, check_refused, session, without_metadata

FLOWS = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
INVALID = "InvalidParameterException"
DENIED = "NotAuthorizedException"


def loose():
    """A client that checks nothing itself, as clients in other languages do not."""
    return boto3.client("cognito-idp", endpoint_url=ENDPOINT, config=Config(parameter_validation=False))


def pairs(**attributes):
    """Attributes as the API has them; `__` stands for a colon."""
    return [{"Name": name.replace("__", ":"), "Value": value} for name, value in attributes.items()]


def values(answer):
    """The attributes of an answer of AdminGetUser by name."""
    return {pair["Name"]: pair["Value"] for pair in answer["UserAttributes"]}


class Site:
    """A pool with a client."""

    def __init__(self, name, pool=None, client=None):
        self.id = admin.create_user_pool(PoolName=name, **(pool or {}))["UserPool"]["Id"]
        self.client = self.add_client(**(client or {}))

    def add_client(self, **settings):
        """Another client."""
        settings.setdefault("ExplicitAuthFlows", FLOWS)
        made = admin.create_user_pool_client(UserPoolId=self.id, ClientName="reported", **settings)
        return made["UserPoolClient"]

    def create(self, name, confirmed=True, **attributes):
        """A user."""
        made = admin.admin_create_user(
            UserPoolId=self.id, Username=name, MessageAction="SUPPRESS", TemporaryPassword=PASSWORD,
            UserAttributes=pairs(**attributes),
        )
        if confirmed:
            admin.admin_set_user_password(UserPoolId=self.id, Username=name, Password=PASSWORD, Permanent=True)
        return made["User"]

    def get(self, name):
        """What an administrator sees of a user."""
        return values(admin.admin_get_user(UserPoolId=self.id, Username=name))

    def sign_in(self, name, password=PASSWORD, **parameters):
        """By password."""
        return admin.initiate_auth(
            ClientId=self.client["ClientId"], AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": password, **parameters},
        )


def aliases():
    """A verified address moves to the user to whom an administrator gives it, except where it is the name."""
    site = Site("aliases", {"AliasAttributes": ["email", "phone_number"]})
    for attribute, value in (("email", "x@example.com"), ("phone_number", "+12065550100")):
        flag = f"{attribute}_verified"
        former, latter = f"former-{attribute}", f"latter-{attribute}"
        site.create(former, **{attribute: value, flag: "true"})
        site.create(latter)
        answer = admin.admin_update_user_attributes(
            UserPoolId=site.id, Username=latter, UserAttributes=pairs(**{attribute: value, flag: "true"})
        )
        check(f"{attribute}: the alias moves", without_metadata(answer), {})
        before, after = site.get(former), site.get(latter)
        check(f"{attribute}: the new owner", (after[attribute], after[flag]), (value, "true"))
        check(f"{attribute}: the former owner", (before[attribute], before[flag]), (value, "false"))
        found = admin.admin_get_user(UserPoolId=site.id, Username=value)["Username"]
        check(f"{attribute}: the name leads to the new owner", found, latter)
    site = Site("names", {"UsernameAttributes": ["email"]})
    site.create("a@example.com")
    site.create("b@example.com")
    try:
        admin.admin_update_user_attributes(
            UserPoolId=site.id, Username="b@example.com", UserAttributes=pairs(email="a@example.com", email_verified="true")
        )
        refused = "no exception"
    except admin.exceptions.AliasExistsException as error:
        refused = type(error).__name__
    check("an address that is a name does not move", refused, "AliasExistsException")


def timestamps():
    """A proof with a time in another form is a fault of form, and counts for nothing."""
    site = Site("timestamps")
    site.create("jane")
    text = "TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english"
    srp = AWSSRP(
        username="jane", password=PASSWORD, pool_id=site.id, client_id=site.client["ClientId"], client=admin
    )
    for odd in ("lun. avr. 4 08:15:00 UTC 2022", "2022-04-04T08:15:00Z") * 4:
        asked = admin.initiate_auth(
            ClientId=site.client["ClientId"], AuthFlow="USER_SRP_AUTH", AuthParameters=srp.get_auth_params()
        )
        answers = srp.process_challenge(asked["ChallengeParameters"], srp.get_auth_params())
        check_refused(
            f"TIMESTAMP {odd}", "RespondToAuthChallenge", (INVALID, text),
            lambda: admin.respond_to_auth_challenge(
                ClientId=site.client["ClientId"], ChallengeName="PASSWORD_VERIFIER",
                ChallengeResponses={**answers, "TIMESTAMP": odd},
            ),
        )
    signed_in = site.sign_in("jane")
    check("eight of them lock nobody out", "AccessToken" in signed_in["AuthenticationResult"], True)


def listings():
    """Filters, attributes and page tokens of ListUsers."""
    site, other = Site("listings"), Site("elsewhere")
    site.create("jane", email="testuser@example.com", given_name="Jane")
    site.create("john", email="other@example.com")
    for text, want in (
        ('"email"^="testuser"', ["jane"]), ('"email" = "other@example.com"', ["john"]), ('email^="testuser"', ["jane"]),
        (' "email"  ^=  "nobody" ', []),
    ):
        found = admin.list_users(UserPoolId=site.id, Filter=text)["Users"]
        check(f"the filter {text}", [user["Username"] for user in found], want)
    missing = (INVALID, "One or more requested attributes do not exist.")
    for wanted in (["given_name"], ["email", "given_name"], ["nickname"], ["custom:none"]):
        check_refused(
            f"a user without one of {wanted}", "ListUsers", missing,
            lambda: admin.list_users(UserPoolId=site.id, AttributesToGet=wanted),
        )
    shown = admin.list_users(UserPoolId=site.id, AttributesToGet=["given_name"], Filter='username = "jane"')
    check("one who has it", shown["Users"][0]["Attributes"], pairs(given_name="Jane"))
    token = admin.list_users(UserPoolId=site.id, Limit=1)["PaginationToken"]
    for stray in (token, "nonsense"):
        try:
            answer = admin.list_users(UserPoolId=other.id, PaginationToken=stray)
        except admin.exceptions.InvalidParameterException as error:
            request = error.response["ResponseMetadata"]["RequestId"]
            check(
                "a page token of elsewhere", error.response["Error"]["Message"],
                f"Paging marker {stray} is invalid for request {request}",
            )
        else:
            check("a page token of elsewhere", answer, "refused")


def secret_hashes():
    """Wrong and missing hashes."""
    site = Site("secrets", client={"GenerateSecret": True})
    site.create("jane")
    client, secret = site.client["ClientId"], site.client["ClientSecret"]
    wrong = (DENIED, f"SecretHash does not match for the client: {client}")
    missing = (DENIED, f"Client {client} is configured with secret but SECRET_HASH was not received")
    made = hmac.new(secret.encode(), f"jane{client}".encode(), hashlib.sha256).digest()
    tokens = site.sign_in("jane", SECRET_HASH=base64.b64encode(made).decode())["AuthenticationResult"]
    check_refused(
        "a wrong hash with a password", "InitiateAuth", wrong, lambda: site.sign_in("jane", SECRET_HASH="d3Jvbmc=")
    )
    check_refused("no hash with a password", "InitiateAuth", missing, lambda: site.sign_in("jane"))
    for name, given, want in (("a wrong hash", {"SECRET_HASH": "d3Jvbmc="}, wrong), ("no hash", {}, missing)):
        check_refused(
            f"{name} with a refresh token", "InitiateAuth", want,
            lambda: admin.initiate_auth(
                ClientId=client, AuthFlow="REFRESH_TOKEN_AUTH",
                AuthParameters={"REFRESH_TOKEN": tokens["RefreshToken"], **given},
            ),
        )


def attributes():
    """What a user may not change, and values that do not fit."""
    schema = [{
        "Name": "team", "AttributeDataType": "String", "Mutable": True,
        "StringAttributeConstraints": {"MinLength": "3", "MaxLength": "5"},
    }]
    site = Site("attributes", {"Schema": schema}, {"WriteAttributes": ["email", "birthdate", "custom:team"]})
    fixed = "Cannot modify the non-mutable attribute "
    site.create("new", confirmed=False, email="new@example.com")
    asked = site.sign_in("new")
    check("a temporary password", asked["ChallengeName"], "NEW_PASSWORD_REQUIRED")
    check_refused(
        "email_verified with the new password", "RespondToAuthChallenge", (INVALID, f"{fixed}email_verified"),
        lambda: admin.respond_to_auth_challenge(
            ClientId=site.client["ClientId"], ChallengeName="NEW_PASSWORD_REQUIRED", Session=asked["Session"],
            ChallengeResponses={
                "USERNAME": "new", "NEW_PASSWORD": PASSWORD + "9", "userAttributes.email_verified": "true",
            },
        ),
    )
    site.create("jane")
    token = site.sign_in("jane")["AuthenticationResult"]["AccessToken"]

    def refuse(name, error, **given):
        check_refused(
            name, "UpdateUserAttributes", error,
            lambda: admin.update_user_attributes(AccessToken=token, UserAttributes=pairs(**given)),
        )

    refuse("sub", (INVALID, f"{fixed}sub"), sub="x")
    short = "String must be no shorter than"
    refuse("a text that is too short", (INVALID, f"user.custom:team: {short} 3 characters\n"), custom__team="x")
    long = "user.custom:team: String must be no longer than 5 characters\n"
    refuse("a text that is too long", (INVALID, long), custom__team="x" * 6)
    refuse("a birthdate that is a year", (INVALID, f"user.birthdate: {short} 10 characters\n"), birthdate="1990")
    narrow = site.add_client(WriteAttributes=["email"])
    token = admin.initiate_auth(
        ClientId=narrow["ClientId"], AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "jane", "PASSWORD": PASSWORD},
    )["AuthenticationResult"]["AccessToken"]
    unknown = (INVALID, "user.custom:nothing: Attribute does not exist in the schema.\n")
    refuse("an attribute that there is not", unknown, custom__nothing="x")
    check_refused(
        "an attribute that there is not, by an administrator", "AdminCreateUser",
        (INVALID, "Attributes did not conform to the schema: Type for attribute {custom:nothing} could not be determined"),
        lambda: site.create("john", custom__nothing="x"),
    )


def names():
    """Names that contradict their attributes."""
    site = Site("addresses", {"UsernameAttributes": ["email"]})
    text = "User email should be empty or same as username, since username attribute is email."
    check_refused(
        "another address than the name", "AdminCreateUser", (INVALID, text),
        lambda: site.create("a@example.com", email="b@example.com"),
    )
    site = Site("preferred", {"AliasAttributes": ["preferred_username"]})
    text = (
        "Preferred username cannot be provided for unconfirmed account, "
        "since user pool is configured for preferred username alias."
    )
    check_refused(
        "a preferred name before the confirmation", "SignUp", (INVALID, text),
        lambda: admin.sign_up(
            ClientId=site.client["ClientId"], Username="jane", Password=PASSWORD,
            UserAttributes=pairs(preferred_username="janey"),
        ),
    )


def constraints():
    """Members that are missing or empty."""
    site = Site("constraints")
    client = loose()
    text = "1 validation error detected: Value{} at '{}' failed to satisfy constraint: Member must not be null"
    check_refused(
        "no Username", "AdminGetUser", (INVALID, text.format("", "username")),
        lambda: client.admin_get_user(UserPoolId=site.id),
    )
    check_refused(
        "no ClientId", "ForgotPassword", (INVALID, text.format(" null", "clientId")),
        lambda: client.forgot_password(Username="jane"),
    )
    try:
        answer = client.sign_up(ClientId=site.client["ClientId"], Username="", Password="")
    except client.exceptions.InvalidParameterException as error:
        said = error.response["Error"]["Message"]
        places = [part.split("'")[0] for part in said.split("at '")[1:]]
        check("violations stand in the order of the names", places, sorted(places))
        check("of both members", set(places), {"password", "username"})
    else:
        check("an empty name and password", answer, "refused")


with session("reported"):
    admin = administrator()
    for part in (aliases, timestamps, listings, secret_hashes, attributes, names, constraints):
        part()
