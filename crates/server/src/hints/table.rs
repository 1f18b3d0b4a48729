//! The refusals that people meet most, each by the error's own function, with its cause and the setting that decides.

use cognate_domain::ApiError;
use cognate_domain::errors::{auth, mfa, users};
use cognate_domain::errors::{client_not_found, pool_not_found, user_not_found};
use cognate_shapes::ErrorCode;

/// Which refusals an entry is about.
pub enum Of {
    /// Those with this text.
    Text(fn() -> ApiError),
    /// Those with this text about whatever.
    About(fn(&str) -> ApiError),
    /// All others of this exception.
    Code(ErrorCode),
}

/// An entry.
pub struct Hint {
    /// What it is called.
    pub code: &'static str,
    /// Which refusals it is about.
    pub of: Of,
    /// Why it is refused.
    pub cause: &'static str,
    /// Members of the request that say more; never secrets.
    pub values: &'static [&'static str],
    /// What decides, and how to change it.
    pub setting: &'static str,
}

const CLIENT: &[&str] = &["ClientId"];
const FLOW: &[&str] = &["ClientId", "AuthFlow"];
const POOL: &[&str] = &["UserPoolId"];
const NOTHING: &[&str] = &[];

const fn hint(
    code: &'static str,
    of: Of,
    cause: &'static str,
    values: &'static [&'static str],
    setting: &'static str,
) -> Hint {
    Hint {
        code,
        of,
        cause,
        values,
        setting,
    }
}

/// The table. The first that fits counts.
pub const TABLE: &[Hint] = &[
    hint(
        "password-flow-off",
        Of::Text(auth::password_flow_disabled),
        "the client may not send passwords in the clear",
        FLOW,
        "ExplicitAuthFlows of the client: ALLOW_USER_PASSWORD_AUTH",
    ),
    hint(
        "srp-flow-off",
        Of::Text(auth::srp_flow_disabled),
        "the client may not sign in by SRP",
        FLOW,
        "ExplicitAuthFlows of the client: ALLOW_USER_SRP_AUTH",
    ),
    hint(
        "choice-flow-off",
        Of::Text(auth::user_auth_flow_disabled),
        "the client may not let users choose a first factor",
        FLOW,
        "ExplicitAuthFlows of the client: ALLOW_USER_AUTH",
    ),
    hint(
        "custom-flow-off",
        Of::Text(auth::custom_auth_flow_disabled),
        "the client may not sign in by custom challenges",
        FLOW,
        "ExplicitAuthFlows of the client: ALLOW_CUSTOM_AUTH",
    ),
    hint(
        "admin-flow-off",
        Of::Text(auth::admin_password_flow_disabled),
        "the client has not the flow that the call asks for",
        FLOW,
        "ExplicitAuthFlows of the client: ALLOW_ADMIN_USER_PASSWORD_AUTH for ADMIN_USER_PASSWORD_AUTH",
    ),
    hint(
        "admin-flow-in-public",
        Of::Text(auth::method_not_supported),
        "a flow of administrators was asked for without credentials",
        FLOW,
        "AuthFlow of the call: AdminInitiateAuth takes ADMIN_USER_PASSWORD_AUTH, InitiateAuth USER_PASSWORD_AUTH",
    ),
    hint(
        "custom-triggers-missing",
        Of::Text(auth::custom_auth_without_triggers),
        "the pool has no functions that make and judge challenges",
        CLIENT,
        "LambdaConfig of the pool: DefineAuthChallenge, CreateAuthChallenge, VerifyAuthChallengeResponse",
    ),
    hint(
        "secret-hash-missing",
        Of::About(auth::secret_not_received),
        "the client has a secret, so calls prove that they know it",
        CLIENT,
        "SECRET_HASH (SecretHash) of the call: base64 of HMAC-SHA256 by the secret over user name and client id; or a client without a secret",
    ),
    hint(
        "secret-hash-wrong",
        Of::About(auth::wrong_secret_hash),
        "the hash is of another secret, user name or client id, or the client has no secret",
        CLIENT,
        "SECRET_HASH (SecretHash) of the call; the user name in it is the one that is sent, in later challenges USER_ID_FOR_SRP",
    ),
    hint(
        "wrong-credentials",
        Of::Text(auth::incorrect_password),
        "the user name or the password is wrong; with PreventUserExistenceErrors ENABLED the two are one answer",
        CLIENT,
        "the password of the user (cognate seed, AdminSetUserPassword); PreventUserExistenceErrors of the client: LEGACY says which",
    ),
    hint(
        "locked-out",
        Of::Text(auth::password_attempts_exceeded),
        "too many wrong passwords for this name; a right one is refused, too, until the time is over",
        CLIENT,
        "time: POST /_dev/clock {\"advance\":\"15m\"}",
    ),
    hint(
        "attempt-limit",
        Of::Text(auth::attempt_limit_exceeded),
        "too many codes or tries within an hour",
        CLIENT,
        "time: POST /_dev/clock {\"advance\":\"1h\"}",
    ),
    hint(
        "user-not-confirmed",
        Of::Text(auth::user_not_confirmed),
        "the user has not confirmed the sign-up",
        CLIENT,
        "ConfirmSignUp with the code in /_dev/messages, AdminConfirmSignUp, or a PreSignUp function that confirms",
    ),
    hint(
        "password-reset-required",
        Of::Text(auth::password_reset_required),
        "an administrator or an import wants the user to set a new password",
        CLIENT,
        "ForgotPassword and ConfirmForgotPassword, or AdminSetUserPassword with Permanent",
    ),
    hint(
        "temporary-password-expired",
        Of::Text(auth::temporary_password_expired),
        "the password of the invitation was good for some days",
        CLIENT,
        "Policies.PasswordPolicy.TemporaryPasswordValidityDays of the pool; AdminCreateUser with MessageAction RESEND",
    ),
    hint(
        "session-expired",
        Of::Text(auth::session_expired),
        "the answer to a challenge came too late",
        CLIENT,
        "AuthSessionValidity of the client (minutes)",
    ),
    hint(
        "session-used",
        Of::Text(auth::session_used),
        "a Session is good for one answer, and that was given",
        CLIENT,
        "Session of the call: the one of the newest answer",
    ),
    hint(
        "session-invalid",
        Of::Text(auth::session_invalid),
        "the Session is of another client, user or challenge",
        &["ClientId", "ChallengeName"],
        "Session, ClientId, ChallengeName and USERNAME of the call",
    ),
    hint(
        "challenge-parameter-missing",
        Of::About(auth::missing_parameter),
        "the call lacks a parameter of its flow or challenge",
        &["ClientId", "AuthFlow", "ChallengeName"],
        "AuthParameters or ChallengeResponses of the call",
    ),
    hint(
        "refresh-token-revoked",
        Of::Text(auth::refresh_token_revoked),
        "the token or its session was ended: signed out, revoked, or used again after rotation",
        CLIENT,
        "RefreshTokenRotation of the client (Feature, RetryGracePeriodSeconds)",
    ),
    hint(
        "refresh-token-expired",
        Of::Text(auth::refresh_token_expired),
        "the token has lived as long as it may",
        CLIENT,
        "RefreshTokenValidity and TokenValidityUnits of the client",
    ),
    hint(
        "refresh-token-other-client",
        Of::Text(auth::refresh_token_of_another_client),
        "the token was issued to another client",
        CLIENT,
        "ClientId of the call",
    ),
    hint(
        "refresh-token-invalid",
        Of::Text(auth::refresh_token_invalid),
        "this is no refresh token of the pool, or its user is gone",
        CLIENT,
        "REFRESH_TOKEN of the call; ALLOW_REFRESH_TOKEN_AUTH in ExplicitAuthFlows of the client",
    ),
    hint(
        "access-token-expired",
        Of::Text(auth::access_token_expired),
        "the token has lived as long as it may; /_dev/clock moves time, too",
        NOTHING,
        "AccessTokenValidity and TokenValidityUnits of the client",
    ),
    hint(
        "access-token-revoked",
        Of::Text(auth::access_token_revoked),
        "the user has signed out, or the session was ended",
        NOTHING,
        "GlobalSignOut, RevokeToken, AdminUserGlobalSignOut",
    ),
    hint(
        "access-token-scope",
        Of::Text(auth::access_token_scopes),
        "the token does not have the scope aws.cognito.signin.user.admin",
        NOTHING,
        "AllowedOAuthScopes of the client and `scope` of /oauth2/authorize; tokens of InitiateAuth have it",
    ),
    hint(
        "sign-up-off",
        Of::Text(users::sign_up_not_permitted),
        "only administrators make users in this pool",
        CLIENT,
        "AdminCreateUserConfig.AllowAdminCreateUserOnly of the pool",
    ),
    hint(
        "name-should-be-email",
        Of::Text(users::username_should_be_email),
        "users of this pool are named by their e-mail address",
        CLIENT,
        "UsernameAttributes of the pool, which cannot change once it is there (cognate pool plan-change)",
    ),
    hint(
        "attribute-not-writable",
        Of::Text(users::unauthorized_attribute),
        "the client may not write one of the attributes",
        CLIENT,
        "WriteAttributes of the client",
    ),
    hint(
        "code-wrong",
        Of::Text(users::code_mismatch),
        "this is not the newest code that was sent for this",
        CLIENT,
        "the code in /_dev/messages?to=...",
    ),
    hint(
        "code-expired",
        Of::Text(users::code_expired),
        "the code is too old, was used, or none was sent",
        CLIENT,
        "ask for another one; it is in /_dev/messages?to=...",
    ),
    hint(
        "app-not-enabled",
        Of::Text(mfa::software_token_not_enabled),
        "the pool does not offer authenticator apps",
        NOTHING,
        "SoftwareTokenMfaConfiguration and MfaConfiguration (SetUserPoolMfaConfig)",
    ),
    hint(
        "no-sms",
        Of::Text(users::no_sms_configuration),
        "the pool has no settings for text messages",
        POOL,
        "SmsConfiguration of the pool",
    ),
    hint(
        "client-unknown",
        Of::About(client_not_found),
        "there is no such client here; another folder or a fresh start has other clients",
        CLIENT,
        "--data-dir, --ephemeral; ids of your own choice in cognate.yaml (cognate seed)",
    ),
    hint(
        "pool-unknown",
        Of::About(pool_not_found),
        "there is no such pool here; another folder or a fresh start has other pools",
        POOL,
        "--data-dir, --ephemeral; ids of your own choice in cognate.yaml (cognate seed)",
    ),
    hint(
        "user-unknown",
        Of::Text(user_not_found),
        "there is no such user in the pool",
        POOL,
        "PreventUserExistenceErrors of the client hides this from sign-ins",
    ),
    hint(
        "password-policy",
        Of::Code(ErrorCode::InvalidPassword),
        "the password does not fit the pool's rules",
        CLIENT,
        "Policies.PasswordPolicy of the pool",
    ),
    hint(
        "no-signature",
        Of::Code(ErrorCode::MissingAuthenticationToken),
        "operations of administrators are signed",
        POOL,
        "AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test, and any region",
    ),
    hint(
        "wrong-signature",
        Of::Code(ErrorCode::InvalidSignature),
        "the key is known here and its secret is another, or the request changed on its way (a proxy, another Host)",
        NOTHING,
        "the secret of the key (root_secret_access_key; cognate access-keys); Host as it was signed",
    ),
    hint(
        "foreign-page",
        Of::Code(ErrorCode::AccessDenied),
        "the Host or Origin is foreign, or the policy of the access key does not allow the call",
        NOTHING,
        "--host NAME, --cors-origin ORIGIN; the policy of the key (cognate access-keys)",
    ),
    hint(
        "unknown-operation",
        Of::Code(ErrorCode::UnknownOperation),
        "X-Amz-Target names no operation of this service",
        NOTHING,
        "docs/operations.tsv lists the operations",
    ),
    hint(
        "wrong-type",
        Of::Code(ErrorCode::Serialization),
        "the body is no JSON, or a member has another type than the API says",
        NOTHING,
        "the body of the call",
    ),
    hint(
        "function-failed",
        Of::Code(ErrorCode::UserLambdaValidation),
        "a function of the pool refused",
        CLIENT,
        "LambdaConfig of the pool; cognate triggers list shows the call, its event and its answer",
    ),
    hint(
        "function-unreachable",
        Of::Code(ErrorCode::UnexpectedLambda),
        "a function of the pool was not reached, or failed",
        CLIENT,
        "--trigger ARN=TARGET; cognate triggers list shows the call",
    ),
    hint(
        "function-answer",
        Of::Code(ErrorCode::InvalidLambdaResponse),
        "the answer of a function is not understood",
        CLIENT,
        "the answer of the function; cognate triggers list shows it",
    ),
    hint(
        "not-built",
        Of::Code(ErrorCode::NotImplemented),
        "the operation, or a setting that it must obey, has no code yet",
        NOTHING,
        "docs/operations.tsv",
    ),
];
