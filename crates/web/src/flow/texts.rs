//! The names and sentences of what no client can be told.

use cognate_domain::Mode;
use cognate_domain::oauth::authorization::Cause;

use crate::locale::Locale;
use crate::request::Request;

/// The name of an answer of a provider that no sign-in waits for.
const NO_TRANSACTION: &str = "no_transaction";

/// The name of a refusal that the client does not learn of.
const NOT_LET_IN: &str = "not_let_in";

/// The name of an answer that begins no sign-in (endpoints.md 1.10).
const UNASKED: &str = "Invalid samlResponse or relayState from identity provider";

/// Returns the name of a cause in the query of `/error` (endpoints.md 1.10; others are ours).
pub(super) fn error_name(cause: &Cause) -> &'static str {
    match cause {
        Cause::Missing(_) => "Required parameters missing",
        Cause::UnknownClient | Cause::OtherPool | Cause::Unmapped | Cause::NoDocument(_) => {
            "invalid_client"
        }
        Cause::RedirectMismatch => "redirect_mismatch",
        Cause::NoProvider | Cause::NothingToOffer => "unauthorized_client",
        Cause::NoTransaction => NO_TRANSACTION,
        Cause::Unasked(_) => UNASKED,
        Cause::NoPushedRequest | Cause::Malformed => "invalid_request",
    }
}

/// Returns the name of a refusal that its client does not learn of: what is wrong with the request, or that nothing came of it.
pub(super) fn kept_name(error: &str) -> &'static str {
    match error {
        "unauthorized_client" => "unauthorized_client",
        "invalid_request"
        | "invalid_scope"
        | "invalid_target"
        | "request_not_supported"
        | "request_uri_not_supported" => "invalid_request",
        _ => NOT_LET_IN,
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
        NOT_LET_IN => &words.not_let_in,
        NO_TRANSACTION => &locale.texts().pages.notice.restart_text,
        _ => &words.malformed,
    }
}

/// Returns the heading of the page for errors where it is not the usual one: a user who said no has not met an error.
pub(super) fn error_heading(locale: Locale, error: &str) -> Option<&'static str> {
    let words = &locale.texts().pages.notice;
    (error == NOT_LET_IN).then_some(words.not_let_in.as_str())
}

/// Returns the sentence about a client whose id is the URL of a document. In `dev` it goes on with what an administrator has to
/// know; otherwise that is in the audit trail alone.
pub(super) fn document_sentence(request: &Request<'_>, url: &str, cause: &Cause) -> String {
    let words = &request.locale().texts().alerts;
    let (sentence, hint) = match cause {
        Cause::NoDocument(why) => (&words.no_document, format!("{url}: {why}")),
        _ => {
            let pool = request.visitor().domain.as_ref();
            let pool = pool.map_or("the user pool", |domain| domain.pool.id.as_str());
            let hint = format!(
                "No CIMD policy of {pool} has a URL pattern for {url}. CreateCIMDPolicy makes one."
            );
            (&words.unknown_client, hint)
        }
    };
    match request.app().settings.mode {
        Mode::Dev => format!("{sentence} {hint}"),
        Mode::Serve => sentence.clone(),
    }
}
