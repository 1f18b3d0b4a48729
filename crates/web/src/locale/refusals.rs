//! The refusals of the service, in words of the page's language.

use serde::Deserialize;

/// The refusals of the service. English pages show the service's own texts instead, which programs compare.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusals {
    /// A wrong password, or a name that nobody has.
    pub wrong_password: String,
    /// A name that nobody has, where the client may know.
    pub no_user: String,
    /// Too many wrong passwords.
    pub attempts_exceeded: String,
    /// Threat protection refused.
    pub security: String,
    /// Too many requests, codes or wrong codes.
    pub limit: String,
    /// The user is disabled.
    pub disabled: String,
    /// The sign-up is not confirmed.
    pub not_confirmed: String,
    /// It is already.
    pub already_confirmed: String,
    /// A temporary password that has ended.
    pub temporary_over: String,
    /// A wrong code.
    pub code_wrong: String,
    /// A code that has ended, or is none any more.
    pub code_over: String,
    /// A code of an app that was used.
    pub app_code_used: String,
    /// A password that breaks the pool's rules.
    pub password_rules: String,
    /// A password that the user had before.
    pub password_used: String,
    /// A user name that somebody has.
    pub name_taken: String,
    /// An address that somebody has.
    pub email_taken: String,
    /// A number that somebody has.
    pub phone_taken: String,
    /// A text that is no address.
    pub email_form: String,
    /// A text that is no number.
    pub phone_form: String,
    /// A user name that must be an address.
    pub name_email: String,
    /// A user name that must be a number.
    pub name_phone: String,
    /// A user name that must be one of both.
    pub name_either: String,
    /// A user whom no code for a new password can reach.
    pub no_recovery: String,
    /// A password that an administrator alone can reset.
    pub ask_admin: String,
    /// A pool in which users do not sign up.
    pub no_sign_up: String,
    /// A message that could not be sent.
    pub not_sent: String,
    /// A factor that was not offered.
    pub unavailable: String,
    /// A value that no operation would take.
    pub unfit: String,
}
