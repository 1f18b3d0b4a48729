//! Texts that are best guesses (grade G in docs/service, and [unconfirmed]): kept together so that they are easy to
//! change.

pub mod challenges;
pub mod dcr;
pub mod devices;
pub mod federation;
pub mod imports;
pub mod logs;
pub mod metadata;
pub mod mfa;
pub mod migration;
pub mod oauth;
pub mod passkeys;
pub mod recovery;
pub mod risk;
pub mod sessions;
pub mod sign_up;
pub mod triggers;
pub mod upstream;

/// Too many calls run at once to a function or host that the pool names.
pub const OVERLOADED: &str = "Too many requests";

// Pools and clients.

/// agents.md 6: that only generated secrets are published is documented, the text is not.
pub const NOTHING_TO_PUBLISH: &str =
    "PublishSecretsInAWSSecretsManager applies only to app clients with a generated client secret.";
/// agents.md 6: our own refusal of PublishSecretsInAWSSecretsManager on a server whose settings name no store.
pub const NO_SECRET_STORE: &str = "Publishing client secrets in AWS Secrets Manager is not enabled: the setting \
     secrets_manager of this server names no store.";
/// agents.md 6: what the service says about the secrets of such a client is not known.
pub const MANAGED_SECRETS: &str = "The secrets of this app client are managed in AWS Secrets Manager. Set \
     PublishSecretsInAWSSecretsManager to false to manage them here.";
/// A page token of ListUserPools, ListUserPoolClients and the like that cannot be used.
pub const INVALID_PAGE_TOKEN: &str = "Invalid pagination token.";
/// The signature names a region that cannot begin a pool id.
pub const INVALID_REGION: &str = "Invalid region.";
/// admin.md 1.15: a tag key that begins with `aws:`, in any case. Likely: the words of CloudFormation's own check,
/// which a tool that restores tags reports of user pools too.
pub const RESERVED_TAG_KEY: &str = "aws: prefixed tag key names are not allowed for external use.";
/// admin.md 1.15: more than 50 tags.
pub const TOO_MANY_TAGS: &str = "Cannot have more than 50 tags for a user pool.";
/// admin.md 1.15: a tag with a character that tags may not have.
pub const INVALID_TAG: &str =
    "Tag keys and values can contain letters, numbers, spaces, and the characters _ . : / = + - @";
/// A schema attribute without a name. A name with a character that it may not have is told as "Entity Type: USER,
/// Message: AttributeName: .., DataType: STRING, Error: Attribute names MUST conform to the following rules: _|ALPHA
/// *(nameChar) and nameChar is "$" / "-" / "_" /DIGIT / ALPHA" (one raw line), which says nothing of missing names.
pub const SCHEMA_NAME_REQUIRED: &str = "Attribute name is required for each schema attribute.";
/// admin.md 1.4: that a pool has at most 50 custom attributes is documented, the text is not.
pub const TOO_MANY_CUSTOM_ATTRIBUTES: &str =
    "A user pool cannot have more than 50 custom attributes.";
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

/// admin.md 1.13 (G): a third secret of a client.
pub const TOO_MANY_SECRETS: &str = "Client secrets cannot exceed limit of 2 secrets.";
/// admin.md 1.13 (G): a secret id that the client does not have.
pub const NO_SUCH_SECRET: &str = "Client secret does not exist";
/// auth.md 6.9 (G): only how the text begins is known.
pub const LAST_SECRET: &str = "Cannot delete the only client secret of an app client.";
/// The model's documentation speaks of confidential clients only; the text is a guess.
pub const SECRET_OF_PUBLIC_CLIENT: &str =
    "Client secrets can only be added to an app client that has a client secret.";

/// auth.md 4.1: that e-mail cannot be both the second factor and the only way to recover is documented, the text is
/// not.
pub const EMAIL_MFA_WITH_EMAIL_RECOVERY: &str = "Cannot set EmailMfaConfiguration when verified_email is the only recovery mechanism in AccountRecoverySetting.";

/// endpoints.md 3.4: an image above 100 KB, a style sheet above 3 KB, or a request above 135 KB.
pub const BRANDING_TOO_LARGE: &str = "request parameters too large";
/// endpoints.md 3.4: that only these two kinds are taken is documented. The text begins "The uploaded image must"
/// (<https://github.com/boto/boto3/issues/2314>, cut off there).
pub const IMAGE_KIND: &str = "ImageFile must be a PNG or JPEG image.";
/// endpoints.md 3.4: an at-rule, or something that is no list of rules.
pub const INVALID_CSS: &str =
    "The CSS is not valid. It must be a list of rules for the allowed classes.";

/// auth.md 6.10: the text of ManagedLoginBrandingExistsException was never captured.
pub const STYLE_EXISTS: &str = "A managed login branding style already exists for this app client.";
/// endpoints.md 3.7: that a pool has at most 20 styles is documented, the text is not.
pub const TOO_MANY_STYLES: &str =
    "Cannot have more than 20 managed login branding styles for a user pool.";
/// One request holds at most 40 images; that a style does is an assumption.
pub const TOO_MANY_ASSETS: &str =
    "Cannot have more than 40 assets for a managed login branding style.";
/// Settled D17: the reason in it was cut off.
pub const ASSET_EXTENSION: &str = "The extension is not allowed for the category";
/// As [`ASSET_EXTENSION`]: the file is of another kind, or a drawing with more than shapes in it.
pub const ASSET_CONTENT: &str = "The content is not a valid image of the extension";
/// As [`ASSET_EXTENSION`]: two images for the same.
pub const ASSET_TWICE: &str = "The asset is given more than once";

/// endpoints.md 3.8: a value of a wrong kind in the settings of managed login.
pub fn invalid_setting(path: &str) -> String {
    format!("Invalid settings provided. The value at {path} is not valid.")
}

/// A callback or sign-out URL that is not absolute. For one without a scheme perhaps "{url} must contain a scheme"
/// (<https://github.com/aws/aws-sdk-java/issues/1505>, one report of 2018).
pub fn invalid_redirect(url: &str) -> crate::errors::ApiError {
    crate::errors::invalid_parameter(format!("{url} is not a valid redirect URI."))
}

/// auth.md 2.9: likely, from the list of answers that a client program knows; it drops the first full stop of an
/// answer, so whether there is one is not known.
pub const PASSWORD_HISTORY: &str = "Password has previously been used.";

/// admin.md 6.2: likely. Two programs that handle the service's answers have it for a new password, with its exception; no
/// captured answer was seen.
pub const BREACHED_PASSWORD: &str = "Provided password cannot be used for security reasons.";

/// auth.md 2.7: the text of TooManyFailedAttemptsException was never captured.
pub const TOO_MANY_FAILED_ATTEMPTS: &str = "Too many failed attempts, please request a code again.";

/// auth.md 6.3 (G).
pub const NO_CONTACT_TO_CONFIRM: &str =
    "Cannot confirm user because email or phone_number is missing";

/// auth.md 6.2 (G).
pub const DELIVERY_FAILED: &str = "Failed to deliver the message.";

/// auth.md 6.8 (G).
pub const NO_DESIRED_MEDIUM: &str = "User has no attribute matching desired delivery mediums";

/// A rule of ours: a user name in the form of a user id would pass for that user, gone or there.
pub const USERNAME_OF_ID_FORM: &str = "Username cannot be of user id format.";
/// A rule of ours: two user names must not look the same.
pub const USERNAME_UNSEEN: &str = "Username cannot contain characters that are not visible.";
/// By analogy with the text for user names (auth.md 6.2).
pub const PREFERRED_USERNAME_OF_EMAIL_FORM: &str =
    "Preferred username cannot be of email format, since user pool is configured for email alias.";
/// By analogy with the text for user names (auth.md 6.2).
pub const PREFERRED_USERNAME_OF_PHONE_NUMBER_FORM: &str = "Preferred username cannot be of phone number format, since user pool is configured for phone number alias.";
/// As [`USERNAME_OF_ID_FORM`].
pub const PREFERRED_USERNAME_OF_ID_FORM: &str = "Preferred username cannot be of user id format.";
/// As [`USERNAME_UNSEEN`].
pub const PREFERRED_USERNAME_UNSEEN: &str =
    "Preferred username cannot contain characters that are not visible.";

/// admin.md 1.4: the shape of the text is a guess.
pub const INVALID_BIRTHDATE: &str = "Invalid birthdate format, please use YYYY-MM-DD.";

/// By analogy with the text for short texts (settled L7): why a number does not fit the schema.
pub fn too_small(min: i128) -> String {
    format!("Number must be at least {min}")
}

/// As [`too_small`].
pub fn too_large(max: i128) -> String {
    format!("Number must be no more than {max}")
}

/// The value is no number, flag or time.
pub const WRONG_TYPE: &str = "Attribute value does not match its data type.";

/// auth.md 2.12 (G): a flag without the attribute that it speaks of.
pub fn nothing_to_verify(flag: &str) -> &'static str {
    if flag == "email_verified" {
        "Email is required to verify/un-verify an email"
    } else {
        "Phone Number is required to verify/un-verify a phone number"
    }
}

/// auth.md 3.1, 6.4 (G). One client program looks for "REFRESH_TOKEN_AUTH flow not enabled for this client".
pub fn refresh_flow_disabled() -> crate::errors::ApiError {
    crate::errors::invalid_parameter("Refresh Token flow not enabled for this client")
}

/// auth.md 5.5: the text of RefreshTokenReuseException was not captured; this one is in the tests of aws-amplify.
pub fn refresh_token_reused() -> crate::errors::ApiError {
    crate::errors::api(
        crate::errors::ErrorCode::RefreshTokenReuse,
        "Refresh token has been invalidated by rotation",
    )
}

/// auth.md 5.6 (G): RevokeToken on a client without token revocation.
pub fn revocation_disabled() -> crate::errors::ApiError {
    crate::errors::api(
        crate::errors::ErrorCode::UnsupportedOperation,
        "Please enable token revocation before revoking tokens for this client",
    )
}

/// auth.md 5.6 (G): RevokeToken on an access or ID token.
pub fn only_refresh_tokens() -> crate::errors::ApiError {
    crate::errors::api(
        crate::errors::ErrorCode::UnsupportedTokenType,
        "Only refresh tokens can be revoked",
    )
}

/// auth.md 5.6 (G): RevokeToken by another client, with a wrong secret, or by a client that does not exist.
pub fn not_issued_to_this_client() -> crate::errors::ApiError {
    crate::errors::api(
        crate::errors::ErrorCode::Unauthorized,
        "Refresh token was not issued to this client",
    )
}

/// auth.md 8: SRP_A that is no number.
pub fn malformed_srp_a() -> crate::errors::ApiError {
    crate::errors::invalid_parameter("SRP_A is not a valid hexadecimal number.")
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

// Tags.

/// TagResource and the like with the ARN of something else; the text was not captured.
pub fn not_a_user_pool(arn: &str) -> String {
    format!("{arn} is not the ARN of a user pool.")
}

// Terms documents.

/// auth.md 6.10: the text of TermsExistsException was not captured.
pub const TERMS_EXIST: &str = "A terms document with this name already exists for the app client.";
/// admin.md 1.13: the text for a pool with 40 terms documents was not captured.
pub const TOO_MANY_TERMS: &str =
    "The maximum number of terms documents for this user pool has been reached.";

/// DescribeTermsByClient for a document that the client does not have.
pub fn terms_of_client_not_found(name: &str, client_id: &str) -> String {
    format!("Terms {name} does not exist for client {client_id}.")
}

/// A link of terms documents with another scheme than `https` or `http`: pages show it to people, who then click on it.
pub fn invalid_link(language: &str) -> String {
    format!("The link for {language} is not a valid URL.")
}

// Domains.

/// admin.md 7.2: the text for a region with four custom domains was not captured.
pub const TOO_MANY_CUSTOM_DOMAINS: &str =
    "The maximum number of custom domains for this account has been reached.";
/// endpoints.md 2.2: a ManagedLoginVersion that is neither 1 nor 2.
pub const MANAGED_LOGIN_VERSION: &str = "ManagedLoginVersion must be 1 or 2.";

// Identity providers.

/// auth.md 6.10 (G).
pub fn provider_not_found(name: &str) -> String {
    format!("Identity provider {name} does not exist.")
}

/// auth.md 6.10 (G).
pub fn identifier_not_found(identifier: &str) -> String {
    format!("Identity provider with identifier {identifier} does not exist.")
}

/// admin.md 7.2: the text for a pool with 300 providers was not captured.
pub const TOO_MANY_PROVIDERS: &str =
    "The maximum number of identity providers for this user pool has been reached.";
/// That identifiers are unique in a pool is documented, the text is not.
pub const IDENTIFIER_TAKEN: &str =
    "One of the identifiers belongs to another identity provider of this user pool.";
/// The pool's own users are a provider of this name.
pub const RESERVED_PROVIDER_NAME: &str = "The provider name COGNITO is reserved.";
/// AcrMapping is for OIDC only; the text is a guess.
pub const ACR_MAPPING_TYPE: &str = "AcrMapping is only supported for OIDC identity providers.";
/// A metadata document that is no description of a SAML provider. Likely: seen in the console
/// (<https://github.com/ory/mocksaml/issues/103>), and the words of the library that the other texts come from.
pub const INVALID_METADATA: &str = "Unable to unmarshall metadata";
/// A metadata document without a usable certificate.
pub const METADATA_CERTIFICATE: &str =
    "The metadata document does not contain a valid signing certificate.";

/// A key of ProviderDetails that the type does not have.
pub fn unknown_detail(key: &str) -> crate::errors::ApiError {
    crate::errors::invalid_parameter(format!("Unsupported provider detail: {key}."))
}

/// A value of ProviderDetails that the key may not have.
pub fn invalid_detail(key: &str) -> crate::errors::ApiError {
    crate::errors::invalid_parameter(format!("Invalid value for provider detail: {key}."))
}

// Links.

/// auth.md 6.8 (G).
pub const LINKED_TO_ANOTHER: &str = "Source identity is already linked to a user in this user pool";
/// endpoints.md 4.5: the text for a user with five links was not captured.
pub const TOO_MANY_LINKS: &str =
    "The maximum number of identities linked to this user has been reached.";
/// endpoints.md 4.5: the limit is documented, the text is not.
pub const TOO_MANY_LINK_ATTRIBUTES: &str =
    "The maximum number of source attribute names for this identity provider has been reached.";
/// endpoints.md 4.5: the rule is documented, the text is not.
pub const SUBJECT_REQUIRED: &str =
    "ProviderAttributeName must be Cognito_Subject for this provider.";
/// endpoints.md 4.5: the rule is documented, the text is not.
pub const UNMAPPED_ATTRIBUTE: &str =
    "ProviderAttributeName must be Cognito_Subject or an attribute that the provider maps.";

// Attributes of users.

/// The model's documentation: only text messages to phone_number; the text is a guess.
pub const UNSUPPORTED_MFA_OPTION: &str =
    "MFAOptions can only have the delivery medium SMS and the attribute phone_number.";

/// auth.md 6.7 (G).
pub fn no_contact_registered(attribute: &str) -> &'static str {
    if attribute == "email" {
        "User does not have a valid registered email address"
    } else {
        "User does not have a valid registered phone number"
    }
}

// Provisioned limits.

/// The attributes of a limit are not exactly one category.
pub const INVALID_LIMIT_DEFINITION: &str =
    "LimitDefinition must have exactly one attribute, Category.";

/// A category that the service does not have.
pub fn unknown_category(category: &str) -> String {
    format!("The limit for the category {category} does not exist.")
}

/// admin.md 1.13: the exception is known, the text is not.
pub fn limit_out_of_range(least: i64, most: i64) -> String {
    format!("The requested limit value must be between {least} and {most}.")
}

// Threat protection.

/// admin.md 6.2: a sign-in that is refused for its risk, and whatever comes from an address of BlockedIPRangeList.
pub const SECURITY_REASONS: &str = "Unable to login because of security reasons.";
