//! What clients learn of a page, as far as nobody was seen to have seen it (G).

/// A passkey was not added because the user did not want to.
pub(super) const CANCELLED: &str = "cancelled";
/// A passkey cannot be added: passkeys are off, or the user has as many as can be.
pub(super) const FAILED: &str = "error";
