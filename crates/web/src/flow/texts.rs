//! The names and sentences of what no client can be told.

use cognate_domain::oauth::authorization::Cause;

use crate::locale::Locale;

/// The name of an answer of a provider that no sign-in waits for.
const NO_TRANSACTION: &str = "no_transaction";

/// The name of an answer that begins no sign-in (endpoints.md 1.10).
const UNASKED: &str = "Invalid samlResponse or relayState from identity provider";

/// Returns the name of a cause in the query of `/error` (endpoints.md 1.10; others are ours).
pub(super) fn error_name(cause: &Cause) -> &'static str {
    match cause {
        Cause::Missing(_) => "Required parameters missing",
        Cause::UnknownClient | Cause::OtherPool => "invalid_client",
        Cause::RedirectMismatch => "redirect_mismatch",
        Cause::NoProvider | Cause::NothingToOffer => "unauthorized_client",
        Cause::NoTransaction => NO_TRANSACTION,
        Cause::Unasked(_) => UNASKED,
        Cause::Malformed => "invalid_request",
    }
}

/// Returns the sentence of the page for errors.
pub(super) fn error_sentence(locale: Locale, error: &str) -> &'static str {
    let words = &locale.texts().alerts;
    match error {
        "redirect_mismatch" => &words.redirect_mismatch,
        "invalid_client" => &words.unknown_client,
        "unauthorized_client" => &words.unauthorized_client,
        "Required parameters missing" => &words.parameters_missing,
        NO_TRANSACTION => &locale.texts().pages.notice.restart_text,
        _ => &words.malformed,
    }
}
