//! Best guesses about second factors and authenticator apps.

/// auth.md 4.4: the refusal is documented, the text is not.
pub const ONE_CREDENTIAL: &str = "Exactly one of AccessToken and Session must be given.";
/// auth.md 4.3: the rule is documented, and reported in <https://github.com/aws-amplify/docs/pull/5690>; the text is
/// not.
pub const TWO_PREFERRED: &str = "Only one MFA method can be preferred.";
/// InvalidParameterException by <https://github.com/aws-amplify/amplify-android/pull/2580>; the text was not captured.
pub const PREFERRED_BUT_OFF: &str = "An MFA method that is not enabled cannot be preferred.";
/// The rule is documented, the text is not.
pub const PASSKEYS_ARE_ONE_FACTOR: &str =
    "WebAuthn MFA requires the FactorConfiguration MULTI_FACTOR_WITH_USER_VERIFICATION.";
/// The rule is documented, the text is not.
pub const PASSKEY_NEEDS_ANOTHER_FACTOR: &str =
    "WebAuthn MFA requires another MFA method to be enabled.";
/// Exception and text are a guess.
pub const NO_SOFTWARE_TOKEN: &str = "User does not have a software token.";
/// Exception and text are a guess.
pub const NOT_A_CHOICE: &str = "ANSWER is not one of the MFA types to choose from.";
