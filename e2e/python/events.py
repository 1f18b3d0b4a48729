"""Whole events as the service makes them, for comparison with those that a function got."""

import functions

METADATA = {"called-by": "a session", "emoji": "🔑"}
VALIDATION = [{"Name": "captcha", "Value": "passed"}]
NO_CLIENT = "CLIENT_ID_NOT_APPLICABLE"
# `response` as a function receives it.
RESPONSES = {
    "PreSignUp": {"autoConfirmUser": False, "autoVerifyEmail": False, "autoVerifyPhone": False},
    "PostConfirmation": {},
    "PreAuthentication": {},
    "PostAuthentication": {},
    "TokenGeneration": {"claimsOverrideDetails": None},
    "CustomMessage": {"smsMessage": None, "emailMessage": None, "emailSubject": None},
    "DefineAuthChallenge": {"challengeName": None, "issueTokens": None, "failAuthentication": None},
    "CreateAuthChallenge": {
        "publicChallengeParameters": None, "privateChallengeParameters": None, "challengeMetadata": None,
    },
    "VerifyAuthChallengeResponse": {"answerCorrect": None},
    "UserMigration": {
        "userAttributes": None, "forceAliasCreation": None, "enableSMSMFA": None, "finalUserStatus": None,
        "messageAction": None, "desiredDeliveryMediums": None,
    },
}
NO_GROUPS = {"groupsToOverride": [], "iamRolesToOverride": [], "preferredRole": None}


def event(source, pool_id, client_id, username, request, response=None, version="1"):
    """A whole event. Its `response` is the usual one of its trigger unless given."""
    return {
        "version": version,
        "triggerSource": source,
        "region": functions.REGION,
        "userPoolId": pool_id,
        "userName": username,
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": client_id},
        "request": request,
        "response": RESPONSES[source.split("_")[0]] if response is None else response,
    }


def message(attributes, metadata=METADATA, username=None):
    """`request` of CustomMessage."""
    return {
        "userAttributes": attributes,
        "codeParameter": "{####}",
        "linkParameter": "{##Click Here##}",
        "usernameParameter": username,
    } | ({"clientMetadata": metadata} if metadata else {})
