//! Best guesses about passkeys: the exceptions are the model's, their texts were not captured.

/// The pool names no relying party and has no domain.
pub const CONFIGURATION_MISSING: &str =
    "User pool has no relying party ID and no domain configured.";
/// No registration was begun, or too long ago, or the credential answers another one.
pub const CHALLENGE_NOT_FOUND: &str = "WebAuthn registration challenge not found or expired.";
/// The registration was begun with an access token of another client.
pub const CLIENT_MISMATCH: &str =
    "The access token is for a different client than the one that started the registration.";
/// The page that made the credential does not belong to the relying party.
pub const ORIGIN_NOT_ALLOWED: &str = "The origin of the credential is not allowed.";
/// The credential was made for another relying party.
pub const RELYING_PARTY_MISMATCH: &str =
    "The credential is for a different relying party ID than the one of the user pool.";
/// Algorithm, statement, or an authenticator that does not verify its user.
pub const NOT_SUPPORTED: &str = "The credential is not supported.";
/// The credential is registered already.
pub const ALREADY_REGISTERED: &str = "The credential is already registered.";
/// auth.md 4.5: the 21st passkey.
pub const TOO_MANY: &str = "Maximum number of passkeys reached for the user.";
/// DeleteWebAuthnCredential of what the user does not have.
pub const NOT_FOUND: &str = "WebAuthn credential not found.";
/// WEB_AUTHN with a credential that is not right.
pub const WRONG: &str = "Incorrect WebAuthn credential.";
