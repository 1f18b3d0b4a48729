//! The words in which a page tells a refusal of the domain.
//!
//! Scripts compare the service's texts, so that English pages and the classic ones, which the service has in English
//! alone, show them as they are. Other languages of managed login have words of their own for the refusals that users
//! meet, found by their kind: the exception, and where it has several meanings, the constructor of the text. What is
//! none of them, such as the words of the pool's function, stays as it is.

use cognate_domain::ApiError;
use cognate_domain::errors::{ErrorCode as E, auth, challenges, mfa, users};
use cognate_shapes::Op;
use serde_json::Value;

use super::alerts::{alert, unfit};
use super::visit::Visit;
use crate::locale::{Locale, Refusals};
use crate::views::frame::Alert;

impl Visit<'_> {
    /// Returns the text of a refusal for the page.
    pub(super) fn told(&self, refusal: &ApiError) -> String {
        let own = self.own_words().and_then(|words| text(words, refusal));
        own.unwrap_or(&refusal.message).to_owned()
    }

    /// Returns the alert about a form whose values the operation that does the same would not take.
    pub(super) fn unfit(&self, op: Op, input: Value) -> Option<Alert> {
        let shown = unfit(op, input)?;
        Some(match self.own_words() {
            Some(words) => alert(words.unfit.as_str(), shown.field),
            None => shown,
        })
    }

    /// Returns the words of managed login in another language than English.
    fn own_words(&self) -> Option<&'static Refusals> {
        let locale = self.request.locale();
        let has = self.is_managed() && locale != Locale::En;
        has.then(|| &locale.texts().refusals)
    }
}

/// Returns the page's own words for a refusal; None for one that has none.
pub(super) fn text<'t>(words: &'t Refusals, refusal: &ApiError) -> Option<&'t str> {
    let is = |known: ApiError| (known.code, &known.message) == (refusal.code, &refusal.message);
    Some(match refusal.code {
        E::CodeMismatch => &words.code_wrong,
        E::ExpiredCode if is(mfa::code_used()) => &words.app_code_used,
        E::ExpiredCode => &words.code_over,
        E::InvalidPassword => &words.password_rules,
        E::PasswordHistoryPolicyViolation => &words.password_used,
        E::LimitExceeded | E::TooManyRequests | E::TooManyFailedAttempts => &words.limit,
        E::UserNotConfirmed => &words.not_confirmed,
        E::CodeDeliveryFailure
        | E::InvalidEmailRoleAccessPolicy
        | E::InvalidSmsRoleAccessPolicy => &words.not_sent,
        E::UsernameExists | E::AliasExists => match () {
            () if is_about(refusal, "email") => &words.email_taken,
            () if is_about(refusal, "phone_number") => &words.phone_taken,
            () => &words.name_taken,
        },
        E::UserNotFound => &words.no_user,
        E::NotAuthorized => not_authorized(words, is)?,
        E::InvalidParameter => invalid_parameter(words, is)?,
        _ => return None,
    })
}

/// True if an account that exists already has the same value of the attribute.
fn is_about(refusal: &ApiError, attribute: &str) -> bool {
    refusal.message == users::account_exists(attribute).message
}

fn not_authorized(words: &Refusals, is: impl Fn(ApiError) -> bool) -> Option<&str> {
    let known = [
        (auth::incorrect_password(), &words.wrong_password),
        (auth::password_attempts_exceeded(), &words.attempts_exceeded),
        (auth::security_reasons(), &words.security),
        (auth::user_disabled(), &words.disabled),
        (users::user_is_disabled(), &words.disabled),
        (auth::temporary_password_expired(), &words.temporary_over),
        (users::cannot_reset_in_state(), &words.ask_admin),
        (users::contact_administrator(), &words.ask_admin),
        (users::sign_up_not_permitted(), &words.no_sign_up),
        (challenges::challenge_not_offered(), &words.unavailable),
    ];
    found(known, is)
}

fn invalid_parameter(words: &Refusals, is: impl Fn(ApiError) -> bool) -> Option<&str> {
    let known = [
        (users::invalid_email(), &words.email_form),
        (users::invalid_phone_number(), &words.phone_form),
        (users::username_should_be_email(), &words.name_email),
        (users::username_should_be_phone_number(), &words.name_phone),
        (users::username_should_be_either(), &words.name_either),
        (users::no_verified_contact(), &words.no_recovery),
        (users::already_confirmed(), &words.already_confirmed),
        (users::no_sms_configuration(), &words.not_sent),
    ];
    found(known, is)
}

fn found<const N: usize>(
    known: [(ApiError, &String); N],
    is: impl Fn(ApiError) -> bool,
) -> Option<&str> {
    let mut known = known.into_iter();
    known.find_map(|(refusal, text)| is(refusal).then_some(text.as_str()))
}

#[cfg(test)]
mod tests {
    use cognate_domain::errors::user_not_found;

    use super::*;

    /// What users meet, with the English words that the mapping must lead to.
    fn met() -> Vec<ApiError> {
        vec![
            auth::incorrect_password(),
            auth::password_attempts_exceeded(),
            auth::security_reasons(),
            auth::attempt_limit_exceeded(),
            auth::user_disabled(),
            auth::user_not_confirmed(),
            auth::temporary_password_expired(),
            challenges::challenge_not_offered(),
            mfa::code_used(),
            users::code_mismatch(),
            users::code_expired(),
            users::user_already_exists(),
            users::account_exists("email"),
            users::account_exists("phone_number"),
            users::invalid_email(),
            users::invalid_phone_number(),
            users::username_should_be_email(),
            users::username_should_be_phone_number(),
            users::username_should_be_either(),
            users::no_verified_contact(),
            users::already_confirmed(),
            users::contact_administrator(),
            users::sign_up_not_permitted(),
            user_not_found(),
        ]
    }

    #[test]
    fn a_refusal_has_the_words_of_its_kind_in_each_language() {
        for refusal in met() {
            let english = text(&Locale::En.texts().refusals, &refusal);
            assert_eq!(english, Some(&*refusal.message));
            for locale in Locale::ALL.iter().filter(|locale| **locale != Locale::En) {
                let words = text(&locale.texts().refusals, &refusal).unwrap_or_default();
                assert!(!words.is_empty(), "{locale:?} {refusal:?}");
                assert_ne!(words, refusal.message, "{locale:?}");
            }
        }
        // Texts that differ by place are one kind.
        let words = &Locale::De.texts().refusals;
        let wrong = text(words, &users::code_mismatch());
        assert_eq!(text(words, &mfa::code_mismatch()), wrong);
        assert_eq!(text(words, &challenges::code_mismatch()), wrong);
        let weak = users::password_policy("Password did not conform with policy", "any rule");
        assert_eq!(text(words, &weak), Some(words.password_rules.as_str()));
    }

    #[test]
    fn the_words_of_others_stay() {
        let words = &Locale::De.texts().refusals;
        for refusal in [
            cognate_domain::errors::not_authorized("PreAuthentication failed with error no."),
            cognate_domain::errors::invalid_parameter("1 validation error detected"),
            cognate_domain::errors::api(E::UserLambdaValidation, "PreSignUp failed with error no."),
        ] {
            assert_eq!(text(words, &refusal), None, "{refusal:?}");
        }
    }
}
