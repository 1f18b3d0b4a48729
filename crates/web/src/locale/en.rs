//! English.

use super::Texts;

/// The texts.
pub(super) const TEXTS: Texts = Texts {
    error_title: "Something went wrong",
    error_bad_request: "The request cannot be understood. Go back and try again.",
    error_too_many: "Too many requests. Wait a moment and try again.",
    error_internal: "The server failed. Try again later.",
    request_id: "Request id",
};
