//! English.

use super::Texts;

/// The texts.
pub(super) const TEXTS: Texts = Texts {
    error_title: "Something went wrong",
    error_bad_request: "The request cannot be understood. Go back and try again.",
    error_too_many: "Too many requests. Wait a moment and try again.",
    error_internal: "The server failed. Try again later.",
    request_id: "Request id",
    confirm_title: "Registration confirmed",
    confirm_done: "Your registration has been confirmed. You can close this page and sign in.",
    confirm_refused: "This link cannot be used: it is wrong, too old, or has been replaced by a newer one. Ask for another link and open that.",
    confirm_taken: "Another account has this e-mail address already.",
    confirm_incomplete: "Your registration has been confirmed, but what should have followed failed. Try to sign in.",
};
