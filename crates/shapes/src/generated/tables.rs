// Written by `cargo xtask codegen` from model/cognito-idp.model and model/overrides.model; do not edit.

//! The constraints of every shape that a request can hold.

use crate::table::{Kind, Member, Pattern, Shape};

static P0: Pattern = Pattern::regex("Level[1-4]", "\\A(?:Level[1-4])\\z");

static P1: Pattern = Pattern::regex(
    "[\\x21\\x23-\\x5B\\x5D-\\x7E]+",
    "\\A(?:[\\x21\\x23-\\x5B\\x5D-\\x7E]+)\\z",
);

static P2: Pattern = Pattern::regex(
    "arn:[\\w+=/,.@-]+:[\\w+=/,.@-]+:([\\w+=/,.@-]*)?:[0-9]+:[\\w+=/,.@-]+(:[\\w+=/,.@-]+)?(:[\\w+=/,.@-]+)?",
    "\\A(?:arn:[[0-9A-Z_a-z]\\+\\=\\/\\,\\.\\@\\-]+:[[0-9A-Z_a-z]\\+\\=\\/\\,\\.\\@\\-]+:([[0-9A-Z_a-z]\\+\\=\\/\\,\\.\\@\\-]*)?:[0-9]+:[[0-9A-Z_a-z]\\+\\=\\/\\,\\.\\@\\-]+(:[[0-9A-Z_a-z]\\+\\=\\/\\,\\.\\@\\-]+)?(:[[0-9A-Z_a-z]\\+\\=\\/\\,\\.\\@\\-]+)?)\\z",
);

static P3: Pattern = Pattern::regex(
    "[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}\\t\\n\\r ]+",
    "\\A(?:[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}\\t\\n\\r ]+)\\z",
);

static P4: Pattern = Pattern::regex("^[a-z0-9]+$", "\\A(?:[a-z0-9]+)\\z");

static P5: Pattern = Pattern::regex(
    "[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}\\p{Z}]+",
    "\\A(?:[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}\\p{Z}]+)\\z",
);

static P6: Pattern = Pattern::letters("[\\w+]+", 0x07fffffe87fffffe03ff080000000000, false);

static P7: Pattern = Pattern::letters("[\\w\\s+=,.@-]+", 0x07fffffe87ffffff23ff780100003e00, false);

static P8: Pattern = Pattern::letters("[\\S]+", 0xfffffffffffffffffffffffeffffc1ff, true);

static P9: Pattern = Pattern::regex(
    "[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+",
    "\\A(?:[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+)\\z",
);

static P10: Pattern = Pattern::regex(
    "[\\w-]+_[0-9a-f-]+",
    "\\A(?:[[0-9A-Z_a-z]\\-]+_[0-9a-f\\-]+)\\z",
);

static P11: Pattern = Pattern::regex(
    "^[a-z0-9](?:[a-z0-9\\-\\.]{0,61}[a-z0-9])?$",
    "\\A(?:[a-z0-9](?:[a-z0-9\\-\\.]{0,61}[a-z0-9])?)\\z",
);

static P12: Pattern = Pattern::regex(
    "[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+@[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+",
    "\\A(?:[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+@[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+)\\z",
);

static P13: Pattern = Pattern::regex(
    "[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}\\s*]*",
    "\\A(?:[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}[ \\t\\n\\x0B\\x0C\\r]\\*]*)\\z",
);

static P14: Pattern = Pattern::regex(
    "[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}\\s*]*\\{####\\}[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}\\s*]*",
    "\\A(?:[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}[ \\t\\n\\x0B\\x0C\\r]\\*]*\\{####\\}[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}[ \\t\\n\\x0B\\x0C\\r]\\*]*)\\z",
);

static P15: Pattern = Pattern::regex(
    "[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}\\s]+",
    "\\A(?:[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}[ \\t\\n\\x0B\\x0C\\r]]+)\\z",
);

static P16: Pattern = Pattern::regex(
    "[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}\\s*]+",
    "\\A(?:[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}[ \\t\\n\\x0B\\x0C\\r]\\*]+)\\z",
);

static P17: Pattern = Pattern::regex(
    "[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}\\s*]*\\{##[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}\\s*]*##\\}[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}\\s*]*",
    "\\A(?:[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}[ \\t\\n\\x0B\\x0C\\r]\\*]*\\{##[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}[ \\t\\n\\x0B\\x0C\\r]\\*]*##\\}[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}[ \\t\\n\\x0B\\x0C\\r]\\*]*)\\z",
);

static P18: Pattern = Pattern::letters("[\\w+-]+", 0x07fffffe87fffffe03ff280000000000, false);

static P19: Pattern = Pattern::letters(
    "[A-Za-z0-9-_+/=.]+",
    0x07fffffe87fffffe23ffe80000000000,
    false,
);

static P20: Pattern = Pattern::regex("^[0-9a-fA-F]+$", "\\A(?:[0-9a-fA-F]+)\\z");

static P21: Pattern = Pattern::letters("[\\w\\s+=.@-]+", 0x07fffffe87ffffff23ff680100003e00, false);

static P22: Pattern = Pattern::regex(
    "^cognito:(default|dutch|english|french|spanish|german|bahasa-indonesia|italian|japanese|korean|portuguese-brazil|chinese-(simplified|traditional))$",
    "\\A(?:cognito:(default|dutch|english|french|spanish|german|bahasa-indonesia|italian|japanese|korean|portuguese-brazil|chinese-(simplified|traditional)))\\z",
);

static P23: Pattern = Pattern::regex(
    "^[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+$",
    "\\A(?:[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+)\\z",
);

static P24: Pattern = Pattern::regex(
    "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[4][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$",
    "\\A(?:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[4][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12})\\z",
);

static P25: Pattern = Pattern::regex(
    "^https://[^\\s]+$",
    "\\A(?:https://[^[ \\t\\n\\x0B\\x0C\\r]]+)\\z",
);

static P26: Pattern = Pattern::regex(
    "(arn:[\\w+=/,.@-]+:[\\w+=/,.@-]+:([\\w+=/,.@-]*)?:[0-9]+:[\\w+=/,.@-]+(:[\\w+=/,.@-]+)?(:[\\w+=/,.@-]+)?)?",
    "\\A(?:(arn:[[0-9A-Z_a-z]\\+\\=\\/\\,\\.\\@\\-]+:[[0-9A-Z_a-z]\\+\\=\\/\\,\\.\\@\\-]+:([[0-9A-Z_a-z]\\+\\=\\/\\,\\.\\@\\-]*)?:[0-9]+:[[0-9A-Z_a-z]\\+\\=\\/\\,\\.\\@\\-]+(:[[0-9A-Z_a-z]\\+\\=\\/\\,\\.\\@\\-]+)?(:[[0-9A-Z_a-z]\\+\\=\\/\\,\\.\\@\\-]+)?)?)\\z",
);

static P27: Pattern = Pattern::regex(
    "^[\\S]+.*[\\S]+$",
    "\\A(?:[[^ \\t\\n\\x0B\\x0C\\r]]+[^\\n\\r\\x{85}\\x{2028}\\x{2029}]*[[^ \\t\\n\\x0B\\x0C\\r]]+)\\z",
);

static P28: Pattern = Pattern::regex(
    "[^_\\p{Z}][\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}][^_\\p{Z}]+",
    "\\A(?:[^_\\p{Z}][\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}][^_\\p{Z}]+)\\z",
);

static P29: Pattern = Pattern::regex("^[\\w\\- ]+$", "\\A(?:[[0-9A-Z_a-z]\\- ]+)\\z");

static P30: Pattern = Pattern::regex(
    "[\\x21\\x23-\\x2E\\x30-\\x5B\\x5D-\\x7E]+",
    "\\A(?:[\\x21\\x23-\\x2E\\x30-\\x5B\\x5D-\\x7E]+)\\z",
);

static P31: Pattern = Pattern::regex(
    "^[0-9a-f]{8}\\b-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-\\b[0-9a-f]{12}$",
    "\\A(?:[0-9a-f]{8}(?-u:\\b)-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-(?-u:\\b)[0-9a-f]{12})\\z",
);

static P32: Pattern = Pattern::regex(
    "arn:[\\w+=/,.@-]+:[\\w+=/,.@-]+:::[\\w+=/,.@-]+(:[\\w+=/,.@-]+)?(:[\\w+=/,.@-]+)?",
    "\\A(?:arn:[[0-9A-Z_a-z]\\+\\=\\/\\,\\.\\@\\-]+:[[0-9A-Z_a-z]\\+\\=\\/\\,\\.\\@\\-]+:::[[0-9A-Z_a-z]\\+\\=\\/\\,\\.\\@\\-]+(:[[0-9A-Z_a-z]\\+\\=\\/\\,\\.\\@\\-]+)?(:[[0-9A-Z_a-z]\\+\\=\\/\\,\\.\\@\\-]+)?)\\z",
);

static P33: Pattern = Pattern::regex("^[a-zA-Z0-9_-]+$", "\\A(?:[a-zA-Z0-9_\\-]+)\\z");

static P34: Pattern = Pattern::letters("[\\w+=/]+", 0x07fffffe87fffffe23ff880000000000, false);

static P35: Pattern = Pattern::regex("^(tkn|sso)[a-z0-9]{25}$", "\\A(?:(tkn|sso)[a-z0-9]{25})\\z");

static P36: Pattern = Pattern::regex("(?s).*", "\\A(?:(?s).*)\\z");

static P37: Pattern = Pattern::regex(
    ".*\\{####\\}.*",
    "\\A(?:[^\\n\\r\\x{85}\\x{2028}\\x{2029}]*\\{####\\}[^\\n\\r\\x{85}\\x{2028}\\x{2029}]*)\\z",
);

static P38: Pattern = Pattern::letters("[0-9]+", 0x000000000000000003ff000000000000, false);

static P39: Pattern = Pattern::regex(
    "^(terms-of-use|privacy-policy)$",
    "\\A(?:(terms-of-use|privacy-policy))\\z",
);

static P40: Pattern = Pattern::letters(
    "[A-Za-z0-9-_=.]+",
    0x07fffffe87fffffe23ff600000000000,
    false,
);

static P41: Pattern = Pattern::regex(
    "^https://[!$-;=@-\\[\\]_a-z~]+$",
    "\\A(?:https://[\\!\\$-\\;\\=\\@-\\[\\]_a-z\\~]+)\\z",
);

static P42: Pattern = Pattern::regex("import-[0-9a-zA-Z-]+", "\\A(?:import-[0-9a-zA-Z\\-]+)\\z");

static P43: Pattern = Pattern::regex(
    "[\\w-]+_[0-9a-zA-Z]+",
    "\\A(?:[[0-9A-Z_a-z]\\-]+_[0-9a-zA-Z]+)\\z",
);

/// `AccessTokenValidityType`.
pub static S_ACCESS_TOKEN_VALIDITY_TYPE: Shape = Shape {
    name: "AccessTokenValidityType",
    secret: false,
    kind: Kind::Integer {
        min: Some(1),
        max: Some(86400),
    },
};

/// `AccountRecoverySettingType`.
pub static S_ACCOUNT_RECOVERY_SETTING_TYPE: Shape = Shape {
    name: "AccountRecoverySettingType",
    secret: false,
    kind: Kind::Structure {
        members: &[Member {
            wire: "RecoveryMechanisms",
            display: "recoveryMechanisms",
            required: false,
            shape: &S_RECOVERY_MECHANISMS_TYPE,
        }],
        by_name: &[0],
    },
};

/// `AccountTakeoverActionNotifyType`.
pub static S_ACCOUNT_TAKEOVER_ACTION_NOTIFY_TYPE: Shape = Shape {
    name: "AccountTakeoverActionNotifyType",
    secret: false,
    kind: Kind::Boolean,
};

/// `AccountTakeoverActionType`.
pub static S_ACCOUNT_TAKEOVER_ACTION_TYPE: Shape = Shape {
    name: "AccountTakeoverActionType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "Notify",
                display: "notify",
                required: true,
                shape: &S_ACCOUNT_TAKEOVER_ACTION_NOTIFY_TYPE,
            },
            Member {
                wire: "EventAction",
                display: "eventAction",
                required: true,
                shape: &S_ACCOUNT_TAKEOVER_EVENT_ACTION_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `AccountTakeoverActionsType`.
pub static S_ACCOUNT_TAKEOVER_ACTIONS_TYPE: Shape = Shape {
    name: "AccountTakeoverActionsType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "LowAction",
                display: "lowAction",
                required: false,
                shape: &S_ACCOUNT_TAKEOVER_ACTION_TYPE,
            },
            Member {
                wire: "MediumAction",
                display: "mediumAction",
                required: false,
                shape: &S_ACCOUNT_TAKEOVER_ACTION_TYPE,
            },
            Member {
                wire: "HighAction",
                display: "highAction",
                required: false,
                shape: &S_ACCOUNT_TAKEOVER_ACTION_TYPE,
            },
        ],
        by_name: &[2, 0, 1],
    },
};

/// `AccountTakeoverEventActionType`.
pub static S_ACCOUNT_TAKEOVER_EVENT_ACTION_TYPE: Shape = Shape {
    name: "AccountTakeoverEventActionType",
    secret: false,
    kind: Kind::Enum {
        values: &["BLOCK", "MFA_IF_CONFIGURED", "MFA_REQUIRED", "NO_ACTION"],
        printed: "[MFA_IF_CONFIGURED, BLOCK, NO_ACTION, MFA_REQUIRED]",
    },
};

/// `AccountTakeoverRiskConfigurationType`.
pub static S_ACCOUNT_TAKEOVER_RISK_CONFIGURATION_TYPE: Shape = Shape {
    name: "AccountTakeoverRiskConfigurationType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "NotifyConfiguration",
                display: "notifyConfiguration",
                required: false,
                shape: &S_NOTIFY_CONFIGURATION_TYPE,
            },
            Member {
                wire: "Actions",
                display: "actions",
                required: true,
                shape: &S_ACCOUNT_TAKEOVER_ACTIONS_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `AcrConfigurationType`.
pub static S_ACR_CONFIGURATION_TYPE: Shape = Shape {
    name: "AcrConfigurationType",
    secret: false,
    kind: Kind::Map {
        min: Some(0),
        max: Some(4),
        key: &S_ACR_LEVEL_KEY_TYPE,
        value: &S_ACR_LEVEL_CONFIG_TYPE,
    },
};

/// `AcrLevelConfigType`.
pub static S_ACR_LEVEL_CONFIG_TYPE: Shape = Shape {
    name: "AcrLevelConfigType",
    secret: false,
    kind: Kind::Structure {
        members: &[Member {
            wire: "AcrValue",
            display: "acrValue",
            required: true,
            shape: &S_ACR_VALUE_TYPE,
        }],
        by_name: &[0],
    },
};

/// `AcrLevelKeyType`.
pub static S_ACR_LEVEL_KEY_TYPE: Shape = Shape {
    name: "AcrLevelKeyType",
    secret: false,
    kind: Kind::Text {
        min: None,
        max: None,
        pattern: Some(&P0),
        length_first: false,
    },
};

/// `AcrMappingKeyType`.
pub static S_ACR_MAPPING_KEY_TYPE: Shape = Shape {
    name: "AcrMappingKeyType",
    secret: false,
    kind: Kind::Text {
        min: None,
        max: None,
        pattern: Some(&P0),
        length_first: false,
    },
};

/// `AcrMappingType`.
pub static S_ACR_MAPPING_TYPE: Shape = Shape {
    name: "AcrMappingType",
    secret: false,
    kind: Kind::Map {
        min: Some(0),
        max: Some(4),
        key: &S_ACR_MAPPING_KEY_TYPE,
        value: &S_ACR_VALUE_TYPE,
    },
};

/// `AcrValueType`.
pub static S_ACR_VALUE_TYPE: Shape = Shape {
    name: "AcrValueType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(64),
        pattern: Some(&P1),
        length_first: false,
    },
};

/// `AddCustomAttributesRequest`.
pub static S_ADD_CUSTOM_ATTRIBUTES_REQUEST: Shape = Shape {
    name: "AddCustomAttributesRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "CustomAttributes",
                display: "customAttributes",
                required: true,
                shape: &S_CUSTOM_ATTRIBUTES_LIST_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `AddUserPoolClientSecretRequest`.
pub static S_ADD_USER_POOL_CLIENT_SECRET_REQUEST: Shape = Shape {
    name: "AddUserPoolClientSecretRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "ClientId",
                display: "clientId",
                required: true,
                shape: &S_CLIENT_ID_TYPE,
            },
            Member {
                wire: "ClientSecret",
                display: "clientSecret",
                required: false,
                shape: &S_CLIENT_SECRET_TYPE,
            },
        ],
        by_name: &[1, 2, 0],
    },
};

/// `AdminAddUserToGroupRequest`.
pub static S_ADMIN_ADD_USER_TO_GROUP_REQUEST: Shape = Shape {
    name: "AdminAddUserToGroupRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "Username",
                display: "username",
                required: true,
                shape: &S_USERNAME_TYPE,
            },
            Member {
                wire: "GroupName",
                display: "groupName",
                required: true,
                shape: &S_GROUP_NAME_TYPE,
            },
        ],
        by_name: &[2, 0, 1],
    },
};

/// `AdminConfirmSignUpRequest`.
pub static S_ADMIN_CONFIRM_SIGN_UP_REQUEST: Shape = Shape {
    name: "AdminConfirmSignUpRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "Username",
                display: "username",
                required: true,
                shape: &S_USERNAME_TYPE,
            },
            Member {
                wire: "ClientMetadata",
                display: "clientMetadata",
                required: false,
                shape: &S_CLIENT_METADATA_TYPE,
            },
        ],
        by_name: &[2, 0, 1],
    },
};

/// `AdminCreateUserConfigType`.
pub static S_ADMIN_CREATE_USER_CONFIG_TYPE: Shape = Shape {
    name: "AdminCreateUserConfigType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "AllowAdminCreateUserOnly",
                display: "allowAdminCreateUserOnly",
                required: false,
                shape: &S_BOOLEAN_TYPE,
            },
            Member {
                wire: "UnusedAccountValidityDays",
                display: "unusedAccountValidityDays",
                required: false,
                shape: &S_ADMIN_CREATE_USER_UNUSED_ACCOUNT_VALIDITY_DAYS_TYPE,
            },
            Member {
                wire: "InviteMessageTemplate",
                display: "inviteMessage",
                required: false,
                shape: &S_MESSAGE_TEMPLATE_TYPE,
            },
        ],
        by_name: &[0, 2, 1],
    },
};

/// `AdminCreateUserRequest`.
pub static S_ADMIN_CREATE_USER_REQUEST: Shape = Shape {
    name: "AdminCreateUserRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "Username",
                display: "username",
                required: true,
                shape: &S_USERNAME_TYPE,
            },
            Member {
                wire: "UserAttributes",
                display: "userAttributes",
                required: false,
                shape: &S_ATTRIBUTE_LIST_TYPE,
            },
            Member {
                wire: "ValidationData",
                display: "validationData",
                required: false,
                shape: &S_ATTRIBUTE_LIST_TYPE,
            },
            Member {
                wire: "TemporaryPassword",
                display: "temporaryPassword",
                required: false,
                shape: &S_PASSWORD_TYPE,
            },
            Member {
                wire: "ForceAliasCreation",
                display: "forceAliasCreation",
                required: false,
                shape: &S_FORCE_ALIAS_CREATION,
            },
            Member {
                wire: "MessageAction",
                display: "messageAction",
                required: false,
                shape: &S_MESSAGE_ACTION_TYPE,
            },
            Member {
                wire: "DesiredDeliveryMediums",
                display: "desiredDeliveryMediums",
                required: false,
                shape: &S_DELIVERY_MEDIUM_LIST_TYPE,
            },
            Member {
                wire: "ClientMetadata",
                display: "clientMetadata",
                required: false,
                shape: &S_CLIENT_METADATA_TYPE,
            },
        ],
        by_name: &[8, 7, 5, 6, 4, 2, 0, 1, 3],
    },
};

/// `AdminCreateUserUnusedAccountValidityDaysType`.
pub static S_ADMIN_CREATE_USER_UNUSED_ACCOUNT_VALIDITY_DAYS_TYPE: Shape = Shape {
    name: "AdminCreateUserUnusedAccountValidityDaysType",
    secret: false,
    kind: Kind::Integer {
        min: Some(0),
        max: Some(365),
    },
};

/// `AdminDeleteSoftwareTokenRequest`.
pub static S_ADMIN_DELETE_SOFTWARE_TOKEN_REQUEST: Shape = Shape {
    name: "AdminDeleteSoftwareTokenRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "Username",
                display: "username",
                required: true,
                shape: &S_USERNAME_TYPE,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `AdminDeleteUserAttributesRequest`.
pub static S_ADMIN_DELETE_USER_ATTRIBUTES_REQUEST: Shape = Shape {
    name: "AdminDeleteUserAttributesRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "Username",
                display: "username",
                required: true,
                shape: &S_USERNAME_TYPE,
            },
            Member {
                wire: "UserAttributeNames",
                display: "userAttributeNames",
                required: true,
                shape: &S_ATTRIBUTE_NAME_LIST_TYPE,
            },
        ],
        by_name: &[2, 0, 1],
    },
};

/// `AdminDeleteUserRequest`.
pub static S_ADMIN_DELETE_USER_REQUEST: Shape = Shape {
    name: "AdminDeleteUserRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "Username",
                display: "username",
                required: true,
                shape: &S_USERNAME_TYPE,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `AdminDisableProviderForUserRequest`.
pub static S_ADMIN_DISABLE_PROVIDER_FOR_USER_REQUEST: Shape = Shape {
    name: "AdminDisableProviderForUserRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_STRING_TYPE,
            },
            Member {
                wire: "User",
                display: "user",
                required: true,
                shape: &S_PROVIDER_USER_IDENTIFIER_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `AdminDisableUserRequest`.
pub static S_ADMIN_DISABLE_USER_REQUEST: Shape = Shape {
    name: "AdminDisableUserRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "Username",
                display: "username",
                required: true,
                shape: &S_USERNAME_TYPE,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `AdminEnableUserRequest`.
pub static S_ADMIN_ENABLE_USER_REQUEST: Shape = Shape {
    name: "AdminEnableUserRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "Username",
                display: "username",
                required: true,
                shape: &S_USERNAME_TYPE,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `AdminForgetDeviceRequest`.
pub static S_ADMIN_FORGET_DEVICE_REQUEST: Shape = Shape {
    name: "AdminForgetDeviceRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "Username",
                display: "username",
                required: true,
                shape: &S_USERNAME_TYPE,
            },
            Member {
                wire: "DeviceKey",
                display: "deviceKey",
                required: true,
                shape: &S_DEVICE_KEY_TYPE,
            },
        ],
        by_name: &[2, 0, 1],
    },
};

/// `AdminGetDeviceRequest`.
pub static S_ADMIN_GET_DEVICE_REQUEST: Shape = Shape {
    name: "AdminGetDeviceRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "DeviceKey",
                display: "deviceKey",
                required: true,
                shape: &S_DEVICE_KEY_TYPE,
            },
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "Username",
                display: "username",
                required: true,
                shape: &S_USERNAME_TYPE,
            },
        ],
        by_name: &[0, 1, 2],
    },
};

/// `AdminGetUserAuthFactorsRequest`.
pub static S_ADMIN_GET_USER_AUTH_FACTORS_REQUEST: Shape = Shape {
    name: "AdminGetUserAuthFactorsRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "Username",
                display: "username",
                required: true,
                shape: &S_USERNAME_TYPE,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `AdminGetUserRequest`.
pub static S_ADMIN_GET_USER_REQUEST: Shape = Shape {
    name: "AdminGetUserRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "Username",
                display: "username",
                required: true,
                shape: &S_USERNAME_TYPE,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `AdminInitiateAuthRequest`.
pub static S_ADMIN_INITIATE_AUTH_REQUEST: Shape = Shape {
    name: "AdminInitiateAuthRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "ClientId",
                display: "clientId",
                required: true,
                shape: &S_CLIENT_ID_TYPE,
            },
            Member {
                wire: "AuthFlow",
                display: "authFlow",
                required: true,
                shape: &S_AUTH_FLOW_TYPE,
            },
            Member {
                wire: "AuthParameters",
                display: "authParameters",
                required: false,
                shape: &S_AUTH_PARAMETERS_TYPE,
            },
            Member {
                wire: "ClientMetadata",
                display: "clientMetadata",
                required: false,
                shape: &S_CLIENT_METADATA_TYPE,
            },
            Member {
                wire: "AnalyticsMetadata",
                display: "analyticsMetadata",
                required: false,
                shape: &S_ANALYTICS_METADATA_TYPE,
            },
            Member {
                wire: "ContextData",
                display: "contextData",
                required: false,
                shape: &S_CONTEXT_DATA_TYPE,
            },
            Member {
                wire: "Session",
                display: "session",
                required: false,
                shape: &S_SESSION_TYPE,
            },
        ],
        by_name: &[5, 2, 3, 1, 4, 6, 7, 0],
    },
};

/// `AdminLinkProviderForUserRequest`.
pub static S_ADMIN_LINK_PROVIDER_FOR_USER_REQUEST: Shape = Shape {
    name: "AdminLinkProviderForUserRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_STRING_TYPE,
            },
            Member {
                wire: "DestinationUser",
                display: "destinationUser",
                required: true,
                shape: &S_PROVIDER_USER_IDENTIFIER_TYPE,
            },
            Member {
                wire: "SourceUser",
                display: "sourceUser",
                required: true,
                shape: &S_PROVIDER_USER_IDENTIFIER_TYPE,
            },
        ],
        by_name: &[1, 2, 0],
    },
};

/// `AdminListDevicesRequest`.
pub static S_ADMIN_LIST_DEVICES_REQUEST: Shape = Shape {
    name: "AdminListDevicesRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "Username",
                display: "username",
                required: true,
                shape: &S_USERNAME_TYPE,
            },
            Member {
                wire: "Limit",
                display: "limit",
                required: false,
                shape: &S_QUERY_LIMIT_TYPE,
            },
            Member {
                wire: "PaginationToken",
                display: "paginationToken",
                required: false,
                shape: &S_SEARCH_PAGINATION_TOKEN_TYPE,
            },
        ],
        by_name: &[2, 3, 0, 1],
    },
};

/// `AdminListGroupsForUserRequest`.
pub static S_ADMIN_LIST_GROUPS_FOR_USER_REQUEST: Shape = Shape {
    name: "AdminListGroupsForUserRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "Username",
                display: "username",
                required: true,
                shape: &S_USERNAME_TYPE,
            },
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "Limit",
                display: "limit",
                required: false,
                shape: &S_QUERY_LIMIT_TYPE,
            },
            Member {
                wire: "NextToken",
                display: "nextToken",
                required: false,
                shape: &S_PAGINATION_KEY,
            },
        ],
        by_name: &[2, 3, 1, 0],
    },
};

/// `AdminListUserAuthEventsRequest`.
pub static S_ADMIN_LIST_USER_AUTH_EVENTS_REQUEST: Shape = Shape {
    name: "AdminListUserAuthEventsRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "Username",
                display: "username",
                required: true,
                shape: &S_USERNAME_TYPE,
            },
            Member {
                wire: "MaxResults",
                display: "maxResults",
                required: false,
                shape: &S_QUERY_LIMIT_TYPE,
            },
            Member {
                wire: "NextToken",
                display: "nextToken",
                required: false,
                shape: &S_PAGINATION_KEY,
            },
        ],
        by_name: &[2, 3, 0, 1],
    },
};

/// `AdminListUserSessionsRequest`.
pub static S_ADMIN_LIST_USER_SESSIONS_REQUEST: Shape = Shape {
    name: "AdminListUserSessionsRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "Username",
                display: "username",
                required: true,
                shape: &S_USERNAME_TYPE,
            },
            Member {
                wire: "NextToken",
                display: "nextToken",
                required: false,
                shape: &S_PAGINATION_KEY,
            },
        ],
        by_name: &[2, 0, 1],
    },
};

/// `AdminRemoveUserFromGroupRequest`.
pub static S_ADMIN_REMOVE_USER_FROM_GROUP_REQUEST: Shape = Shape {
    name: "AdminRemoveUserFromGroupRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "Username",
                display: "username",
                required: true,
                shape: &S_USERNAME_TYPE,
            },
            Member {
                wire: "GroupName",
                display: "groupName",
                required: true,
                shape: &S_GROUP_NAME_TYPE,
            },
        ],
        by_name: &[2, 0, 1],
    },
};

/// `AdminResetUserPasswordRequest`.
pub static S_ADMIN_RESET_USER_PASSWORD_REQUEST: Shape = Shape {
    name: "AdminResetUserPasswordRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "Username",
                display: "username",
                required: true,
                shape: &S_USERNAME_TYPE,
            },
            Member {
                wire: "ClientMetadata",
                display: "clientMetadata",
                required: false,
                shape: &S_CLIENT_METADATA_TYPE,
            },
        ],
        by_name: &[2, 0, 1],
    },
};

/// `AdminRespondToAuthChallengeRequest`.
pub static S_ADMIN_RESPOND_TO_AUTH_CHALLENGE_REQUEST: Shape = Shape {
    name: "AdminRespondToAuthChallengeRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "ClientId",
                display: "clientId",
                required: true,
                shape: &S_CLIENT_ID_TYPE,
            },
            Member {
                wire: "ChallengeName",
                display: "challengeName",
                required: true,
                shape: &S_CHALLENGE_NAME_TYPE,
            },
            Member {
                wire: "ChallengeResponses",
                display: "challengeResponses",
                required: false,
                shape: &S_CHALLENGE_RESPONSES_TYPE,
            },
            Member {
                wire: "Session",
                display: "session",
                required: false,
                shape: &S_SESSION_TYPE,
            },
            Member {
                wire: "AnalyticsMetadata",
                display: "analyticsMetadata",
                required: false,
                shape: &S_ANALYTICS_METADATA_TYPE,
            },
            Member {
                wire: "ContextData",
                display: "contextData",
                required: false,
                shape: &S_CONTEXT_DATA_TYPE,
            },
            Member {
                wire: "ClientMetadata",
                display: "clientMetadata",
                required: false,
                shape: &S_CLIENT_METADATA_TYPE,
            },
        ],
        by_name: &[5, 2, 3, 1, 7, 6, 4, 0],
    },
};

/// `AdminRevokeUserSessionRequest`.
pub static S_ADMIN_REVOKE_USER_SESSION_REQUEST: Shape = Shape {
    name: "AdminRevokeUserSessionRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "Username",
                display: "username",
                required: true,
                shape: &S_USERNAME_TYPE,
            },
            Member {
                wire: "SessionId",
                display: "sessionId",
                required: true,
                shape: &S_SESSION_ID_TYPE,
            },
            Member {
                wire: "RevokeAssociatedSessions",
                display: "revokeAssociatedSessions",
                required: false,
                shape: &S_REVOKE_ASSOCIATED_SESSIONS_TYPE,
            },
        ],
        by_name: &[3, 2, 0, 1],
    },
};

/// `AdminSetUserMFAPreferenceRequest`.
pub static S_ADMIN_SET_USER_MFA_PREFERENCE_REQUEST: Shape = Shape {
    name: "AdminSetUserMFAPreferenceRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "SMSMfaSettings",
                display: "smsMfaSettings",
                required: false,
                shape: &S_SMS_MFA_SETTINGS_TYPE,
            },
            Member {
                wire: "SoftwareTokenMfaSettings",
                display: "softwareTokenMfaSettings",
                required: false,
                shape: &S_SOFTWARE_TOKEN_MFA_SETTINGS_TYPE,
            },
            Member {
                wire: "EmailMfaSettings",
                display: "emailMfaSettings",
                required: false,
                shape: &S_EMAIL_MFA_SETTINGS_TYPE,
            },
            Member {
                wire: "WebAuthnMfaSettings",
                display: "webAuthnMfaSettings",
                required: false,
                shape: &S_WEB_AUTHN_MFA_SETTINGS_TYPE,
            },
            Member {
                wire: "Username",
                display: "username",
                required: true,
                shape: &S_USERNAME_TYPE,
            },
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
        ],
        by_name: &[2, 0, 1, 5, 4, 3],
    },
};

/// `AdminSetUserPasswordRequest`.
pub static S_ADMIN_SET_USER_PASSWORD_REQUEST: Shape = Shape {
    name: "AdminSetUserPasswordRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "Username",
                display: "username",
                required: true,
                shape: &S_USERNAME_TYPE,
            },
            Member {
                wire: "Password",
                display: "password",
                required: true,
                shape: &S_PASSWORD_TYPE,
            },
            Member {
                wire: "Permanent",
                display: "permanent",
                required: false,
                shape: &S_BOOLEAN_TYPE,
            },
        ],
        by_name: &[2, 3, 0, 1],
    },
};

/// `AdminSetUserSettingsRequest`.
pub static S_ADMIN_SET_USER_SETTINGS_REQUEST: Shape = Shape {
    name: "AdminSetUserSettingsRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "Username",
                display: "username",
                required: true,
                shape: &S_USERNAME_TYPE,
            },
            Member {
                wire: "MFAOptions",
                display: "mfaOptions",
                required: true,
                shape: &S_MFA_OPTION_LIST_TYPE,
            },
        ],
        by_name: &[2, 0, 1],
    },
};

/// `AdminUpdateAuthEventFeedbackRequest`.
pub static S_ADMIN_UPDATE_AUTH_EVENT_FEEDBACK_REQUEST: Shape = Shape {
    name: "AdminUpdateAuthEventFeedbackRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "Username",
                display: "username",
                required: true,
                shape: &S_USERNAME_TYPE,
            },
            Member {
                wire: "EventId",
                display: "eventId",
                required: true,
                shape: &S_EVENT_ID_TYPE,
            },
            Member {
                wire: "FeedbackValue",
                display: "feedbackValue",
                required: true,
                shape: &S_FEEDBACK_VALUE_TYPE,
            },
        ],
        by_name: &[2, 3, 0, 1],
    },
};

/// `AdminUpdateDeviceStatusRequest`.
pub static S_ADMIN_UPDATE_DEVICE_STATUS_REQUEST: Shape = Shape {
    name: "AdminUpdateDeviceStatusRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "Username",
                display: "username",
                required: true,
                shape: &S_USERNAME_TYPE,
            },
            Member {
                wire: "DeviceKey",
                display: "deviceKey",
                required: true,
                shape: &S_DEVICE_KEY_TYPE,
            },
            Member {
                wire: "DeviceRememberedStatus",
                display: "deviceRememberedStatus",
                required: false,
                shape: &S_DEVICE_REMEMBERED_STATUS_TYPE,
            },
        ],
        by_name: &[2, 3, 0, 1],
    },
};

/// `AdminUpdateUserAttributesRequest`.
pub static S_ADMIN_UPDATE_USER_ATTRIBUTES_REQUEST: Shape = Shape {
    name: "AdminUpdateUserAttributesRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "Username",
                display: "username",
                required: true,
                shape: &S_USERNAME_TYPE,
            },
            Member {
                wire: "UserAttributes",
                display: "userAttributes",
                required: true,
                shape: &S_ATTRIBUTE_LIST_TYPE,
            },
            Member {
                wire: "ClientMetadata",
                display: "clientMetadata",
                required: false,
                shape: &S_CLIENT_METADATA_TYPE,
            },
        ],
        by_name: &[3, 2, 0, 1],
    },
};

/// `AdminUserGlobalSignOutRequest`.
pub static S_ADMIN_USER_GLOBAL_SIGN_OUT_REQUEST: Shape = Shape {
    name: "AdminUserGlobalSignOutRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "Username",
                display: "username",
                required: true,
                shape: &S_USERNAME_TYPE,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `AdvancedSecurityAdditionalFlowsType`.
pub static S_ADVANCED_SECURITY_ADDITIONAL_FLOWS_TYPE: Shape = Shape {
    name: "AdvancedSecurityAdditionalFlowsType",
    secret: false,
    kind: Kind::Structure {
        members: &[Member {
            wire: "CustomAuthMode",
            display: "customAuthMode",
            required: false,
            shape: &S_ADVANCED_SECURITY_ENABLED_MODE_TYPE,
        }],
        by_name: &[0],
    },
};

/// `AdvancedSecurityEnabledModeType`.
pub static S_ADVANCED_SECURITY_ENABLED_MODE_TYPE: Shape = Shape {
    name: "AdvancedSecurityEnabledModeType",
    secret: false,
    kind: Kind::Enum {
        values: &["AUDIT", "ENFORCED"],
        printed: "[AUDIT, ENFORCED]",
    },
};

/// `AdvancedSecurityModeType`.
pub static S_ADVANCED_SECURITY_MODE_TYPE: Shape = Shape {
    name: "AdvancedSecurityModeType",
    secret: false,
    kind: Kind::Enum {
        values: &["OFF", "AUDIT", "ENFORCED"],
        printed: "[AUDIT, ENFORCED, OFF]",
    },
};

/// `AliasAttributeType`.
pub static S_ALIAS_ATTRIBUTE_TYPE: Shape = Shape {
    name: "AliasAttributeType",
    secret: false,
    kind: Kind::Enum {
        values: &["phone_number", "email", "preferred_username"],
        printed: "[phone_number, preferred_username, email]",
    },
};

/// `AliasAttributesListType`.
pub static S_ALIAS_ATTRIBUTES_LIST_TYPE: Shape = Shape {
    name: "AliasAttributesListType",
    secret: false,
    kind: Kind::List {
        min: None,
        max: None,
        of: &S_ALIAS_ATTRIBUTE_TYPE,
    },
};

/// `AllowedFirstAuthFactorsListType`.
pub static S_ALLOWED_FIRST_AUTH_FACTORS_LIST_TYPE: Shape = Shape {
    name: "AllowedFirstAuthFactorsListType",
    secret: false,
    kind: Kind::List {
        min: Some(1),
        max: Some(5),
        of: &S_AUTH_FACTOR_TYPE,
    },
};

/// `AnalyticsConfigurationType`.
pub static S_ANALYTICS_CONFIGURATION_TYPE: Shape = Shape {
    name: "AnalyticsConfigurationType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "ApplicationId",
                display: "applicationId",
                required: false,
                shape: &S_HEX_STRING_TYPE,
            },
            Member {
                wire: "ApplicationArn",
                display: "applicationArn",
                required: false,
                shape: &S_ARN_TYPE,
            },
            Member {
                wire: "RoleArn",
                display: "roleArn",
                required: false,
                shape: &S_ARN_TYPE,
            },
            Member {
                wire: "ExternalId",
                display: "externalId",
                required: false,
                shape: &S_STRING_TYPE,
            },
            Member {
                wire: "UserDataShared",
                display: "userDataShared",
                required: false,
                shape: &S_BOOLEAN_TYPE,
            },
        ],
        by_name: &[1, 0, 3, 2, 4],
    },
};

/// `AnalyticsMetadataType`.
pub static S_ANALYTICS_METADATA_TYPE: Shape = Shape {
    name: "AnalyticsMetadataType",
    secret: false,
    kind: Kind::Structure {
        members: &[Member {
            wire: "AnalyticsEndpointId",
            display: "analyticsEndpointId",
            required: false,
            shape: &S_STRING_TYPE,
        }],
        by_name: &[0],
    },
};

/// `ArnType`.
pub static S_ARN_TYPE: Shape = Shape {
    name: "ArnType",
    secret: false,
    kind: Kind::Text {
        min: Some(20),
        max: Some(2048),
        pattern: Some(&P2),
        length_first: false,
    },
};

/// `AssetBytesType`.
pub static S_ASSET_BYTES_TYPE: Shape = Shape {
    name: "AssetBytesType",
    secret: false,
    kind: Kind::Blob {
        min: None,
        max: Some(1000000),
    },
};

/// `AssetCategoryType`.
pub static S_ASSET_CATEGORY_TYPE: Shape = Shape {
    name: "AssetCategoryType",
    secret: false,
    kind: Kind::Enum {
        values: &[
            "FAVICON_ICO",
            "FAVICON_SVG",
            "EMAIL_GRAPHIC",
            "SMS_GRAPHIC",
            "AUTH_APP_GRAPHIC",
            "PASSWORD_GRAPHIC",
            "PASSKEY_GRAPHIC",
            "PAGE_HEADER_LOGO",
            "PAGE_HEADER_BACKGROUND",
            "PAGE_FOOTER_LOGO",
            "PAGE_FOOTER_BACKGROUND",
            "PAGE_BACKGROUND",
            "FORM_BACKGROUND",
            "FORM_LOGO",
            "IDP_BUTTON_ICON",
        ],
        printed: "[PASSWORD_GRAPHIC, FAVICON_ICO, PAGE_BACKGROUND, EMAIL_GRAPHIC, PAGE_FOOTER_LOGO, PASSKEY_GRAPHIC, FAVICON_SVG, IDP_BUTTON_ICON, PAGE_HEADER_BACKGROUND, FORM_LOGO, AUTH_APP_GRAPHIC, PAGE_HEADER_LOGO, PAGE_FOOTER_BACKGROUND, FORM_BACKGROUND, SMS_GRAPHIC]",
    },
};

/// `AssetExtensionType`.
pub static S_ASSET_EXTENSION_TYPE: Shape = Shape {
    name: "AssetExtensionType",
    secret: false,
    kind: Kind::Enum {
        values: &["ICO", "JPEG", "PNG", "SVG", "WEBP"],
        printed: "[ICO, WEBP, SVG, PNG, JPEG]",
    },
};

/// `AssetListType`.
pub static S_ASSET_LIST_TYPE: Shape = Shape {
    name: "AssetListType",
    secret: false,
    kind: Kind::List {
        min: Some(0),
        max: Some(40),
        of: &S_ASSET_TYPE,
    },
};

/// `AssetType`.
pub static S_ASSET_TYPE: Shape = Shape {
    name: "AssetType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "Category",
                display: "category",
                required: true,
                shape: &S_ASSET_CATEGORY_TYPE,
            },
            Member {
                wire: "ColorMode",
                display: "colorMode",
                required: true,
                shape: &S_COLOR_SCHEME_MODE_TYPE,
            },
            Member {
                wire: "Extension",
                display: "extension",
                required: true,
                shape: &S_ASSET_EXTENSION_TYPE,
            },
            Member {
                wire: "Bytes",
                display: "bytes",
                required: false,
                shape: &S_ASSET_BYTES_TYPE,
            },
            Member {
                wire: "ResourceId",
                display: "resourceId",
                required: false,
                shape: &S_RESOURCE_ID_TYPE,
            },
        ],
        by_name: &[3, 0, 1, 2, 4],
    },
};

/// `AssociateSoftwareTokenRequest`.
pub static S_ASSOCIATE_SOFTWARE_TOKEN_REQUEST: Shape = Shape {
    name: "AssociateSoftwareTokenRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "AccessToken",
                display: "accessToken",
                required: false,
                shape: &S_TOKEN_MODEL_TYPE,
            },
            Member {
                wire: "Session",
                display: "session",
                required: false,
                shape: &S_SESSION_TYPE,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `AttributeDataType`.
pub static S_ATTRIBUTE_DATA_TYPE: Shape = Shape {
    name: "AttributeDataType",
    secret: false,
    kind: Kind::Enum {
        values: &["String", "Number", "DateTime", "Boolean"],
        printed: "[Boolean, Number, String, DateTime]",
    },
};

/// `AttributeListType`.
pub static S_ATTRIBUTE_LIST_TYPE: Shape = Shape {
    name: "AttributeListType",
    secret: false,
    kind: Kind::List {
        min: None,
        max: None,
        of: &S_ATTRIBUTE_TYPE,
    },
};

/// `AttributeMappingKeyType`.
pub static S_ATTRIBUTE_MAPPING_KEY_TYPE: Shape = Shape {
    name: "AttributeMappingKeyType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(32),
        pattern: None,
        length_first: false,
    },
};

/// `AttributeMappingType`.
pub static S_ATTRIBUTE_MAPPING_TYPE: Shape = Shape {
    name: "AttributeMappingType",
    secret: false,
    kind: Kind::Map {
        min: None,
        max: None,
        key: &S_ATTRIBUTE_MAPPING_KEY_TYPE,
        value: &S_STRING_TYPE,
    },
};

/// `AttributeNameListType`.
pub static S_ATTRIBUTE_NAME_LIST_TYPE: Shape = Shape {
    name: "AttributeNameListType",
    secret: false,
    kind: Kind::List {
        min: None,
        max: None,
        of: &S_ATTRIBUTE_NAME_TYPE,
    },
};

/// `AttributeNameType`.
pub static S_ATTRIBUTE_NAME_TYPE: Shape = Shape {
    name: "AttributeNameType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(32),
        pattern: Some(&P3),
        length_first: false,
    },
};

/// `AttributeType`.
pub static S_ATTRIBUTE_TYPE: Shape = Shape {
    name: "AttributeType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "Name",
                display: "name",
                required: true,
                shape: &S_ATTRIBUTE_NAME_TYPE,
            },
            Member {
                wire: "Value",
                display: "value",
                required: false,
                shape: &S_ATTRIBUTE_VALUE_TYPE,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `AttributeValueType`.
pub static S_ATTRIBUTE_VALUE_TYPE: Shape = Shape {
    name: "AttributeValueType",
    secret: true,
    kind: Kind::Text {
        min: None,
        max: Some(2048),
        pattern: None,
        length_first: false,
    },
};

/// `AttributesRequireVerificationBeforeUpdateType`.
pub static S_ATTRIBUTES_REQUIRE_VERIFICATION_BEFORE_UPDATE_TYPE: Shape = Shape {
    name: "AttributesRequireVerificationBeforeUpdateType",
    secret: false,
    kind: Kind::List {
        min: None,
        max: None,
        of: &S_VERIFIED_ATTRIBUTE_TYPE,
    },
};

/// `AudienceListType`.
pub static S_AUDIENCE_LIST_TYPE: Shape = Shape {
    name: "AudienceListType",
    secret: false,
    kind: Kind::List {
        min: Some(0),
        max: Some(1),
        of: &S_AUDIENCE_TYPE,
    },
};

/// `AudienceType`.
pub static S_AUDIENCE_TYPE: Shape = Shape {
    name: "AudienceType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(256),
        pattern: Some(&P1),
        length_first: false,
    },
};

/// `AuthFactorType`.
pub static S_AUTH_FACTOR_TYPE: Shape = Shape {
    name: "AuthFactorType",
    secret: false,
    kind: Kind::Enum {
        values: &[
            "PASSWORD",
            "EMAIL_OTP",
            "SMS_OTP",
            "WEB_AUTHN",
            "SOFTWARE_TOKEN",
        ],
        printed: "[PASSWORD, EMAIL_OTP, SOFTWARE_TOKEN, SMS_OTP, WEB_AUTHN]",
    },
};

/// `AuthFlowType`.
pub static S_AUTH_FLOW_TYPE: Shape = Shape {
    name: "AuthFlowType",
    secret: false,
    kind: Kind::Enum {
        values: &[
            "USER_SRP_AUTH",
            "REFRESH_TOKEN_AUTH",
            "REFRESH_TOKEN",
            "CUSTOM_AUTH",
            "ADMIN_NO_SRP_AUTH",
            "USER_PASSWORD_AUTH",
            "ADMIN_USER_PASSWORD_AUTH",
            "USER_AUTH",
        ],
        printed: "[USER_AUTH, REFRESH_TOKEN_AUTH, ADMIN_NO_SRP_AUTH, USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH, REFRESH_TOKEN, USER_SRP_AUTH, CUSTOM_AUTH]",
    },
};

/// `AuthParametersType`.
pub static S_AUTH_PARAMETERS_TYPE: Shape = Shape {
    name: "AuthParametersType",
    secret: true,
    kind: Kind::Map {
        min: None,
        max: None,
        key: &S_STRING_TYPE,
        value: &S_STRING_TYPE,
    },
};

/// `AuthSessionValidityType`.
pub static S_AUTH_SESSION_VALIDITY_TYPE: Shape = Shape {
    name: "AuthSessionValidityType",
    secret: false,
    kind: Kind::Integer {
        min: Some(3),
        max: Some(15),
    },
};

/// `BlockedIPRangeListType`.
pub static S_BLOCKED_IP_RANGE_LIST_TYPE: Shape = Shape {
    name: "BlockedIPRangeListType",
    secret: false,
    kind: Kind::List {
        min: None,
        max: Some(200),
        of: &S_STRING_TYPE,
    },
};

/// `BooleanType`.
pub static S_BOOLEAN_TYPE: Shape = Shape {
    name: "BooleanType",
    secret: false,
    kind: Kind::Boolean,
};

/// `CIMDCacheActionType`.
pub static S_CIMD_CACHE_ACTION_TYPE: Shape = Shape {
    name: "CIMDCacheActionType",
    secret: false,
    kind: Kind::Enum {
        values: &["REFRESH", "INVALIDATE"],
        printed: "[INVALIDATE, REFRESH]",
    },
};

/// `CIMDPolicyIdType`.
pub static S_CIMD_POLICY_ID_TYPE: Shape = Shape {
    name: "CIMDPolicyIdType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(64),
        pattern: Some(&P4),
        length_first: false,
    },
};

/// `CIMDPolicyNameType`.
pub static S_CIMD_POLICY_NAME_TYPE: Shape = Shape {
    name: "CIMDPolicyNameType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(32),
        pattern: Some(&P5),
        length_first: false,
    },
};

/// `CSSType`.
pub static S_CSS_TYPE: Shape = Shape {
    name: "CSSType",
    secret: false,
    kind: Kind::Text {
        min: Some(0),
        max: Some(131072),
        pattern: None,
        length_first: false,
    },
};

/// `CacheDurationType`.
pub static S_CACHE_DURATION_TYPE: Shape = Shape {
    name: "CacheDurationType",
    secret: false,
    kind: Kind::Integer {
        min: Some(86400),
        max: Some(31556952),
    },
};

/// `CallbackURLsListType`.
pub static S_CALLBACK_URLS_LIST_TYPE: Shape = Shape {
    name: "CallbackURLsListType",
    secret: false,
    kind: Kind::List {
        min: Some(0),
        max: Some(100),
        of: &S_REDIRECT_URL_TYPE,
    },
};

/// `CancelPointInTimeRecoveryRequest`.
pub static S_CANCEL_POINT_IN_TIME_RECOVERY_REQUEST: Shape = Shape {
    name: "CancelPointInTimeRecoveryRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "RestoreId",
                display: "restoreId",
                required: true,
                shape: &S_RESTORE_ID_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `ChallengeNameType`.
pub static S_CHALLENGE_NAME_TYPE: Shape = Shape {
    name: "ChallengeNameType",
    secret: false,
    kind: Kind::Enum {
        values: &[
            "SMS_MFA",
            "EMAIL_OTP",
            "SOFTWARE_TOKEN_MFA",
            "SELECT_MFA_TYPE",
            "MFA_SETUP",
            "PASSWORD_VERIFIER",
            "CUSTOM_CHALLENGE",
            "SELECT_CHALLENGE",
            "DEVICE_SRP_AUTH",
            "DEVICE_PASSWORD_VERIFIER",
            "ADMIN_NO_SRP_AUTH",
            "NEW_PASSWORD_REQUIRED",
            "SMS_OTP",
            "PASSWORD",
            "WEB_AUTHN",
            "PASSWORD_SRP",
        ],
        printed: "[NEW_PASSWORD_REQUIRED, EMAIL_OTP, PASSWORD_VERIFIER, CUSTOM_CHALLENGE, SMS_MFA, MFA_SETUP, SMS_OTP, SOFTWARE_TOKEN_MFA, PASSWORD_SRP, SELECT_MFA_TYPE, SELECT_CHALLENGE, PASSWORD, ADMIN_NO_SRP_AUTH, DEVICE_SRP_AUTH, WEB_AUTHN, DEVICE_PASSWORD_VERIFIER]",
    },
};

/// `ChallengeResponsesType`.
pub static S_CHALLENGE_RESPONSES_TYPE: Shape = Shape {
    name: "ChallengeResponsesType",
    secret: true,
    kind: Kind::Map {
        min: None,
        max: None,
        key: &S_STRING_TYPE,
        value: &S_STRING_TYPE,
    },
};

/// `ChangePasswordRequest`.
pub static S_CHANGE_PASSWORD_REQUEST: Shape = Shape {
    name: "ChangePasswordRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "PreviousPassword",
                display: "previousPassword",
                required: false,
                shape: &S_PASSWORD_TYPE,
            },
            Member {
                wire: "ProposedPassword",
                display: "proposedPassword",
                required: true,
                shape: &S_PASSWORD_TYPE,
            },
            Member {
                wire: "AccessToken",
                display: "accessToken",
                required: true,
                shape: &S_TOKEN_MODEL_TYPE,
            },
        ],
        by_name: &[2, 0, 1],
    },
};

/// `ClientIdType`.
pub static S_CLIENT_ID_TYPE: Shape = Shape {
    name: "ClientIdType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(128),
        pattern: Some(&P6),
        length_first: false,
    },
};

/// `ClientMetadataType`.
pub static S_CLIENT_METADATA_TYPE: Shape = Shape {
    name: "ClientMetadataType",
    secret: false,
    kind: Kind::Map {
        min: None,
        max: None,
        key: &S_STRING_TYPE,
        value: &S_STRING_TYPE,
    },
};

/// `ClientNameType`.
pub static S_CLIENT_NAME_TYPE: Shape = Shape {
    name: "ClientNameType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(128),
        pattern: Some(&P7),
        length_first: false,
    },
};

/// `ClientPermissionListType`.
pub static S_CLIENT_PERMISSION_LIST_TYPE: Shape = Shape {
    name: "ClientPermissionListType",
    secret: false,
    kind: Kind::List {
        min: None,
        max: None,
        of: &S_CLIENT_PERMISSION_TYPE,
    },
};

/// `ClientPermissionType`.
pub static S_CLIENT_PERMISSION_TYPE: Shape = Shape {
    name: "ClientPermissionType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(2048),
        pattern: None,
        length_first: false,
    },
};

/// `ClientSSOSessionConfigType`.
pub static S_CLIENT_SSO_SESSION_CONFIG_TYPE: Shape = Shape {
    name: "ClientSSOSessionConfigType",
    secret: false,
    kind: Kind::Structure {
        members: &[Member {
            wire: "MaxValidityMinutes",
            display: "maxValidityMinutes",
            required: true,
            shape: &S_SSO_SESSION_MAX_VALIDITY_MINUTES_TYPE,
        }],
        by_name: &[0],
    },
};

/// `ClientSecretIdType`.
pub static S_CLIENT_SECRET_ID_TYPE: Shape = Shape {
    name: "ClientSecretIdType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(128),
        pattern: None,
        length_first: false,
    },
};

/// `ClientSecretType`.
pub static S_CLIENT_SECRET_TYPE: Shape = Shape {
    name: "ClientSecretType",
    secret: true,
    kind: Kind::Text {
        min: Some(24),
        max: Some(64),
        pattern: Some(&P6),
        length_first: false,
    },
};

/// `ClientTypeType`.
pub static S_CLIENT_TYPE_TYPE: Shape = Shape {
    name: "ClientTypeType",
    secret: false,
    kind: Kind::Enum {
        values: &["REGULAR", "DCR"],
        printed: "[REGULAR, DCR]",
    },
};

/// `CloudWatchLogsConfigurationType`.
pub static S_CLOUD_WATCH_LOGS_CONFIGURATION_TYPE: Shape = Shape {
    name: "CloudWatchLogsConfigurationType",
    secret: false,
    kind: Kind::Structure {
        members: &[Member {
            wire: "LogGroupArn",
            display: "logGroupArn",
            required: false,
            shape: &S_ARN_TYPE,
        }],
        by_name: &[0],
    },
};

/// `ColorSchemeModeType`.
pub static S_COLOR_SCHEME_MODE_TYPE: Shape = Shape {
    name: "ColorSchemeModeType",
    secret: false,
    kind: Kind::Enum {
        values: &["LIGHT", "DARK", "DYNAMIC"],
        printed: "[LIGHT, DARK, DYNAMIC]",
    },
};

/// `CompleteWebAuthnRegistrationRequest`.
pub static S_COMPLETE_WEB_AUTHN_REGISTRATION_REQUEST: Shape = Shape {
    name: "CompleteWebAuthnRegistrationRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "AccessToken",
                display: "accessToken",
                required: true,
                shape: &S_TOKEN_MODEL_TYPE,
            },
            Member {
                wire: "Credential",
                display: "credential",
                required: true,
                shape: &S_DOCUMENT,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `CompromisedCredentialsActionsType`.
pub static S_COMPROMISED_CREDENTIALS_ACTIONS_TYPE: Shape = Shape {
    name: "CompromisedCredentialsActionsType",
    secret: false,
    kind: Kind::Structure {
        members: &[Member {
            wire: "EventAction",
            display: "eventAction",
            required: true,
            shape: &S_COMPROMISED_CREDENTIALS_EVENT_ACTION_TYPE,
        }],
        by_name: &[0],
    },
};

/// `CompromisedCredentialsEventActionType`.
pub static S_COMPROMISED_CREDENTIALS_EVENT_ACTION_TYPE: Shape = Shape {
    name: "CompromisedCredentialsEventActionType",
    secret: false,
    kind: Kind::Enum {
        values: &["BLOCK", "NO_ACTION"],
        printed: "[BLOCK, NO_ACTION]",
    },
};

/// `CompromisedCredentialsRiskConfigurationType`.
pub static S_COMPROMISED_CREDENTIALS_RISK_CONFIGURATION_TYPE: Shape = Shape {
    name: "CompromisedCredentialsRiskConfigurationType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "EventFilter",
                display: "eventFilter",
                required: false,
                shape: &S_EVENT_FILTERS_TYPE,
            },
            Member {
                wire: "Actions",
                display: "actions",
                required: true,
                shape: &S_COMPROMISED_CREDENTIALS_ACTIONS_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `ConfirmDeviceRequest`.
pub static S_CONFIRM_DEVICE_REQUEST: Shape = Shape {
    name: "ConfirmDeviceRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "AccessToken",
                display: "accessToken",
                required: true,
                shape: &S_TOKEN_MODEL_TYPE,
            },
            Member {
                wire: "DeviceKey",
                display: "deviceKey",
                required: true,
                shape: &S_DEVICE_KEY_TYPE,
            },
            Member {
                wire: "DeviceSecretVerifierConfig",
                display: "deviceSecretVerifierConfig",
                required: false,
                shape: &S_DEVICE_SECRET_VERIFIER_CONFIG_TYPE,
            },
            Member {
                wire: "DeviceName",
                display: "deviceName",
                required: false,
                shape: &S_DEVICE_NAME_TYPE,
            },
        ],
        by_name: &[0, 1, 3, 2],
    },
};

/// `ConfirmForgotPasswordRequest`.
pub static S_CONFIRM_FORGOT_PASSWORD_REQUEST: Shape = Shape {
    name: "ConfirmForgotPasswordRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "ClientId",
                display: "clientId",
                required: true,
                shape: &S_CLIENT_ID_TYPE,
            },
            Member {
                wire: "SecretHash",
                display: "secretHash",
                required: false,
                shape: &S_SECRET_HASH_TYPE,
            },
            Member {
                wire: "Username",
                display: "username",
                required: true,
                shape: &S_USERNAME_TYPE,
            },
            Member {
                wire: "ConfirmationCode",
                display: "confirmationCode",
                required: true,
                shape: &S_CONFIRMATION_CODE_TYPE,
            },
            Member {
                wire: "Password",
                display: "password",
                required: true,
                shape: &S_PASSWORD_TYPE,
            },
            Member {
                wire: "AnalyticsMetadata",
                display: "analyticsMetadata",
                required: false,
                shape: &S_ANALYTICS_METADATA_TYPE,
            },
            Member {
                wire: "UserContextData",
                display: "userContextData",
                required: false,
                shape: &S_USER_CONTEXT_DATA_TYPE,
            },
            Member {
                wire: "ClientMetadata",
                display: "clientMetadata",
                required: false,
                shape: &S_CLIENT_METADATA_TYPE,
            },
        ],
        by_name: &[5, 0, 7, 3, 4, 1, 6, 2],
    },
};

/// `ConfirmSignUpRequest`.
pub static S_CONFIRM_SIGN_UP_REQUEST: Shape = Shape {
    name: "ConfirmSignUpRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "ClientId",
                display: "clientId",
                required: true,
                shape: &S_CLIENT_ID_TYPE,
            },
            Member {
                wire: "SecretHash",
                display: "secretHash",
                required: false,
                shape: &S_SECRET_HASH_TYPE,
            },
            Member {
                wire: "Username",
                display: "username",
                required: true,
                shape: &S_USERNAME_TYPE,
            },
            Member {
                wire: "ConfirmationCode",
                display: "confirmationCode",
                required: true,
                shape: &S_CONFIRMATION_CODE_TYPE,
            },
            Member {
                wire: "ForceAliasCreation",
                display: "forceAliasCreation",
                required: false,
                shape: &S_FORCE_ALIAS_CREATION,
            },
            Member {
                wire: "AnalyticsMetadata",
                display: "analyticsMetadata",
                required: false,
                shape: &S_ANALYTICS_METADATA_TYPE,
            },
            Member {
                wire: "UserContextData",
                display: "userContextData",
                required: false,
                shape: &S_USER_CONTEXT_DATA_TYPE,
            },
            Member {
                wire: "ClientMetadata",
                display: "clientMetadata",
                required: false,
                shape: &S_CLIENT_METADATA_TYPE,
            },
            Member {
                wire: "Session",
                display: "session",
                required: false,
                shape: &S_SESSION_TYPE,
            },
        ],
        by_name: &[5, 0, 7, 3, 4, 1, 8, 6, 2],
    },
};

/// `ConfirmationCodeType`.
pub static S_CONFIRMATION_CODE_TYPE: Shape = Shape {
    name: "ConfirmationCodeType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(2048),
        pattern: Some(&P8),
        length_first: false,
    },
};

/// `ContextDataType`.
pub static S_CONTEXT_DATA_TYPE: Shape = Shape {
    name: "ContextDataType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "IpAddress",
                display: "ipAddress",
                required: true,
                shape: &S_STRING_TYPE,
            },
            Member {
                wire: "ServerName",
                display: "serverName",
                required: true,
                shape: &S_STRING_TYPE,
            },
            Member {
                wire: "ServerPath",
                display: "serverPath",
                required: true,
                shape: &S_STRING_TYPE,
            },
            Member {
                wire: "HttpHeaders",
                display: "httpHeaders",
                required: true,
                shape: &S_HTTP_HEADER_LIST,
            },
            Member {
                wire: "EncodedData",
                display: "encodedData",
                required: false,
                shape: &S_STRING_TYPE,
            },
        ],
        by_name: &[4, 3, 0, 1, 2],
    },
};

/// `CreateCIMDPolicyRequest`.
pub static S_CREATE_CIMD_POLICY_REQUEST: Shape = Shape {
    name: "CreateCIMDPolicyRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "ClientId",
                display: "clientId",
                required: true,
                shape: &S_CLIENT_ID_TYPE,
            },
            Member {
                wire: "PolicyName",
                display: "policyName",
                required: true,
                shape: &S_CIMD_POLICY_NAME_TYPE,
            },
            Member {
                wire: "CacheDuration",
                display: "cacheDuration",
                required: false,
                shape: &S_CACHE_DURATION_TYPE,
            },
            Member {
                wire: "URLPatterns",
                display: "urlPatterns",
                required: true,
                shape: &S_URL_PATTERN_LIST_TYPE,
            },
        ],
        by_name: &[3, 1, 2, 4, 0],
    },
};

/// `CreateGroupRequest`.
pub static S_CREATE_GROUP_REQUEST: Shape = Shape {
    name: "CreateGroupRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "GroupName",
                display: "groupName",
                required: true,
                shape: &S_GROUP_NAME_TYPE,
            },
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "Description",
                display: "description",
                required: false,
                shape: &S_DESCRIPTION_TYPE,
            },
            Member {
                wire: "RoleArn",
                display: "roleArn",
                required: false,
                shape: &S_ARN_TYPE,
            },
            Member {
                wire: "Precedence",
                display: "precedence",
                required: false,
                shape: &S_PRECEDENCE_TYPE,
            },
        ],
        by_name: &[2, 0, 4, 3, 1],
    },
};

/// `CreateIdentityProviderRequest`.
pub static S_CREATE_IDENTITY_PROVIDER_REQUEST: Shape = Shape {
    name: "CreateIdentityProviderRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "ProviderName",
                display: "providerName",
                required: true,
                shape: &S_PROVIDER_NAME_TYPE_V2,
            },
            Member {
                wire: "ProviderType",
                display: "providerType",
                required: true,
                shape: &S_IDENTITY_PROVIDER_TYPE_TYPE,
            },
            Member {
                wire: "ProviderDetails",
                display: "providerDetails",
                required: true,
                shape: &S_PROVIDER_DETAILS_TYPE,
            },
            Member {
                wire: "AttributeMapping",
                display: "attributeMapping",
                required: false,
                shape: &S_ATTRIBUTE_MAPPING_TYPE,
            },
            Member {
                wire: "IdpIdentifiers",
                display: "idpIdentifiers",
                required: false,
                shape: &S_IDP_IDENTIFIERS_LIST_TYPE,
            },
            Member {
                wire: "AcrMapping",
                display: "acrMapping",
                required: false,
                shape: &S_ACR_MAPPING_TYPE,
            },
        ],
        by_name: &[6, 4, 5, 3, 1, 2, 0],
    },
};

/// `CreateManagedLoginBrandingRequest`.
pub static S_CREATE_MANAGED_LOGIN_BRANDING_REQUEST: Shape = Shape {
    name: "CreateManagedLoginBrandingRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "ClientId",
                display: "clientId",
                required: true,
                shape: &S_CLIENT_ID_TYPE,
            },
            Member {
                wire: "UseCognitoProvidedValues",
                display: "useCognitoProvidedValues",
                required: false,
                shape: &S_BOOLEAN_TYPE,
            },
            Member {
                wire: "Settings",
                display: "settings",
                required: false,
                shape: &S_DOCUMENT,
            },
            Member {
                wire: "Assets",
                display: "assets",
                required: false,
                shape: &S_ASSET_LIST_TYPE,
            },
        ],
        by_name: &[4, 1, 3, 2, 0],
    },
};

/// `CreateResourceServerRequest`.
pub static S_CREATE_RESOURCE_SERVER_REQUEST: Shape = Shape {
    name: "CreateResourceServerRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "Identifier",
                display: "identifier",
                required: true,
                shape: &S_RESOURCE_SERVER_IDENTIFIER_TYPE,
            },
            Member {
                wire: "Name",
                display: "name",
                required: true,
                shape: &S_RESOURCE_SERVER_NAME_TYPE,
            },
            Member {
                wire: "Scopes",
                display: "scopes",
                required: false,
                shape: &S_RESOURCE_SERVER_SCOPE_LIST_TYPE,
            },
        ],
        by_name: &[1, 2, 3, 0],
    },
};

/// `CreateTermsRequest`.
pub static S_CREATE_TERMS_REQUEST: Shape = Shape {
    name: "CreateTermsRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "ClientId",
                display: "clientId",
                required: true,
                shape: &S_CLIENT_ID_TYPE,
            },
            Member {
                wire: "TermsName",
                display: "termsName",
                required: true,
                shape: &S_TERMS_NAME_TYPE,
            },
            Member {
                wire: "TermsSource",
                display: "termsSource",
                required: true,
                shape: &S_TERMS_SOURCE_TYPE,
            },
            Member {
                wire: "Enforcement",
                display: "enforcement",
                required: true,
                shape: &S_TERMS_ENFORCEMENT_TYPE,
            },
            Member {
                wire: "Links",
                display: "links",
                required: false,
                shape: &S_LINKS_TYPE,
            },
        ],
        by_name: &[1, 4, 5, 2, 3, 0],
    },
};

/// `CreateUserImportJobRequest`.
pub static S_CREATE_USER_IMPORT_JOB_REQUEST: Shape = Shape {
    name: "CreateUserImportJobRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "JobName",
                display: "jobName",
                required: true,
                shape: &S_USER_IMPORT_JOB_NAME_TYPE,
            },
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "CloudWatchLogsRoleArn",
                display: "cloudWatchLogsRoleArn",
                required: true,
                shape: &S_ARN_TYPE,
            },
            Member {
                wire: "PasswordHashingAlgorithm",
                display: "passwordHashingAlgorithm",
                required: false,
                shape: &S_PASSWORD_HASHING_ALGORITHM_TYPE,
            },
        ],
        by_name: &[2, 0, 3, 1],
    },
};

/// `CreateUserPoolClientRequest`.
pub static S_CREATE_USER_POOL_CLIENT_REQUEST: Shape = Shape {
    name: "CreateUserPoolClientRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "ClientName",
                display: "clientName",
                required: true,
                shape: &S_CLIENT_NAME_TYPE,
            },
            Member {
                wire: "GenerateSecret",
                display: "generateSecret",
                required: false,
                shape: &S_GENERATE_SECRET,
            },
            Member {
                wire: "ClientSecret",
                display: "clientSecret",
                required: false,
                shape: &S_CLIENT_SECRET_TYPE,
            },
            Member {
                wire: "RefreshTokenValidity",
                display: "refreshTokenValidity",
                required: false,
                shape: &S_REFRESH_TOKEN_VALIDITY_TYPE,
            },
            Member {
                wire: "AccessTokenValidity",
                display: "accessTokenValidity",
                required: false,
                shape: &S_ACCESS_TOKEN_VALIDITY_TYPE,
            },
            Member {
                wire: "IdTokenValidity",
                display: "idTokenValidity",
                required: false,
                shape: &S_ID_TOKEN_VALIDITY_TYPE,
            },
            Member {
                wire: "TokenValidityUnits",
                display: "tokenValidityUnits",
                required: false,
                shape: &S_TOKEN_VALIDITY_UNITS_TYPE,
            },
            Member {
                wire: "ReadAttributes",
                display: "readAttributes",
                required: false,
                shape: &S_CLIENT_PERMISSION_LIST_TYPE,
            },
            Member {
                wire: "WriteAttributes",
                display: "writeAttributes",
                required: false,
                shape: &S_CLIENT_PERMISSION_LIST_TYPE,
            },
            Member {
                wire: "ExplicitAuthFlows",
                display: "explicitAuthFlows",
                required: false,
                shape: &S_EXPLICIT_AUTH_FLOWS_LIST_TYPE,
            },
            Member {
                wire: "SupportedIdentityProviders",
                display: "supportedIdentityProviders",
                required: false,
                shape: &S_SUPPORTED_IDENTITY_PROVIDERS_LIST_TYPE,
            },
            Member {
                wire: "CallbackURLs",
                display: "callbackURLs",
                required: false,
                shape: &S_CALLBACK_URLS_LIST_TYPE,
            },
            Member {
                wire: "LogoutURLs",
                display: "logoutURLs",
                required: false,
                shape: &S_LOGOUT_URLS_LIST_TYPE,
            },
            Member {
                wire: "DefaultRedirectURI",
                display: "defaultRedirectURI",
                required: false,
                shape: &S_REDIRECT_URL_TYPE,
            },
            Member {
                wire: "AllowedOAuthFlows",
                display: "allowedOAuthFlows",
                required: false,
                shape: &S_OAUTH_FLOWS_TYPE,
            },
            Member {
                wire: "AllowedOAuthScopes",
                display: "allowedOAuthScopes",
                required: false,
                shape: &S_SCOPE_LIST_TYPE,
            },
            Member {
                wire: "AllowedOAuthFlowsUserPoolClient",
                display: "allowedOAuthFlowsUserPoolClient",
                required: false,
                shape: &S_BOOLEAN_TYPE,
            },
            Member {
                wire: "AnalyticsConfiguration",
                display: "analyticsConfiguration",
                required: false,
                shape: &S_ANALYTICS_CONFIGURATION_TYPE,
            },
            Member {
                wire: "PreventUserExistenceErrors",
                display: "preventUserExistenceErrors",
                required: false,
                shape: &S_PREVENT_USER_EXISTENCE_ERROR_TYPES,
            },
            Member {
                wire: "EnableTokenRevocation",
                display: "enableTokenRevocation",
                required: false,
                shape: &S_WRAPPED_BOOLEAN_TYPE,
            },
            Member {
                wire: "EnablePropagateAdditionalUserContextData",
                display: "enablePropagateAdditionalUserContextData",
                required: false,
                shape: &S_WRAPPED_BOOLEAN_TYPE,
            },
            Member {
                wire: "AuthSessionValidity",
                display: "authSessionValidity",
                required: false,
                shape: &S_AUTH_SESSION_VALIDITY_TYPE,
            },
            Member {
                wire: "RefreshTokenRotation",
                display: "refreshTokenRotation",
                required: false,
                shape: &S_REFRESH_TOKEN_ROTATION_TYPE,
            },
            Member {
                wire: "PublishSecretsInAWSSecretsManager",
                display: "publishSecretsInAWSSecretsManager",
                required: false,
                shape: &S_WRAPPED_BOOLEAN_TYPE,
            },
        ],
        by_name: &[
            5, 15, 17, 16, 18, 22, 12, 1, 3, 14, 21, 20, 10, 2, 6, 13, 19, 24, 8, 23, 4, 11, 7, 0,
            9,
        ],
    },
};

/// `CreateUserPoolDomainRequest`.
pub static S_CREATE_USER_POOL_DOMAIN_REQUEST: Shape = Shape {
    name: "CreateUserPoolDomainRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "Domain",
                display: "domain",
                required: true,
                shape: &S_DOMAIN_TYPE,
            },
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "ManagedLoginVersion",
                display: "managedLoginVersion",
                required: false,
                shape: &S_WRAPPED_INTEGER_TYPE,
            },
            Member {
                wire: "CustomDomainConfig",
                display: "customDomainConfig",
                required: false,
                shape: &S_CUSTOM_DOMAIN_CONFIG_TYPE,
            },
            Member {
                wire: "Routing",
                display: "routing",
                required: false,
                shape: &S_ROUTING_TYPE,
            },
        ],
        by_name: &[3, 0, 2, 4, 1],
    },
};

/// `CreateUserPoolReplicaRequest`.
pub static S_CREATE_USER_POOL_REPLICA_REQUEST: Shape = Shape {
    name: "CreateUserPoolReplicaRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "RegionName",
                display: "regionName",
                required: true,
                shape: &S_REGION_NAME_TYPE,
            },
            Member {
                wire: "UserPoolTags",
                display: "userPoolTags",
                required: false,
                shape: &S_USER_POOL_TAGS_TYPE,
            },
        ],
        by_name: &[1, 0, 2],
    },
};

/// `CreateUserPoolRequest`.
pub static S_CREATE_USER_POOL_REQUEST: Shape = Shape {
    name: "CreateUserPoolRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "PoolName",
                display: "poolName",
                required: true,
                shape: &S_USER_POOL_NAME_TYPE,
            },
            Member {
                wire: "Policies",
                display: "policies",
                required: false,
                shape: &S_USER_POOL_POLICY_TYPE,
            },
            Member {
                wire: "DeletionProtection",
                display: "deletionProtection",
                required: false,
                shape: &S_DELETION_PROTECTION_TYPE,
            },
            Member {
                wire: "LambdaConfig",
                display: "lambdaConfig",
                required: false,
                shape: &S_LAMBDA_CONFIG_TYPE,
            },
            Member {
                wire: "AutoVerifiedAttributes",
                display: "autoVerifiedAttributes",
                required: false,
                shape: &S_VERIFIED_ATTRIBUTES_LIST_TYPE,
            },
            Member {
                wire: "AliasAttributes",
                display: "aliasAttributes",
                required: false,
                shape: &S_ALIAS_ATTRIBUTES_LIST_TYPE,
            },
            Member {
                wire: "UsernameAttributes",
                display: "usernameAttributes",
                required: false,
                shape: &S_USERNAME_ATTRIBUTES_LIST_TYPE,
            },
            Member {
                wire: "SmsVerificationMessage",
                display: "smsVerificationMessage",
                required: false,
                shape: &S_SMS_VERIFICATION_MESSAGE_TYPE,
            },
            Member {
                wire: "EmailVerificationMessage",
                display: "emailVerificationMessage",
                required: false,
                shape: &S_EMAIL_VERIFICATION_MESSAGE_TYPE,
            },
            Member {
                wire: "EmailVerificationSubject",
                display: "emailVerificationSubject",
                required: false,
                shape: &S_EMAIL_VERIFICATION_SUBJECT_TYPE,
            },
            Member {
                wire: "VerificationMessageTemplate",
                display: "verificationMessageTemplate",
                required: false,
                shape: &S_VERIFICATION_MESSAGE_TEMPLATE_TYPE,
            },
            Member {
                wire: "SmsAuthenticationMessage",
                display: "smsAuthenticationMessage",
                required: false,
                shape: &S_SMS_VERIFICATION_MESSAGE_TYPE,
            },
            Member {
                wire: "MfaConfiguration",
                display: "mfaConfiguration",
                required: false,
                shape: &S_USER_POOL_MFA_TYPE,
            },
            Member {
                wire: "UserAttributeUpdateSettings",
                display: "userAttributeUpdateSettings",
                required: false,
                shape: &S_USER_ATTRIBUTE_UPDATE_SETTINGS_TYPE,
            },
            Member {
                wire: "DeviceConfiguration",
                display: "deviceConfiguration",
                required: false,
                shape: &S_DEVICE_CONFIGURATION_TYPE,
            },
            Member {
                wire: "EmailConfiguration",
                display: "emailConfiguration",
                required: false,
                shape: &S_EMAIL_CONFIGURATION_TYPE,
            },
            Member {
                wire: "SmsConfiguration",
                display: "smsConfiguration",
                required: false,
                shape: &S_SMS_CONFIGURATION_TYPE,
            },
            Member {
                wire: "UserPoolTags",
                display: "userPoolTags",
                required: false,
                shape: &S_USER_POOL_TAGS_TYPE,
            },
            Member {
                wire: "AdminCreateUserConfig",
                display: "adminCreateUserConfig",
                required: false,
                shape: &S_ADMIN_CREATE_USER_CONFIG_TYPE,
            },
            Member {
                wire: "Schema",
                display: "schema",
                required: false,
                shape: &S_SCHEMA_ATTRIBUTES_LIST_TYPE,
            },
            Member {
                wire: "UserPoolAddOns",
                display: "userPoolAddOns",
                required: false,
                shape: &S_USER_POOL_ADD_ONS_TYPE,
            },
            Member {
                wire: "DcrConfiguration",
                display: "dcrConfiguration",
                required: false,
                shape: &S_DCR_CONFIGURATION_TYPE,
            },
            Member {
                wire: "UsernameConfiguration",
                display: "usernameConfiguration",
                required: false,
                shape: &S_USERNAME_CONFIGURATION_TYPE,
            },
            Member {
                wire: "AccountRecoverySetting",
                display: "accountRecoverySetting",
                required: false,
                shape: &S_ACCOUNT_RECOVERY_SETTING_TYPE,
            },
            Member {
                wire: "UserPoolTier",
                display: "userPoolTier",
                required: false,
                shape: &S_USER_POOL_TIER_TYPE,
            },
            Member {
                wire: "KeyConfiguration",
                display: "keyConfiguration",
                required: false,
                shape: &S_KEY_CONFIGURATION_TYPE,
            },
            Member {
                wire: "IssuerConfiguration",
                display: "issuerConfiguration",
                required: false,
                shape: &S_ISSUER_CONFIGURATION_TYPE,
            },
            Member {
                wire: "AcrConfiguration",
                display: "acrConfiguration",
                required: false,
                shape: &S_ACR_CONFIGURATION_TYPE,
            },
        ],
        by_name: &[
            23, 27, 18, 5, 4, 21, 2, 14, 15, 8, 9, 26, 25, 3, 12, 1, 0, 19, 11, 16, 7, 13, 20, 17,
            24, 6, 22, 10,
        ],
    },
};

/// `CustomAttributeNameType`.
pub static S_CUSTOM_ATTRIBUTE_NAME_TYPE: Shape = Shape {
    name: "CustomAttributeNameType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(20),
        pattern: Some(&P9),
        length_first: false,
    },
};

/// `CustomAttributesListType`.
pub static S_CUSTOM_ATTRIBUTES_LIST_TYPE: Shape = Shape {
    name: "CustomAttributesListType",
    secret: false,
    kind: Kind::List {
        min: Some(1),
        max: Some(25),
        of: &S_SCHEMA_ATTRIBUTE_TYPE,
    },
};

/// `CustomDomainConfigType`.
pub static S_CUSTOM_DOMAIN_CONFIG_TYPE: Shape = Shape {
    name: "CustomDomainConfigType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "CertificateArn",
                display: "certificateArn",
                required: true,
                shape: &S_ARN_TYPE,
            },
            Member {
                wire: "SecurityPolicy",
                display: "securityPolicy",
                required: false,
                shape: &S_SECURITY_POLICY_TYPE,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `CustomEmailLambdaVersionConfigType`.
pub static S_CUSTOM_EMAIL_LAMBDA_VERSION_CONFIG_TYPE: Shape = Shape {
    name: "CustomEmailLambdaVersionConfigType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "LambdaVersion",
                display: "lambdaVersion",
                required: true,
                shape: &S_CUSTOM_EMAIL_SENDER_LAMBDA_VERSION_TYPE,
            },
            Member {
                wire: "LambdaArn",
                display: "lambdaArn",
                required: true,
                shape: &S_ARN_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `CustomEmailSenderLambdaVersionType`.
pub static S_CUSTOM_EMAIL_SENDER_LAMBDA_VERSION_TYPE: Shape = Shape {
    name: "CustomEmailSenderLambdaVersionType",
    secret: false,
    kind: Kind::Enum {
        values: &["V1_0"],
        printed: "[V1_0]",
    },
};

/// `CustomSMSLambdaVersionConfigType`.
pub static S_CUSTOM_SMS_LAMBDA_VERSION_CONFIG_TYPE: Shape = Shape {
    name: "CustomSMSLambdaVersionConfigType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "LambdaVersion",
                display: "lambdaVersion",
                required: true,
                shape: &S_CUSTOM_SMS_SENDER_LAMBDA_VERSION_TYPE,
            },
            Member {
                wire: "LambdaArn",
                display: "lambdaArn",
                required: true,
                shape: &S_ARN_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `CustomSMSSenderLambdaVersionType`.
pub static S_CUSTOM_SMS_SENDER_LAMBDA_VERSION_TYPE: Shape = Shape {
    name: "CustomSMSSenderLambdaVersionType",
    secret: false,
    kind: Kind::Enum {
        values: &["V1_0"],
        printed: "[V1_0]",
    },
};

/// `DateType`.
pub static S_DATE_TYPE: Shape = Shape {
    name: "DateType",
    secret: false,
    kind: Kind::Timestamp,
};

/// `DcrConfigurationType`.
pub static S_DCR_CONFIGURATION_TYPE: Shape = Shape {
    name: "DcrConfigurationType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "EnableStatus",
                display: "enableStatus",
                required: false,
                shape: &S_STATUS_TYPE,
            },
            Member {
                wire: "OpenDcrEnabled",
                display: "openDcrEnabled",
                required: false,
                shape: &S_BOOLEAN_TYPE,
            },
            Member {
                wire: "AuthenticatedGrantTypes",
                display: "authenticatedGrantTypes",
                required: false,
                shape: &S_OAUTH_FLOWS_TYPE,
            },
            Member {
                wire: "OpenDcrGrantTypes",
                display: "openDcrGrantTypes",
                required: false,
                shape: &S_OAUTH_FLOWS_TYPE,
            },
            Member {
                wire: "AllowedScopes",
                display: "allowedScopes",
                required: false,
                shape: &S_SCOPE_LIST_TYPE,
            },
        ],
        by_name: &[4, 2, 0, 1, 3],
    },
};

/// `DefaultEmailOptionType`.
pub static S_DEFAULT_EMAIL_OPTION_TYPE: Shape = Shape {
    name: "DefaultEmailOptionType",
    secret: false,
    kind: Kind::Enum {
        values: &["CONFIRM_WITH_LINK", "CONFIRM_WITH_CODE"],
        printed: "[CONFIRM_WITH_LINK, CONFIRM_WITH_CODE]",
    },
};

/// `DeleteCIMDPolicyRequest`.
pub static S_DELETE_CIMD_POLICY_REQUEST: Shape = Shape {
    name: "DeleteCIMDPolicyRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "CIMDPolicyId",
                display: "cimdPolicyId",
                required: true,
                shape: &S_CIMD_POLICY_ID_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `DeleteGroupRequest`.
pub static S_DELETE_GROUP_REQUEST: Shape = Shape {
    name: "DeleteGroupRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "GroupName",
                display: "groupName",
                required: true,
                shape: &S_GROUP_NAME_TYPE,
            },
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `DeleteIdentityProviderRequest`.
pub static S_DELETE_IDENTITY_PROVIDER_REQUEST: Shape = Shape {
    name: "DeleteIdentityProviderRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "ProviderName",
                display: "providerName",
                required: true,
                shape: &S_PROVIDER_NAME_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `DeleteManagedLoginBrandingRequest`.
pub static S_DELETE_MANAGED_LOGIN_BRANDING_REQUEST: Shape = Shape {
    name: "DeleteManagedLoginBrandingRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "ManagedLoginBrandingId",
                display: "managedLoginBrandingId",
                required: true,
                shape: &S_MANAGED_LOGIN_BRANDING_ID_TYPE,
            },
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `DeleteResourceServerRequest`.
pub static S_DELETE_RESOURCE_SERVER_REQUEST: Shape = Shape {
    name: "DeleteResourceServerRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "Identifier",
                display: "identifier",
                required: true,
                shape: &S_RESOURCE_SERVER_IDENTIFIER_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `DeleteTermsRequest`.
pub static S_DELETE_TERMS_REQUEST: Shape = Shape {
    name: "DeleteTermsRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "TermsId",
                display: "termsId",
                required: true,
                shape: &S_TERMS_ID_TYPE,
            },
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `DeleteUserAttributesRequest`.
pub static S_DELETE_USER_ATTRIBUTES_REQUEST: Shape = Shape {
    name: "DeleteUserAttributesRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserAttributeNames",
                display: "userAttributeNames",
                required: true,
                shape: &S_ATTRIBUTE_NAME_LIST_TYPE,
            },
            Member {
                wire: "AccessToken",
                display: "accessToken",
                required: true,
                shape: &S_TOKEN_MODEL_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `DeleteUserPoolClientRequest`.
pub static S_DELETE_USER_POOL_CLIENT_REQUEST: Shape = Shape {
    name: "DeleteUserPoolClientRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "ClientId",
                display: "clientId",
                required: true,
                shape: &S_CLIENT_ID_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `DeleteUserPoolClientSecretRequest`.
pub static S_DELETE_USER_POOL_CLIENT_SECRET_REQUEST: Shape = Shape {
    name: "DeleteUserPoolClientSecretRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "ClientId",
                display: "clientId",
                required: true,
                shape: &S_CLIENT_ID_TYPE,
            },
            Member {
                wire: "ClientSecretId",
                display: "clientSecretId",
                required: true,
                shape: &S_CLIENT_SECRET_ID_TYPE,
            },
        ],
        by_name: &[1, 2, 0],
    },
};

/// `DeleteUserPoolDomainRequest`.
pub static S_DELETE_USER_POOL_DOMAIN_REQUEST: Shape = Shape {
    name: "DeleteUserPoolDomainRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "Domain",
                display: "domain",
                required: true,
                shape: &S_DOMAIN_TYPE,
            },
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `DeleteUserPoolReplicaRequest`.
pub static S_DELETE_USER_POOL_REPLICA_REQUEST: Shape = Shape {
    name: "DeleteUserPoolReplicaRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "RegionName",
                display: "regionName",
                required: true,
                shape: &S_REGION_NAME_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `DeleteUserPoolRequest`.
pub static S_DELETE_USER_POOL_REQUEST: Shape = Shape {
    name: "DeleteUserPoolRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[Member {
            wire: "UserPoolId",
            display: "userPoolId",
            required: true,
            shape: &S_USER_POOL_ID_TYPE,
        }],
        by_name: &[0],
    },
};

/// `DeleteUserRequest`.
pub static S_DELETE_USER_REQUEST: Shape = Shape {
    name: "DeleteUserRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[Member {
            wire: "AccessToken",
            display: "accessToken",
            required: true,
            shape: &S_TOKEN_MODEL_TYPE,
        }],
        by_name: &[0],
    },
};

/// `DeleteWebAuthnCredentialRequest`.
pub static S_DELETE_WEB_AUTHN_CREDENTIAL_REQUEST: Shape = Shape {
    name: "DeleteWebAuthnCredentialRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "AccessToken",
                display: "accessToken",
                required: true,
                shape: &S_TOKEN_MODEL_TYPE,
            },
            Member {
                wire: "CredentialId",
                display: "credentialId",
                required: true,
                shape: &S_STRING_TYPE,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `DeletionProtectionType`.
pub static S_DELETION_PROTECTION_TYPE: Shape = Shape {
    name: "DeletionProtectionType",
    secret: false,
    kind: Kind::Enum {
        values: &["ACTIVE", "INACTIVE"],
        printed: "[ACTIVE, INACTIVE]",
    },
};

/// `DeliveryMediumListType`.
pub static S_DELIVERY_MEDIUM_LIST_TYPE: Shape = Shape {
    name: "DeliveryMediumListType",
    secret: false,
    kind: Kind::List {
        min: None,
        max: None,
        of: &S_DELIVERY_MEDIUM_TYPE,
    },
};

/// `DeliveryMediumType`.
pub static S_DELIVERY_MEDIUM_TYPE: Shape = Shape {
    name: "DeliveryMediumType",
    secret: false,
    kind: Kind::Enum {
        values: &["SMS", "EMAIL"],
        printed: "[SMS, EMAIL]",
    },
};

/// `DescribeCIMDPolicyRequest`.
pub static S_DESCRIBE_CIMD_POLICY_REQUEST: Shape = Shape {
    name: "DescribeCIMDPolicyRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "CIMDPolicyId",
                display: "cimdPolicyId",
                required: true,
                shape: &S_CIMD_POLICY_ID_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `DescribeIdentityProviderRequest`.
pub static S_DESCRIBE_IDENTITY_PROVIDER_REQUEST: Shape = Shape {
    name: "DescribeIdentityProviderRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "ProviderName",
                display: "providerName",
                required: true,
                shape: &S_PROVIDER_NAME_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `DescribeManagedLoginBrandingByClientRequest`.
pub static S_DESCRIBE_MANAGED_LOGIN_BRANDING_BY_CLIENT_REQUEST: Shape = Shape {
    name: "DescribeManagedLoginBrandingByClientRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "ClientId",
                display: "clientId",
                required: true,
                shape: &S_CLIENT_ID_TYPE,
            },
            Member {
                wire: "ReturnMergedResources",
                display: "returnMergedResources",
                required: false,
                shape: &S_BOOLEAN_TYPE,
            },
        ],
        by_name: &[1, 2, 0],
    },
};

/// `DescribeManagedLoginBrandingRequest`.
pub static S_DESCRIBE_MANAGED_LOGIN_BRANDING_REQUEST: Shape = Shape {
    name: "DescribeManagedLoginBrandingRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "ManagedLoginBrandingId",
                display: "managedLoginBrandingId",
                required: true,
                shape: &S_MANAGED_LOGIN_BRANDING_ID_TYPE,
            },
            Member {
                wire: "ReturnMergedResources",
                display: "returnMergedResources",
                required: false,
                shape: &S_BOOLEAN_TYPE,
            },
        ],
        by_name: &[1, 2, 0],
    },
};

/// `DescribePointInTimeRecoveryRequest`.
pub static S_DESCRIBE_POINT_IN_TIME_RECOVERY_REQUEST: Shape = Shape {
    name: "DescribePointInTimeRecoveryRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "RestoreId",
                display: "restoreId",
                required: true,
                shape: &S_RESTORE_ID_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `DescribeResourceServerRequest`.
pub static S_DESCRIBE_RESOURCE_SERVER_REQUEST: Shape = Shape {
    name: "DescribeResourceServerRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "Identifier",
                display: "identifier",
                required: true,
                shape: &S_RESOURCE_SERVER_IDENTIFIER_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `DescribeRiskConfigurationRequest`.
pub static S_DESCRIBE_RISK_CONFIGURATION_REQUEST: Shape = Shape {
    name: "DescribeRiskConfigurationRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "ClientId",
                display: "clientId",
                required: false,
                shape: &S_CLIENT_ID_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `DescribeTermsByClientRequest`.
pub static S_DESCRIBE_TERMS_BY_CLIENT_REQUEST: Shape = Shape {
    name: "DescribeTermsByClientRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "ClientId",
                display: "clientId",
                required: true,
                shape: &S_CLIENT_ID_TYPE,
            },
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "TermsName",
                display: "termsName",
                required: true,
                shape: &S_TERMS_NAME_TYPE,
            },
        ],
        by_name: &[0, 2, 1],
    },
};

/// `DescribeTermsRequest`.
pub static S_DESCRIBE_TERMS_REQUEST: Shape = Shape {
    name: "DescribeTermsRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "TermsId",
                display: "termsId",
                required: true,
                shape: &S_TERMS_ID_TYPE,
            },
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `DescribeUserImportJobRequest`.
pub static S_DESCRIBE_USER_IMPORT_JOB_REQUEST: Shape = Shape {
    name: "DescribeUserImportJobRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "JobId",
                display: "jobId",
                required: true,
                shape: &S_USER_IMPORT_JOB_ID_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `DescribeUserPoolClientRequest`.
pub static S_DESCRIBE_USER_POOL_CLIENT_REQUEST: Shape = Shape {
    name: "DescribeUserPoolClientRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "ClientId",
                display: "clientId",
                required: true,
                shape: &S_CLIENT_ID_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `DescribeUserPoolDomainRequest`.
pub static S_DESCRIBE_USER_POOL_DOMAIN_REQUEST: Shape = Shape {
    name: "DescribeUserPoolDomainRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[Member {
            wire: "Domain",
            display: "domain",
            required: true,
            shape: &S_DOMAIN_TYPE,
        }],
        by_name: &[0],
    },
};

/// `DescribeUserPoolRequest`.
pub static S_DESCRIBE_USER_POOL_REQUEST: Shape = Shape {
    name: "DescribeUserPoolRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[Member {
            wire: "UserPoolId",
            display: "userPoolId",
            required: true,
            shape: &S_USER_POOL_ID_TYPE,
        }],
        by_name: &[0],
    },
};

/// `DescriptionType`.
pub static S_DESCRIPTION_TYPE: Shape = Shape {
    name: "DescriptionType",
    secret: false,
    kind: Kind::Text {
        min: None,
        max: Some(2048),
        pattern: None,
        length_first: false,
    },
};

/// `DeviceConfigurationType`.
pub static S_DEVICE_CONFIGURATION_TYPE: Shape = Shape {
    name: "DeviceConfigurationType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "ChallengeRequiredOnNewDevice",
                display: "challengeRequiredOnNewDevice",
                required: false,
                shape: &S_BOOLEAN_TYPE,
            },
            Member {
                wire: "DeviceOnlyRememberedOnUserPrompt",
                display: "deviceOnlyRememberedOnUserPrompt",
                required: false,
                shape: &S_BOOLEAN_TYPE,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `DeviceKeyType`.
pub static S_DEVICE_KEY_TYPE: Shape = Shape {
    name: "DeviceKeyType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(55),
        pattern: Some(&P10),
        length_first: false,
    },
};

/// `DeviceNameType`.
pub static S_DEVICE_NAME_TYPE: Shape = Shape {
    name: "DeviceNameType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(1024),
        pattern: None,
        length_first: false,
    },
};

/// `DeviceRememberedStatusType`.
pub static S_DEVICE_REMEMBERED_STATUS_TYPE: Shape = Shape {
    name: "DeviceRememberedStatusType",
    secret: false,
    kind: Kind::Enum {
        values: &["remembered", "not_remembered"],
        printed: "[not_remembered, remembered]",
    },
};

/// `DeviceSecretVerifierConfigType`.
pub static S_DEVICE_SECRET_VERIFIER_CONFIG_TYPE: Shape = Shape {
    name: "DeviceSecretVerifierConfigType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "PasswordVerifier",
                display: "passwordVerifier",
                required: false,
                shape: &S_STRING_TYPE,
            },
            Member {
                wire: "Salt",
                display: "salt",
                required: false,
                shape: &S_STRING_TYPE,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `Document`.
pub static S_DOCUMENT: Shape = Shape {
    name: "Document",
    secret: false,
    kind: Kind::Document,
};

/// `DomainType`.
pub static S_DOMAIN_TYPE: Shape = Shape {
    name: "DomainType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(63),
        pattern: Some(&P11),
        length_first: false,
    },
};

/// `EmailAddressType`.
pub static S_EMAIL_ADDRESS_TYPE: Shape = Shape {
    name: "EmailAddressType",
    secret: false,
    kind: Kind::Text {
        min: None,
        max: None,
        pattern: Some(&P12),
        length_first: false,
    },
};

/// `EmailConfigurationType`.
pub static S_EMAIL_CONFIGURATION_TYPE: Shape = Shape {
    name: "EmailConfigurationType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "SourceArn",
                display: "sourceArn",
                required: false,
                shape: &S_ARN_TYPE,
            },
            Member {
                wire: "ReplyToEmailAddress",
                display: "replyToEmailAddress",
                required: false,
                shape: &S_EMAIL_ADDRESS_TYPE,
            },
            Member {
                wire: "EmailSendingAccount",
                display: "emailSendingAccount",
                required: false,
                shape: &S_EMAIL_SENDING_ACCOUNT_TYPE,
            },
            Member {
                wire: "From",
                display: "from",
                required: false,
                shape: &S_STRING_TYPE,
            },
            Member {
                wire: "ConfigurationSet",
                display: "configurationSet",
                required: false,
                shape: &S_SES_CONFIGURATION_SET,
            },
        ],
        by_name: &[4, 2, 3, 1, 0],
    },
};

/// `EmailInviteMessageType`.
pub static S_EMAIL_INVITE_MESSAGE_TYPE: Shape = Shape {
    name: "EmailInviteMessageType",
    secret: false,
    kind: Kind::Text {
        min: Some(6),
        max: Some(20000),
        pattern: Some(&P13),
        length_first: false,
    },
};

/// `EmailMfaConfigType`.
pub static S_EMAIL_MFA_CONFIG_TYPE: Shape = Shape {
    name: "EmailMfaConfigType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "Message",
                display: "message",
                required: false,
                shape: &S_EMAIL_MFA_MESSAGE_TYPE,
            },
            Member {
                wire: "Subject",
                display: "subject",
                required: false,
                shape: &S_EMAIL_MFA_SUBJECT_TYPE,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `EmailMfaMessageType`.
pub static S_EMAIL_MFA_MESSAGE_TYPE: Shape = Shape {
    name: "EmailMfaMessageType",
    secret: false,
    kind: Kind::Text {
        min: Some(6),
        max: Some(20000),
        pattern: Some(&P14),
        length_first: false,
    },
};

/// `EmailMfaSettingsType`.
pub static S_EMAIL_MFA_SETTINGS_TYPE: Shape = Shape {
    name: "EmailMfaSettingsType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "Enabled",
                display: "enabled",
                required: false,
                shape: &S_BOOLEAN_TYPE,
            },
            Member {
                wire: "PreferredMfa",
                display: "preferredMfa",
                required: false,
                shape: &S_BOOLEAN_TYPE,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `EmailMfaSubjectType`.
pub static S_EMAIL_MFA_SUBJECT_TYPE: Shape = Shape {
    name: "EmailMfaSubjectType",
    secret: false,
    kind: Kind::Text {
        min: None,
        max: None,
        pattern: Some(&P15),
        length_first: false,
    },
};

/// `EmailNotificationBodyType`.
pub static S_EMAIL_NOTIFICATION_BODY_TYPE: Shape = Shape {
    name: "EmailNotificationBodyType",
    secret: false,
    kind: Kind::Text {
        min: Some(6),
        max: Some(20000),
        pattern: Some(&P16),
        length_first: false,
    },
};

/// `EmailNotificationSubjectType`.
pub static S_EMAIL_NOTIFICATION_SUBJECT_TYPE: Shape = Shape {
    name: "EmailNotificationSubjectType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(140),
        pattern: Some(&P15),
        length_first: false,
    },
};

/// `EmailSendingAccountType`.
pub static S_EMAIL_SENDING_ACCOUNT_TYPE: Shape = Shape {
    name: "EmailSendingAccountType",
    secret: false,
    kind: Kind::Enum {
        values: &["COGNITO_DEFAULT", "DEVELOPER"],
        printed: "[COGNITO_DEFAULT, DEVELOPER]",
    },
};

/// `EmailVerificationMessageByLinkType`.
pub static S_EMAIL_VERIFICATION_MESSAGE_BY_LINK_TYPE: Shape = Shape {
    name: "EmailVerificationMessageByLinkType",
    secret: false,
    kind: Kind::Text {
        min: Some(6),
        max: Some(20000),
        pattern: Some(&P17),
        length_first: false,
    },
};

/// `EmailVerificationMessageType`.
pub static S_EMAIL_VERIFICATION_MESSAGE_TYPE: Shape = Shape {
    name: "EmailVerificationMessageType",
    secret: false,
    kind: Kind::Text {
        min: Some(6),
        max: Some(20000),
        pattern: Some(&P14),
        length_first: false,
    },
};

/// `EmailVerificationSubjectByLinkType`.
pub static S_EMAIL_VERIFICATION_SUBJECT_BY_LINK_TYPE: Shape = Shape {
    name: "EmailVerificationSubjectByLinkType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(140),
        pattern: Some(&P15),
        length_first: false,
    },
};

/// `EmailVerificationSubjectType`.
pub static S_EMAIL_VERIFICATION_SUBJECT_TYPE: Shape = Shape {
    name: "EmailVerificationSubjectType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(140),
        pattern: Some(&P15),
        length_first: false,
    },
};

/// `EncryptionKeyArnType`.
pub static S_ENCRYPTION_KEY_ARN_TYPE: Shape = Shape {
    name: "EncryptionKeyArnType",
    secret: false,
    kind: Kind::Text {
        min: Some(20),
        max: Some(2048),
        pattern: Some(&P2),
        length_first: false,
    },
};

/// `EncryptionKeyType`.
pub static S_ENCRYPTION_KEY_TYPE: Shape = Shape {
    name: "EncryptionKeyType",
    secret: false,
    kind: Kind::Enum {
        values: &["AWS_OWNED_KEY", "CUSTOMER_MANAGED_KEY"],
        printed: "[CUSTOMER_MANAGED_KEY, AWS_OWNED_KEY]",
    },
};

/// `EumsSmsConfigurationType`.
pub static S_EUMS_SMS_CONFIGURATION_TYPE: Shape = Shape {
    name: "EumsSmsConfigurationType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "CallerArn",
                display: "callerArn",
                required: true,
                shape: &S_ARN_TYPE,
            },
            Member {
                wire: "ExternalId",
                display: "externalId",
                required: false,
                shape: &S_STRING_TYPE,
            },
            Member {
                wire: "OriginationIdentity",
                display: "originationIdentity",
                required: false,
                shape: &S_STRING_TYPE,
            },
            Member {
                wire: "ConfigurationSetName",
                display: "configurationSetName",
                required: false,
                shape: &S_STRING_TYPE,
            },
            Member {
                wire: "InEntityId",
                display: "inEntityId",
                required: false,
                shape: &S_STRING_TYPE,
            },
            Member {
                wire: "InTemplateId",
                display: "inTemplateId",
                required: false,
                shape: &S_STRING_TYPE,
            },
            Member {
                wire: "Region",
                display: "region",
                required: false,
                shape: &S_REGION_CODE_TYPE,
            },
        ],
        by_name: &[0, 3, 1, 4, 5, 2, 6],
    },
};

/// `EventFilterType`.
pub static S_EVENT_FILTER_TYPE: Shape = Shape {
    name: "EventFilterType",
    secret: false,
    kind: Kind::Enum {
        values: &["SIGN_IN", "PASSWORD_CHANGE", "SIGN_UP"],
        printed: "[SIGN_IN, PASSWORD_CHANGE, SIGN_UP]",
    },
};

/// `EventFiltersType`.
pub static S_EVENT_FILTERS_TYPE: Shape = Shape {
    name: "EventFiltersType",
    secret: false,
    kind: Kind::List {
        min: None,
        max: None,
        of: &S_EVENT_FILTER_TYPE,
    },
};

/// `EventIdType`.
pub static S_EVENT_ID_TYPE: Shape = Shape {
    name: "EventIdType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(50),
        pattern: Some(&P18),
        length_first: false,
    },
};

/// `EventSourceName`.
pub static S_EVENT_SOURCE_NAME: Shape = Shape {
    name: "EventSourceName",
    secret: false,
    kind: Kind::Enum {
        values: &["userNotification", "userAuthEvents"],
        printed: "[userNotification, userAuthEvents]",
    },
};

/// `ExplicitAuthFlowsListType`.
pub static S_EXPLICIT_AUTH_FLOWS_LIST_TYPE: Shape = Shape {
    name: "ExplicitAuthFlowsListType",
    secret: false,
    kind: Kind::List {
        min: None,
        max: None,
        of: &S_EXPLICIT_AUTH_FLOWS_TYPE,
    },
};

/// `ExplicitAuthFlowsType`.
pub static S_EXPLICIT_AUTH_FLOWS_TYPE: Shape = Shape {
    name: "ExplicitAuthFlowsType",
    secret: false,
    kind: Kind::Enum {
        values: &[
            "ADMIN_NO_SRP_AUTH",
            "CUSTOM_AUTH_FLOW_ONLY",
            "USER_PASSWORD_AUTH",
            "ALLOW_ADMIN_USER_PASSWORD_AUTH",
            "ALLOW_CUSTOM_AUTH",
            "ALLOW_USER_PASSWORD_AUTH",
            "ALLOW_USER_SRP_AUTH",
            "ALLOW_REFRESH_TOKEN_AUTH",
            "ALLOW_USER_AUTH",
            "ALLOW_TOKEN_EXCHANGE_DELEGATION",
            "ALLOW_TOKEN_EXCHANGE_IMPERSONATION",
            "ALLOW_CLIENT_TOKEN_AUTH",
        ],
        printed: "[ALLOW_CUSTOM_AUTH, ALLOW_USER_PASSWORD_AUTH, ADMIN_NO_SRP_AUTH, USER_PASSWORD_AUTH, ALLOW_ADMIN_USER_PASSWORD_AUTH, ALLOW_TOKEN_EXCHANGE_IMPERSONATION, ALLOW_USER_AUTH, CUSTOM_AUTH_FLOW_ONLY, ALLOW_CLIENT_TOKEN_AUTH, ALLOW_USER_SRP_AUTH, ALLOW_REFRESH_TOKEN_AUTH, ALLOW_TOKEN_EXCHANGE_DELEGATION]",
    },
};

/// `FailoverType`.
pub static S_FAILOVER_TYPE: Shape = Shape {
    name: "FailoverType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "SecondaryRegion",
                display: "secondaryRegion",
                required: true,
                shape: &S_REGION_NAME_TYPE,
            },
            Member {
                wire: "PrimaryRoute53HealthCheckId",
                display: "primaryRoute53HealthCheckId",
                required: true,
                shape: &S_HEALTH_CHECK_ID_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `FeatureType`.
pub static S_FEATURE_TYPE: Shape = Shape {
    name: "FeatureType",
    secret: false,
    kind: Kind::Enum {
        values: &["ENABLED", "DISABLED"],
        printed: "[DISABLED, ENABLED]",
    },
};

/// `FeedbackValueType`.
pub static S_FEEDBACK_VALUE_TYPE: Shape = Shape {
    name: "FeedbackValueType",
    secret: false,
    kind: Kind::Enum {
        values: &["Valid", "Invalid"],
        printed: "[Valid, Invalid]",
    },
};

/// `FirehoseConfigurationType`.
pub static S_FIREHOSE_CONFIGURATION_TYPE: Shape = Shape {
    name: "FirehoseConfigurationType",
    secret: false,
    kind: Kind::Structure {
        members: &[Member {
            wire: "StreamArn",
            display: "streamArn",
            required: false,
            shape: &S_ARN_TYPE,
        }],
        by_name: &[0],
    },
};

/// `ForceAliasCreation`.
pub static S_FORCE_ALIAS_CREATION: Shape = Shape {
    name: "ForceAliasCreation",
    secret: false,
    kind: Kind::Boolean,
};

/// `ForgetDeviceRequest`.
pub static S_FORGET_DEVICE_REQUEST: Shape = Shape {
    name: "ForgetDeviceRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "AccessToken",
                display: "accessToken",
                required: false,
                shape: &S_TOKEN_MODEL_TYPE,
            },
            Member {
                wire: "DeviceKey",
                display: "deviceKey",
                required: true,
                shape: &S_DEVICE_KEY_TYPE,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `ForgotPasswordRequest`.
pub static S_FORGOT_PASSWORD_REQUEST: Shape = Shape {
    name: "ForgotPasswordRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "ClientId",
                display: "clientId",
                required: true,
                shape: &S_CLIENT_ID_TYPE,
            },
            Member {
                wire: "SecretHash",
                display: "secretHash",
                required: false,
                shape: &S_SECRET_HASH_TYPE,
            },
            Member {
                wire: "UserContextData",
                display: "userContextData",
                required: false,
                shape: &S_USER_CONTEXT_DATA_TYPE,
            },
            Member {
                wire: "Username",
                display: "username",
                required: true,
                shape: &S_USERNAME_TYPE,
            },
            Member {
                wire: "AnalyticsMetadata",
                display: "analyticsMetadata",
                required: false,
                shape: &S_ANALYTICS_METADATA_TYPE,
            },
            Member {
                wire: "ClientMetadata",
                display: "clientMetadata",
                required: false,
                shape: &S_CLIENT_METADATA_TYPE,
            },
        ],
        by_name: &[4, 0, 5, 1, 2, 3],
    },
};

/// `GenerateSecret`.
pub static S_GENERATE_SECRET: Shape = Shape {
    name: "GenerateSecret",
    secret: false,
    kind: Kind::Boolean,
};

/// `GetCSVHeaderRequest`.
pub static S_GET_CSV_HEADER_REQUEST: Shape = Shape {
    name: "GetCSVHeaderRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[Member {
            wire: "UserPoolId",
            display: "userPoolId",
            required: true,
            shape: &S_USER_POOL_ID_TYPE,
        }],
        by_name: &[0],
    },
};

/// `GetClientTokenRequest`.
pub static S_GET_CLIENT_TOKEN_REQUEST: Shape = Shape {
    name: "GetClientTokenRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "ClientId",
                display: "clientId",
                required: true,
                shape: &S_CLIENT_ID_TYPE,
            },
            Member {
                wire: "Secret",
                display: "secret",
                required: true,
                shape: &S_CLIENT_SECRET_TYPE,
            },
            Member {
                wire: "Scopes",
                display: "scopes",
                required: false,
                shape: &S_SCOPE_LIST_TYPE,
            },
            Member {
                wire: "ClientMetadata",
                display: "clientMetadata",
                required: false,
                shape: &S_CLIENT_METADATA_TYPE,
            },
        ],
        by_name: &[0, 3, 2, 1],
    },
};

/// `GetDerivedTokenRequest`.
pub static S_GET_DERIVED_TOKEN_REQUEST: Shape = Shape {
    name: "GetDerivedTokenRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "ClientId",
                display: "clientId",
                required: true,
                shape: &S_CLIENT_ID_TYPE,
            },
            Member {
                wire: "ClientSecret",
                display: "clientSecret",
                required: false,
                shape: &S_CLIENT_SECRET_TYPE,
            },
            Member {
                wire: "SubjectToken",
                display: "subjectToken",
                required: true,
                shape: &S_GET_DERIVED_TOKEN_TOKEN_MODEL_TYPE,
            },
            Member {
                wire: "SubjectTokenType",
                display: "subjectTokenType",
                required: true,
                shape: &S_TOKEN_TYPE_IDENTIFIER_TYPE,
            },
            Member {
                wire: "SubjectTokenProviderName",
                display: "subjectTokenProviderName",
                required: false,
                shape: &S_PROVIDER_NAME_TYPE,
            },
            Member {
                wire: "ActorToken",
                display: "actorToken",
                required: false,
                shape: &S_GET_DERIVED_TOKEN_TOKEN_MODEL_TYPE,
            },
            Member {
                wire: "ActorTokenType",
                display: "actorTokenType",
                required: false,
                shape: &S_TOKEN_TYPE_IDENTIFIER_TYPE,
            },
            Member {
                wire: "ActorTokenProviderName",
                display: "actorTokenProviderName",
                required: false,
                shape: &S_PROVIDER_NAME_TYPE,
            },
            Member {
                wire: "Scopes",
                display: "scopes",
                required: false,
                shape: &S_SCOPE_LIST_TYPE,
            },
            Member {
                wire: "Audiences",
                display: "audiences",
                required: false,
                shape: &S_AUDIENCE_LIST_TYPE,
            },
            Member {
                wire: "Resources",
                display: "resources",
                required: false,
                shape: &S_RESOURCE_LIST_TYPE,
            },
            Member {
                wire: "RequestedTokenType",
                display: "requestedTokenType",
                required: false,
                shape: &S_ISSUED_TOKEN_TYPE_IDENTIFIER_TYPE,
            },
        ],
        by_name: &[5, 7, 6, 9, 0, 1, 11, 10, 8, 2, 4, 3],
    },
};

/// `GetDerivedTokenTokenModelType`.
pub static S_GET_DERIVED_TOKEN_TOKEN_MODEL_TYPE: Shape = Shape {
    name: "GetDerivedTokenTokenModelType",
    secret: true,
    kind: Kind::Text {
        min: Some(0),
        max: Some(131072),
        pattern: Some(&P19),
        length_first: false,
    },
};

/// `GetDeviceRequest`.
pub static S_GET_DEVICE_REQUEST: Shape = Shape {
    name: "GetDeviceRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "DeviceKey",
                display: "deviceKey",
                required: true,
                shape: &S_DEVICE_KEY_TYPE,
            },
            Member {
                wire: "AccessToken",
                display: "accessToken",
                required: false,
                shape: &S_TOKEN_MODEL_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `GetGroupRequest`.
pub static S_GET_GROUP_REQUEST: Shape = Shape {
    name: "GetGroupRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "GroupName",
                display: "groupName",
                required: true,
                shape: &S_GROUP_NAME_TYPE,
            },
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `GetIdentityProviderByIdentifierRequest`.
pub static S_GET_IDENTITY_PROVIDER_BY_IDENTIFIER_REQUEST: Shape = Shape {
    name: "GetIdentityProviderByIdentifierRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "IdpIdentifier",
                display: "idpIdentifier",
                required: true,
                shape: &S_IDP_IDENTIFIER_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `GetLogDeliveryConfigurationRequest`.
pub static S_GET_LOG_DELIVERY_CONFIGURATION_REQUEST: Shape = Shape {
    name: "GetLogDeliveryConfigurationRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[Member {
            wire: "UserPoolId",
            display: "userPoolId",
            required: true,
            shape: &S_USER_POOL_ID_TYPE,
        }],
        by_name: &[0],
    },
};

/// `GetProvisionedLimitRequest`.
pub static S_GET_PROVISIONED_LIMIT_REQUEST: Shape = Shape {
    name: "GetProvisionedLimitRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[Member {
            wire: "LimitDefinition",
            display: "limitDefinition",
            required: true,
            shape: &S_LIMIT_DEFINITION_TYPE,
        }],
        by_name: &[0],
    },
};

/// `GetSigningCertificateRequest`.
pub static S_GET_SIGNING_CERTIFICATE_REQUEST: Shape = Shape {
    name: "GetSigningCertificateRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[Member {
            wire: "UserPoolId",
            display: "userPoolId",
            required: true,
            shape: &S_USER_POOL_ID_TYPE,
        }],
        by_name: &[0],
    },
};

/// `GetTokensFromRefreshTokenRequest`.
pub static S_GET_TOKENS_FROM_REFRESH_TOKEN_REQUEST: Shape = Shape {
    name: "GetTokensFromRefreshTokenRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "RefreshToken",
                display: "refreshToken",
                required: true,
                shape: &S_TOKEN_MODEL_TYPE,
            },
            Member {
                wire: "ClientId",
                display: "clientId",
                required: true,
                shape: &S_CLIENT_ID_TYPE,
            },
            Member {
                wire: "ClientSecret",
                display: "clientSecret",
                required: false,
                shape: &S_CLIENT_SECRET_TYPE,
            },
            Member {
                wire: "DeviceKey",
                display: "deviceKey",
                required: false,
                shape: &S_DEVICE_KEY_TYPE,
            },
            Member {
                wire: "ClientMetadata",
                display: "clientMetadata",
                required: false,
                shape: &S_CLIENT_METADATA_TYPE,
            },
        ],
        by_name: &[1, 4, 2, 3, 0],
    },
};

/// `GetUICustomizationRequest`.
pub static S_GET_UI_CUSTOMIZATION_REQUEST: Shape = Shape {
    name: "GetUICustomizationRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "ClientId",
                display: "clientId",
                required: false,
                shape: &S_CLIENT_ID_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `GetUserAttributeVerificationCodeRequest`.
pub static S_GET_USER_ATTRIBUTE_VERIFICATION_CODE_REQUEST: Shape = Shape {
    name: "GetUserAttributeVerificationCodeRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "AccessToken",
                display: "accessToken",
                required: true,
                shape: &S_TOKEN_MODEL_TYPE,
            },
            Member {
                wire: "AttributeName",
                display: "attributeName",
                required: true,
                shape: &S_ATTRIBUTE_NAME_TYPE,
            },
            Member {
                wire: "ClientMetadata",
                display: "clientMetadata",
                required: false,
                shape: &S_CLIENT_METADATA_TYPE,
            },
        ],
        by_name: &[0, 1, 2],
    },
};

/// `GetUserAuthFactorsRequest`.
pub static S_GET_USER_AUTH_FACTORS_REQUEST: Shape = Shape {
    name: "GetUserAuthFactorsRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[Member {
            wire: "AccessToken",
            display: "accessToken",
            required: true,
            shape: &S_TOKEN_MODEL_TYPE,
        }],
        by_name: &[0],
    },
};

/// `GetUserPoolClientSessionConfigurationRequest`.
pub static S_GET_USER_POOL_CLIENT_SESSION_CONFIGURATION_REQUEST: Shape = Shape {
    name: "GetUserPoolClientSessionConfigurationRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "ClientId",
                display: "clientId",
                required: true,
                shape: &S_CLIENT_ID_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `GetUserPoolMfaConfigRequest`.
pub static S_GET_USER_POOL_MFA_CONFIG_REQUEST: Shape = Shape {
    name: "GetUserPoolMfaConfigRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[Member {
            wire: "UserPoolId",
            display: "userPoolId",
            required: true,
            shape: &S_USER_POOL_ID_TYPE,
        }],
        by_name: &[0],
    },
};

/// `GetUserPoolSessionConfigurationRequest`.
pub static S_GET_USER_POOL_SESSION_CONFIGURATION_REQUEST: Shape = Shape {
    name: "GetUserPoolSessionConfigurationRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[Member {
            wire: "UserPoolId",
            display: "userPoolId",
            required: true,
            shape: &S_USER_POOL_ID_TYPE,
        }],
        by_name: &[0],
    },
};

/// `GetUserRequest`.
pub static S_GET_USER_REQUEST: Shape = Shape {
    name: "GetUserRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[Member {
            wire: "AccessToken",
            display: "accessToken",
            required: true,
            shape: &S_TOKEN_MODEL_TYPE,
        }],
        by_name: &[0],
    },
};

/// `GlobalSignOutRequest`.
pub static S_GLOBAL_SIGN_OUT_REQUEST: Shape = Shape {
    name: "GlobalSignOutRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[Member {
            wire: "AccessToken",
            display: "accessToken",
            required: true,
            shape: &S_TOKEN_MODEL_TYPE,
        }],
        by_name: &[0],
    },
};

/// `GroupNameType`.
pub static S_GROUP_NAME_TYPE: Shape = Shape {
    name: "GroupNameType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(128),
        pattern: Some(&P9),
        length_first: false,
    },
};

/// `HealthCheckIdType`.
pub static S_HEALTH_CHECK_ID_TYPE: Shape = Shape {
    name: "HealthCheckIdType",
    secret: false,
    kind: Kind::Text {
        min: None,
        max: Some(64),
        pattern: None,
        length_first: false,
    },
};

/// `HexStringType`.
pub static S_HEX_STRING_TYPE: Shape = Shape {
    name: "HexStringType",
    secret: false,
    kind: Kind::Text {
        min: None,
        max: None,
        pattern: Some(&P20),
        length_first: false,
    },
};

/// `HttpHeader`.
pub static S_HTTP_HEADER: Shape = Shape {
    name: "HttpHeader",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "headerName",
                display: "headerName",
                required: false,
                shape: &S_STRING_TYPE,
            },
            Member {
                wire: "headerValue",
                display: "headerValue",
                required: false,
                shape: &S_STRING_TYPE,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `HttpHeaderList`.
pub static S_HTTP_HEADER_LIST: Shape = Shape {
    name: "HttpHeaderList",
    secret: false,
    kind: Kind::List {
        min: None,
        max: None,
        of: &S_HTTP_HEADER,
    },
};

/// `IdTokenValidityType`.
pub static S_ID_TOKEN_VALIDITY_TYPE: Shape = Shape {
    name: "IdTokenValidityType",
    secret: false,
    kind: Kind::Integer {
        min: Some(1),
        max: Some(86400),
    },
};

/// `IdentityProviderTypeType`.
pub static S_IDENTITY_PROVIDER_TYPE_TYPE: Shape = Shape {
    name: "IdentityProviderTypeType",
    secret: false,
    kind: Kind::Enum {
        values: &[
            "SAML",
            "Facebook",
            "Google",
            "LoginWithAmazon",
            "SignInWithApple",
            "OIDC",
        ],
        printed: "[Google, LoginWithAmazon, SAML, OIDC, Facebook, SignInWithApple]",
    },
};

/// `IdpIdentifierType`.
pub static S_IDP_IDENTIFIER_TYPE: Shape = Shape {
    name: "IdpIdentifierType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(40),
        pattern: Some(&P21),
        length_first: false,
    },
};

/// `IdpIdentifiersListType`.
pub static S_IDP_IDENTIFIERS_LIST_TYPE: Shape = Shape {
    name: "IdpIdentifiersListType",
    secret: false,
    kind: Kind::List {
        min: Some(0),
        max: Some(50),
        of: &S_IDP_IDENTIFIER_TYPE,
    },
};

/// `ImageFileType`.
pub static S_IMAGE_FILE_TYPE: Shape = Shape {
    name: "ImageFileType",
    secret: false,
    kind: Kind::Blob {
        min: Some(0),
        max: Some(131072),
    },
};

/// `InboundFederationLambdaType`.
pub static S_INBOUND_FEDERATION_LAMBDA_TYPE: Shape = Shape {
    name: "InboundFederationLambdaType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "LambdaVersion",
                display: "lambdaVersion",
                required: true,
                shape: &S_INBOUND_FEDERATION_LAMBDA_VERSION_TYPE,
            },
            Member {
                wire: "LambdaArn",
                display: "lambdaArn",
                required: true,
                shape: &S_ARN_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `InboundFederationLambdaVersionType`.
pub static S_INBOUND_FEDERATION_LAMBDA_VERSION_TYPE: Shape = Shape {
    name: "InboundFederationLambdaVersionType",
    secret: false,
    kind: Kind::Enum {
        values: &["V1_0"],
        printed: "[V1_0]",
    },
};

/// `InitiateAuthRequest`.
pub static S_INITIATE_AUTH_REQUEST: Shape = Shape {
    name: "InitiateAuthRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "AuthFlow",
                display: "authFlow",
                required: true,
                shape: &S_AUTH_FLOW_TYPE,
            },
            Member {
                wire: "AuthParameters",
                display: "authParameters",
                required: false,
                shape: &S_AUTH_PARAMETERS_TYPE,
            },
            Member {
                wire: "ClientMetadata",
                display: "clientMetadata",
                required: false,
                shape: &S_CLIENT_METADATA_TYPE,
            },
            Member {
                wire: "ClientId",
                display: "clientId",
                required: true,
                shape: &S_CLIENT_ID_TYPE,
            },
            Member {
                wire: "AnalyticsMetadata",
                display: "analyticsMetadata",
                required: false,
                shape: &S_ANALYTICS_METADATA_TYPE,
            },
            Member {
                wire: "UserContextData",
                display: "userContextData",
                required: false,
                shape: &S_USER_CONTEXT_DATA_TYPE,
            },
            Member {
                wire: "Session",
                display: "session",
                required: false,
                shape: &S_SESSION_TYPE,
            },
        ],
        by_name: &[4, 0, 1, 3, 2, 6, 5],
    },
};

/// `InitiatePointInTimeRecoveryRequest`.
pub static S_INITIATE_POINT_IN_TIME_RECOVERY_REQUEST: Shape = Shape {
    name: "InitiatePointInTimeRecoveryRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "RestoreTimestamp",
                display: "restoreTimestamp",
                required: true,
                shape: &S_DATE_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `IntegerType`.
pub static S_INTEGER_TYPE: Shape = Shape {
    name: "IntegerType",
    secret: false,
    kind: Kind::Integer {
        min: None,
        max: None,
    },
};

/// `IssuedTokenTypeIdentifierType`.
pub static S_ISSUED_TOKEN_TYPE_IDENTIFIER_TYPE: Shape = Shape {
    name: "IssuedTokenTypeIdentifierType",
    secret: false,
    kind: Kind::Enum {
        values: &["ACCESS_TOKEN", "ID_TOKEN"],
        printed: "[ACCESS_TOKEN, ID_TOKEN]",
    },
};

/// `IssuerConfigurationType`.
pub static S_ISSUER_CONFIGURATION_TYPE: Shape = Shape {
    name: "IssuerConfigurationType",
    secret: false,
    kind: Kind::Structure {
        members: &[Member {
            wire: "Type",
            display: "type",
            required: false,
            shape: &S_ISSUER_TYPE,
        }],
        by_name: &[0],
    },
};

/// `IssuerType`.
pub static S_ISSUER_TYPE: Shape = Shape {
    name: "IssuerType",
    secret: false,
    kind: Kind::Enum {
        values: &["ORIGINAL", "UPDATED"],
        printed: "[ORIGINAL, UPDATED]",
    },
};

/// `KeyConfigurationType`.
pub static S_KEY_CONFIGURATION_TYPE: Shape = Shape {
    name: "KeyConfigurationType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "KeyType",
                display: "keyType",
                required: false,
                shape: &S_ENCRYPTION_KEY_TYPE,
            },
            Member {
                wire: "KmsKeyArn",
                display: "kmsKeyArn",
                required: false,
                shape: &S_ENCRYPTION_KEY_ARN_TYPE,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `LambdaConfigType`.
pub static S_LAMBDA_CONFIG_TYPE: Shape = Shape {
    name: "LambdaConfigType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "PreSignUp",
                display: "preSignUp",
                required: false,
                shape: &S_ARN_TYPE,
            },
            Member {
                wire: "CustomMessage",
                display: "customMessage",
                required: false,
                shape: &S_ARN_TYPE,
            },
            Member {
                wire: "PostConfirmation",
                display: "postConfirmation",
                required: false,
                shape: &S_ARN_TYPE,
            },
            Member {
                wire: "PreAuthentication",
                display: "preAuthentication",
                required: false,
                shape: &S_ARN_TYPE,
            },
            Member {
                wire: "PostAuthentication",
                display: "postAuthentication",
                required: false,
                shape: &S_ARN_TYPE,
            },
            Member {
                wire: "DefineAuthChallenge",
                display: "defineAuthChallenge",
                required: false,
                shape: &S_ARN_TYPE,
            },
            Member {
                wire: "CreateAuthChallenge",
                display: "createAuthChallenge",
                required: false,
                shape: &S_ARN_TYPE,
            },
            Member {
                wire: "VerifyAuthChallengeResponse",
                display: "verifyAuthChallengeResponse",
                required: false,
                shape: &S_ARN_TYPE,
            },
            Member {
                wire: "PreTokenGeneration",
                display: "preTokenGeneration",
                required: false,
                shape: &S_ARN_TYPE,
            },
            Member {
                wire: "UserMigration",
                display: "userMigration",
                required: false,
                shape: &S_ARN_TYPE,
            },
            Member {
                wire: "PreTokenGenerationConfig",
                display: "preTokenGenerationConfig",
                required: false,
                shape: &S_PRE_TOKEN_GENERATION_VERSION_CONFIG_TYPE,
            },
            Member {
                wire: "CustomSMSSender",
                display: "customSMSSender",
                required: false,
                shape: &S_CUSTOM_SMS_LAMBDA_VERSION_CONFIG_TYPE,
            },
            Member {
                wire: "CustomEmailSender",
                display: "customEmailSender",
                required: false,
                shape: &S_CUSTOM_EMAIL_LAMBDA_VERSION_CONFIG_TYPE,
            },
            Member {
                wire: "KMSKeyID",
                display: "kmsKeyID",
                required: false,
                shape: &S_ARN_TYPE,
            },
            Member {
                wire: "InboundFederation",
                display: "inboundFederation",
                required: false,
                shape: &S_INBOUND_FEDERATION_LAMBDA_TYPE,
            },
        ],
        by_name: &[6, 12, 1, 11, 5, 14, 13, 4, 2, 3, 0, 8, 10, 9, 7],
    },
};

/// `LanguageIdType`.
pub static S_LANGUAGE_ID_TYPE: Shape = Shape {
    name: "LanguageIdType",
    secret: false,
    kind: Kind::Text {
        min: None,
        max: None,
        pattern: Some(&P22),
        length_first: false,
    },
};

/// `LimitClass`.
pub static S_LIMIT_CLASS: Shape = Shape {
    name: "LimitClass",
    secret: false,
    kind: Kind::Enum {
        values: &["API_CATEGORY"],
        printed: "[API_CATEGORY]",
    },
};

/// `LimitDefinitionType`.
pub static S_LIMIT_DEFINITION_TYPE: Shape = Shape {
    name: "LimitDefinitionType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "LimitClass",
                display: "limitClass",
                required: true,
                shape: &S_LIMIT_CLASS,
            },
            Member {
                wire: "Attributes",
                display: "attributes",
                required: true,
                shape: &S_STRING_TO_STRING_MAP_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `LinkUrlType`.
pub static S_LINK_URL_TYPE: Shape = Shape {
    name: "LinkUrlType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(1024),
        pattern: Some(&P23),
        length_first: false,
    },
};

/// `LinksType`.
pub static S_LINKS_TYPE: Shape = Shape {
    name: "LinksType",
    secret: false,
    kind: Kind::Map {
        min: Some(1),
        max: Some(13),
        key: &S_LANGUAGE_ID_TYPE,
        value: &S_LINK_URL_TYPE,
    },
};

/// `ListCIMDPoliciesRequest`.
pub static S_LIST_CIMD_POLICIES_REQUEST: Shape = Shape {
    name: "ListCIMDPoliciesRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "NextToken",
                display: "nextToken",
                required: false,
                shape: &S_PAGINATION_KEY_TYPE,
            },
            Member {
                wire: "MaxResults",
                display: "maxResults",
                required: false,
                shape: &S_POOL_QUERY_LIMIT_TYPE,
            },
        ],
        by_name: &[2, 1, 0],
    },
};

/// `ListClientMetadataURLsRequest`.
pub static S_LIST_CLIENT_METADATA_URLS_REQUEST: Shape = Shape {
    name: "ListClientMetadataURLsRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "CIMDPolicyId",
                display: "cimdPolicyId",
                required: true,
                shape: &S_CIMD_POLICY_ID_TYPE,
            },
            Member {
                wire: "NextToken",
                display: "nextToken",
                required: false,
                shape: &S_PAGINATION_KEY_TYPE,
            },
            Member {
                wire: "MaxResults",
                display: "maxResults",
                required: false,
                shape: &S_POOL_QUERY_LIMIT_TYPE,
            },
        ],
        by_name: &[1, 3, 2, 0],
    },
};

/// `ListDevicesRequest`.
pub static S_LIST_DEVICES_REQUEST: Shape = Shape {
    name: "ListDevicesRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "AccessToken",
                display: "accessToken",
                required: true,
                shape: &S_TOKEN_MODEL_TYPE,
            },
            Member {
                wire: "Limit",
                display: "limit",
                required: false,
                shape: &S_QUERY_LIMIT_TYPE,
            },
            Member {
                wire: "PaginationToken",
                display: "paginationToken",
                required: false,
                shape: &S_SEARCH_PAGINATION_TOKEN_TYPE,
            },
        ],
        by_name: &[0, 1, 2],
    },
};

/// `ListGroupsRequest`.
pub static S_LIST_GROUPS_REQUEST: Shape = Shape {
    name: "ListGroupsRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "Limit",
                display: "limit",
                required: false,
                shape: &S_QUERY_LIMIT_TYPE,
            },
            Member {
                wire: "NextToken",
                display: "nextToken",
                required: false,
                shape: &S_PAGINATION_KEY,
            },
        ],
        by_name: &[1, 2, 0],
    },
};

/// `ListIdentityProvidersRequest`.
pub static S_LIST_IDENTITY_PROVIDERS_REQUEST: Shape = Shape {
    name: "ListIdentityProvidersRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "MaxResults",
                display: "maxResults",
                required: false,
                shape: &S_LIST_PROVIDERS_LIMIT_TYPE,
            },
            Member {
                wire: "NextToken",
                display: "nextToken",
                required: false,
                shape: &S_PAGINATION_KEY_TYPE,
            },
        ],
        by_name: &[1, 2, 0],
    },
};

/// `ListPointInTimeRecoveriesRequest`.
pub static S_LIST_POINT_IN_TIME_RECOVERIES_REQUEST: Shape = Shape {
    name: "ListPointInTimeRecoveriesRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "NextToken",
                display: "nextToken",
                required: false,
                shape: &S_PAGINATION_KEY_TYPE,
            },
            Member {
                wire: "MaxResults",
                display: "maxResults",
                required: false,
                shape: &S_POOL_QUERY_LIMIT_TYPE,
            },
        ],
        by_name: &[2, 1, 0],
    },
};

/// `ListProvidersLimitType`.
pub static S_LIST_PROVIDERS_LIMIT_TYPE: Shape = Shape {
    name: "ListProvidersLimitType",
    secret: false,
    kind: Kind::Integer {
        min: Some(0),
        max: Some(60),
    },
};

/// `ListResourceServersLimitType`.
pub static S_LIST_RESOURCE_SERVERS_LIMIT_TYPE: Shape = Shape {
    name: "ListResourceServersLimitType",
    secret: false,
    kind: Kind::Integer {
        min: Some(1),
        max: Some(50),
    },
};

/// `ListResourceServersRequest`.
pub static S_LIST_RESOURCE_SERVERS_REQUEST: Shape = Shape {
    name: "ListResourceServersRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "MaxResults",
                display: "maxResults",
                required: false,
                shape: &S_LIST_RESOURCE_SERVERS_LIMIT_TYPE,
            },
            Member {
                wire: "NextToken",
                display: "nextToken",
                required: false,
                shape: &S_PAGINATION_KEY_TYPE,
            },
        ],
        by_name: &[1, 2, 0],
    },
};

/// `ListTagsForResourceRequest`.
pub static S_LIST_TAGS_FOR_RESOURCE_REQUEST: Shape = Shape {
    name: "ListTagsForResourceRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[Member {
            wire: "ResourceArn",
            display: "resourceArn",
            required: true,
            shape: &S_ARN_TYPE,
        }],
        by_name: &[0],
    },
};

/// `ListTermsRequest`.
pub static S_LIST_TERMS_REQUEST: Shape = Shape {
    name: "ListTermsRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "MaxResults",
                display: "maxResults",
                required: false,
                shape: &S_LIST_TERMS_REQUEST_MAX_RESULTS_INTEGER,
            },
            Member {
                wire: "NextToken",
                display: "nextToken",
                required: false,
                shape: &S_STRING_TYPE,
            },
        ],
        by_name: &[1, 2, 0],
    },
};

/// `ListTermsRequestMaxResultsInteger`.
pub static S_LIST_TERMS_REQUEST_MAX_RESULTS_INTEGER: Shape = Shape {
    name: "ListTermsRequestMaxResultsInteger",
    secret: false,
    kind: Kind::Integer {
        min: Some(1),
        max: Some(60),
    },
};

/// `ListUserImportJobsRequest`.
pub static S_LIST_USER_IMPORT_JOBS_REQUEST: Shape = Shape {
    name: "ListUserImportJobsRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "MaxResults",
                display: "maxResults",
                required: true,
                shape: &S_POOL_QUERY_LIMIT_TYPE,
            },
            Member {
                wire: "PaginationToken",
                display: "paginationToken",
                required: false,
                shape: &S_PAGINATION_KEY_TYPE,
            },
        ],
        by_name: &[1, 2, 0],
    },
};

/// `ListUserPoolClientSecretsRequest`.
pub static S_LIST_USER_POOL_CLIENT_SECRETS_REQUEST: Shape = Shape {
    name: "ListUserPoolClientSecretsRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "ClientId",
                display: "clientId",
                required: true,
                shape: &S_CLIENT_ID_TYPE,
            },
            Member {
                wire: "NextToken",
                display: "nextToken",
                required: false,
                shape: &S_PAGINATION_KEY,
            },
        ],
        by_name: &[1, 2, 0],
    },
};

/// `ListUserPoolClientsRequest`.
pub static S_LIST_USER_POOL_CLIENTS_REQUEST: Shape = Shape {
    name: "ListUserPoolClientsRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "MaxResults",
                display: "maxResults",
                required: false,
                shape: &S_QUERY_LIMIT,
            },
            Member {
                wire: "NextToken",
                display: "nextToken",
                required: false,
                shape: &S_PAGINATION_KEY,
            },
            Member {
                wire: "ClientType",
                display: "clientType",
                required: false,
                shape: &S_CLIENT_TYPE_TYPE,
            },
        ],
        by_name: &[3, 1, 2, 0],
    },
};

/// `ListUserPoolReplicasRequest`.
pub static S_LIST_USER_POOL_REPLICAS_REQUEST: Shape = Shape {
    name: "ListUserPoolReplicasRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "NextToken",
                display: "nextToken",
                required: false,
                shape: &S_PAGINATION_KEY_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `ListUserPoolsRequest`.
pub static S_LIST_USER_POOLS_REQUEST: Shape = Shape {
    name: "ListUserPoolsRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "NextToken",
                display: "nextToken",
                required: false,
                shape: &S_PAGINATION_KEY_TYPE,
            },
            Member {
                wire: "MaxResults",
                display: "maxResults",
                required: true,
                shape: &S_POOL_QUERY_LIMIT_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `ListUserSessionsRequest`.
pub static S_LIST_USER_SESSIONS_REQUEST: Shape = Shape {
    name: "ListUserSessionsRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "AccessToken",
                display: "accessToken",
                required: true,
                shape: &S_TOKEN_MODEL_TYPE,
            },
            Member {
                wire: "NextToken",
                display: "nextToken",
                required: false,
                shape: &S_PAGINATION_KEY,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `ListUsersInGroupRequest`.
pub static S_LIST_USERS_IN_GROUP_REQUEST: Shape = Shape {
    name: "ListUsersInGroupRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "GroupName",
                display: "groupName",
                required: true,
                shape: &S_GROUP_NAME_TYPE,
            },
            Member {
                wire: "Limit",
                display: "limit",
                required: false,
                shape: &S_QUERY_LIMIT_TYPE,
            },
            Member {
                wire: "NextToken",
                display: "nextToken",
                required: false,
                shape: &S_PAGINATION_KEY,
            },
        ],
        by_name: &[1, 2, 3, 0],
    },
};

/// `ListUsersRequest`.
pub static S_LIST_USERS_REQUEST: Shape = Shape {
    name: "ListUsersRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "AttributesToGet",
                display: "attributesToGet",
                required: false,
                shape: &S_SEARCHED_ATTRIBUTE_NAMES_LIST_TYPE,
            },
            Member {
                wire: "Limit",
                display: "limit",
                required: false,
                shape: &S_QUERY_LIMIT_TYPE,
            },
            Member {
                wire: "PaginationToken",
                display: "paginationToken",
                required: false,
                shape: &S_SEARCH_PAGINATION_TOKEN_TYPE,
            },
            Member {
                wire: "Filter",
                display: "filter",
                required: false,
                shape: &S_USER_FILTER_TYPE,
            },
        ],
        by_name: &[1, 4, 2, 3, 0],
    },
};

/// `ListWebAuthnCredentialsRequest`.
pub static S_LIST_WEB_AUTHN_CREDENTIALS_REQUEST: Shape = Shape {
    name: "ListWebAuthnCredentialsRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "AccessToken",
                display: "accessToken",
                required: true,
                shape: &S_TOKEN_MODEL_TYPE,
            },
            Member {
                wire: "NextToken",
                display: "nextToken",
                required: false,
                shape: &S_PAGINATION_KEY,
            },
            Member {
                wire: "MaxResults",
                display: "maxResults",
                required: false,
                shape: &S_WEB_AUTHN_CREDENTIALS_QUERY_LIMIT_TYPE,
            },
        ],
        by_name: &[0, 2, 1],
    },
};

/// `LogConfigurationListType`.
pub static S_LOG_CONFIGURATION_LIST_TYPE: Shape = Shape {
    name: "LogConfigurationListType",
    secret: false,
    kind: Kind::List {
        min: Some(0),
        max: Some(2),
        of: &S_LOG_CONFIGURATION_TYPE,
    },
};

/// `LogConfigurationType`.
pub static S_LOG_CONFIGURATION_TYPE: Shape = Shape {
    name: "LogConfigurationType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "LogLevel",
                display: "logLevel",
                required: true,
                shape: &S_LOG_LEVEL,
            },
            Member {
                wire: "EventSource",
                display: "eventSource",
                required: true,
                shape: &S_EVENT_SOURCE_NAME,
            },
            Member {
                wire: "CloudWatchLogsConfiguration",
                display: "cloudWatchLogsConfiguration",
                required: false,
                shape: &S_CLOUD_WATCH_LOGS_CONFIGURATION_TYPE,
            },
            Member {
                wire: "S3Configuration",
                display: "s3Configuration",
                required: false,
                shape: &S_S3_CONFIGURATION_TYPE,
            },
            Member {
                wire: "FirehoseConfiguration",
                display: "firehoseConfiguration",
                required: false,
                shape: &S_FIREHOSE_CONFIGURATION_TYPE,
            },
        ],
        by_name: &[2, 1, 4, 0, 3],
    },
};

/// `LogLevel`.
pub static S_LOG_LEVEL: Shape = Shape {
    name: "LogLevel",
    secret: false,
    kind: Kind::Enum {
        values: &["ERROR", "INFO"],
        printed: "[ERROR, INFO]",
    },
};

/// `LogoutURLsListType`.
pub static S_LOGOUT_URLS_LIST_TYPE: Shape = Shape {
    name: "LogoutURLsListType",
    secret: false,
    kind: Kind::List {
        min: Some(0),
        max: Some(100),
        of: &S_REDIRECT_URL_TYPE,
    },
};

/// `MFAOptionListType`.
pub static S_MFA_OPTION_LIST_TYPE: Shape = Shape {
    name: "MFAOptionListType",
    secret: false,
    kind: Kind::List {
        min: None,
        max: None,
        of: &S_MFA_OPTION_TYPE,
    },
};

/// `MFAOptionType`.
pub static S_MFA_OPTION_TYPE: Shape = Shape {
    name: "MFAOptionType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "DeliveryMedium",
                display: "deliveryMedium",
                required: false,
                shape: &S_DELIVERY_MEDIUM_TYPE,
            },
            Member {
                wire: "AttributeName",
                display: "attributeName",
                required: false,
                shape: &S_ATTRIBUTE_NAME_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `ManagedLoginBrandingIdType`.
pub static S_MANAGED_LOGIN_BRANDING_ID_TYPE: Shape = Shape {
    name: "ManagedLoginBrandingIdType",
    secret: false,
    kind: Kind::Text {
        min: None,
        max: None,
        pattern: Some(&P24),
        length_first: false,
    },
};

/// `MaxSessionsPerUserType`.
pub static S_MAX_SESSIONS_PER_USER_TYPE: Shape = Shape {
    name: "MaxSessionsPerUserType",
    secret: false,
    kind: Kind::Integer {
        min: Some(1),
        max: Some(100),
    },
};

/// `MessageActionType`.
pub static S_MESSAGE_ACTION_TYPE: Shape = Shape {
    name: "MessageActionType",
    secret: false,
    kind: Kind::Enum {
        values: &["RESEND", "SUPPRESS"],
        printed: "[SUPPRESS, RESEND]",
    },
};

/// `MessageTemplateType`.
pub static S_MESSAGE_TEMPLATE_TYPE: Shape = Shape {
    name: "MessageTemplateType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "SMSMessage",
                display: "smsMessage",
                required: false,
                shape: &S_SMS_INVITE_MESSAGE_TYPE,
            },
            Member {
                wire: "EmailMessage",
                display: "emailMessage",
                required: false,
                shape: &S_EMAIL_INVITE_MESSAGE_TYPE,
            },
            Member {
                wire: "EmailSubject",
                display: "emailSubject",
                required: false,
                shape: &S_EMAIL_VERIFICATION_SUBJECT_TYPE,
            },
        ],
        by_name: &[1, 2, 0],
    },
};

/// `MetadataURLType`.
pub static S_METADATA_URL_TYPE: Shape = Shape {
    name: "MetadataURLType",
    secret: false,
    kind: Kind::Text {
        min: Some(12),
        max: Some(256),
        pattern: Some(&P25),
        length_first: false,
    },
};

/// `NotifyConfigurationType`.
pub static S_NOTIFY_CONFIGURATION_TYPE: Shape = Shape {
    name: "NotifyConfigurationType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "From",
                display: "from",
                required: false,
                shape: &S_STRING_TYPE,
            },
            Member {
                wire: "ReplyTo",
                display: "replyTo",
                required: false,
                shape: &S_STRING_TYPE,
            },
            Member {
                wire: "SourceArn",
                display: "sourceArn",
                required: true,
                shape: &S_ARN_TYPE,
            },
            Member {
                wire: "BlockEmail",
                display: "blockEmail",
                required: false,
                shape: &S_NOTIFY_EMAIL_TYPE,
            },
            Member {
                wire: "NoActionEmail",
                display: "noActionEmail",
                required: false,
                shape: &S_NOTIFY_EMAIL_TYPE,
            },
            Member {
                wire: "MfaEmail",
                display: "mfaEmail",
                required: false,
                shape: &S_NOTIFY_EMAIL_TYPE,
            },
        ],
        by_name: &[3, 0, 5, 4, 1, 2],
    },
};

/// `NotifyEmailType`.
pub static S_NOTIFY_EMAIL_TYPE: Shape = Shape {
    name: "NotifyEmailType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "Subject",
                display: "subject",
                required: true,
                shape: &S_EMAIL_NOTIFICATION_SUBJECT_TYPE,
            },
            Member {
                wire: "HtmlBody",
                display: "htmlBody",
                required: false,
                shape: &S_EMAIL_NOTIFICATION_BODY_TYPE,
            },
            Member {
                wire: "TextBody",
                display: "textBody",
                required: false,
                shape: &S_EMAIL_NOTIFICATION_BODY_TYPE,
            },
        ],
        by_name: &[1, 0, 2],
    },
};

/// `NumberAttributeConstraintsType`.
pub static S_NUMBER_ATTRIBUTE_CONSTRAINTS_TYPE: Shape = Shape {
    name: "NumberAttributeConstraintsType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "MinValue",
                display: "minValue",
                required: false,
                shape: &S_STRING_TYPE,
            },
            Member {
                wire: "MaxValue",
                display: "maxValue",
                required: false,
                shape: &S_STRING_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `OAuthFlowType`.
pub static S_OAUTH_FLOW_TYPE: Shape = Shape {
    name: "OAuthFlowType",
    secret: false,
    kind: Kind::Enum {
        values: &["code", "implicit", "client_credentials"],
        printed: "[implicit, client_credentials, code]",
    },
};

/// `OAuthFlowsType`.
pub static S_OAUTH_FLOWS_TYPE: Shape = Shape {
    name: "OAuthFlowsType",
    secret: false,
    kind: Kind::List {
        min: Some(0),
        max: Some(3),
        of: &S_OAUTH_FLOW_TYPE,
    },
};

/// `OptionalArnType`.
pub static S_OPTIONAL_ARN_TYPE: Shape = Shape {
    name: "OptionalArnType",
    secret: false,
    kind: Kind::Text {
        min: Some(0),
        max: Some(2048),
        pattern: Some(&P26),
        length_first: false,
    },
};

/// `PaginationKey`.
pub static S_PAGINATION_KEY: Shape = Shape {
    name: "PaginationKey",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(131072),
        pattern: Some(&P8),
        length_first: false,
    },
};

/// `PaginationKeyType`.
pub static S_PAGINATION_KEY_TYPE: Shape = Shape {
    name: "PaginationKeyType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: None,
        pattern: Some(&P8),
        length_first: false,
    },
};

/// `PasswordHashingAlgorithmType`.
pub static S_PASSWORD_HASHING_ALGORITHM_TYPE: Shape = Shape {
    name: "PasswordHashingAlgorithmType",
    secret: false,
    kind: Kind::Enum {
        values: &["BCRYPT", "SCRYPT", "ARGON2ID", "PBKDF2_SHA256"],
        printed: "[SCRYPT, PBKDF2_SHA256, ARGON2ID, BCRYPT]",
    },
};

/// `PasswordHistorySizeType`.
pub static S_PASSWORD_HISTORY_SIZE_TYPE: Shape = Shape {
    name: "PasswordHistorySizeType",
    secret: false,
    kind: Kind::Integer {
        min: Some(0),
        max: Some(24),
    },
};

/// `PasswordPolicyMinLengthType`.
pub static S_PASSWORD_POLICY_MIN_LENGTH_TYPE: Shape = Shape {
    name: "PasswordPolicyMinLengthType",
    secret: false,
    kind: Kind::Integer {
        min: Some(6),
        max: Some(99),
    },
};

/// `PasswordPolicyType`.
pub static S_PASSWORD_POLICY_TYPE: Shape = Shape {
    name: "PasswordPolicyType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "MinimumLength",
                display: "minimumLength",
                required: false,
                shape: &S_PASSWORD_POLICY_MIN_LENGTH_TYPE,
            },
            Member {
                wire: "RequireUppercase",
                display: "requireUppercase",
                required: false,
                shape: &S_BOOLEAN_TYPE,
            },
            Member {
                wire: "RequireLowercase",
                display: "requireLowercase",
                required: false,
                shape: &S_BOOLEAN_TYPE,
            },
            Member {
                wire: "RequireNumbers",
                display: "requireNumbers",
                required: false,
                shape: &S_BOOLEAN_TYPE,
            },
            Member {
                wire: "RequireSymbols",
                display: "requireSymbols",
                required: false,
                shape: &S_BOOLEAN_TYPE,
            },
            Member {
                wire: "PasswordHistorySize",
                display: "passwordHistorySize",
                required: false,
                shape: &S_PASSWORD_HISTORY_SIZE_TYPE,
            },
            Member {
                wire: "TemporaryPasswordValidityDays",
                display: "temporaryPasswordValidityDays",
                required: false,
                shape: &S_TEMPORARY_PASSWORD_VALIDITY_DAYS_TYPE,
            },
        ],
        by_name: &[0, 5, 2, 3, 4, 1, 6],
    },
};

/// `PasswordType`.
pub static S_PASSWORD_TYPE: Shape = Shape {
    name: "PasswordType",
    secret: true,
    kind: Kind::Text {
        min: None,
        max: Some(256),
        pattern: Some(&P27),
        length_first: false,
    },
};

/// `PoolQueryLimitType`.
pub static S_POOL_QUERY_LIMIT_TYPE: Shape = Shape {
    name: "PoolQueryLimitType",
    secret: false,
    kind: Kind::Integer {
        min: Some(1),
        max: Some(60),
    },
};

/// `PreTokenGenerationLambdaVersionType`.
pub static S_PRE_TOKEN_GENERATION_LAMBDA_VERSION_TYPE: Shape = Shape {
    name: "PreTokenGenerationLambdaVersionType",
    secret: false,
    kind: Kind::Enum {
        values: &["V1_0", "V2_0", "V3_0"],
        printed: "[V3_0, V2_0, V1_0]",
    },
};

/// `PreTokenGenerationVersionConfigType`.
pub static S_PRE_TOKEN_GENERATION_VERSION_CONFIG_TYPE: Shape = Shape {
    name: "PreTokenGenerationVersionConfigType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "LambdaVersion",
                display: "lambdaVersion",
                required: true,
                shape: &S_PRE_TOKEN_GENERATION_LAMBDA_VERSION_TYPE,
            },
            Member {
                wire: "LambdaArn",
                display: "lambdaArn",
                required: true,
                shape: &S_ARN_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `PrecedenceType`.
pub static S_PRECEDENCE_TYPE: Shape = Shape {
    name: "PrecedenceType",
    secret: false,
    kind: Kind::Integer {
        min: Some(0),
        max: None,
    },
};

/// `PreventUserExistenceErrorTypes`.
pub static S_PREVENT_USER_EXISTENCE_ERROR_TYPES: Shape = Shape {
    name: "PreventUserExistenceErrorTypes",
    secret: false,
    kind: Kind::Enum {
        values: &["LEGACY", "ENABLED"],
        printed: "[LEGACY, ENABLED]",
    },
};

/// `PriorityType`.
pub static S_PRIORITY_TYPE: Shape = Shape {
    name: "PriorityType",
    secret: false,
    kind: Kind::Integer {
        min: Some(1),
        max: Some(2),
    },
};

/// `ProviderDetailsType`.
pub static S_PROVIDER_DETAILS_TYPE: Shape = Shape {
    name: "ProviderDetailsType",
    secret: false,
    kind: Kind::Map {
        min: None,
        max: None,
        key: &S_STRING_TYPE,
        value: &S_STRING_TYPE,
    },
};

/// `ProviderNameType`.
pub static S_PROVIDER_NAME_TYPE: Shape = Shape {
    name: "ProviderNameType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(32),
        pattern: Some(&P5),
        length_first: false,
    },
};

/// `ProviderNameTypeV2`.
pub static S_PROVIDER_NAME_TYPE_V2: Shape = Shape {
    name: "ProviderNameTypeV2",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(32),
        pattern: Some(&P28),
        length_first: false,
    },
};

/// `ProviderUserIdentifierType`.
pub static S_PROVIDER_USER_IDENTIFIER_TYPE: Shape = Shape {
    name: "ProviderUserIdentifierType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "ProviderName",
                display: "providerName",
                required: false,
                shape: &S_PROVIDER_NAME_TYPE,
            },
            Member {
                wire: "ProviderAttributeName",
                display: "providerAttributeName",
                required: false,
                shape: &S_STRING_TYPE,
            },
            Member {
                wire: "ProviderAttributeValue",
                display: "providerAttributeValue",
                required: false,
                shape: &S_STRING_TYPE,
            },
        ],
        by_name: &[1, 2, 0],
    },
};

/// `QueryLimit`.
pub static S_QUERY_LIMIT: Shape = Shape {
    name: "QueryLimit",
    secret: false,
    kind: Kind::Integer {
        min: Some(1),
        max: Some(60),
    },
};

/// `QueryLimitType`.
pub static S_QUERY_LIMIT_TYPE: Shape = Shape {
    name: "QueryLimitType",
    secret: false,
    kind: Kind::Integer {
        min: Some(0),
        max: Some(60),
    },
};

/// `RecoveryMechanismsType`.
pub static S_RECOVERY_MECHANISMS_TYPE: Shape = Shape {
    name: "RecoveryMechanismsType",
    secret: false,
    kind: Kind::List {
        min: Some(1),
        max: Some(2),
        of: &S_RECOVERY_OPTION_TYPE,
    },
};

/// `RecoveryOptionNameType`.
pub static S_RECOVERY_OPTION_NAME_TYPE: Shape = Shape {
    name: "RecoveryOptionNameType",
    secret: false,
    kind: Kind::Enum {
        values: &["verified_email", "verified_phone_number", "admin_only"],
        printed: "[verified_phone_number, verified_email, admin_only]",
    },
};

/// `RecoveryOptionType`.
pub static S_RECOVERY_OPTION_TYPE: Shape = Shape {
    name: "RecoveryOptionType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "Priority",
                display: "priority",
                required: true,
                shape: &S_PRIORITY_TYPE,
            },
            Member {
                wire: "Name",
                display: "name",
                required: true,
                shape: &S_RECOVERY_OPTION_NAME_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `RedirectUrlType`.
pub static S_REDIRECT_URL_TYPE: Shape = Shape {
    name: "RedirectUrlType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(1024),
        pattern: Some(&P9),
        length_first: false,
    },
};

/// `RefreshTokenRotationType`.
pub static S_REFRESH_TOKEN_ROTATION_TYPE: Shape = Shape {
    name: "RefreshTokenRotationType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "Feature",
                display: "feature",
                required: true,
                shape: &S_FEATURE_TYPE,
            },
            Member {
                wire: "RetryGracePeriodSeconds",
                display: "retryGracePeriodSeconds",
                required: false,
                shape: &S_RETRY_GRACE_PERIOD_SECONDS_TYPE,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `RefreshTokenValidityType`.
pub static S_REFRESH_TOKEN_VALIDITY_TYPE: Shape = Shape {
    name: "RefreshTokenValidityType",
    secret: false,
    kind: Kind::Integer {
        min: Some(0),
        max: Some(315360000),
    },
};

/// `RegionCodeType`.
pub static S_REGION_CODE_TYPE: Shape = Shape {
    name: "RegionCodeType",
    secret: false,
    kind: Kind::Text {
        min: Some(5),
        max: Some(32),
        pattern: None,
        length_first: false,
    },
};

/// `RegionNameType`.
pub static S_REGION_NAME_TYPE: Shape = Shape {
    name: "RegionNameType",
    secret: false,
    kind: Kind::Text {
        min: Some(5),
        max: Some(32),
        pattern: None,
        length_first: false,
    },
};

/// `RelyingPartyIdType`.
pub static S_RELYING_PARTY_ID_TYPE: Shape = Shape {
    name: "RelyingPartyIdType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(127),
        pattern: None,
        length_first: false,
    },
};

/// `ResendConfirmationCodeRequest`.
pub static S_RESEND_CONFIRMATION_CODE_REQUEST: Shape = Shape {
    name: "ResendConfirmationCodeRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "ClientId",
                display: "clientId",
                required: true,
                shape: &S_CLIENT_ID_TYPE,
            },
            Member {
                wire: "SecretHash",
                display: "secretHash",
                required: false,
                shape: &S_SECRET_HASH_TYPE,
            },
            Member {
                wire: "UserContextData",
                display: "userContextData",
                required: false,
                shape: &S_USER_CONTEXT_DATA_TYPE,
            },
            Member {
                wire: "Username",
                display: "username",
                required: true,
                shape: &S_USERNAME_TYPE,
            },
            Member {
                wire: "AnalyticsMetadata",
                display: "analyticsMetadata",
                required: false,
                shape: &S_ANALYTICS_METADATA_TYPE,
            },
            Member {
                wire: "ClientMetadata",
                display: "clientMetadata",
                required: false,
                shape: &S_CLIENT_METADATA_TYPE,
            },
        ],
        by_name: &[4, 0, 5, 1, 2, 3],
    },
};

/// `ResourceIdType`.
pub static S_RESOURCE_ID_TYPE: Shape = Shape {
    name: "ResourceIdType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(40),
        pattern: Some(&P29),
        length_first: false,
    },
};

/// `ResourceListType`.
pub static S_RESOURCE_LIST_TYPE: Shape = Shape {
    name: "ResourceListType",
    secret: false,
    kind: Kind::List {
        min: Some(0),
        max: Some(1),
        of: &S_RESOURCE_SERVER_IDENTIFIER_TYPE,
    },
};

/// `ResourceServerIdentifierType`.
pub static S_RESOURCE_SERVER_IDENTIFIER_TYPE: Shape = Shape {
    name: "ResourceServerIdentifierType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(256),
        pattern: Some(&P1),
        length_first: false,
    },
};

/// `ResourceServerNameType`.
pub static S_RESOURCE_SERVER_NAME_TYPE: Shape = Shape {
    name: "ResourceServerNameType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(256),
        pattern: Some(&P7),
        length_first: false,
    },
};

/// `ResourceServerScopeDescriptionType`.
pub static S_RESOURCE_SERVER_SCOPE_DESCRIPTION_TYPE: Shape = Shape {
    name: "ResourceServerScopeDescriptionType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(256),
        pattern: None,
        length_first: false,
    },
};

/// `ResourceServerScopeListType`.
pub static S_RESOURCE_SERVER_SCOPE_LIST_TYPE: Shape = Shape {
    name: "ResourceServerScopeListType",
    secret: false,
    kind: Kind::List {
        min: None,
        max: Some(100),
        of: &S_RESOURCE_SERVER_SCOPE_TYPE,
    },
};

/// `ResourceServerScopeNameType`.
pub static S_RESOURCE_SERVER_SCOPE_NAME_TYPE: Shape = Shape {
    name: "ResourceServerScopeNameType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(256),
        pattern: Some(&P30),
        length_first: false,
    },
};

/// `ResourceServerScopeType`.
pub static S_RESOURCE_SERVER_SCOPE_TYPE: Shape = Shape {
    name: "ResourceServerScopeType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "ScopeName",
                display: "scopeName",
                required: true,
                shape: &S_RESOURCE_SERVER_SCOPE_NAME_TYPE,
            },
            Member {
                wire: "ScopeDescription",
                display: "scopeDescription",
                required: true,
                shape: &S_RESOURCE_SERVER_SCOPE_DESCRIPTION_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `RespondToAuthChallengeRequest`.
pub static S_RESPOND_TO_AUTH_CHALLENGE_REQUEST: Shape = Shape {
    name: "RespondToAuthChallengeRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "ClientId",
                display: "clientId",
                required: true,
                shape: &S_CLIENT_ID_TYPE,
            },
            Member {
                wire: "ChallengeName",
                display: "challengeName",
                required: true,
                shape: &S_CHALLENGE_NAME_TYPE,
            },
            Member {
                wire: "Session",
                display: "session",
                required: false,
                shape: &S_SESSION_TYPE,
            },
            Member {
                wire: "ChallengeResponses",
                display: "challengeResponses",
                required: false,
                shape: &S_CHALLENGE_RESPONSES_TYPE,
            },
            Member {
                wire: "AnalyticsMetadata",
                display: "analyticsMetadata",
                required: false,
                shape: &S_ANALYTICS_METADATA_TYPE,
            },
            Member {
                wire: "UserContextData",
                display: "userContextData",
                required: false,
                shape: &S_USER_CONTEXT_DATA_TYPE,
            },
            Member {
                wire: "ClientMetadata",
                display: "clientMetadata",
                required: false,
                shape: &S_CLIENT_METADATA_TYPE,
            },
        ],
        by_name: &[4, 1, 3, 0, 6, 2, 5],
    },
};

/// `RestoreIdType`.
pub static S_RESTORE_ID_TYPE: Shape = Shape {
    name: "RestoreIdType",
    secret: false,
    kind: Kind::Text {
        min: Some(36),
        max: Some(36),
        pattern: Some(&P31),
        length_first: false,
    },
};

/// `RetryGracePeriodSecondsType`.
pub static S_RETRY_GRACE_PERIOD_SECONDS_TYPE: Shape = Shape {
    name: "RetryGracePeriodSecondsType",
    secret: false,
    kind: Kind::Integer {
        min: Some(0),
        max: Some(60),
    },
};

/// `RevokeAssociatedSessionsType`.
pub static S_REVOKE_ASSOCIATED_SESSIONS_TYPE: Shape = Shape {
    name: "RevokeAssociatedSessionsType",
    secret: false,
    kind: Kind::Enum {
        values: &["NONE", "LINKED"],
        printed: "[LINKED, NONE]",
    },
};

/// `RevokeTokenRequest`.
pub static S_REVOKE_TOKEN_REQUEST: Shape = Shape {
    name: "RevokeTokenRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "Token",
                display: "token",
                required: true,
                shape: &S_TOKEN_MODEL_TYPE,
            },
            Member {
                wire: "ClientId",
                display: "clientId",
                required: true,
                shape: &S_CLIENT_ID_TYPE,
            },
            Member {
                wire: "ClientSecret",
                display: "clientSecret",
                required: false,
                shape: &S_CLIENT_SECRET_TYPE,
            },
            Member {
                wire: "RevokeAssociatedSessions",
                display: "revokeAssociatedSessions",
                required: false,
                shape: &S_REVOKE_ASSOCIATED_SESSIONS_TYPE,
            },
        ],
        by_name: &[1, 2, 3, 0],
    },
};

/// `RevokeUserSessionRequest`.
pub static S_REVOKE_USER_SESSION_REQUEST: Shape = Shape {
    name: "RevokeUserSessionRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "AccessToken",
                display: "accessToken",
                required: true,
                shape: &S_TOKEN_MODEL_TYPE,
            },
            Member {
                wire: "SessionId",
                display: "sessionId",
                required: true,
                shape: &S_SESSION_ID_TYPE,
            },
            Member {
                wire: "RevokeAssociatedSessions",
                display: "revokeAssociatedSessions",
                required: false,
                shape: &S_REVOKE_ASSOCIATED_SESSIONS_TYPE,
            },
        ],
        by_name: &[0, 2, 1],
    },
};

/// `RiskExceptionConfigurationType`.
pub static S_RISK_EXCEPTION_CONFIGURATION_TYPE: Shape = Shape {
    name: "RiskExceptionConfigurationType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "BlockedIPRangeList",
                display: "blockedIPRangeList",
                required: false,
                shape: &S_BLOCKED_IP_RANGE_LIST_TYPE,
            },
            Member {
                wire: "SkippedIPRangeList",
                display: "skippedIPRangeList",
                required: false,
                shape: &S_SKIPPED_IP_RANGE_LIST_TYPE,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `RoutingType`.
pub static S_ROUTING_TYPE: Shape = Shape {
    name: "RoutingType",
    secret: false,
    kind: Kind::Structure {
        members: &[Member {
            wire: "Failover",
            display: "failover",
            required: false,
            shape: &S_FAILOVER_TYPE,
        }],
        by_name: &[0],
    },
};

/// `S3ArnType`.
pub static S_S3_ARN_TYPE: Shape = Shape {
    name: "S3ArnType",
    secret: false,
    kind: Kind::Text {
        min: Some(3),
        max: Some(1024),
        pattern: Some(&P32),
        length_first: false,
    },
};

/// `S3ConfigurationType`.
pub static S_S3_CONFIGURATION_TYPE: Shape = Shape {
    name: "S3ConfigurationType",
    secret: false,
    kind: Kind::Structure {
        members: &[Member {
            wire: "BucketArn",
            display: "bucketArn",
            required: false,
            shape: &S_S3_ARN_TYPE,
        }],
        by_name: &[0],
    },
};

/// `SESConfigurationSet`.
pub static S_SES_CONFIGURATION_SET: Shape = Shape {
    name: "SESConfigurationSet",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(64),
        pattern: Some(&P33),
        length_first: false,
    },
};

/// `SMSMfaSettingsType`.
pub static S_SMS_MFA_SETTINGS_TYPE: Shape = Shape {
    name: "SMSMfaSettingsType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "Enabled",
                display: "enabled",
                required: false,
                shape: &S_BOOLEAN_TYPE,
            },
            Member {
                wire: "PreferredMfa",
                display: "preferredMfa",
                required: false,
                shape: &S_BOOLEAN_TYPE,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `SSOSessionMaxValidityMinutesType`.
pub static S_SSO_SESSION_MAX_VALIDITY_MINUTES_TYPE: Shape = Shape {
    name: "SSOSessionMaxValidityMinutesType",
    secret: false,
    kind: Kind::Integer {
        min: Some(0),
        max: Some(129600),
    },
};

/// `SchemaAttributeType`.
pub static S_SCHEMA_ATTRIBUTE_TYPE: Shape = Shape {
    name: "SchemaAttributeType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "Name",
                display: "name",
                required: false,
                shape: &S_CUSTOM_ATTRIBUTE_NAME_TYPE,
            },
            Member {
                wire: "AttributeDataType",
                display: "attributeDataType",
                required: false,
                shape: &S_ATTRIBUTE_DATA_TYPE,
            },
            Member {
                wire: "DeveloperOnlyAttribute",
                display: "developerOnlyAttribute",
                required: false,
                shape: &S_BOOLEAN_TYPE,
            },
            Member {
                wire: "Mutable",
                display: "mutable",
                required: false,
                shape: &S_BOOLEAN_TYPE,
            },
            Member {
                wire: "Required",
                display: "required",
                required: false,
                shape: &S_BOOLEAN_TYPE,
            },
            Member {
                wire: "NumberAttributeConstraints",
                display: "numberAttributeConstraints",
                required: false,
                shape: &S_NUMBER_ATTRIBUTE_CONSTRAINTS_TYPE,
            },
            Member {
                wire: "StringAttributeConstraints",
                display: "stringAttributeConstraints",
                required: false,
                shape: &S_STRING_ATTRIBUTE_CONSTRAINTS_TYPE,
            },
        ],
        by_name: &[1, 2, 3, 0, 5, 4, 6],
    },
};

/// `SchemaAttributesListType`.
pub static S_SCHEMA_ATTRIBUTES_LIST_TYPE: Shape = Shape {
    name: "SchemaAttributesListType",
    secret: false,
    kind: Kind::List {
        min: Some(1),
        max: Some(50),
        of: &S_SCHEMA_ATTRIBUTE_TYPE,
    },
};

/// `ScopeListType`.
pub static S_SCOPE_LIST_TYPE: Shape = Shape {
    name: "ScopeListType",
    secret: false,
    kind: Kind::List {
        min: None,
        max: Some(50),
        of: &S_SCOPE_TYPE,
    },
};

/// `ScopeType`.
pub static S_SCOPE_TYPE: Shape = Shape {
    name: "ScopeType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(256),
        pattern: Some(&P1),
        length_first: false,
    },
};

/// `SearchPaginationTokenType`.
pub static S_SEARCH_PAGINATION_TOKEN_TYPE: Shape = Shape {
    name: "SearchPaginationTokenType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: None,
        pattern: Some(&P8),
        length_first: false,
    },
};

/// `SearchedAttributeNamesListType`.
pub static S_SEARCHED_ATTRIBUTE_NAMES_LIST_TYPE: Shape = Shape {
    name: "SearchedAttributeNamesListType",
    secret: false,
    kind: Kind::List {
        min: None,
        max: None,
        of: &S_ATTRIBUTE_NAME_TYPE,
    },
};

/// `SecretHashType`.
pub static S_SECRET_HASH_TYPE: Shape = Shape {
    name: "SecretHashType",
    secret: true,
    kind: Kind::Text {
        min: Some(1),
        max: Some(128),
        pattern: Some(&P34),
        length_first: false,
    },
};

/// `SecurityPolicyType`.
pub static S_SECURITY_POLICY_TYPE: Shape = Shape {
    name: "SecurityPolicyType",
    secret: false,
    kind: Kind::Enum {
        values: &["TLS_V1", "TLS_V1_2_2021", "TLS_V1_3_2025"],
        printed: "[TLS_V1, TLS_V1_2_2021, TLS_V1_3_2025]",
    },
};

/// `SessionIdType`.
pub static S_SESSION_ID_TYPE: Shape = Shape {
    name: "SessionIdType",
    secret: false,
    kind: Kind::Text {
        min: Some(28),
        max: Some(28),
        pattern: Some(&P35),
        length_first: false,
    },
};

/// `SessionType`.
pub static S_SESSION_TYPE: Shape = Shape {
    name: "SessionType",
    secret: true,
    kind: Kind::Text {
        min: Some(20),
        max: Some(4096),
        pattern: None,
        length_first: false,
    },
};

/// `SetLogDeliveryConfigurationRequest`.
pub static S_SET_LOG_DELIVERY_CONFIGURATION_REQUEST: Shape = Shape {
    name: "SetLogDeliveryConfigurationRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "LogConfigurations",
                display: "logConfigurations",
                required: true,
                shape: &S_LOG_CONFIGURATION_LIST_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `SetRiskConfigurationRequest`.
pub static S_SET_RISK_CONFIGURATION_REQUEST: Shape = Shape {
    name: "SetRiskConfigurationRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "ClientId",
                display: "clientId",
                required: false,
                shape: &S_CLIENT_ID_TYPE,
            },
            Member {
                wire: "CompromisedCredentialsRiskConfiguration",
                display: "compromisedCredentialsRiskConfiguration",
                required: false,
                shape: &S_COMPROMISED_CREDENTIALS_RISK_CONFIGURATION_TYPE,
            },
            Member {
                wire: "AccountTakeoverRiskConfiguration",
                display: "accountTakeoverRiskConfiguration",
                required: false,
                shape: &S_ACCOUNT_TAKEOVER_RISK_CONFIGURATION_TYPE,
            },
            Member {
                wire: "RiskExceptionConfiguration",
                display: "riskExceptionConfiguration",
                required: false,
                shape: &S_RISK_EXCEPTION_CONFIGURATION_TYPE,
            },
        ],
        by_name: &[3, 1, 2, 4, 0],
    },
};

/// `SetUICustomizationRequest`.
pub static S_SET_UI_CUSTOMIZATION_REQUEST: Shape = Shape {
    name: "SetUICustomizationRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "ClientId",
                display: "clientId",
                required: false,
                shape: &S_CLIENT_ID_TYPE,
            },
            Member {
                wire: "CSS",
                display: "css",
                required: false,
                shape: &S_CSS_TYPE,
            },
            Member {
                wire: "ImageFile",
                display: "imageFile",
                required: false,
                shape: &S_IMAGE_FILE_TYPE,
            },
        ],
        by_name: &[1, 2, 3, 0],
    },
};

/// `SetUserMFAPreferenceRequest`.
pub static S_SET_USER_MFA_PREFERENCE_REQUEST: Shape = Shape {
    name: "SetUserMFAPreferenceRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "SMSMfaSettings",
                display: "smsMfaSettings",
                required: false,
                shape: &S_SMS_MFA_SETTINGS_TYPE,
            },
            Member {
                wire: "SoftwareTokenMfaSettings",
                display: "softwareTokenMfaSettings",
                required: false,
                shape: &S_SOFTWARE_TOKEN_MFA_SETTINGS_TYPE,
            },
            Member {
                wire: "EmailMfaSettings",
                display: "emailMfaSettings",
                required: false,
                shape: &S_EMAIL_MFA_SETTINGS_TYPE,
            },
            Member {
                wire: "WebAuthnMfaSettings",
                display: "webAuthnMfaSettings",
                required: false,
                shape: &S_WEB_AUTHN_MFA_SETTINGS_TYPE,
            },
            Member {
                wire: "AccessToken",
                display: "accessToken",
                required: true,
                shape: &S_TOKEN_MODEL_TYPE,
            },
        ],
        by_name: &[4, 2, 0, 1, 3],
    },
};

/// `SetUserPoolClientSessionConfigurationRequest`.
pub static S_SET_USER_POOL_CLIENT_SESSION_CONFIGURATION_REQUEST: Shape = Shape {
    name: "SetUserPoolClientSessionConfigurationRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "ClientId",
                display: "clientId",
                required: true,
                shape: &S_CLIENT_ID_TYPE,
            },
            Member {
                wire: "SSOSession",
                display: "ssoSession",
                required: true,
                shape: &S_CLIENT_SSO_SESSION_CONFIG_TYPE,
            },
        ],
        by_name: &[1, 2, 0],
    },
};

/// `SetUserPoolMfaConfigRequest`.
pub static S_SET_USER_POOL_MFA_CONFIG_REQUEST: Shape = Shape {
    name: "SetUserPoolMfaConfigRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "SmsMfaConfiguration",
                display: "smsMfaConfiguration",
                required: false,
                shape: &S_SMS_MFA_CONFIG_TYPE,
            },
            Member {
                wire: "SoftwareTokenMfaConfiguration",
                display: "softwareTokenMfaConfiguration",
                required: false,
                shape: &S_SOFTWARE_TOKEN_MFA_CONFIG_TYPE,
            },
            Member {
                wire: "EmailMfaConfiguration",
                display: "emailMfaConfiguration",
                required: false,
                shape: &S_EMAIL_MFA_CONFIG_TYPE,
            },
            Member {
                wire: "MfaConfiguration",
                display: "mfaConfiguration",
                required: false,
                shape: &S_USER_POOL_MFA_TYPE,
            },
            Member {
                wire: "WebAuthnConfiguration",
                display: "webAuthnConfiguration",
                required: false,
                shape: &S_WEB_AUTHN_CONFIGURATION_TYPE,
            },
        ],
        by_name: &[3, 4, 1, 2, 0, 5],
    },
};

/// `SetUserPoolSessionConfigurationRequest`.
pub static S_SET_USER_POOL_SESSION_CONFIGURATION_REQUEST: Shape = Shape {
    name: "SetUserPoolSessionConfigurationRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "UserSessionTracking",
                display: "userSessionTracking",
                required: true,
                shape: &S_USER_SESSION_TRACKING_TYPE,
            },
            Member {
                wire: "TokenSession",
                display: "tokenSession",
                required: true,
                shape: &S_USER_POOL_TOKEN_SESSION_CONFIG_TYPE,
            },
        ],
        by_name: &[2, 0, 1],
    },
};

/// `SetUserSettingsRequest`.
pub static S_SET_USER_SETTINGS_REQUEST: Shape = Shape {
    name: "SetUserSettingsRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "AccessToken",
                display: "accessToken",
                required: true,
                shape: &S_TOKEN_MODEL_TYPE,
            },
            Member {
                wire: "MFAOptions",
                display: "mfaOptions",
                required: true,
                shape: &S_MFA_OPTION_LIST_TYPE,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `SignInPolicyType`.
pub static S_SIGN_IN_POLICY_TYPE: Shape = Shape {
    name: "SignInPolicyType",
    secret: false,
    kind: Kind::Structure {
        members: &[Member {
            wire: "AllowedFirstAuthFactors",
            display: "allowedFirstAuthFactors",
            required: false,
            shape: &S_ALLOWED_FIRST_AUTH_FACTORS_LIST_TYPE,
        }],
        by_name: &[0],
    },
};

/// `SignUpPasswordType`.
pub static S_SIGN_UP_PASSWORD_TYPE: Shape = Shape {
    name: "SignUpPasswordType",
    secret: true,
    kind: Kind::Text {
        min: Some(6),
        max: Some(256),
        pattern: Some(&P27),
        length_first: true,
    },
};

/// `SignUpRequest`.
pub static S_SIGN_UP_REQUEST: Shape = Shape {
    name: "SignUpRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "ClientId",
                display: "clientId",
                required: true,
                shape: &S_CLIENT_ID_TYPE,
            },
            Member {
                wire: "SecretHash",
                display: "secretHash",
                required: false,
                shape: &S_SECRET_HASH_TYPE,
            },
            Member {
                wire: "Username",
                display: "username",
                required: true,
                shape: &S_USERNAME_TYPE,
            },
            Member {
                wire: "Password",
                display: "password",
                required: false,
                shape: &S_SIGN_UP_PASSWORD_TYPE,
            },
            Member {
                wire: "UserAttributes",
                display: "userAttributes",
                required: false,
                shape: &S_ATTRIBUTE_LIST_TYPE,
            },
            Member {
                wire: "ValidationData",
                display: "validationData",
                required: false,
                shape: &S_ATTRIBUTE_LIST_TYPE,
            },
            Member {
                wire: "AnalyticsMetadata",
                display: "analyticsMetadata",
                required: false,
                shape: &S_ANALYTICS_METADATA_TYPE,
            },
            Member {
                wire: "UserContextData",
                display: "userContextData",
                required: false,
                shape: &S_USER_CONTEXT_DATA_TYPE,
            },
            Member {
                wire: "ClientMetadata",
                display: "clientMetadata",
                required: false,
                shape: &S_CLIENT_METADATA_TYPE,
            },
        ],
        by_name: &[6, 0, 8, 3, 1, 4, 7, 2, 5],
    },
};

/// `SkippedIPRangeListType`.
pub static S_SKIPPED_IP_RANGE_LIST_TYPE: Shape = Shape {
    name: "SkippedIPRangeListType",
    secret: false,
    kind: Kind::List {
        min: None,
        max: Some(200),
        of: &S_STRING_TYPE,
    },
};

/// `SmsConfigurationType`.
pub static S_SMS_CONFIGURATION_TYPE: Shape = Shape {
    name: "SmsConfigurationType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "SnsCallerArn",
                display: "snsCallerArn",
                required: false,
                shape: &S_OPTIONAL_ARN_TYPE,
            },
            Member {
                wire: "ExternalId",
                display: "externalId",
                required: false,
                shape: &S_STRING_TYPE,
            },
            Member {
                wire: "SnsRegion",
                display: "snsRegion",
                required: false,
                shape: &S_REGION_CODE_TYPE,
            },
            Member {
                wire: "EumsSms",
                display: "eumsSms",
                required: false,
                shape: &S_EUMS_SMS_CONFIGURATION_TYPE,
            },
        ],
        by_name: &[3, 1, 0, 2],
    },
};

/// `SmsInviteMessageType`.
pub static S_SMS_INVITE_MESSAGE_TYPE: Shape = Shape {
    name: "SmsInviteMessageType",
    secret: false,
    kind: Kind::Text {
        min: Some(6),
        max: Some(140),
        pattern: Some(&P36),
        length_first: false,
    },
};

/// `SmsMfaConfigType`.
pub static S_SMS_MFA_CONFIG_TYPE: Shape = Shape {
    name: "SmsMfaConfigType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "SmsAuthenticationMessage",
                display: "smsAuthenticationMessage",
                required: false,
                shape: &S_SMS_VERIFICATION_MESSAGE_TYPE,
            },
            Member {
                wire: "SmsConfiguration",
                display: "smsConfiguration",
                required: false,
                shape: &S_SMS_CONFIGURATION_TYPE,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `SmsVerificationMessageType`.
pub static S_SMS_VERIFICATION_MESSAGE_TYPE: Shape = Shape {
    name: "SmsVerificationMessageType",
    secret: false,
    kind: Kind::Text {
        min: Some(6),
        max: Some(140),
        pattern: Some(&P37),
        length_first: false,
    },
};

/// `SoftwareTokenMFAUserCodeType`.
pub static S_SOFTWARE_TOKEN_MFA_USER_CODE_TYPE: Shape = Shape {
    name: "SoftwareTokenMFAUserCodeType",
    secret: true,
    kind: Kind::Text {
        min: Some(6),
        max: Some(6),
        pattern: Some(&P38),
        length_first: false,
    },
};

/// `SoftwareTokenMfaConfigType`.
pub static S_SOFTWARE_TOKEN_MFA_CONFIG_TYPE: Shape = Shape {
    name: "SoftwareTokenMfaConfigType",
    secret: false,
    kind: Kind::Structure {
        members: &[Member {
            wire: "Enabled",
            display: "enabled",
            required: false,
            shape: &S_BOOLEAN_TYPE,
        }],
        by_name: &[0],
    },
};

/// `SoftwareTokenMfaSettingsType`.
pub static S_SOFTWARE_TOKEN_MFA_SETTINGS_TYPE: Shape = Shape {
    name: "SoftwareTokenMfaSettingsType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "Enabled",
                display: "enabled",
                required: false,
                shape: &S_BOOLEAN_TYPE,
            },
            Member {
                wire: "PreferredMfa",
                display: "preferredMfa",
                required: false,
                shape: &S_BOOLEAN_TYPE,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `StartPointInTimeRecoveryRequest`.
pub static S_START_POINT_IN_TIME_RECOVERY_REQUEST: Shape = Shape {
    name: "StartPointInTimeRecoveryRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "RestoreId",
                display: "restoreId",
                required: true,
                shape: &S_RESTORE_ID_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `StartUserImportJobRequest`.
pub static S_START_USER_IMPORT_JOB_REQUEST: Shape = Shape {
    name: "StartUserImportJobRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "JobId",
                display: "jobId",
                required: true,
                shape: &S_USER_IMPORT_JOB_ID_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `StartWebAuthnRegistrationRequest`.
pub static S_START_WEB_AUTHN_REGISTRATION_REQUEST: Shape = Shape {
    name: "StartWebAuthnRegistrationRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[Member {
            wire: "AccessToken",
            display: "accessToken",
            required: true,
            shape: &S_TOKEN_MODEL_TYPE,
        }],
        by_name: &[0],
    },
};

/// `StatusType`.
pub static S_STATUS_TYPE: Shape = Shape {
    name: "StatusType",
    secret: false,
    kind: Kind::Enum {
        values: &["Enabled", "Disabled"],
        printed: "[Enabled, Disabled]",
    },
};

/// `StopUserImportJobRequest`.
pub static S_STOP_USER_IMPORT_JOB_REQUEST: Shape = Shape {
    name: "StopUserImportJobRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "JobId",
                display: "jobId",
                required: true,
                shape: &S_USER_IMPORT_JOB_ID_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `StringAttributeConstraintsType`.
pub static S_STRING_ATTRIBUTE_CONSTRAINTS_TYPE: Shape = Shape {
    name: "StringAttributeConstraintsType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "MinLength",
                display: "minLength",
                required: false,
                shape: &S_STRING_TYPE,
            },
            Member {
                wire: "MaxLength",
                display: "maxLength",
                required: false,
                shape: &S_STRING_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `StringToStringMapType`.
pub static S_STRING_TO_STRING_MAP_TYPE: Shape = Shape {
    name: "StringToStringMapType",
    secret: false,
    kind: Kind::Map {
        min: None,
        max: None,
        key: &S_STRING_TYPE,
        value: &S_STRING_TYPE,
    },
};

/// `StringType`.
pub static S_STRING_TYPE: Shape = Shape {
    name: "StringType",
    secret: false,
    kind: Kind::Text {
        min: Some(0),
        max: Some(131072),
        pattern: None,
        length_first: false,
    },
};

/// `SupportedIdentityProvidersListType`.
pub static S_SUPPORTED_IDENTITY_PROVIDERS_LIST_TYPE: Shape = Shape {
    name: "SupportedIdentityProvidersListType",
    secret: false,
    kind: Kind::List {
        min: None,
        max: None,
        of: &S_PROVIDER_NAME_TYPE,
    },
};

/// `TagKeysType`.
pub static S_TAG_KEYS_TYPE: Shape = Shape {
    name: "TagKeysType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(128),
        pattern: None,
        length_first: false,
    },
};

/// `TagResourceRequest`.
pub static S_TAG_RESOURCE_REQUEST: Shape = Shape {
    name: "TagResourceRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "ResourceArn",
                display: "resourceArn",
                required: true,
                shape: &S_ARN_TYPE,
            },
            Member {
                wire: "Tags",
                display: "tags",
                required: true,
                shape: &S_USER_POOL_TAGS_TYPE,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `TagValueType`.
pub static S_TAG_VALUE_TYPE: Shape = Shape {
    name: "TagValueType",
    secret: false,
    kind: Kind::Text {
        min: Some(0),
        max: Some(256),
        pattern: None,
        length_first: false,
    },
};

/// `TemporaryPasswordValidityDaysType`.
pub static S_TEMPORARY_PASSWORD_VALIDITY_DAYS_TYPE: Shape = Shape {
    name: "TemporaryPasswordValidityDaysType",
    secret: false,
    kind: Kind::Integer {
        min: Some(0),
        max: Some(365),
    },
};

/// `TermsEnforcementType`.
pub static S_TERMS_ENFORCEMENT_TYPE: Shape = Shape {
    name: "TermsEnforcementType",
    secret: false,
    kind: Kind::Enum {
        values: &["NONE"],
        printed: "[NONE]",
    },
};

/// `TermsIdType`.
pub static S_TERMS_ID_TYPE: Shape = Shape {
    name: "TermsIdType",
    secret: false,
    kind: Kind::Text {
        min: None,
        max: None,
        pattern: Some(&P24),
        length_first: false,
    },
};

/// `TermsNameType`.
pub static S_TERMS_NAME_TYPE: Shape = Shape {
    name: "TermsNameType",
    secret: false,
    kind: Kind::Text {
        min: None,
        max: None,
        pattern: Some(&P39),
        length_first: false,
    },
};

/// `TermsSourceType`.
pub static S_TERMS_SOURCE_TYPE: Shape = Shape {
    name: "TermsSourceType",
    secret: false,
    kind: Kind::Enum {
        values: &["LINK"],
        printed: "[LINK]",
    },
};

/// `TimeUnitsType`.
pub static S_TIME_UNITS_TYPE: Shape = Shape {
    name: "TimeUnitsType",
    secret: false,
    kind: Kind::Enum {
        values: &["seconds", "minutes", "hours", "days"],
        printed: "[seconds, hours, minutes, days]",
    },
};

/// `TokenModelType`.
pub static S_TOKEN_MODEL_TYPE: Shape = Shape {
    name: "TokenModelType",
    secret: true,
    kind: Kind::Text {
        min: None,
        max: None,
        pattern: Some(&P40),
        length_first: false,
    },
};

/// `TokenTypeIdentifierType`.
pub static S_TOKEN_TYPE_IDENTIFIER_TYPE: Shape = Shape {
    name: "TokenTypeIdentifierType",
    secret: false,
    kind: Kind::Enum {
        values: &["ACCESS_TOKEN", "ID_TOKEN", "SAML2"],
        printed: "[SAML2, ACCESS_TOKEN, ID_TOKEN]",
    },
};

/// `TokenValidityUnitsType`.
pub static S_TOKEN_VALIDITY_UNITS_TYPE: Shape = Shape {
    name: "TokenValidityUnitsType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "AccessToken",
                display: "accessToken",
                required: false,
                shape: &S_TIME_UNITS_TYPE,
            },
            Member {
                wire: "IdToken",
                display: "idToken",
                required: false,
                shape: &S_TIME_UNITS_TYPE,
            },
            Member {
                wire: "RefreshToken",
                display: "refreshToken",
                required: false,
                shape: &S_TIME_UNITS_TYPE,
            },
        ],
        by_name: &[0, 1, 2],
    },
};

/// `URLPatternListType`.
pub static S_URL_PATTERN_LIST_TYPE: Shape = Shape {
    name: "URLPatternListType",
    secret: false,
    kind: Kind::List {
        min: Some(1),
        max: Some(5),
        of: &S_URL_PATTERN_TYPE,
    },
};

/// `URLPatternType`.
pub static S_URL_PATTERN_TYPE: Shape = Shape {
    name: "URLPatternType",
    secret: false,
    kind: Kind::Text {
        min: Some(12),
        max: Some(256),
        pattern: Some(&P41),
        length_first: false,
    },
};

/// `UntagResourceRequest`.
pub static S_UNTAG_RESOURCE_REQUEST: Shape = Shape {
    name: "UntagResourceRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "ResourceArn",
                display: "resourceArn",
                required: true,
                shape: &S_ARN_TYPE,
            },
            Member {
                wire: "TagKeys",
                display: "tagKeys",
                required: true,
                shape: &S_USER_POOL_TAGS_LIST_TYPE,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `UpdateAuthEventFeedbackRequest`.
pub static S_UPDATE_AUTH_EVENT_FEEDBACK_REQUEST: Shape = Shape {
    name: "UpdateAuthEventFeedbackRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "Username",
                display: "username",
                required: true,
                shape: &S_USERNAME_TYPE,
            },
            Member {
                wire: "EventId",
                display: "eventId",
                required: true,
                shape: &S_EVENT_ID_TYPE,
            },
            Member {
                wire: "FeedbackToken",
                display: "feedbackToken",
                required: true,
                shape: &S_TOKEN_MODEL_TYPE,
            },
            Member {
                wire: "FeedbackValue",
                display: "feedbackValue",
                required: true,
                shape: &S_FEEDBACK_VALUE_TYPE,
            },
        ],
        by_name: &[2, 3, 4, 0, 1],
    },
};

/// `UpdateCIMDPolicyRequest`.
pub static S_UPDATE_CIMD_POLICY_REQUEST: Shape = Shape {
    name: "UpdateCIMDPolicyRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "CIMDPolicyId",
                display: "cimdPolicyId",
                required: true,
                shape: &S_CIMD_POLICY_ID_TYPE,
            },
            Member {
                wire: "ClientId",
                display: "clientId",
                required: true,
                shape: &S_CLIENT_ID_TYPE,
            },
            Member {
                wire: "PolicyName",
                display: "policyName",
                required: false,
                shape: &S_CIMD_POLICY_NAME_TYPE,
            },
            Member {
                wire: "CacheDuration",
                display: "cacheDuration",
                required: false,
                shape: &S_CACHE_DURATION_TYPE,
            },
            Member {
                wire: "URLPatterns",
                display: "urlPatterns",
                required: true,
                shape: &S_URL_PATTERN_LIST_TYPE,
            },
        ],
        by_name: &[4, 1, 2, 3, 5, 0],
    },
};

/// `UpdateClientMetadataURLStateRequest`.
pub static S_UPDATE_CLIENT_METADATA_URL_STATE_REQUEST: Shape = Shape {
    name: "UpdateClientMetadataURLStateRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "CIMDPolicyId",
                display: "cimdPolicyId",
                required: true,
                shape: &S_CIMD_POLICY_ID_TYPE,
            },
            Member {
                wire: "URL",
                display: "url",
                required: true,
                shape: &S_METADATA_URL_TYPE,
            },
            Member {
                wire: "Action",
                display: "action",
                required: true,
                shape: &S_CIMD_CACHE_ACTION_TYPE,
            },
        ],
        by_name: &[3, 1, 2, 0],
    },
};

/// `UpdateDeviceStatusRequest`.
pub static S_UPDATE_DEVICE_STATUS_REQUEST: Shape = Shape {
    name: "UpdateDeviceStatusRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "AccessToken",
                display: "accessToken",
                required: true,
                shape: &S_TOKEN_MODEL_TYPE,
            },
            Member {
                wire: "DeviceKey",
                display: "deviceKey",
                required: true,
                shape: &S_DEVICE_KEY_TYPE,
            },
            Member {
                wire: "DeviceRememberedStatus",
                display: "deviceRememberedStatus",
                required: false,
                shape: &S_DEVICE_REMEMBERED_STATUS_TYPE,
            },
        ],
        by_name: &[0, 1, 2],
    },
};

/// `UpdateGroupRequest`.
pub static S_UPDATE_GROUP_REQUEST: Shape = Shape {
    name: "UpdateGroupRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "GroupName",
                display: "groupName",
                required: true,
                shape: &S_GROUP_NAME_TYPE,
            },
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "Description",
                display: "description",
                required: false,
                shape: &S_DESCRIPTION_TYPE,
            },
            Member {
                wire: "RoleArn",
                display: "roleArn",
                required: false,
                shape: &S_ARN_TYPE,
            },
            Member {
                wire: "Precedence",
                display: "precedence",
                required: false,
                shape: &S_PRECEDENCE_TYPE,
            },
        ],
        by_name: &[2, 0, 4, 3, 1],
    },
};

/// `UpdateIdentityProviderRequest`.
pub static S_UPDATE_IDENTITY_PROVIDER_REQUEST: Shape = Shape {
    name: "UpdateIdentityProviderRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "ProviderName",
                display: "providerName",
                required: true,
                shape: &S_PROVIDER_NAME_TYPE,
            },
            Member {
                wire: "ProviderDetails",
                display: "providerDetails",
                required: false,
                shape: &S_PROVIDER_DETAILS_TYPE,
            },
            Member {
                wire: "AttributeMapping",
                display: "attributeMapping",
                required: false,
                shape: &S_ATTRIBUTE_MAPPING_TYPE,
            },
            Member {
                wire: "IdpIdentifiers",
                display: "idpIdentifiers",
                required: false,
                shape: &S_IDP_IDENTIFIERS_LIST_TYPE,
            },
            Member {
                wire: "AcrMapping",
                display: "acrMapping",
                required: false,
                shape: &S_ACR_MAPPING_TYPE,
            },
        ],
        by_name: &[5, 3, 4, 2, 1, 0],
    },
};

/// `UpdateManagedLoginBrandingRequest`.
pub static S_UPDATE_MANAGED_LOGIN_BRANDING_REQUEST: Shape = Shape {
    name: "UpdateManagedLoginBrandingRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: false,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "ManagedLoginBrandingId",
                display: "managedLoginBrandingId",
                required: false,
                shape: &S_MANAGED_LOGIN_BRANDING_ID_TYPE,
            },
            Member {
                wire: "UseCognitoProvidedValues",
                display: "useCognitoProvidedValues",
                required: false,
                shape: &S_BOOLEAN_TYPE,
            },
            Member {
                wire: "Settings",
                display: "settings",
                required: false,
                shape: &S_DOCUMENT,
            },
            Member {
                wire: "Assets",
                display: "assets",
                required: false,
                shape: &S_ASSET_LIST_TYPE,
            },
        ],
        by_name: &[4, 1, 3, 2, 0],
    },
};

/// `UpdateProvisionedLimitRequest`.
pub static S_UPDATE_PROVISIONED_LIMIT_REQUEST: Shape = Shape {
    name: "UpdateProvisionedLimitRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "LimitDefinition",
                display: "limitDefinition",
                required: true,
                shape: &S_LIMIT_DEFINITION_TYPE,
            },
            Member {
                wire: "RequestedLimitValue",
                display: "requestedLimitValue",
                required: true,
                shape: &S_INTEGER_TYPE,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `UpdateReplicaStatusType`.
pub static S_UPDATE_REPLICA_STATUS_TYPE: Shape = Shape {
    name: "UpdateReplicaStatusType",
    secret: false,
    kind: Kind::Enum {
        values: &["ACTIVE", "INACTIVE"],
        printed: "[ACTIVE, INACTIVE]",
    },
};

/// `UpdateResourceServerRequest`.
pub static S_UPDATE_RESOURCE_SERVER_REQUEST: Shape = Shape {
    name: "UpdateResourceServerRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "Identifier",
                display: "identifier",
                required: true,
                shape: &S_RESOURCE_SERVER_IDENTIFIER_TYPE,
            },
            Member {
                wire: "Name",
                display: "name",
                required: true,
                shape: &S_RESOURCE_SERVER_NAME_TYPE,
            },
            Member {
                wire: "Scopes",
                display: "scopes",
                required: false,
                shape: &S_RESOURCE_SERVER_SCOPE_LIST_TYPE,
            },
        ],
        by_name: &[1, 2, 3, 0],
    },
};

/// `UpdateTermsRequest`.
pub static S_UPDATE_TERMS_REQUEST: Shape = Shape {
    name: "UpdateTermsRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "TermsId",
                display: "termsId",
                required: true,
                shape: &S_TERMS_ID_TYPE,
            },
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "TermsName",
                display: "termsName",
                required: false,
                shape: &S_TERMS_NAME_TYPE,
            },
            Member {
                wire: "TermsSource",
                display: "termsSource",
                required: false,
                shape: &S_TERMS_SOURCE_TYPE,
            },
            Member {
                wire: "Enforcement",
                display: "enforcement",
                required: false,
                shape: &S_TERMS_ENFORCEMENT_TYPE,
            },
            Member {
                wire: "Links",
                display: "links",
                required: false,
                shape: &S_LINKS_TYPE,
            },
        ],
        by_name: &[4, 5, 0, 2, 3, 1],
    },
};

/// `UpdateUserAttributesRequest`.
pub static S_UPDATE_USER_ATTRIBUTES_REQUEST: Shape = Shape {
    name: "UpdateUserAttributesRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserAttributes",
                display: "userAttributes",
                required: true,
                shape: &S_ATTRIBUTE_LIST_TYPE,
            },
            Member {
                wire: "AccessToken",
                display: "accessToken",
                required: true,
                shape: &S_TOKEN_MODEL_TYPE,
            },
            Member {
                wire: "ClientMetadata",
                display: "clientMetadata",
                required: false,
                shape: &S_CLIENT_METADATA_TYPE,
            },
        ],
        by_name: &[1, 2, 0],
    },
};

/// `UpdateUserPoolClientRequest`.
pub static S_UPDATE_USER_POOL_CLIENT_REQUEST: Shape = Shape {
    name: "UpdateUserPoolClientRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "ClientId",
                display: "clientId",
                required: true,
                shape: &S_CLIENT_ID_TYPE,
            },
            Member {
                wire: "ClientName",
                display: "clientName",
                required: false,
                shape: &S_CLIENT_NAME_TYPE,
            },
            Member {
                wire: "RefreshTokenValidity",
                display: "refreshTokenValidity",
                required: false,
                shape: &S_REFRESH_TOKEN_VALIDITY_TYPE,
            },
            Member {
                wire: "AccessTokenValidity",
                display: "accessTokenValidity",
                required: false,
                shape: &S_ACCESS_TOKEN_VALIDITY_TYPE,
            },
            Member {
                wire: "IdTokenValidity",
                display: "idTokenValidity",
                required: false,
                shape: &S_ID_TOKEN_VALIDITY_TYPE,
            },
            Member {
                wire: "TokenValidityUnits",
                display: "tokenValidityUnits",
                required: false,
                shape: &S_TOKEN_VALIDITY_UNITS_TYPE,
            },
            Member {
                wire: "ReadAttributes",
                display: "readAttributes",
                required: false,
                shape: &S_CLIENT_PERMISSION_LIST_TYPE,
            },
            Member {
                wire: "WriteAttributes",
                display: "writeAttributes",
                required: false,
                shape: &S_CLIENT_PERMISSION_LIST_TYPE,
            },
            Member {
                wire: "ExplicitAuthFlows",
                display: "explicitAuthFlows",
                required: false,
                shape: &S_EXPLICIT_AUTH_FLOWS_LIST_TYPE,
            },
            Member {
                wire: "SupportedIdentityProviders",
                display: "supportedIdentityProviders",
                required: false,
                shape: &S_SUPPORTED_IDENTITY_PROVIDERS_LIST_TYPE,
            },
            Member {
                wire: "CallbackURLs",
                display: "callbackURLs",
                required: false,
                shape: &S_CALLBACK_URLS_LIST_TYPE,
            },
            Member {
                wire: "LogoutURLs",
                display: "logoutURLs",
                required: false,
                shape: &S_LOGOUT_URLS_LIST_TYPE,
            },
            Member {
                wire: "DefaultRedirectURI",
                display: "defaultRedirectURI",
                required: false,
                shape: &S_REDIRECT_URL_TYPE,
            },
            Member {
                wire: "AllowedOAuthFlows",
                display: "allowedOAuthFlows",
                required: false,
                shape: &S_OAUTH_FLOWS_TYPE,
            },
            Member {
                wire: "AllowedOAuthScopes",
                display: "allowedOAuthScopes",
                required: false,
                shape: &S_SCOPE_LIST_TYPE,
            },
            Member {
                wire: "AllowedOAuthFlowsUserPoolClient",
                display: "allowedOAuthFlowsUserPoolClient",
                required: false,
                shape: &S_BOOLEAN_TYPE,
            },
            Member {
                wire: "AnalyticsConfiguration",
                display: "analyticsConfiguration",
                required: false,
                shape: &S_ANALYTICS_CONFIGURATION_TYPE,
            },
            Member {
                wire: "PreventUserExistenceErrors",
                display: "preventUserExistenceErrors",
                required: false,
                shape: &S_PREVENT_USER_EXISTENCE_ERROR_TYPES,
            },
            Member {
                wire: "EnableTokenRevocation",
                display: "enableTokenRevocation",
                required: false,
                shape: &S_WRAPPED_BOOLEAN_TYPE,
            },
            Member {
                wire: "EnablePropagateAdditionalUserContextData",
                display: "enablePropagateAdditionalUserContextData",
                required: false,
                shape: &S_WRAPPED_BOOLEAN_TYPE,
            },
            Member {
                wire: "AuthSessionValidity",
                display: "authSessionValidity",
                required: false,
                shape: &S_AUTH_SESSION_VALIDITY_TYPE,
            },
            Member {
                wire: "RefreshTokenRotation",
                display: "refreshTokenRotation",
                required: false,
                shape: &S_REFRESH_TOKEN_ROTATION_TYPE,
            },
            Member {
                wire: "PublishSecretsInAWSSecretsManager",
                display: "publishSecretsInAWSSecretsManager",
                required: false,
                shape: &S_WRAPPED_BOOLEAN_TYPE,
            },
        ],
        by_name: &[
            4, 14, 16, 15, 17, 21, 11, 1, 2, 13, 20, 19, 9, 5, 12, 18, 23, 7, 22, 3, 10, 6, 0, 8,
        ],
    },
};

/// `UpdateUserPoolDomainRequest`.
pub static S_UPDATE_USER_POOL_DOMAIN_REQUEST: Shape = Shape {
    name: "UpdateUserPoolDomainRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "Domain",
                display: "domain",
                required: true,
                shape: &S_DOMAIN_TYPE,
            },
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "ManagedLoginVersion",
                display: "managedLoginVersion",
                required: false,
                shape: &S_WRAPPED_INTEGER_TYPE,
            },
            Member {
                wire: "CustomDomainConfig",
                display: "customDomainConfig",
                required: false,
                shape: &S_CUSTOM_DOMAIN_CONFIG_TYPE,
            },
            Member {
                wire: "Routing",
                display: "routing",
                required: false,
                shape: &S_ROUTING_TYPE,
            },
        ],
        by_name: &[3, 0, 2, 4, 1],
    },
};

/// `UpdateUserPoolReplicaRequest`.
pub static S_UPDATE_USER_POOL_REPLICA_REQUEST: Shape = Shape {
    name: "UpdateUserPoolReplicaRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "RegionName",
                display: "regionName",
                required: true,
                shape: &S_REGION_NAME_TYPE,
            },
            Member {
                wire: "Status",
                display: "status",
                required: true,
                shape: &S_UPDATE_REPLICA_STATUS_TYPE,
            },
        ],
        by_name: &[1, 2, 0],
    },
};

/// `UpdateUserPoolRequest`.
pub static S_UPDATE_USER_POOL_REQUEST: Shape = Shape {
    name: "UpdateUserPoolRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "UserPoolId",
                display: "userPoolId",
                required: true,
                shape: &S_USER_POOL_ID_TYPE,
            },
            Member {
                wire: "Policies",
                display: "policies",
                required: false,
                shape: &S_USER_POOL_POLICY_TYPE,
            },
            Member {
                wire: "DeletionProtection",
                display: "deletionProtection",
                required: false,
                shape: &S_DELETION_PROTECTION_TYPE,
            },
            Member {
                wire: "LambdaConfig",
                display: "lambdaConfig",
                required: false,
                shape: &S_LAMBDA_CONFIG_TYPE,
            },
            Member {
                wire: "AutoVerifiedAttributes",
                display: "autoVerifiedAttributes",
                required: false,
                shape: &S_VERIFIED_ATTRIBUTES_LIST_TYPE,
            },
            Member {
                wire: "SmsVerificationMessage",
                display: "smsVerificationMessage",
                required: false,
                shape: &S_SMS_VERIFICATION_MESSAGE_TYPE,
            },
            Member {
                wire: "EmailVerificationMessage",
                display: "emailVerificationMessage",
                required: false,
                shape: &S_EMAIL_VERIFICATION_MESSAGE_TYPE,
            },
            Member {
                wire: "EmailVerificationSubject",
                display: "emailVerificationSubject",
                required: false,
                shape: &S_EMAIL_VERIFICATION_SUBJECT_TYPE,
            },
            Member {
                wire: "VerificationMessageTemplate",
                display: "verificationMessageTemplate",
                required: false,
                shape: &S_VERIFICATION_MESSAGE_TEMPLATE_TYPE,
            },
            Member {
                wire: "SmsAuthenticationMessage",
                display: "smsAuthenticationMessage",
                required: false,
                shape: &S_SMS_VERIFICATION_MESSAGE_TYPE,
            },
            Member {
                wire: "UserAttributeUpdateSettings",
                display: "userAttributeUpdateSettings",
                required: false,
                shape: &S_USER_ATTRIBUTE_UPDATE_SETTINGS_TYPE,
            },
            Member {
                wire: "MfaConfiguration",
                display: "mfaConfiguration",
                required: false,
                shape: &S_USER_POOL_MFA_TYPE,
            },
            Member {
                wire: "DeviceConfiguration",
                display: "deviceConfiguration",
                required: false,
                shape: &S_DEVICE_CONFIGURATION_TYPE,
            },
            Member {
                wire: "EmailConfiguration",
                display: "emailConfiguration",
                required: false,
                shape: &S_EMAIL_CONFIGURATION_TYPE,
            },
            Member {
                wire: "SmsConfiguration",
                display: "smsConfiguration",
                required: false,
                shape: &S_SMS_CONFIGURATION_TYPE,
            },
            Member {
                wire: "UserPoolTags",
                display: "userPoolTags",
                required: false,
                shape: &S_USER_POOL_TAGS_TYPE,
            },
            Member {
                wire: "AdminCreateUserConfig",
                display: "adminCreateUserConfig",
                required: false,
                shape: &S_ADMIN_CREATE_USER_CONFIG_TYPE,
            },
            Member {
                wire: "UserPoolAddOns",
                display: "userPoolAddOns",
                required: false,
                shape: &S_USER_POOL_ADD_ONS_TYPE,
            },
            Member {
                wire: "DcrConfiguration",
                display: "dcrConfiguration",
                required: false,
                shape: &S_DCR_CONFIGURATION_TYPE,
            },
            Member {
                wire: "AccountRecoverySetting",
                display: "accountRecoverySetting",
                required: false,
                shape: &S_ACCOUNT_RECOVERY_SETTING_TYPE,
            },
            Member {
                wire: "PoolName",
                display: "poolName",
                required: false,
                shape: &S_USER_POOL_NAME_TYPE,
            },
            Member {
                wire: "UserPoolTier",
                display: "userPoolTier",
                required: false,
                shape: &S_USER_POOL_TIER_TYPE,
            },
            Member {
                wire: "KeyConfiguration",
                display: "keyConfiguration",
                required: false,
                shape: &S_KEY_CONFIGURATION_TYPE,
            },
            Member {
                wire: "IssuerConfiguration",
                display: "issuerConfiguration",
                required: false,
                shape: &S_ISSUER_CONFIGURATION_TYPE,
            },
            Member {
                wire: "AcrConfiguration",
                display: "acrConfiguration",
                required: false,
                shape: &S_ACR_CONFIGURATION_TYPE,
            },
        ],
        by_name: &[
            19, 24, 16, 4, 18, 2, 12, 13, 6, 7, 23, 22, 3, 11, 1, 20, 9, 14, 5, 10, 17, 0, 15, 21,
            8,
        ],
    },
};

/// `UserAttributeUpdateSettingsType`.
pub static S_USER_ATTRIBUTE_UPDATE_SETTINGS_TYPE: Shape = Shape {
    name: "UserAttributeUpdateSettingsType",
    secret: false,
    kind: Kind::Structure {
        members: &[Member {
            wire: "AttributesRequireVerificationBeforeUpdate",
            display: "attributesRequireVerificationBeforeUpdate",
            required: false,
            shape: &S_ATTRIBUTES_REQUIRE_VERIFICATION_BEFORE_UPDATE_TYPE,
        }],
        by_name: &[0],
    },
};

/// `UserContextDataType`.
pub static S_USER_CONTEXT_DATA_TYPE: Shape = Shape {
    name: "UserContextDataType",
    secret: true,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "IpAddress",
                display: "ipAddress",
                required: false,
                shape: &S_STRING_TYPE,
            },
            Member {
                wire: "EncodedData",
                display: "encodedData",
                required: false,
                shape: &S_STRING_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `UserFilterType`.
pub static S_USER_FILTER_TYPE: Shape = Shape {
    name: "UserFilterType",
    secret: false,
    kind: Kind::Text {
        min: None,
        max: Some(256),
        pattern: None,
        length_first: false,
    },
};

/// `UserImportJobIdType`.
pub static S_USER_IMPORT_JOB_ID_TYPE: Shape = Shape {
    name: "UserImportJobIdType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(55),
        pattern: Some(&P42),
        length_first: false,
    },
};

/// `UserImportJobNameType`.
pub static S_USER_IMPORT_JOB_NAME_TYPE: Shape = Shape {
    name: "UserImportJobNameType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(128),
        pattern: Some(&P7),
        length_first: false,
    },
};

/// `UserPoolAddOnsType`.
pub static S_USER_POOL_ADD_ONS_TYPE: Shape = Shape {
    name: "UserPoolAddOnsType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "AdvancedSecurityMode",
                display: "advancedSecurityMode",
                required: true,
                shape: &S_ADVANCED_SECURITY_MODE_TYPE,
            },
            Member {
                wire: "AdvancedSecurityAdditionalFlows",
                display: "advancedSecurityAdditionalFlows",
                required: false,
                shape: &S_ADVANCED_SECURITY_ADDITIONAL_FLOWS_TYPE,
            },
        ],
        by_name: &[1, 0],
    },
};

/// `UserPoolIdType`.
pub static S_USER_POOL_ID_TYPE: Shape = Shape {
    name: "UserPoolIdType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(55),
        pattern: Some(&P43),
        length_first: false,
    },
};

/// `UserPoolMfaType`.
pub static S_USER_POOL_MFA_TYPE: Shape = Shape {
    name: "UserPoolMfaType",
    secret: false,
    kind: Kind::Enum {
        values: &["OFF", "ON", "OPTIONAL"],
        printed: "[OPTIONAL, OFF, ON]",
    },
};

/// `UserPoolNameType`.
pub static S_USER_POOL_NAME_TYPE: Shape = Shape {
    name: "UserPoolNameType",
    secret: false,
    kind: Kind::Text {
        min: Some(1),
        max: Some(128),
        pattern: Some(&P7),
        length_first: false,
    },
};

/// `UserPoolPolicyType`.
pub static S_USER_POOL_POLICY_TYPE: Shape = Shape {
    name: "UserPoolPolicyType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "PasswordPolicy",
                display: "passwordPolicy",
                required: false,
                shape: &S_PASSWORD_POLICY_TYPE,
            },
            Member {
                wire: "SignInPolicy",
                display: "signInPolicy",
                required: false,
                shape: &S_SIGN_IN_POLICY_TYPE,
            },
        ],
        by_name: &[0, 1],
    },
};

/// `UserPoolTagsListType`.
pub static S_USER_POOL_TAGS_LIST_TYPE: Shape = Shape {
    name: "UserPoolTagsListType",
    secret: false,
    kind: Kind::List {
        min: None,
        max: None,
        of: &S_TAG_KEYS_TYPE,
    },
};

/// `UserPoolTagsType`.
pub static S_USER_POOL_TAGS_TYPE: Shape = Shape {
    name: "UserPoolTagsType",
    secret: false,
    kind: Kind::Map {
        min: None,
        max: None,
        key: &S_TAG_KEYS_TYPE,
        value: &S_TAG_VALUE_TYPE,
    },
};

/// `UserPoolTierType`.
pub static S_USER_POOL_TIER_TYPE: Shape = Shape {
    name: "UserPoolTierType",
    secret: false,
    kind: Kind::Enum {
        values: &["LITE", "ESSENTIALS", "PLUS"],
        printed: "[ESSENTIALS, LITE, PLUS]",
    },
};

/// `UserPoolTokenSessionConfigType`.
pub static S_USER_POOL_TOKEN_SESSION_CONFIG_TYPE: Shape = Shape {
    name: "UserPoolTokenSessionConfigType",
    secret: false,
    kind: Kind::Structure {
        members: &[Member {
            wire: "MaxPerUser",
            display: "maxPerUser",
            required: true,
            shape: &S_MAX_SESSIONS_PER_USER_TYPE,
        }],
        by_name: &[0],
    },
};

/// `UserSessionTrackingType`.
pub static S_USER_SESSION_TRACKING_TYPE: Shape = Shape {
    name: "UserSessionTrackingType",
    secret: false,
    kind: Kind::Enum {
        values: &["ENABLED", "DISABLED"],
        printed: "[DISABLED, ENABLED]",
    },
};

/// `UserVerificationType`.
pub static S_USER_VERIFICATION_TYPE: Shape = Shape {
    name: "UserVerificationType",
    secret: false,
    kind: Kind::Enum {
        values: &["required", "preferred"],
        printed: "[required, preferred]",
    },
};

/// `UsernameAttributeType`.
pub static S_USERNAME_ATTRIBUTE_TYPE: Shape = Shape {
    name: "UsernameAttributeType",
    secret: false,
    kind: Kind::Enum {
        values: &["phone_number", "email"],
        printed: "[phone_number, email]",
    },
};

/// `UsernameAttributesListType`.
pub static S_USERNAME_ATTRIBUTES_LIST_TYPE: Shape = Shape {
    name: "UsernameAttributesListType",
    secret: false,
    kind: Kind::List {
        min: None,
        max: None,
        of: &S_USERNAME_ATTRIBUTE_TYPE,
    },
};

/// `UsernameConfigurationType`.
pub static S_USERNAME_CONFIGURATION_TYPE: Shape = Shape {
    name: "UsernameConfigurationType",
    secret: false,
    kind: Kind::Structure {
        members: &[Member {
            wire: "CaseSensitive",
            display: "caseSensitive",
            required: true,
            shape: &S_WRAPPED_BOOLEAN_TYPE,
        }],
        by_name: &[0],
    },
};

/// `UsernameType`.
pub static S_USERNAME_TYPE: Shape = Shape {
    name: "UsernameType",
    secret: true,
    kind: Kind::Text {
        min: Some(1),
        max: Some(128),
        pattern: Some(&P9),
        length_first: false,
    },
};

/// `VerificationMessageTemplateType`.
pub static S_VERIFICATION_MESSAGE_TEMPLATE_TYPE: Shape = Shape {
    name: "VerificationMessageTemplateType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "SmsMessage",
                display: "smsMessage",
                required: false,
                shape: &S_SMS_VERIFICATION_MESSAGE_TYPE,
            },
            Member {
                wire: "EmailMessage",
                display: "emailMessage",
                required: false,
                shape: &S_EMAIL_VERIFICATION_MESSAGE_TYPE,
            },
            Member {
                wire: "EmailSubject",
                display: "emailSubject",
                required: false,
                shape: &S_EMAIL_VERIFICATION_SUBJECT_TYPE,
            },
            Member {
                wire: "EmailMessageByLink",
                display: "emailMessageByLink",
                required: false,
                shape: &S_EMAIL_VERIFICATION_MESSAGE_BY_LINK_TYPE,
            },
            Member {
                wire: "EmailSubjectByLink",
                display: "emailSubjectByLink",
                required: false,
                shape: &S_EMAIL_VERIFICATION_SUBJECT_BY_LINK_TYPE,
            },
            Member {
                wire: "DefaultEmailOption",
                display: "defaultEmailOption",
                required: false,
                shape: &S_DEFAULT_EMAIL_OPTION_TYPE,
            },
        ],
        by_name: &[5, 1, 3, 2, 4, 0],
    },
};

/// `VerifiedAttributeType`.
pub static S_VERIFIED_ATTRIBUTE_TYPE: Shape = Shape {
    name: "VerifiedAttributeType",
    secret: false,
    kind: Kind::Enum {
        values: &["phone_number", "email"],
        printed: "[phone_number, email]",
    },
};

/// `VerifiedAttributesListType`.
pub static S_VERIFIED_ATTRIBUTES_LIST_TYPE: Shape = Shape {
    name: "VerifiedAttributesListType",
    secret: false,
    kind: Kind::List {
        min: None,
        max: None,
        of: &S_VERIFIED_ATTRIBUTE_TYPE,
    },
};

/// `VerifySoftwareTokenRequest`.
pub static S_VERIFY_SOFTWARE_TOKEN_REQUEST: Shape = Shape {
    name: "VerifySoftwareTokenRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "AccessToken",
                display: "accessToken",
                required: false,
                shape: &S_TOKEN_MODEL_TYPE,
            },
            Member {
                wire: "Session",
                display: "session",
                required: false,
                shape: &S_SESSION_TYPE,
            },
            Member {
                wire: "UserCode",
                display: "userCode",
                required: true,
                shape: &S_SOFTWARE_TOKEN_MFA_USER_CODE_TYPE,
            },
            Member {
                wire: "FriendlyDeviceName",
                display: "friendlyDeviceName",
                required: false,
                shape: &S_STRING_TYPE,
            },
        ],
        by_name: &[0, 3, 1, 2],
    },
};

/// `VerifyUserAttributeRequest`.
pub static S_VERIFY_USER_ATTRIBUTE_REQUEST: Shape = Shape {
    name: "VerifyUserAttributeRequest",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "AccessToken",
                display: "accessToken",
                required: true,
                shape: &S_TOKEN_MODEL_TYPE,
            },
            Member {
                wire: "AttributeName",
                display: "attributeName",
                required: true,
                shape: &S_ATTRIBUTE_NAME_TYPE,
            },
            Member {
                wire: "Code",
                display: "code",
                required: true,
                shape: &S_CONFIRMATION_CODE_TYPE,
            },
        ],
        by_name: &[0, 1, 2],
    },
};

/// `WebAuthnConfigurationType`.
pub static S_WEB_AUTHN_CONFIGURATION_TYPE: Shape = Shape {
    name: "WebAuthnConfigurationType",
    secret: false,
    kind: Kind::Structure {
        members: &[
            Member {
                wire: "RelyingPartyId",
                display: "relyingPartyId",
                required: false,
                shape: &S_RELYING_PARTY_ID_TYPE,
            },
            Member {
                wire: "UserVerification",
                display: "userVerification",
                required: false,
                shape: &S_USER_VERIFICATION_TYPE,
            },
            Member {
                wire: "FactorConfiguration",
                display: "factorConfiguration",
                required: false,
                shape: &S_WEB_AUTHN_FACTOR_CONFIGURATION_TYPE,
            },
        ],
        by_name: &[2, 0, 1],
    },
};

/// `WebAuthnCredentialsQueryLimitType`.
pub static S_WEB_AUTHN_CREDENTIALS_QUERY_LIMIT_TYPE: Shape = Shape {
    name: "WebAuthnCredentialsQueryLimitType",
    secret: false,
    kind: Kind::Integer {
        min: Some(0),
        max: Some(20),
    },
};

/// `WebAuthnFactorConfigurationType`.
pub static S_WEB_AUTHN_FACTOR_CONFIGURATION_TYPE: Shape = Shape {
    name: "WebAuthnFactorConfigurationType",
    secret: false,
    kind: Kind::Enum {
        values: &["SINGLE_FACTOR", "MULTI_FACTOR_WITH_USER_VERIFICATION"],
        printed: "[MULTI_FACTOR_WITH_USER_VERIFICATION, SINGLE_FACTOR]",
    },
};

/// `WebAuthnMfaSettingsType`.
pub static S_WEB_AUTHN_MFA_SETTINGS_TYPE: Shape = Shape {
    name: "WebAuthnMfaSettingsType",
    secret: false,
    kind: Kind::Structure {
        members: &[Member {
            wire: "Enabled",
            display: "enabled",
            required: false,
            shape: &S_BOOLEAN_TYPE,
        }],
        by_name: &[0],
    },
};

/// `WrappedBooleanType`.
pub static S_WRAPPED_BOOLEAN_TYPE: Shape = Shape {
    name: "WrappedBooleanType",
    secret: false,
    kind: Kind::Boolean,
};

/// `WrappedIntegerType`.
pub static S_WRAPPED_INTEGER_TYPE: Shape = Shape {
    name: "WrappedIntegerType",
    secret: false,
    kind: Kind::Integer {
        min: None,
        max: None,
    },
};
