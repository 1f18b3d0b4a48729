//! The page of each stage (pages.md 1.4). The names of both versions are the service's; where only an event tells one,
//! its use is our choice.

use super::state::{CodeFor, Stage};
use crate::views::frame::Version;

/// The page on which a sign-in begins.
pub(super) const SIGN_IN: &str = "/login";
/// The page of a step; it says that the sign-in has ended where there is none.
pub(super) const OVER: &str = "/mfa";
/// A passkey, with or without a name.
pub(super) const PASSKEY: &str = "/login/passkey";
/// The registration of a passkey.
pub(super) const ADD_PASSKEY: &str = "/passkeys/add";
/// The question whether a client may come in.
const CONSENT: &str = "/consent";
/// The request for an authorization.
pub(super) const AUTHORIZE: &str = "/oauth2/authorize";
/// The question for an account of before.
const LINK: &str = "/login/link";
/// The page on which a user signs up.
pub(super) const SIGN_UP: &str = "/signup";

/// True if a request's path is this one, whose case does not count.
pub(super) fn is(path: &str, this: &str) -> bool {
    path.eq_ignore_ascii_case(this)
}

/// Returns the path of a stage.
pub(super) fn of(version: Version, stage: &Stage) -> &'static str {
    let managed = version == Version::Managed;
    match stage {
        Stage::SignIn | Stage::OtherAccount => SIGN_IN,
        Stage::Over => OVER,
        Stage::ChooseFactor { .. } | Stage::Password { .. } => "/selectChallenge",
        Stage::Code { of, .. } => match of {
            CodeFor::SmsFirst | CodeFor::EmailFirst => "/verifyCode",
            CodeFor::SmsSetUp | CodeFor::EmailSetUp => "/mfa/phone/verify",
            CodeFor::SmsMfa | CodeFor::EmailMfa | CodeFor::AppMfa => "/mfa",
        },
        Stage::Passkey { .. } => PASSKEY,
        Stage::ChooseMfa { .. } if managed => "/mfa/options",
        Stage::ChooseMfa { .. } => "/mfaOption",
        Stage::SetUp { .. } if managed => "/mfa/options",
        Stage::SetUpApp { .. } if managed => "/mfa/totp",
        Stage::SetUpContact { .. } if managed => "/mfa/phone/register",
        Stage::SetUp { .. } | Stage::SetUpApp { .. } | Stage::SetUpContact { .. } => "/mfaRegister",
        Stage::NewPassword { .. } => "/resetPassword",
        Stage::SignUp { .. } => SIGN_UP,
        Stage::Confirm { .. } | Stage::Pending if managed => "/signup/confirm",
        Stage::Confirm { .. } | Stage::Pending => "/confirm",
        Stage::Link { .. } | Stage::Approval => LINK,
        Stage::Forgot => "/forgotPassword",
        Stage::Reset { .. } => "/confirmForgotPassword",
        Stage::AddPasskey { .. } => ADD_PASSKEY,
        Stage::Consent { .. } => CONSENT,
    }
}
