//! Texts that are best guesses (grades U and D, [unconfirmed], [emu]): kept together so that they are easy to change.

/// auth.md 6.1: the text of InternalErrorException was never captured.
pub const INTERNAL: &str = "Something went wrong";

// Pools and clients.

/// A page token of ListUserPools, ListUserPoolClients and the like that cannot be used.
pub const INVALID_PAGE_TOKEN: &str = "Invalid pagination token.";
/// The signature names a region that cannot begin a pool id.
pub const INVALID_REGION: &str = "Invalid region.";
/// admin.md 1.15: a tag key that begins with `aws:`, in any case.
pub const RESERVED_TAG_KEY: &str = "aws: prefixed tag key names are not allowed for external use.";
/// admin.md 1.15: more than 50 tags.
pub const TOO_MANY_TAGS: &str = "Cannot have more than 50 tags for a user pool.";
/// admin.md 1.15: a tag with a character that tags may not have.
pub const INVALID_TAG: &str =
    "Tag keys and values can contain letters, numbers, spaces, and the characters _ . : / = + - @";
/// A schema attribute without a name.
pub const SCHEMA_NAME_REQUIRED: &str = "Attribute name is required for each schema attribute.";
/// admin.md 1.10: preferred_username as an alias and as a required attribute.
pub const PREFERRED_USERNAME_REQUIRED_AND_ALIAS: &str =
    "preferred_username cannot be a required attribute when it is an alias attribute.";
/// SOFTWARE_TOKEN is in the enumeration of first factors and documented as not supported.
pub const SOFTWARE_TOKEN_FIRST_FACTOR: &str =
    "SOFTWARE_TOKEN can not be configured as one of the allowed first auth factors.";
/// admin.md 4.6: both ways to send SMS.
pub const TWO_SMS_CONFIGURATIONS: &str =
    "Only one of SnsCallerArn or EumsSms can be set in SmsConfiguration.";
/// admin.md 4.6: settings of Amazon SNS without its role.
pub const SNS_CALLER_REQUIRED: &str = "SnsCallerArn is required in SmsConfiguration.";
/// KeyType CUSTOMER_MANAGED_KEY without an ARN.
pub const KMS_KEY_ARN_REQUIRED: &str =
    "KmsKeyArn is required when KeyType is CUSTOMER_MANAGED_KEY.";
/// Two ACR levels with one name, default names included.
pub const DUPLICATE_ACR_VALUE: &str = "AcrConfiguration names must be unique across all levels.";
/// A change lost against others at the same time, again and again.
pub const CONCURRENT_MODIFICATION: &str =
    "Concurrent modification of the resource. Please try again.";
/// GenerateSecret together with ClientSecret.
pub const TWO_SECRETS: &str = "ClientSecret cannot be specified when GenerateSecret is true.";
/// admin.md 1.12: ALLOW_CLIENT_TOKEN_AUTH together with another flow.
pub const CLIENT_TOKEN_FLOW_ALONE: &str =
    "ALLOW_CLIENT_TOKEN_AUTH cannot be used with other auth flows.";

/// admin.md 1.13 \[emu\]: a third secret of a client.
pub const TOO_MANY_SECRETS: &str = "Client secrets cannot exceed limit of 2 secrets.";
/// admin.md 1.13 \[emu\]: a secret id that the client does not have.
pub const NO_SUCH_SECRET: &str = "Client secret does not exist";
/// admin.md 1.13: that the last secret stays is documented, the text is not.
pub const LAST_SECRET: &str = "Cannot delete the last client secret of an app client.";
/// The model's documentation speaks of confidential clients only; the text is a guess.
pub const SECRET_OF_PUBLIC_CLIENT: &str =
    "Client secrets can only be added to an app client that has a client secret.";

/// auth.md 4.1: that e-mail cannot be both the second factor and the only way to recover is documented, the text is not.
pub const EMAIL_MFA_WITH_EMAIL_RECOVERY: &str =
    "Cannot set EmailMfaConfiguration when verified_email is the only recovery mechanism in AccountRecoverySetting.";

/// A callback or sign-out URL that is not absolute.
pub fn invalid_redirect(url: &str) -> super::ApiError {
    super::invalid_parameter(format!("{url} is not a valid redirect URI."))
}

/// auth.md 2.9: the text of PasswordHistoryPolicyViolationException was never captured.
pub const PASSWORD_HISTORY: &str = "Password has previously been used.";

/// auth.md 2.7: the text of TooManyFailedAttemptsException was never captured.
pub const TOO_MANY_FAILED_ATTEMPTS: &str = "Too many failed attempts, please request a code again.";

/// auth.md 6.3 (D).
pub const NO_CONTACT_TO_CONFIRM: &str =
    "Cannot confirm user because email or phone_number is missing";

/// auth.md 6.2 (D).
pub const DELIVERY_FAILED: &str = "Failed to deliver the message.";

/// auth.md 6.8 (D).
pub const NO_DESIRED_MEDIUM: &str = "User has no attribute matching desired delivery mediums";

/// auth.md 6.8 (rule C, text U).
pub const NO_SUCH_REQUESTED_ATTRIBUTE: &str = "One or more requested attributes do not exist.";

/// auth.md 2.4: that a preferred user name is refused at sign-up is documented, the text is not.
pub const PREFERRED_USERNAME_AT_SIGN_UP: &str = "preferred_username cannot be provided at sign-up, since user pool is configured for preferred_username alias.";

/// admin.md 1.4: the shape of the text is a guess.
pub const INVALID_BIRTHDATE: &str = "Invalid birthdate format, please use YYYY-MM-DD.";

/// The address or number that is the user name stands among the attributes with another value; no source.
pub const USERNAME_DIFFERS: &str = "Username and the attribute of the same kind must not differ.";

/// auth.md 1.9: SignUp without a password where passwords are the only first factor; by the rule for required members.
pub const PASSWORD_MISSING: &str = "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must not be null";

/// auth.md 6.2 (U): an item of the schema refusal.
pub fn too_short(name: &str, min: i128) -> String {
    format!("{name}: String must be at least {min} characters long")
}

/// By analogy with [`too_short`].
pub fn too_long(name: &str, max: i128) -> String {
    format!("{name}: String must be no more than {max} characters long")
}

/// By analogy with [`too_short`].
pub fn too_small(name: &str, min: i128) -> String {
    format!("{name}: Number must be at least {min}")
}

/// By analogy with [`too_short`].
pub fn too_large(name: &str, max: i128) -> String {
    format!("{name}: Number must be no more than {max}")
}

/// An item of the schema refusal: the value is no number, flag or time.
pub fn wrong_type(name: &str) -> String {
    format!("{name}: Attribute value does not match its data type.")
}

/// admin.md 2.4: `sub` and `identities` are the service's own.
pub fn cannot_be_updated(name: &str) -> String {
    format!("user.{name}: Attribute cannot be updated.\n")
}

/// auth.md 2.12 (D): a flag without the attribute that it speaks of.
pub fn nothing_to_verify(flag: &str) -> &'static str {
    if flag == "email_verified" {
        "Email is required to verify/un-verify an email"
    } else {
        "Phone Number is required to verify/un-verify a phone number"
    }
}

/// auth.md 3.1, 6.4 \[emu\].
pub fn refresh_flow_disabled() -> super::ApiError {
    super::invalid_parameter("Refresh Token flow not enabled for this client")
}

/// auth.md 3.1 \[unconfirmed\].
pub fn custom_auth_flow_disabled() -> super::ApiError {
    super::invalid_parameter("CUSTOM_AUTH is not enabled for the client.")
}

/// auth.md 5.5: the text of RefreshTokenReuseException was not captured.
pub fn refresh_token_reused() -> super::ApiError {
    super::api(
        super::ErrorCode::RefreshTokenReuse,
        "Refresh token has been invalidated by rotation",
    )
}

/// auth.md 5.6 \[emu\]: RevokeToken on a client without token revocation.
pub fn revocation_disabled() -> super::ApiError {
    super::api(
        super::ErrorCode::UnsupportedOperation,
        "Please enable token revocation before revoking tokens for this client",
    )
}

/// auth.md 5.6 \[emu\]: RevokeToken on an access or ID token.
pub fn only_refresh_tokens() -> super::ApiError {
    super::api(
        super::ErrorCode::UnsupportedTokenType,
        "Only refresh tokens can be revoked",
    )
}

/// auth.md 5.6 \[emu\]: RevokeToken by another client, with a wrong secret, or by a client that does not exist.
pub fn not_issued_to_this_client() -> super::ApiError {
    super::api(
        super::ErrorCode::Unauthorized,
        "Refresh token was not issued to this client",
    )
}

/// auth.md 8: SRP_A that is no number.
pub fn malformed_srp_a() -> super::ApiError {
    super::invalid_parameter("SRP_A is not a valid hexadecimal number.")
}

// Groups.

/// admin.md 7.2: the text for a pool with 10,000 groups was not captured.
pub const TOO_MANY_GROUPS: &str =
    "The maximum number of groups for this user pool has been reached.";
/// admin.md 7.2: the text for a user in 100 groups was not captured.
pub const TOO_MANY_GROUPS_OF_USER: &str =
    "The maximum number of groups for this user has been reached.";

// Resource servers.

/// admin.md 7.2: the text for a pool with all the resource servers that it may have was not captured.
pub const TOO_MANY_SERVERS: &str =
    "The maximum number of resource servers for this user pool has been reached.";

/// Two scopes of one name in a resource server; neither the rule nor the text was captured.
pub fn duplicate_scope(name: &str) -> String {
    format!("The scope {name} is defined more than once.")
}
