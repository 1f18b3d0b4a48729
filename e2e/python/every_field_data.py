"""Values for every field of a pool and of an app client: what is sent first, what it is changed to, and what is shown
when it was never sent; and the metadata of a SAML provider."""

import base64
import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from support import check

ACCOUNT = "000000000000"
REGION = "us-east-1"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/6f0a1f6c-5f3c-4e39-9d0f-0f1e2d3c4b5a"
SENDER = f"arn:aws:ses:{REGION}:{ACCOUNT}:identity"


def function(name):
    """The ARN of a function of the pool's own account and region."""
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"


def role(name):
    """The ARN of a role of the pool's own account."""
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def triggers(version):
    """Every member of LambdaConfig; `version` is a part of every function's name."""
    plain = [
        "PreSignUp", "CustomMessage", "PostConfirmation", "PreAuthentication", "PostAuthentication",
        "DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse", "PreTokenGeneration",
        "UserMigration",
    ]
    versioned = {"CustomSMSSender": "V1_0", "CustomEmailSender": "V1_0", "InboundFederation": "V1_0"}
    return (
        {name: function(f"{name}-{version}") for name in plain}
        | {name: {"LambdaVersion": of, "LambdaArn": function(f"{name}-{version}")} for name, of in versioned.items()}
        | {
            "PreTokenGenerationConfig": {
                "LambdaVersion": "V2_0", "LambdaArn": function(f"PreTokenGeneration-{version}"),
            },
            "KMSKeyID": KEY,
        }
    )


def template(word, option):
    """Every member of VerificationMessageTemplate."""
    return {
        "SmsMessage": f"{word} SMS {{####}}",
        "EmailMessage": f"{word} e-mail {{####}}",
        "EmailSubject": f"{word} subject",
        "EmailMessageByLink": f"{word} e-mail {{##link##}}",
        "EmailSubjectByLink": f"{word} link",
        "DefaultEmailOption": option,
    }


def invitation(word):
    """AdminCreateUserConfig without the days, which the password policy has."""
    return {
        "AllowAdminCreateUserOnly": word == "First",
        "InviteMessageTemplate": {
            "SMSMessage": f"{word} {{username}} {{####}}",
            "EmailMessage": f"{word} letter {{username}} {{####}}",
            "EmailSubject": f"{word} invitation",
        },
    }


# The members of a pool that an update can change. Those that only a new pool can be given follow below.
POOL = {
    "PoolName": "every field",
    "Policies": {
        "PasswordPolicy": {
            "MinimumLength": 12, "RequireUppercase": True, "RequireLowercase": True, "RequireNumbers": False,
            "RequireSymbols": False, "PasswordHistorySize": 5, "TemporaryPasswordValidityDays": 3,
        },
        "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"]},
    },
    "DeletionProtection": "ACTIVE",
    "LambdaConfig": triggers("1"),
    "AutoVerifiedAttributes": ["email", "phone_number"],
    "VerificationMessageTemplate": template("First", "CONFIRM_WITH_LINK"),
    "SmsAuthenticationMessage": "First sign-in {####}",
    "MfaConfiguration": "OPTIONAL",
    "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email", "phone_number"]},
    "DeviceConfiguration": {"ChallengeRequiredOnNewDevice": True, "DeviceOnlyRememberedOnUserPrompt": True},
    "EmailConfiguration": {
        "SourceArn": f"{SENDER}/mail@example.com", "ReplyToEmailAddress": "answers@example.com",
        "EmailSendingAccount": "DEVELOPER", "From": "Example <mail@example.com>", "ConfigurationSet": "first-set",
    },
    "SmsConfiguration": {"SnsCallerArn": role("sms"), "ExternalId": "first", "SnsRegion": REGION},
    "UserPoolTags": {"stage": "first", "team": "identity"},
    "AdminCreateUserConfig": invitation("First"),
    "UserPoolAddOns": {
        "AdvancedSecurityMode": "ENFORCED", "AdvancedSecurityAdditionalFlows": {"CustomAuthMode": "AUDIT"},
    },
    "DcrConfiguration": {
        "EnableStatus": "Enabled", "OpenDcrEnabled": True, "AuthenticatedGrantTypes": ["code", "client_credentials"],
        "OpenDcrGrantTypes": ["code"], "AllowedScopes": ["aws.cognito.signin.user.admin"],
    },
    "AccountRecoverySetting": {
        "RecoveryMechanisms": [
            {"Priority": 1, "Name": "verified_phone_number"}, {"Priority": 2, "Name": "verified_email"},
        ],
    },
    "UserPoolTier": "PLUS",
    "KeyConfiguration": {"KeyType": "CUSTOMER_MANAGED_KEY", "KmsKeyArn": KEY},
    "IssuerConfiguration": {"Type": "ORIGINAL"},
    "AcrConfiguration": {f"Level{n}": {"AcrValue": f"urn:example:first:{n}"} for n in range(1, 5)},
}

# What each of them is changed to, one after the other.
POOL_CHANGES = {
    "PoolName": "every field, renamed",
    "Policies": {
        "PasswordPolicy": {
            "MinimumLength": 20, "RequireUppercase": False, "RequireLowercase": False, "RequireNumbers": True,
            "RequireSymbols": True, "PasswordHistorySize": 24, "TemporaryPasswordValidityDays": 90,
        },
        "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]},
    },
    "DeletionProtection": "INACTIVE",
    "LambdaConfig": triggers("2"),
    "AutoVerifiedAttributes": ["email"],
    "VerificationMessageTemplate": template("Second", "CONFIRM_WITH_CODE"),
    "SmsAuthenticationMessage": "Second sign-in {####}",
    "MfaConfiguration": "OFF",
    "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]},
    "DeviceConfiguration": {"ChallengeRequiredOnNewDevice": False, "DeviceOnlyRememberedOnUserPrompt": False},
    "EmailConfiguration": {
        "SourceArn": f"{SENDER}/example.com", "ReplyToEmailAddress": "other@example.com",
        "EmailSendingAccount": "DEVELOPER", "From": "second@example.com", "ConfigurationSet": "second-set",
    },
    "SmsConfiguration": {
        "EumsSms": {
            "CallerArn": role("texts"), "ExternalId": "second", "OriginationIdentity": "+15550100",
            "ConfigurationSetName": "texts", "InEntityId": "1101456789012345678", "InTemplateId": "1107161234567890123",
            "Region": REGION,
        },
    },
    "UserPoolTags": {"stage": "second"},
    "AdminCreateUserConfig": invitation("Second"),
    "UserPoolAddOns": {
        "AdvancedSecurityMode": "AUDIT", "AdvancedSecurityAdditionalFlows": {"CustomAuthMode": "ENFORCED"},
    },
    "DcrConfiguration": {
        "EnableStatus": "Disabled", "OpenDcrEnabled": False, "AuthenticatedGrantTypes": ["code"],
        "OpenDcrGrantTypes": ["code", "client_credentials"], "AllowedScopes": ["email", "aws.cognito.signin.user.admin"],
    },
    "AccountRecoverySetting": {"RecoveryMechanisms": [{"Priority": 1, "Name": "admin_only"}]},
    "UserPoolTier": "ESSENTIALS",
    "KeyConfiguration": {"KeyType": "AWS_OWNED_KEY"},
    "IssuerConfiguration": {"Type": "UPDATED"},
    "AcrConfiguration": {"Level1": {"AcrValue": "urn:example:second:1"}},
}

# What a pool shows of members that were never sent; those that are not here are absent.
POOL_DEFAULTS = {
    "Policies": {
        "PasswordPolicy": {
            "MinimumLength": 8, "RequireUppercase": True, "RequireLowercase": True, "RequireNumbers": True,
            "RequireSymbols": True, "TemporaryPasswordValidityDays": 7,
        },
        "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD"]},
    },
    "DeletionProtection": "INACTIVE",
    "LambdaConfig": {},
    "VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_CODE"},
    "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": []},
    "MfaConfiguration": "OFF",
    "EmailConfiguration": {"EmailSendingAccount": "COGNITO_DEFAULT"},
    "UserPoolTags": {},
    "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": False},
    "AccountRecoverySetting": {
        "RecoveryMechanisms": [
            {"Priority": 1, "Name": "verified_email"}, {"Priority": 2, "Name": "verified_phone_number"},
        ],
    },
    "UserPoolTier": "ESSENTIALS",
}

# What an update that does not send them keeps; everything else that is not sent returns to its default.
POOL_KEEPS = {
    "PoolName", "Policies", "MfaConfiguration", "UserAttributeUpdateSettings", "SmsConfiguration", "DcrConfiguration",
    "UserPoolTags",
}

# The sheet says nothing sure of these two when an update leaves them out, so every update of the session sends them.
POOL_ALWAYS_SENT = {"KeyConfiguration", "IssuerConfiguration"}


def attribute(name, kind="String", mutable=True, required=False, developer=False, low=None, high=None):
    """One entry of SchemaAttributes; `low` and `high` are lengths of strings and values of numbers."""
    shown = {
        "Name": name, "AttributeDataType": kind, "DeveloperOnlyAttribute": developer, "Mutable": mutable,
        "Required": required,
    }
    words = {"String": ("MinLength", "MaxLength"), "Number": ("MinValue", "MaxValue")}.get(kind)
    if words:
        bounds = {word: bound for word, bound in zip(words, (low, high)) if bound is not None}
        if bounds or kind == "String":
            shown[f"{kind}AttributeConstraints"] = bounds
    return shown


def standard_attributes():
    """The attributes of every pool, in the order in which they are shown."""
    text = lambda name: attribute(name, low="0", high="2048")  # noqa: E731
    return [
        attribute("sub", mutable=False, required=True, low="1", high="2048"),
        *map(text, ["name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile",
                    "picture", "website", "email"]),
        attribute("email_verified", "Boolean"),
        text("gender"),
        attribute("birthdate", low="10", high="10"),
        *map(text, ["zoneinfo", "locale", "phone_number"]),
        attribute("phone_number_verified", "Boolean"),
        text("address"),
        attribute("updated_at", "Number", low="0"),
        attribute("identities"),
    ]


# A schema with every data type, every member, and one standard attribute redeclared.
SCHEMA = [
    {
        "Name": "email", "AttributeDataType": "String", "Mutable": True, "Required": True,
        "StringAttributeConstraints": {"MinLength": "5", "MaxLength": "100"},
    },
    {
        "Name": "text", "AttributeDataType": "String", "DeveloperOnlyAttribute": False, "Mutable": False,
        "Required": False, "StringAttributeConstraints": {"MinLength": "1", "MaxLength": "64"},
    },
    {
        "Name": "count", "AttributeDataType": "Number", "Mutable": True,
        "NumberAttributeConstraints": {"MinValue": "-5", "MaxValue": "5"},
    },
    {"Name": "flag", "AttributeDataType": "Boolean"},
    {"Name": "when", "AttributeDataType": "DateTime"},
    {"Name": "note", "AttributeDataType": "String", "DeveloperOnlyAttribute": True},
]
SCHEMA_SHOWN = [
    attribute("email", required=True, low="5", high="100") if one["Name"] == "email" else one
    for one in standard_attributes()
] + [
    attribute("custom:text", mutable=False, low="1", high="64"),
    attribute("custom:count", "Number", low="-5", high="5"),
    attribute("custom:flag", "Boolean"),
    attribute("custom:when", "DateTime"),
    attribute("dev:custom:note", developer=True),
]
ADDED = {"Name": "later", "AttributeDataType": "String", "StringAttributeConstraints": {"MaxLength": "9"}}
ADDED_SHOWN = attribute("custom:later", high="9")


def saml_metadata(entity, host):
    """The metadata of a SAML identity provider with a new certificate."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=365)).sign(key, hashes.SHA256())
    )
    text = base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode()
    redirect = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
    return (
        f'<?xml version="1.0"?><EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{entity}">'
        '<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
        '<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>'
        f"<X509Certificate>{text}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>"
        f'<SingleLogoutService Binding="{redirect}" Location="https://{host}/out"/>'
        f'<SingleSignOnService Binding="{redirect}" Location="https://{host}/in"/>'
        "</IDPSSODescriptor></EntityDescriptor>"
    )


def dated(name, shown, want, since=None):
    """Compares a whole resource but for its dates, which must be there and stand still or move on; returns them."""
    got = dict(shown)
    created, modified = got.pop("CreationDate", None), got.pop("LastModifiedDate", None)
    check(name, got, want)
    if created is None or modified is None or (since and (created != since[0] or modified < since[1])):
        check(f"{name}: the dates", (created, modified), since)
    return created, modified
