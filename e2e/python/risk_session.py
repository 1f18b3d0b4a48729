"""boto3: threat protection: the configuration of pool and client, a user's events by its paginator, what is said of them, and the
mail about a risky sign-in, whose link says that it was somebody else."""

import html
import re
import urllib.error
import urllib.parse
import urllib.request

from support import (
    ENDPOINT, PASSWORD, WRONG_PASSWORD, administrator, check, check_match, check_refused, messages, session, without_metadata,
)

OFF = ("UserPoolAddOnNotEnabledException", "Threat protection is not enabled for the user pool.")
TOKEN = ("NotAuthorizedException", "Invalid feedback token.")
IDENTITY = "arn:aws:ses:us-east-1:123456789012:identity/example.com"
BLOCKS = {
    "CompromisedCredentialsRiskConfiguration": {
        "EventFilter": ["SIGN_IN", "PASSWORD_CHANGE", "SIGN_UP"], "Actions": {"EventAction": "BLOCK"},
    },
    "AccountTakeoverRiskConfiguration": {
        "NotifyConfiguration": {
            "From": "security@example.com", "SourceArn": IDENTITY,
            "BlockEmail": {"Subject": "Blocked", "HtmlBody": "<p>{one-click-link-invalid}</p>", "TextBody": "{login-time}"},
        },
        "Actions": {
            "LowAction": {"Notify": False, "EventAction": "NO_ACTION"},
            "HighAction": {"Notify": False, "EventAction": "BLOCK"},
        },
    },
    "RiskExceptionConfiguration": {"BlockedIPRangeList": ["192.0.2.0/24"], "SkippedIPRangeList": ["2001:db8::/32"]},
}


def sign_in(admin, client, password):
    return admin.initiate_auth(
        ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": "rita", "PASSWORD": password},
        UserContextData={"IpAddress": "203.0.113.9", "EncodedData": "bm8="},
    )


def main():
    admin = administrator()
    pool = admin.create_user_pool(PoolName="risk")["UserPool"]["Id"]
    client = admin.create_user_pool_client(
        UserPoolId=pool, ClientName="risk", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    )["UserPoolClient"]["ClientId"]
    named = {"UserPoolId": pool, "Username": "rita"}
    admin.admin_create_user(**named, MessageAction="SUPPRESS")
    admin.admin_set_user_password(**named, Password=PASSWORD, Permanent=True)
    # Nothing watches yet: it leaves no event.
    sign_in(admin, client, PASSWORD)
    check_refused(
        "events of a pool that nothing watches", "AdminListUserAuthEvents", OFF,
        lambda: admin.admin_list_user_auth_events(**named),
    )
    check_refused(
        "a configuration of a pool that nothing watches", "SetRiskConfiguration", OFF,
        lambda: admin.set_risk_configuration(UserPoolId=pool),
    )
    admin.update_user_pool(UserPoolId=pool, UserPoolTier="PLUS", UserPoolAddOns={"AdvancedSecurityMode": "AUDIT"})
    check_refused(
        "a wrong password", "InitiateAuth", ("NotAuthorizedException", "Incorrect username or password."),
        lambda: sign_in(admin, client, WRONG_PASSWORD),
    )
    for _ in range(4):
        sign_in(admin, client, PASSWORD)

    for ids in ({"UserPoolId": pool}, {"UserPoolId": pool, "ClientId": client}):
        name = "the client" if "ClientId" in ids else "the pool"
        made = admin.set_risk_configuration(**ids, **BLOCKS)["RiskConfiguration"]
        shown = admin.describe_risk_configuration(**ids)["RiskConfiguration"]
        check(f"{name} is described as it was set", shown, made)
        shown.pop("LastModifiedDate")
        check(f"{name} has what was sent", shown, {**ids, **BLOCKS})
        admin.set_risk_configuration(**ids)
        check(f"{name} is reset", admin.describe_risk_configuration(**ids)["RiskConfiguration"], ids)

    pages = admin.get_paginator("admin_list_user_auth_events").paginate(**named, PaginationConfig={"PageSize": 2})
    events = [event for page in pages for event in page["AuthEvents"]]
    check("all events, newest first", [event["EventResponse"] for event in events], ["Pass"] * 4 + ["Fail"])
    check("in their order", [event["CreationDate"] for event in events], sorted((e["CreationDate"] for e in events), reverse=True))
    newest = events[0]
    check("the kind", newest["EventType"], "SignIn")
    check("the risk", newest["EventRisk"], {"RiskDecision": "NoRisk", "CompromisedCredentialsDetected": False})
    check("the challenges", newest["ChallengeResponses"], [{"ChallengeName": "Password", "ChallengeResponse": "Success"}])
    # A client without a secret says no addresses.
    check("the address", newest["EventContextData"]["IpAddress"], "127.0.0.1")

    said = {**named, "EventId": newest["EventId"], "FeedbackValue": "Invalid"}
    check("feedback", without_metadata(admin.admin_update_auth_event_feedback(**said)), {})
    given = admin.admin_list_user_auth_events(**named, MaxResults=1)["AuthEvents"][0]["EventFeedback"]
    given.pop("FeedbackDate")
    check("feedback is shown", given, {"FeedbackValue": "Invalid", "Provider": "Admin"})
    check_refused(
        "a token that nobody made", "UpdateAuthEventFeedback", TOKEN,
        lambda: admin.update_auth_event_feedback(**said, FeedbackToken="abc"),
    )
    try:
        status = urllib.request.urlopen(f"{ENDPOINT}/feedback?pool={pool}&token=abc").status
    except urllib.error.HTTPError as error:
        status = error.code
    check("the page of a link that nobody made", status, 400)
    told_of_a_risk(admin)


HOME = ("203.0.113.9", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36")
AWAY = ("198.51.100.7", "curl/8.0")


def sign_in_from(admin, pool, client, place):
    ip, agent = place
    return admin.admin_initiate_auth(
        UserPoolId=pool, ClientId=client, AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "mara", "PASSWORD": PASSWORD},
        ContextData={
            "IpAddress": ip, "ServerName": "app.example.com", "ServerPath": "/",
            "HttpHeaders": [{"headerName": "User-Agent", "headerValue": agent}],
        },
    )


def told_of_a_risk(admin):
    pool = admin.create_user_pool(
        PoolName="told", UserPoolTier="PLUS", UserPoolAddOns={"AdvancedSecurityMode": "ENFORCED"},
    )["UserPool"]["Id"]
    client = admin.create_user_pool_client(
        UserPoolId=pool, ClientName="told", ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    )["UserPoolClient"]["ClientId"]
    named = {"UserPoolId": pool, "Username": "mara"}
    admin.admin_create_user(**named, MessageAction="SUPPRESS", UserAttributes=[{"Name": "email", "Value": "mara@example.com"}])
    admin.admin_set_user_password(**named, Password=PASSWORD, Permanent=True)
    told = {"Notify": True, "EventAction": "NO_ACTION"}
    admin.set_risk_configuration(
        UserPoolId=pool,
        AccountTakeoverRiskConfiguration={
            "Actions": {"LowAction": told, "MediumAction": told, "HighAction": told},
            "NotifyConfiguration": {"SourceArn": IDENTITY, "From": "security@example.com"},
        },
    )
    for _ in range(4):
        sign_in_from(admin, pool, client, HOME)
    check("a risky sign-in goes on", "AuthenticationResult" in sign_in_from(admin, pool, client, AWAY), True)
    found = messages(pool, "mara")
    check("one message was sent", len(found), 1)
    mail = found[0]
    check("its kind", mail["kind"], "account_take_over_notification")
    check("its recipient", mail["to"], "mara@example.com")
    check("its subject", mail["subject"], "New sign-in attempt")
    check("it says from where", AWAY[0] in mail["body"], True)
    links = [html.unescape(link) for link in re.findall(r'href="([^"]+)"', mail["body"])]
    link = next(link for link in links if link.endswith("&value=invalid"))
    check_match("the link leads to the page", link, r"https?://[^/]+/feedback\?pool=.+&token=.+&value=invalid")
    # To this server, by whatever name the link has it.
    query = urllib.parse.urlsplit(link).query
    page = urllib.request.urlopen(f"{ENDPOINT}/feedback?{query}").read().decode()
    events = admin.admin_list_user_auth_events(**named, MaxResults=1)["AuthEvents"]
    check("opening a link answers nothing", events[0].get("EventFeedback"), None)
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    form = urllib.parse.urlencode({**{n: html.unescape(v) for n, v in fields.items()}, "answer": "invalid"}).encode()
    answered = urllib.request.urlopen(urllib.request.Request(f"{ENDPOINT}/feedback", data=form, headers={"Origin": ENDPOINT}))
    check("the answer is taken", answered.status, 200)
    event = admin.admin_list_user_auth_events(**named, MaxResults=1)["AuthEvents"][0]
    given = dict(event["EventFeedback"])
    given.pop("FeedbackDate")
    check("it was not the user", given, {"FeedbackValue": "Invalid", "Provider": "User"})
    check("the event is that of the risky sign-in", event["EventContextData"]["IpAddress"], AWAY[0])


with session("threat protection"):
    main()
