"""boto3: a pool with every field, read back whole and updated field by field; then the same for app clients."""

import copy

from every_field_data import (
    ACCOUNT, ADDED, ADDED_SHOWN, POOL, POOL_ALWAYS_SENT, POOL_CHANGES, POOL_DEFAULTS, POOL_KEEPS, REGION, SCHEMA,
    SCHEMA_SHOWN, standard_attributes,
)
from support import administrator, check, check_match, check_refused, session, without_metadata

MIRRORS = {
    "SmsVerificationMessage": "SmsMessage",
    "EmailVerificationMessage": "EmailMessage",
    "EmailVerificationSubject": "EmailSubject",
}


class PoolModel:
    """What a pool must show, followed through the requests of the session."""

    def __init__(self, created, fixed):
        self.id = created["Id"]
        self.created = created["CreationDate"]
        self.modified = created["LastModifiedDate"]
        self.fixed = fixed | {
            "Id": self.id,
            "Arn": f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{self.id}",
            "EstimatedNumberOfUsers": 0,
        }
        self.settings = {}

    def sent(self, request):
        """Follows one request: what was left out is kept or returns to its default."""
        after = copy.deepcopy(POOL_DEFAULTS)
        after |= {name: self.settings[name] for name in POOL_KEEPS if name in self.settings}
        after |= copy.deepcopy(request)
        policies = self.settings.get("Policies", POOL_DEFAULTS["Policies"])
        after["Policies"] = copy.deepcopy(policies | request.get("Policies", {}))
        mode = request.get("UserPoolAddOns", {}).get("AdvancedSecurityMode", "OFF")
        if "UserPoolTier" not in request and mode != "OFF":
            after["UserPoolTier"] = "PLUS"
        self.settings = after

    def shown(self):
        """The whole pool without its two dates."""
        settings = copy.deepcopy(self.settings)
        shown = self.fixed | settings | {"Name": settings.pop("PoolName")}
        shown.pop("PoolName")
        for outer, inner in MIRRORS.items():
            if inner in shown["VerificationMessageTemplate"]:
                shown[outer] = shown["VerificationMessageTemplate"][inner]
        if "AcrConfiguration" in shown:
            # Levels that were not renamed are shown with their own names.
            levels = {f"Level{n}": {"AcrValue": f"urn:cognito:loa:{n}"} for n in range(1, 5)}
            shown["AcrConfiguration"] = levels | shown["AcrConfiguration"]
        days = shown["Policies"]["PasswordPolicy"]["TemporaryPasswordValidityDays"]
        shown["AdminCreateUserConfig"] = shown["AdminCreateUserConfig"] | {"UnusedAccountValidityDays": days}
        return shown

    def check(self, name, pool):
        """Compares a whole pool, and sees that its dates move as they must."""
        got = dict(pool)
        created, modified = got.pop("CreationDate"), got.pop("LastModifiedDate")
        check(name, got, self.shown())
        if created != self.created or modified < self.modified:
            check(f"{name}: the dates", (created, modified >= self.modified), (self.created, True))
        self.modified = modified


def create_pool(admin, request, fixed):
    """Creates a pool; the answer and what Describe shows must be the same, and the whole of what was asked for."""
    answer = without_metadata(admin.create_user_pool(**request))
    check("CreateUserPool answers with the pool alone", set(answer), {"UserPool"})
    model = PoolModel(answer["UserPool"], fixed)
    outside = set(fixed) | {"Schema"} | set(MIRRORS)
    model.sent({name: value for name, value in request.items() if name not in outside})
    check_match("the pool's id", model.id, r"us-east-1_[0-9a-zA-Z]{9}")
    model.check(f"CreateUserPool shows the pool {request['PoolName']!r}", answer["UserPool"])
    model.check(f"DescribeUserPool shows the pool {request['PoolName']!r}", describe(admin, model))
    return model


def describe(admin, model):
    """The pool as Describe shows it."""
    answer = without_metadata(admin.describe_user_pool(UserPoolId=model.id))
    check("DescribeUserPool answers with the pool alone", set(answer), {"UserPool"})
    return answer["UserPool"]


def update(admin, model, name, request):
    """Updates a pool and compares what it shows then."""
    check(f"{name}: UpdateUserPool answers nothing",
          without_metadata(admin.update_user_pool(UserPoolId=model.id, **request)), {})
    model.sent(request)
    model.check(f"{name}: DescribeUserPool", describe(admin, model))


def full_pool(admin):
    """Every field at once, then each changed and each left out among all the others."""
    fixed = {
        "AliasAttributes": ["phone_number", "email", "preferred_username"],
        "UsernameConfiguration": {"CaseSensitive": False},
    }
    legacy = {outer: POOL["VerificationMessageTemplate"][inner] for outer, inner in MIRRORS.items()}
    model = create_pool(
        admin, POOL | legacy | fixed | {"Schema": SCHEMA}, fixed | {"SchemaAttributes": SCHEMA_SHOWN}
    )
    check("MFA of the new pool is by SMS", mfa_config(admin, model), {
        "MfaConfiguration": "OPTIONAL",
        "SmsMfaConfiguration": {
            "SmsAuthenticationMessage": POOL["SmsAuthenticationMessage"], "SmsConfiguration": POOL["SmsConfiguration"],
        },
    })
    update(admin, model, "the same again", POOL)
    for field, changed in POOL_CHANGES.items():
        request = copy.deepcopy(POOL)
        if field == "AutoVerifiedAttributes":
            # What is verified before an update must be verified at all.
            request["UserAttributeUpdateSettings"] = {"AttributesRequireVerificationBeforeUpdate": ["email"]}
        update(admin, model, f"{field} changed", request | {field: changed})
        if field in POOL_ALWAYS_SENT:
            continue
        del request[field]
        if field == "AutoVerifiedAttributes":
            request["UserAttributeUpdateSettings"] = {"AttributesRequireVerificationBeforeUpdate": []}
        update(admin, model, f"{field} left out", request)
    for part in ("PasswordPolicy", "SignInPolicy"):
        update(admin, model, f"all as at first before {part}", POOL)
        update(admin, model, f"only {part} of Policies sent",
               POOL | {"Policies": {part: POOL_CHANGES["Policies"][part]}})
    admin.add_custom_attributes(UserPoolId=model.id, CustomAttributes=[ADDED])
    model.fixed["SchemaAttributes"] = [*model.fixed["SchemaAttributes"], ADDED_SHOWN]
    model.check("AddCustomAttributes adds to the end of the schema", describe(admin, model))
    check_refused(
        "days in both places are refused", "UpdateUserPool",
        ("InvalidParameterException",
         "Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays"),
        lambda: admin.update_user_pool(UserPoolId=model.id, AdminCreateUserConfig={"UnusedAccountValidityDays": 9}),
    )
    model.check("a refused update changes nothing", describe(admin, model))
    tags(admin, model)
    everything_left_out(admin, model)


def everything_left_out(admin, model):
    """An update that names the pool alone."""
    update(admin, model, "everything as at first", POOL)
    check_refused(
        "a list that is kept must still fit", "UpdateUserPool",
        ("InvalidParameterException",
         "All attributes in AttributesRequireVerificationBeforeUpdate must exist in AutoVerifiedAttributes"),
        lambda: admin.update_user_pool(UserPoolId=model.id),
    )
    update(admin, model, "everything left out that can be", {
        "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": []},
    } | {name: POOL[name] for name in POOL_ALWAYS_SENT})
    admin.delete_user_pool(UserPoolId=model.id)


def tags(admin, model):
    """Tags by their own operations are the tags of the pool."""
    arn = model.fixed["Arn"]
    check("TagResource answers nothing",
          without_metadata(admin.tag_resource(ResourceArn=arn, Tags={"stage": "third", "more": ""})), {})
    want = model.settings["UserPoolTags"] | {"stage": "third", "more": ""}
    check("ListTagsForResource", without_metadata(admin.list_tags_for_resource(ResourceArn=arn)), {"Tags": want})
    check("UntagResource answers nothing",
          without_metadata(admin.untag_resource(ResourceArn=arn, TagKeys=["more", "team"])), {})
    model.settings["UserPoolTags"] = {"stage": "third"}
    check("ListTagsForResource after UntagResource",
          without_metadata(admin.list_tags_for_resource(ResourceArn=arn)), {"Tags": {"stage": "third"}})
    model.check("DescribeUserPool shows the same tags", describe(admin, model))


def bare_pool(admin):
    """Nothing but a name, then each field alone and an update without it."""
    model = create_pool(admin, {"PoolName": "bare"}, {"SchemaAttributes": standard_attributes()})
    check("a bare pool has no MFA", mfa_config(admin, model), {"MfaConfiguration": "OFF"})
    alone = {name: value for name, value in POOL.items() if name not in POOL_ALWAYS_SENT}
    # A phone number needs SMS, what is verified before an update is verified at all, and MFA here is by SMS.
    alone["AutoVerifiedAttributes"] = ["email"]
    alone["Policies"] = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}}
    later = ["SmsConfiguration", "UserAttributeUpdateSettings", "MfaConfiguration"]
    for field in [name for name in alone if name not in later]:
        update(admin, model, f"{field} alone", {field: alone[field]})
        update(admin, model, f"nothing after {field}", {})
    for outer, inner in MIRRORS.items():
        text = POOL["VerificationMessageTemplate"][inner]
        admin.update_user_pool(UserPoolId=model.id, **{outer: text})
        model.sent({"VerificationMessageTemplate": {inner: text, "DefaultEmailOption": "CONFIRM_WITH_CODE"}})
        model.check(f"{outer} alone is shown in the template too", describe(admin, model))
    one = {"LambdaVersion": "V1_0", "LambdaArn": POOL["LambdaConfig"]["PreTokenGeneration"]}
    both = {"PreTokenGeneration": one["LambdaArn"], "PreTokenGenerationConfig": one}
    for name, value in both.items():
        admin.update_user_pool(UserPoolId=model.id, LambdaConfig={name: value})
        model.sent({"LambdaConfig": both})
        model.check(f"{name} is shown in both places", describe(admin, model))
    update(admin, model, "verification before updates", {
        "AutoVerifiedAttributes": ["email"],
        "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]},
    })
    update(admin, model, "verification before updates stays", {"AutoVerifiedAttributes": ["email"]})
    update(admin, model, "verification before updates ends", {
        "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": []},
    })
    check_refused(
        "MFA without SMS is refused", "UpdateUserPool",
        ("InvalidParameterException",
         "SMS configuration and Auto verification for phone_number are required when MFA is required/optional"),
        lambda: admin.update_user_pool(UserPoolId=model.id, MfaConfiguration="OPTIONAL"),
    )
    update(admin, model, "SMS alone", {"SmsConfiguration": POOL["SmsConfiguration"]})
    update(admin, model, "SMS stays", {})
    update(admin, model, "MFA alone", {"MfaConfiguration": "OPTIONAL"})
    update(admin, model, "MFA stays", {})
    factors(admin, model)
    admin.delete_user_pool(UserPoolId=model.id)
    legacy_days(admin)


def mfa_config(admin, model):
    """GetUserPoolMfaConfig."""
    return without_metadata(admin.get_user_pool_mfa_config(UserPoolId=model.id))


def factors(admin, model):
    """SetUserPoolMfaConfig with every field, and how it replaces everything."""
    sender = {"EmailConfiguration": POOL["EmailConfiguration"]}
    update(admin, model, "a sender of its own", sender)
    every = {
        "SmsMfaConfiguration": {
            "SmsAuthenticationMessage": "MFA {####}", "SmsConfiguration": POOL_CHANGES["SmsConfiguration"],
        },
        "SoftwareTokenMfaConfiguration": {"Enabled": True},
        "EmailMfaConfiguration": {"Message": "MFA by e-mail {####}", "Subject": "MFA"},
        "MfaConfiguration": "ON",
        "WebAuthnConfiguration": {
            "RelyingPartyId": "login.example.com", "UserVerification": "required",
            "FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION",
        },
    }
    # First-factor codes by e-mail cannot stand beside MFA that everybody needs.
    update(admin, model, "passwords and passkeys alone", sender | {
        "Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}},
    })
    set_mfa = lambda **members: without_metadata(admin.set_user_pool_mfa_config(UserPoolId=model.id, **members))  # noqa: E731
    check("SetUserPoolMfaConfig answers with every field", set_mfa(**every), every)
    check("GetUserPoolMfaConfig shows every field", mfa_config(admin, model), every)
    model.settings |= {
        "MfaConfiguration": "ON", "SmsAuthenticationMessage": "MFA {####}",
        "SmsConfiguration": POOL_CHANGES["SmsConfiguration"],
    }
    model.check("DescribeUserPool shows what MFA changed", describe(admin, model))
    for factor in ("SmsMfaConfiguration", "SoftwareTokenMfaConfiguration", "EmailMfaConfiguration"):
        fewer = {name: value for name, value in every.items() if name != factor}
        check(f"SetUserPoolMfaConfig without {factor}", set_mfa(**fewer), fewer)
        check(f"GetUserPoolMfaConfig without {factor}", mfa_config(admin, model), fewer)
        check(f"SetUserPoolMfaConfig with {factor} again", set_mfa(**every), every)
        code = ("InvalidParameterException",
                "Invalid MFA configuration given, can't turn off MFA and configure an MFA together.")
        check_refused(f"{factor} without MFA is refused", "SetUserPoolMfaConfig", code,
                      lambda factor=factor: set_mfa(MfaConfiguration="OFF", **{factor: every[factor]}))
    check("SetUserPoolMfaConfig with the pool alone ends MFA", set_mfa(), {"MfaConfiguration": "OFF"})
    check("GetUserPoolMfaConfig after it", mfa_config(admin, model), {"MfaConfiguration": "OFF"})
    described = describe(admin, model)
    check("the sender of SMS stays", (described["MfaConfiguration"], described["SmsConfiguration"]),
          ("OFF", POOL_CHANGES["SmsConfiguration"]))


def legacy_days(admin):
    """Days in their old place, and user names that are addresses or numbers."""
    fixed = {
        "UsernameAttributes": ["phone_number", "email"], "UsernameConfiguration": {"CaseSensitive": True},
    }
    request = {"PoolName": "addresses", "AdminCreateUserConfig": {"UnusedAccountValidityDays": 12}, **fixed}
    pool = admin.create_user_pool(**request)["UserPool"]
    model = PoolModel(pool, fixed | {"SchemaAttributes": standard_attributes()})
    model.sent({"PoolName": "addresses"})
    model.settings["Policies"]["PasswordPolicy"]["TemporaryPasswordValidityDays"] = 12
    model.check("CreateUserPool with the old days", pool)
    model.check("DescribeUserPool with the old days", describe(admin, model))
    admin.delete_user_pool(UserPoolId=model.id)


if __name__ == "__main__":
    with session("boto3, every field of a pool"):
        administrator_client = administrator()
        full_pool(administrator_client)
        bare_pool(administrator_client)
